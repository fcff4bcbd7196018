import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { alterConfigs } from '../schema/alter-configs.js';
import { createPartitions } from '../schema/create-partitions.js';
import { createTopics } from '../schema/create-topics.js';
import { deleteRecords } from '../schema/delete-records.js';
import { deleteTopics } from '../schema/delete-topics.js';
import { describeConfigs } from '../schema/describe-configs.js';
import { incrementalAlterConfigs } from '../schema/incremental-alter-configs.js';
import { metadata } from '../schema/metadata.js';
import { batchOf, FrontFixture, record } from '../testing/front-fixture.test.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

test('the address that the client dialled is advertised', async () => {
  const { brokers, clusterId, controllerId } = await front.client.call(metadata, 9, { topics: [] });
  assert.deepEqual(brokers, [{ nodeId: 1, host: '127.0.0.1', port: front.port, rack: null }]);
  assert.equal(clusterId?.length, 22);
  assert.equal(controllerId, 1);
});

test('a topic that is named is created when the client wants that, and only then', async () => {
  const name = front.freshName('auto-');
  const ask = (allowAutoTopicCreation: boolean) =>
    front.client.call(metadata, 9, { topics: [{ name, topicId: ZERO_UUID }], allowAutoTopicCreation });
  assert.equal((await ask(false)).topics[0].errorCode, ErrorCode.unknownTopicOrPartition);
  const { topics } = await ask(true);
  assert.equal(topics[0].errorCode, 0);
  assert.equal(topics[0].partitions.length, 1);
});

test('illegal names, names of plain queues and colliding names are invalid topics', async () => {
  const first = front.freshName('dot.');
  const names = ['', '..', 'a b', 'x'.repeat(250), 'plain-queue'];
  const { topics } = await front.client.call(metadata, 9, {
    topics: [first, ...names, first.replace('.', '_')].map((name) => ({ name, topicId: ZERO_UUID })),
  });
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [0, ...names.map(() => ErrorCode.invalidTopic), ErrorCode.invalidTopic],
  );
});

test('topics are found by id, and an id that is not known is told as such', async () => {
  const name = await front.newTopic();
  const byName = await front.client.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
  const { topicId } = byName.topics[0];
  const unknown = 'f'.repeat(32);
  const { topics } = await front.client.call(metadata, 12, {
    topics: [
      { name: null, topicId },
      { name: null, topicId: unknown },
    ],
  });
  assert.equal(topics[0].name, name);
  assert.deepEqual([topics[1].errorCode, topics[1].name], [ErrorCode.unknownTopicId, null]);
});

test('an empty list asks for all topics in version 0 and for none later', async () => {
  await front.newTopic();
  assert.ok((await front.client.call(metadata, 0, { topics: [] })).topics.length > 0);
  assert.equal((await front.client.call(metadata, 1, { topics: [] })).topics.length, 0);
  assert.ok((await front.client.call(metadata, 1, { topics: null })).topics.length > 0);
});

test('CreateTopics refuses what makes no sense, topic by topic', async () => {
  const existing = await front.newTopic();
  const base = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const asked = [
    { ...base, name: existing },
    { ...base, name: 'bad name' },
    { ...base, name: 'r3', replicationFactor: 3 },
    { ...base, name: 'p0', numPartitions: 0 },
    { ...base, name: 'c1', configs: [{ name: 'no.such.config', value: '1' }] },
    { ...base, name: 'c2', configs: [{ name: 'retention.ms', value: 'soon' }] },
    { ...base, name: 'twice' },
    { ...base, name: 'twice' },
    { ...base, name: 'fine', numPartitions: -1, replicationFactor: -1 },
  ];
  const { topics } = await front.client.call(createTopics, 7, { topics: asked, validateOnly: true });
  assert.deepEqual(
    topics.map(({ errorCode }) => errorCode),
    [
      ErrorCode.topicAlreadyExists,
      ErrorCode.invalidTopic,
      ErrorCode.invalidReplicationFactor,
      ErrorCode.invalidPartitions,
      ErrorCode.invalidConfig,
      ErrorCode.invalidConfig,
      ErrorCode.invalidRequest,
      ErrorCode.invalidRequest,
      0,
    ],
  );
  const { topics: after } = await front.client.call(metadata, 9, {
    topics: [{ name: 'fine', topicId: ZERO_UUID }],
    allowAutoTopicCreation: false,
  });
  assert.equal(after[0].errorCode, ErrorCode.unknownTopicOrPartition, 'validateOnly creates nothing');
});

