import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type Admin,
  CompressionTypes,
  type EachMessagePayload,
  Kafka,
  type KafkaJSAggregateError,
  logLevel,
} from 'kafkajs';
import kafkajs from 'kafkajs';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';

describe('kafkajs', () => {
  let broker: BrokerUnderTest;
  let kafka: Kafka;
  let admin: Admin;

  before(async () => {
    broker = await startBrokerUnderTest();
    kafka = new Kafka({ clientId: 'tests', brokers: [broker.address], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
  });
  after(async () => {
    await admin.disconnect();
    await broker.stop();
  });

  async function newTopic(numPartitions = 1): Promise<string> {
    const topic = freshName('t');
    await admin.createTopics({ topics: [{ topic, numPartitions }] });
    return topic;
  }

  async function send(topic: string, values: readonly string[], compression = CompressionTypes.None): Promise<void> {
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    await producer.send({
      topic,
      compression,
      messages: values.map((value) => ({ key: value, value, headers: { length: String(value.length) } })),
    });
    await producer.disconnect();
  }

  /** Reads as a member of `groupId` until `count` messages have come, and leaves. */
  async function consume(topic: string, groupId: string, count: number): Promise<EachMessagePayload[]> {
    const consumer = kafka.consumer({ groupId });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received: EachMessagePayload[] = [];
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: (payload) => {
            received.push(payload);
            if (received.length === count) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return received;
  }

  for (const [name, compression] of [
    ['plain', CompressionTypes.None],
    ['gzip', CompressionTypes.GZIP],
  ] as const) {
    test(`${name} messages go through with keys, headers and offsets`, async () => {
      const topic = await newTopic();
      await send(topic, ['a', 'bb', 'ccc'], compression);
      const received = await consume(topic, freshName('g'), 3);
      assert.deepEqual(
        received.map(({ message }) => [
          message.offset,
          message.key?.toString(),
          message.value?.toString(),
          String(message.headers?.['length']),
        ]),
        [
          ['0', 'a', 'a', '1'],
          ['1', 'bb', 'bb', '2'],
          ['2', 'ccc', 'ccc', '3'],
        ],
      );
    });
  }

  test('a group goes on where it left off', async () => {
    const topic = await newTopic();
    const groupId = freshName('g');
    await send(topic, ['a', 'b']);
    await consume(topic, groupId, 2);
    await send(topic, ['c']);
    const [next] = await consume(topic, groupId, 1);
    assert.equal(next?.message.value?.toString(), 'c');
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    assert.deepEqual(offsets?.partitions, [{ partition: 0, offset: '3', metadata: null }]);
    assert.deepEqual(await admin.deleteGroups([groupId]), [{ groupId, errorCode: 0 }]);
  });

  test('two members share the partitions and the group is described', async () => {
    const topic = await newTopic(4);
    const groupId = freshName('g');
    const options = { groupId, maxWaitTimeInMs: 100, heartbeatInterval: 100 };
    const consumers = [kafka.consumer(options), kafka.consumer(options)];
    const joined = consumers.map(
      (consumer) =>
        new Promise<readonly number[]>((resolve) => {
          consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
            const partitions = payload.memberAssignment[topic] ?? [];
            if (partitions.length === 2) resolve(partitions);
          });
        }),
    );
    for (const consumer of consumers) {
      await consumer.connect();
      await consumer.subscribe({ topic });
      await consumer.run({ eachMessage: () => Promise.resolve() });
    }
    const shares = await Promise.all(joined);
    assert.deepEqual(
      shares.flat().toSorted((a, b) => a - b),
      [0, 1, 2, 3],
    );
    const { groups } = await admin.describeGroups([groupId]);
    assert.equal(groups[0]?.members.length, 2);
    assert.ok((await admin.listGroups()).groups.some((group) => group.groupId === groupId));
    await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  });

  test('what a transaction writes is read when it is committed, and never when it is aborted', async () => {
    const topic = await newTopic();
    const groupId = freshName('g');
    const producer = kafka.producer({ transactionalId: freshName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const [value, commit] of [
      ['aborted', false],
      ['committed', true],
      ['aborted too', false],
      ['last', true],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      const offsets = { topic, partitions: [{ partition: 0, offset: commit ? '7' : '99' }] };
      await transaction.sendOffsets({ consumerGroupId: groupId, topics: [offsets] });
      await (commit ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    const received = await consume(topic, freshName('g'), 2);
    assert.deepEqual(
      received.map(({ message }) => message.value?.toString()),
      ['committed', 'last'],
    );
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    assert.equal(offsets?.partitions[0]?.offset, '7');
  });

  test('a second producer with the transactional id fences the first', async () => {
    const topic = await newTopic();
    const transactionalId = freshName('tx');
    const make = () =>
      kafka.producer({
        transactionalId,
        idempotent: true,
        maxInFlightRequests: 1,
        retry: { retries: 1, initialRetryTime: 10 },
      });
    const [first, second] = [make(), make()];
    await first.connect();
    const transaction = await first.transaction();
    await transaction.send({ topic, messages: [{ value: 'never' }] });
    await second.connect();
    const next = await second.transaction();
    await assert.rejects(transaction.commit());
    await next.send({ topic, messages: [{ value: 'once' }] });
    await next.commit();
    await Promise.all([first.disconnect(), second.disconnect()]);
    const [only] = await consume(topic, freshName('g'), 1);
    assert.equal(only?.message.value?.toString(), 'once');
  });

  test('topics are created with their settings, grown and deleted', async () => {
    const topic = freshName('admin');
    const created = await admin.createTopics({
      topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '12345' }] }],
    });
    assert.equal(created, true);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
    });
    assert.equal(resources[0]?.configEntries[0]?.configValue, '12345');
    await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    assert.equal(topics[0]?.partitions.length, 5);
    await admin.deleteTopics({ topics: [topic] });
    assert.ok(!(await admin.listTopics()).includes(topic));
    await assert.rejects(admin.createTopics({ topics: [{ topic: 'not a name' }] }), (error: KafkaJSAggregateError) =>
      /invalid topic/i.test(String(error.errors[0])),
    );
  });
});
