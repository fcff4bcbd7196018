import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { BrokerUnderTest } from './broker-under-test.js';

for (const end of ['restart', 'crash'] as const) {
  describe(`SQS after a ${end}`, () => {
    const broker = new BrokerUnderTest();
    before(() => broker.start());
    after(() => broker.stop());

    it('has the messages that were sent, not the ones that were deleted, in their order, with all that they had', async () => {
      const QueueUrl = await broker.createQueue();
      const MessageAttributes = {
        n: { DataType: 'Number.int', StringValue: '7' },
        b: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
      };
      const kept = await broker.client.send(
        new SendMessageCommand({ QueueUrl, MessageBody: 'kept é', MessageAttributes }),
      );
      const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `e${i}`, MessageBody: `body ${i}` }));
      await broker.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      const held = await broker.receive(QueueUrl, { VisibilityTimeout: 1 });
      for (const message of held.slice(5)) {
        await broker.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      }
      await broker[end]();
      const seen = await broker.receive(QueueUrl, {
        MessageAttributeNames: ['All'],
        AttributeNames: ['All'],
        WaitTimeSeconds: 3,
      });
      while (seen.length < 6)
        seen.push(...(await broker.receive(QueueUrl, { MessageAttributeNames: ['All'], WaitTimeSeconds: 3 })));
      const expected = [...held.slice(0, 5).map(({ Body }) => Body), 'body 9'];
      assert.equal(seen.length, expected.length);
      assert.deepEqual(new Set(seen.map(({ Body }) => Body)), new Set(expected));
      const again = seen.find(({ Body }) => Body === 'kept é');
      assert.equal(again?.MessageId, kept.MessageId);
      assert.equal(again?.MD5OfMessageAttributes, kept.MD5OfMessageAttributes);
      assert.deepEqual(await broker.bodies(QueueUrl), []);
    });

    it('takes the handles that were given out before', async () => {
      const QueueUrl = await broker.createQueue();
      await broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
      const [message] = await broker.receive(QueueUrl, { VisibilityTimeout: 0 });
      await broker[end]();
      await broker.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
      assert.deepEqual(await broker.bodies(QueueUrl), []);
    });

    it('has its queues with their attributes and tags', async () => {
      const QueueUrl = await broker.createQueue({ VisibilityTimeout: '7', DelaySeconds: '3' });
      await broker.client.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } }));
      await broker.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { MaximumMessageSize: '2048' } }));
      const shown = async () => {
        const { Attributes } = await broker.client.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
        );
        const { Tags } = await broker.client.send(new ListQueueTagsCommand({ QueueUrl }));
        const { QueueUrls } = await broker.client.send(new ListQueuesCommand({ QueueNamePrefix: QueueUrl }));
        return { Attributes, Tags, names: QueueUrls?.map((url) => url.split('/').at(-1)) };
      };
      const earlier = await shown();
      assert.equal(earlier.Attributes?.['MaximumMessageSize'], '2048');
      await broker[end]();
      assert.deepEqual(await shown(), earlier);
    });

    it('keeps a delayed message back until it is due', async () => {
      const QueueUrl = await broker.createQueue();
      const sentMs = Date.now();
      await broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 4 }));
      await broker[end]();
      assert.deepEqual(await broker.bodies(QueueUrl, { WaitTimeSeconds: 20 }), ['later']);
      assert.ok(Date.now() - sentMs >= 4000);
    });

    it('remembers deduplication ids, and what they stood for', async () => {
      const QueueUrl = await broker.createQueue({ FifoQueue: 'true' });
      const send = () =>
        broker.client.send(
          new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' }),
        );
      const first = await send();
      const [message] = await broker.receive(QueueUrl);
      await broker.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
      await broker[end]();
      const second = await send();
      assert.equal(second.MessageId, first.MessageId);
      assert.equal(second.SequenceNumber, first.SequenceNumber);
      assert.deepEqual(await broker.bodies(QueueUrl), []);
    });

    it('still holds the FIFO messages that were received, for as long as it promised', async () => {
      const QueueUrl = await broker.createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
      for (const MessageBody of ['a', 'b']) {
        await broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' }));
      }
      const [held] = await broker.receive(QueueUrl, { MaxNumberOfMessages: 1, VisibilityTimeout: 60 });
      await broker[end]();
      assert.deepEqual(await broker.bodies(QueueUrl), []);
      await broker.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: held?.ReceiptHandle, VisibilityTimeout: 0 }),
      );
      const [again] = await broker.receive(QueueUrl, {
        MaxNumberOfMessages: 1,
        AttributeNames: ['ApproximateReceiveCount'] as never,
      });
      assert.deepEqual([again?.Body, again?.Attributes?.ApproximateReceiveCount], ['a', '2']);
    });

    it('gives out no sequence number twice', async () => {
      const QueueUrl = await broker.createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
      const send = async (MessageBody: string) =>
        (await broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' })))
          .SequenceNumber ?? '';
      const earlier = await send('a');
      await broker[end]();
      assert.ok((await send('b')) > earlier);
    });

    it('has nothing of what was purged', async () => {
      const QueueUrl = await broker.createQueue();
      const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `e${i}`, MessageBody: 'x', DelaySeconds: i % 2 }));
      await broker.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      await broker.receive(QueueUrl, { MaxNumberOfMessages: 1 });
      await broker.client.send(new PurgeQueueCommand({ QueueUrl }));
      await broker[end]();
      assert.deepEqual(await broker.bodies(QueueUrl, { WaitTimeSeconds: 2 }), []);
      const { Attributes } = await broker.client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      assert.equal(Attributes?.['ApproximateNumberOfMessages'], '0');
    });
  });
}
