import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { createPartitions } from '../schema/create-partitions.js';
import { createTopics } from '../schema/create-topics.js';
import { deleteTopics } from '../schema/delete-topics.js';
import { describeConfigs } from '../schema/describe-configs.js';
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
