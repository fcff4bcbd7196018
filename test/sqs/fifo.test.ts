import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { BrokerUnderTest } from './broker-under-test.js';

/** Groups as the service treats them; the expectations agree with what was recorded from it. */
describe('FIFO queues', () => {
  const broker = new BrokerUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  /** Sends bodies whose first two letters are their groups. */
  async function queueOf(bodies: readonly string[], attributes: Record<string, string> = {}): Promise<string> {
    const QueueUrl = await broker.createQueue({ ...fifo, ...attributes });
    for (const MessageBody of bodies) {
      await broker.client.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: MessageBody.slice(0, 2) }),
      );
    }
    return QueueUrl;
  }
  const hide = (QueueUrl: string, message: Message | undefined, VisibilityTimeout: number): Promise<unknown> =>
    broker.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
    );
  const count = async (QueueUrl: string, name: QueueAttributeName): Promise<string | undefined> =>
    (await broker.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[name];
  const remove = (QueueUrl: string, message: Message | undefined): Promise<unknown> =>
    broker.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));

  it('fill a receive from one group before the next', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g2-a', 'g1-b', 'g1-c']);
    assert.deepEqual(await broker.bodies(QueueUrl), ['g1-a', 'g1-b', 'g1-c', 'g2-a']);
  });

  it('lock a group until all that is held of it is deleted', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g2-a', 'g1-b', 'g1-c', 'g3-a']);
    const [first, second] = await broker.receive(QueueUrl, { MaxNumberOfMessages: 2 });
    await remove(QueueUrl, first);
    assert.deepEqual(await broker.bodies(QueueUrl), ['g2-a', 'g3-a']);
    await remove(QueueUrl, second);
    assert.deepEqual(await broker.bodies(QueueUrl), ['g1-c']);
  });

  it('show a message at once whose timeout is ended, behind other groups, and nothing behind what is held', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g1-b', 'g2-a']);
    const [first] = await broker.receive(QueueUrl, { MaxNumberOfMessages: 2 });
    await hide(QueueUrl, first, 0);
    assert.deepEqual(await broker.bodies(QueueUrl), ['g2-a', 'g1-a']);
  });

  for (const [extended, visible] of [
    [0, []],
    [1, ['g1-a']],
    [2, ['g1-a', 'g1-b']],
  ] as const) {
    it(`keep message ${extended} of a group hidden when it is extended, and what comes after it`, async () => {
      const QueueUrl = await queueOf(['g1-a', 'g1-b', 'g1-c']);
      const held = await broker.receive(QueueUrl, { VisibilityTimeout: 1 });
      await hide(QueueUrl, held[extended], 30);
      // Asked for before, a message would be had alone as soon as its own time is over.
      while ((await count(QueueUrl, 'ApproximateNumberOfMessagesNotVisible')) !== '1') await setTimeout(100);
      assert.deepEqual(await broker.bodies(QueueUrl), visible);
    });
  }

  it('are not locked by a receive that hides nothing', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g2-a', 'g2-b', 'g3-a', 'g1-b']);
    assert.deepEqual(await broker.bodies(QueueUrl, { MaxNumberOfMessages: 3, VisibilityTimeout: 0 }), [
      'g1-a',
      'g1-b',
      'g2-a',
    ]);
    assert.deepEqual(await broker.bodies(QueueUrl, { VisibilityTimeout: 0 }), ['g3-a', 'g1-a', 'g1-b', 'g2-a', 'g2-b']);
  });

  it('give a message and its group back when its time is over, and refuse the old handle', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g1-b']);
    const [first] = await broker.receive(QueueUrl, { MaxNumberOfMessages: 1, VisibilityTimeout: 1 });
    assert.deepEqual(await broker.bodies(QueueUrl, { WaitTimeSeconds: 5 }), ['g1-a', 'g1-b']);
    await assert.rejects(remove(QueueUrl, first), /The receipt handle has expired/);
  });

  it('take a handle whose message was extended', async () => {
    const QueueUrl = await queueOf(['g1-a']);
    const [first] = await broker.receive(QueueUrl, { VisibilityTimeout: 1 });
    await hide(QueueUrl, first, 60);
    assert.deepEqual(await broker.bodies(QueueUrl, { WaitTimeSeconds: 2 }), []);
    await remove(QueueUrl, first);
  });

  it('unlock a group when its message goes to the dead-letter queue', async () => {
    const grave = await broker.createQueue(fifo);
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${grave}`,
      maxReceiveCount: 1,
    });
    const QueueUrl = await queueOf(['g1-a', 'g1-b'], { RedrivePolicy });
    assert.deepEqual(await broker.bodies(QueueUrl, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 }), ['g1-a']);
    assert.deepEqual(await broker.bodies(QueueUrl), ['g1-b']);
    const [dead] = await broker.receive(grave, { AttributeNames: ['All'], WaitTimeSeconds: 5 });
    assert.equal(dead?.Body, 'g1-a');
    assert.equal(dead.Attributes?.MessageGroupId, 'g1');
    assert.equal(dead.Attributes?.ApproximateReceiveCount, '2');
    assert.equal(dead.Attributes?.DeadLetterQueueSourceArn, `arn:aws:sqs:us-east-1:000000000000:${QueueUrl}`);
  });

  it('forget deduplication ids when they are purged', async () => {
    const QueueUrl = await queueOf(['g1-a']);
    await broker.client.send(new PurgeQueueCommand({ QueueUrl }));
    await broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'g1-a', MessageGroupId: 'g1' }));
    assert.deepEqual(await broker.bodies(QueueUrl), ['g1-a']);
  });

  it('tell ids apart by group when they were created so, and keep to that', async () => {
    const scopes = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
    const QueueUrl = await broker.createQueue({ FifoQueue: 'true', ...scopes });
    const send = async (MessageGroupId: string) =>
      (
        await broker.client.send(
          new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId, MessageDeduplicationId: 'd' }),
        )
      ).MessageId;
    const [a, b] = [await send('a'), await send('b')];
    assert.notEqual(a, b);
    await broker.client.send(
      new SetQueueAttributesCommand({
        QueueUrl,
        Attributes: { DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' },
      }),
    );
    assert.deepEqual([await send('a'), await send('b')], [a, b]);
  });

  it('delay all their messages when the queue says so', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g2-a'], { DelaySeconds: '2' });
    assert.deepEqual(await broker.bodies(QueueUrl), []);
    assert.deepEqual(await broker.bodies(QueueUrl, { WaitTimeSeconds: 10 }), ['g1-a']);
  });

  it('count what waits behind a locked group as visible', async () => {
    const QueueUrl = await queueOf(['g1-a', 'g1-b', 'g1-c']);
    await broker.receive(QueueUrl, { MaxNumberOfMessages: 1 });
    assert.equal(await count(QueueUrl, 'ApproximateNumberOfMessages'), '2');
    assert.equal(await count(QueueUrl, 'ApproximateNumberOfMessagesNotVisible'), '1');
  });
});
