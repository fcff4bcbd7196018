import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { type Notification, SnsUnderTest } from './sns-under-test.js';

describe('SNS that is killed while it is published to', () => {
  const broker = new SnsUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  it('has in every queue all that it answered for', async () => {
    const topic = await broker.createTopic();
    const queues = [await broker.createQueue(), await broker.createQueue(), await broker.createQueue()];
    await broker.subscribe(topic, queues[0]);
    await broker.subscribe(topic, queues[1], { RawMessageDelivery: 'true' });
    await broker.subscribe(topic, queues[2], { RawMessageDelivery: 'true', FilterPolicy: '{"odd":["yes"]}' });
    const answered: number[] = [];
    let next = 0;
    let enough = (): void => {};
    const reached = new Promise<void>((resolve) => (enough = resolve));
    const publisher = async (): Promise<void> => {
      for (;;) {
        const number = next++;
        const odd = { DataType: 'String', StringValue: number % 2 === 1 ? 'yes' : 'no' };
        await broker.publish(topic, `${number} ${'z'.repeat(1000)}`, { MessageAttributes: { odd } });
        answered.push(number);
        if (answered.length === 200) enough();
      }
    };
    const publishers = Array.from({ length: 8 }, () => assert.rejects(publisher()));
    await reached;
    await broker.crash();
    await Promise.all(publishers);
    const numbersIn = async (queue: string): Promise<Set<number>> => {
      const numbers = new Set<number>();
      for (;;) {
        const bodies = await broker.bodies(queue, { WaitTimeSeconds: 1, VisibilityTimeout: 600 });
        if (bodies.length === 0) return numbers;
        for (const body of bodies) {
          const text = body?.startsWith('{') === true ? (JSON.parse(body) as Notification).Message : body;
          numbers.add(Number.parseInt(text ?? '', 10));
        }
      }
    };
    const all = [await numbersIn(queues[0]), await numbersIn(queues[1])];
    const odd = await numbersIn(queues[2]);
    for (const number of answered) {
      assert.ok(
        all.every((numbers) => numbers.has(number)),
        `${number} was answered for and is gone`,
      );
      assert.equal(odd.has(number), number % 2 === 1);
    }
  });
});

for (const end of ['restart', 'crash'] as const) {
  describe(`SNS after a ${end}`, () => {
    const broker = new SnsUnderTest();
    before(() => broker.start());
    after(() => broker.stop());

    it('has its topics and subscriptions, with all that was set, and not those that were deleted', async () => {
      const topic = await broker.createTopic({ DisplayName: 'Kept', SignatureVersion: '2' });
      const Tags = [{ Key: 'a', Value: 'b' }];
      await broker.sns.send(new TagResourceCommand({ ResourceArn: topic, Tags }));
      const queue = await broker.createQueue();
      const attributes = { RawMessageDelivery: 'true', FilterPolicy: '{"k":["v"]}' };
      const kept = await broker.subscribe(topic, queue, attributes);
      const ended = await broker.subscribe(topic, await broker.createQueue());
      await broker.sns.send(new UnsubscribeCommand({ SubscriptionArn: ended }));
      const gone = await broker.createTopic();
      await broker.subscribe(gone, queue);
      await broker.sns.send(new DeleteTopicCommand({ TopicArn: gone }));
      const attributesOf = async () => {
        const { Attributes } = await broker.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: kept }));
        return Attributes;
      };
      const before = await attributesOf();

      await broker[end]();

      const { Attributes } = await broker.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }));
      assert.equal(Attributes?.['DisplayName'], 'Kept');
      assert.equal(Attributes['SignatureVersion'], '2');
      const tags = await broker.sns.send(new ListTagsForResourceCommand({ ResourceArn: topic }));
      assert.deepEqual(tags.Tags, Tags);
      assert.deepEqual(await attributesOf(), before);
      const { Subscriptions } = await broker.sns.send(new ListSubscriptionsCommand({}));
      assert.deepEqual(
        Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn),
        [kept],
      );
      await broker.publish(topic, 'filtered out');
      await broker.publish(topic, 'x', { MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } } });
      assert.deepEqual(await broker.take(queue, 1), ['x']);
      assert.deepEqual(await broker.bodies(queue), []);
    });

    it('has every message that a publish was answered for, in every queue', async () => {
      const topic = await broker.createTopic();
      const queues = [await broker.createQueue(), await broker.createQueue()];
      await broker.subscribe(topic, queues[0]);
      await broker.subscribe(topic, queues[1], { RawMessageDelivery: 'true' });
      const long = 'y'.repeat(2000);
      const bodies = Array.from({ length: 30 }, (_, i) => `${i} ${i % 2 === 0 ? long : ''}`);
      await Promise.all(bodies.map((body) => broker.publish(topic, body)));
      await broker[end]();
      const wrapped = await broker.take(queues[0], bodies.length);
      const raw = await broker.take(queues[1], bodies.length);
      assert.deepEqual(new Set(wrapped.map((body) => (JSON.parse(body) as Notification).Message)), new Set(bodies));
      assert.deepEqual(new Set(raw), new Set(bodies));
    });
  });
}