test('partitions can be added, not taken away', async () => {
  const name = await front.newTopic(2);
  const grow = async (count: number) => {
    const { results } = await front.client.call(createPartitions, 2, {
      topics: [{ name, count, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    return results[0].errorCode;
  };
  assert.equal(await grow(2), ErrorCode.invalidPartitions);
  assert.equal(await grow(5), 0);
  const { topics } = await front.client.call(metadata, 9, { topics: [{ name, topicId: ZERO_UUID }] });
  assert.equal(topics[0].partitions.length, 5);
});

test('a deleted topic is gone by name and by id', async () => {
  const name = await front.newTopic();
  const { topics } = await front.client.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
  const { responses } = await front.client.call(deleteTopics, 6, {
    topics: [{ topicId: topics[0].topicId }, { name: 'never-there', topicId: ZERO_UUID }],
    topicNames: [],
    timeoutMs: 1000,
  });
  assert.deepEqual(
    responses.map(({ errorCode }) => errorCode),
    [0, ErrorCode.unknownTopicOrPartition],
  );
  assert.equal((await front.append(name, batchOf(record('a')))).errorCode, ErrorCode.unknownTopicOrPartition);
});

test('DescribeConfigs lists every configuration with its source, and the broker has some too', async () => {
  const name = await front.newTopic(1, { 'retention.ms': '1000', 'cleanup.policy': 'compact,delete' });
  const { results } = await front.client.call(describeConfigs, 4, {
    resources: [
      { resourceType: 2, resourceName: name, configurationKeys: null },
      { resourceType: 4, resourceName: '1', configurationKeys: ['advertised.listeners'] },
      { resourceType: 2, resourceName: 'no-such-topic', configurationKeys: null },
    ],
    includeSynonyms: true,
  });
  const configs = new Map(results[0].configs.map((config) => [config.name, config]));
  assert.ok(configs.size > 25);
  assert.deepEqual([configs.get('retention.ms')?.value, configs.get('retention.ms')?.configSource], ['1000', 1]);
  assert.equal(configs.get('cleanup.policy')?.value, 'compact,delete');
  assert.deepEqual([configs.get('segment.ms')?.configSource, configs.get('segment.ms')?.configType], [5, 5]);
  assert.equal(results[1].configs[0].value, `PLAINTEXT://127.0.0.1:${front.port}`);
  assert.equal(results[2].errorCode, ErrorCode.unknownTopicOrPartition);
});

test('configuration is changed piece by piece or as a whole', async () => {
  const name = await front.newTopic(1, { 'retention.ms': '1000', 'segment.bytes': '5000' });
  const show = async () => {
    const { results } = await front.client.call(describeConfigs, 4, {
      resources: [{ resourceType: 2, resourceName: name, configurationKeys: null }],
    });
    const set = results[0].configs.filter(({ configSource }) => configSource === 1);
    return Object.fromEntries(set.map((config) => [config.name, config.value]));
  };
  const alter = async (configName: string, configOperation: number, value: string | null, validateOnly = false) => {
    const configs = [{ name: configName, configOperation, value }];
    const resources = [{ resourceType: 2, resourceName: name, configs }];
    const { responses } = await front.client.call(incrementalAlterConfigs, 1, { resources, validateOnly });
    return responses[0].errorCode;
  };
  assert.equal(await alter('cleanup.policy', 2, 'compact'), 0);
  assert.equal(await alter('segment.bytes', 1, null), 0);
  assert.equal(await alter('retention.ms', 0, '77', true), 0);
  assert.equal(await alter('retention.ms', 0, 'never'), ErrorCode.invalidConfig);
  assert.deepEqual(await show(), { 'retention.ms': '1000', 'cleanup.policy': 'delete,compact' });
  const refused = await front.append(name, batchOf(record('no key')));
  assert.equal(refused.errorCode, ErrorCode.invalidRecord, 'the topic is compacted from now on');

  await front.client.call(alterConfigs, 2, {
    resources: [{ resourceType: 2, resourceName: name, configs: [{ name: 'max.message.bytes', value: '2000' }] }],
    validateOnly: false,
  });
  assert.deepEqual(await show(), { 'max.message.bytes': '2000' });
  assert.equal((await front.append(name, batchOf(record('no key')))).errorCode, 0);
});

test('the start of a log is moved forward, not beyond what is readable', async () => {
  const name = await front.newTopic();
  await front.append(name, batchOf(record('a'), record('b'), record('c')));
  const remove = async (offset: number, partitionIndex = 0) => {
    const { topics } = await front.client.call(deleteRecords, 2, {
      topics: [{ name, partitions: [{ partitionIndex, offset }] }],
      timeoutMs: 1000,
    });
    const { lowWatermark, errorCode } = topics[0].partitions[0];
    return [lowWatermark, errorCode];
  };
  assert.deepEqual(await remove(2), [2, 0]);
  assert.deepEqual(await remove(4), [-1, ErrorCode.offsetOutOfRange]);
  assert.deepEqual(await remove(-2), [-1, ErrorCode.offsetOutOfRange]);
  assert.deepEqual(await remove(0, 9), [-1, ErrorCode.unknownTopicOrPartition]);
  assert.deepEqual(await remove(-1), [3, 0]);
});
