import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PublishBatchCommand, SetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { type Notification, queueArn, refused, SnsUnderTest } from './sns-under-test.js';

for (const end of ['restart', 'crash'] as const) {
  describe(`FIFO topics, and a ${end}`, () => {
    const broker = new SnsUnderTest();
    before(() => broker.start());
    after(() => broker.stop());

    const fifoQueue = (): Promise<string> => broker.createQueue({ FifoQueue: 'true' });

    it('bring messages in order, with group, deduplication id and a sequence number, unsigned', async () => {
      const topic = await broker.createTopic({ FifoTopic: 'true' });
      const queue = await fifoQueue();
      const raw = await fifoQueue();
      await broker.subscribe(topic, queue);
      await broker.subscribe(topic, raw, { RawMessageDelivery: 'true' });
      const numbers: string[] = [];
      for (const id of ['a', 'b', 'c']) {
        const more = { MessageGroupId: 'g', MessageDeduplicationId: id };
        const { SequenceNumber } = await broker.publish(topic, id, more);
        assert.match(SequenceNumber ?? '', /^[0-9]{20}$/);
        numbers.push(SequenceNumber ?? '');
      }
      assert.deepEqual([...numbers].sort(), numbers);
      const messages = await broker.receive(queue, { AttributeNames: ['All'] });
      const seen = messages.map(({ Body = '' }) => JSON.parse(Body) as Notification);
      assert.deepEqual(
        seen.map(({ Message }) => Message),
        ['a', 'b', 'c'],
      );
      assert.deepEqual(
        seen.map((each) => each['SequenceNumber']),
        numbers,
      );
      assert.ok(seen.every((each) => !('Signature' in each)));
      assert.equal(messages[0].Attributes?.MessageGroupId, 'g');
      assert.equal(messages[0].Attributes.MessageDeduplicationId, 'a');
      assert.deepEqual(await broker.take(raw, 3), ['a', 'b', 'c']);
    });

    it('let nothing in twice, by id or by content, whatever the queue is', async () => {
      const topic = await broker.createTopic({ FifoTopic: 'true', ContentBasedDeduplication: 'true' });
      const fifo = await fifoQueue();
      const standard = await broker.createQueue();
      for (const queue of [fifo, standard]) await broker.subscribe(topic, queue, { RawMessageDelivery: 'true' });
      const first = await broker.publish(topic, 'x', { MessageGroupId: 'g' });
      const second = await broker.publish(topic, 'x', { MessageGroupId: 'h' });
      assert.equal(second.MessageId, first.MessageId);
      assert.equal(second.SequenceNumber, first.SequenceNumber);
      await broker.publish(topic, 'x', { MessageGroupId: 'g', MessageDeduplicationId: 'own' });
      assert.deepEqual(await broker.take(fifo, 2), ['x', 'x']);
      const messages = await broker.receive(standard, { AttributeNames: ['All'] });
      assert.equal(messages.length, 2);
      assert.equal(messages[0].Attributes?.MessageGroupId, undefined);
    });

    it('scope deduplication to the group where the topic says so', async () => {
      const topic = await broker.createTopic({
        FifoTopic: 'true',
        ContentBasedDeduplication: 'true',
        FifoThroughputScope: 'MessageGroup',
      });
      const standard = await broker.createQueue();
      await broker.subscribe(topic, standard, { RawMessageDelivery: 'true' });
      for (const MessageGroupId of ['g', 'h', 'g']) await broker.publish(topic, 'x', { MessageGroupId });
      assert.equal((await broker.take(standard, 2)).length, 2);
      assert.deepEqual(await broker.bodies(standard), []);
    });

    it('want a group, and an id unless the content gives one', async () => {
      const topic = await broker.createTopic({ FifoTopic: 'true' });
      await refused(
        broker.publish(topic, 'x'),
        'InvalidParameter',
        'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
      );
      await refused(
        broker.publish(topic, 'x', { MessageGroupId: 'g' }),
        'InvalidParameter',
        'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
      await broker.sns.send(
        new SetTopicAttributesCommand({
          TopicArn: topic,
          AttributeName: 'ContentBasedDeduplication',
          AttributeValue: 'true',
        }),
      );
      await broker.publish(topic, 'x', { MessageGroupId: 'g' });
      const dead = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };
      await refused(
        broker.subscribe(topic, 'q.fifo', dead),
        'InvalidParameter',
        'Invalid parameter: Attributes Reason: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
      );
    });

    it('publish batches in their order', async () => {
      const topic = await broker.createTopic({ FifoTopic: 'true', ContentBasedDeduplication: 'true' });
      const queue = await fifoQueue();
      await broker.subscribe(topic, queue, { RawMessageDelivery: 'true' });
      const entries = Array.from({ length: 10 }, (_, i) => ({ Id: `${i}`, Message: `m${i}`, MessageGroupId: 'g' }));
      const batch = { TopicArn: topic, PublishBatchRequestEntries: entries };
      const { Successful } = await broker.sns.send(new PublishBatchCommand(batch));
      assert.ok(Successful?.every(({ SequenceNumber }) => SequenceNumber !== undefined));
      assert.deepEqual(
        await broker.take(queue, 10),
        entries.map(({ Message }) => Message),
      );
    });

    it(`count on after a ${end}, and their FIFO queues know what they have had`, async () => {
      const topic = await broker.createTopic({ FifoTopic: 'true' });
      const queue = await fifoQueue();
      await broker.subscribe(topic, queue, { RawMessageDelivery: 'true' });
      const more = { MessageGroupId: 'g', MessageDeduplicationId: 'once' };
      const before = await broker.publish(topic, 'x', more);
      await broker[end]();
      await broker.publish(topic, 'x', more);
      const after = await broker.publish(topic, 'y', { ...more, MessageDeduplicationId: 'next' });
      assert.ok((after.SequenceNumber ?? '') > (before.SequenceNumber ?? ''));
      assert.deepEqual(await broker.take(queue, 2), ['x', 'y']);
    });
  });
}
