import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { alterPartitionReassignments } from '../schema/alter-partition-reassignments.js';
import { alterReplicaLogDirs } from '../schema/alter-replica-log-dirs.js';
import { apiVersions } from '../schema/api-versions.js';
import { createPartitions } from '../schema/create-partitions.js';
import { describeConfigs } from '../schema/describe-configs.js';
import { describeLogDirs } from '../schema/describe-log-dirs.js';
import { describeProducers } from '../schema/describe-producers.js';
import { describeQuorum } from '../schema/describe-quorum.js';
import { describeTopicPartitions } from '../schema/describe-topic-partitions.js';
import { describeTransactions } from '../schema/describe-transactions.js';
import { electLeaders } from '../schema/elect-leaders.js';
import { incrementalAlterConfigs } from '../schema/incremental-alter-configs.js';
import { listConfigResources } from '../schema/list-config-resources.js';
import { listPartitionReassignments } from '../schema/list-partition-reassignments.js';
import { listTransactions } from '../schema/list-transactions.js';
import { updateFeatures } from '../schema/update-features.js';
import { batchOf, FrontFixture, record } from '../testing/front-fixture.test.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

const [TOPIC, BROKER, GROUP] = [2, 4, 32];

async function alter(resourceType: number, resourceName: string, name: string, value: string | null, operation = 0) {
  const resources = [{ resourceType, resourceName, configs: [{ name, configOperation: operation, value }] }];
  const { responses } = await front.client.call(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  return [responses[0].errorCode, responses[0].errorMessage] as const;
}

async function describe(resourceType: number, resourceName: string, name: string) {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }];
  const request = { resources, includeSynonyms: true, includeDocumentation: true };
  const { results } = await front.client.call(describeConfigs, 4, request);
  return results[0].configs[0];
}

test('topics are described page by page, in the order of their names', async () => {
  const names = [await front.newTopic(3), await front.newTopic(2), 'missing'];
  const page = async (cursor: { topicName: string; partitionIndex: number } | null) => {
    const topics = names.toReversed().map((name) => ({ name }));
    const request = { topics, responsePartitionLimit: 2, cursor };
    const answer = await front.client.call(describeTopicPartitions, 0, request);
    const told = answer.topics.map(({ name, errorCode, partitions }) => [
      name,
      errorCode,
      partitions.map(({ partitionIndex }) => partitionIndex),
    ]);
    return [told, answer.nextCursor] as const;
  };
  const sorted = names.toSorted();
  const [missing, first, second] = sorted;
  const unknown = [missing, ErrorCode.unknownTopicOrPartition, []];
  const next = { topicName: first, partitionIndex: 2 };
  assert.deepEqual(await page(null), [[unknown, [first, 0, [0, 1]]], next]);
  const last = { topicName: second, partitionIndex: 1 };
  assert.deepEqual(await page(next), [
    [
      [first, 0, [2]],
      [second, 0, [0]],
    ],
    last,
  ]);
  assert.deepEqual(await page(last), [[[second, 0, [1]]], null]);
});

test('the arrays that Java takes as they are are empty, not null', async () => {
  const name = await front.newTopic();
  const request = { topics: [{ name }], cursor: null };
  const { topics } = await front.client.call(describeTopicPartitions, 0, request);
  const [{ eligibleLeaderReplicas, lastKnownElr }] = topics[0].partitions;
  assert.deepEqual([eligibleLeaderReplicas, lastKnownElr], [[], []]);
});

test('a leader that is the right one needs no election', async () => {
  const topic = await front.newTopic();
  const topicPartitions = [{ topic, partitions: [0, 7] }];
  const { replicaElectionResults } = await front.client.call(electLeaders, 2, { topicPartitions });
  assert.deepEqual(
    replicaElectionResults[0].partitionResult.map(({ errorCode }) => errorCode),
    [ErrorCode.electionNotNeeded, ErrorCode.unknownTopicOrPartition],
  );
});

test('a partition may move to where it is, and nothing is ever on its way', async () => {
  const name = await front.newTopic(2);
  const move = (partitionIndex: number, replicas: number[] | null) => ({ partitionIndex, replicas });
  const topics = [{ name, partitions: [move(0, [1]), move(1, [9]), move(0, null), move(5, [1])] }];
  const { responses } = await front.client.call(alterPartitionReassignments, 1, { topics });
  assert.deepEqual(
    responses[0].partitions.map(({ errorCode }) => errorCode),
    [0, ErrorCode.invalidReplicaAssignment, ErrorCode.noReassignmentInProgress, ErrorCode.unknownTopicOrPartition],
  );
  assert.deepEqual((await front.client.call(listPartitionReassignments, 0, { topics: null })).topics, []);
  const dirs = [{ path: '/elsewhere', topics: [{ name, partitions: [0] }] }];
  const moved = await front.client.call(alterReplicaLogDirs, 2, { dirs });
  assert.equal(moved.results[0].partitions[0].errorCode, ErrorCode.logDirNotFound);
});

test('one directory has all partitions with their sizes', async () => {
  const topic = await front.newTopic(2);
  const answer = await front.client.call(describeLogDirs, 4, { topics: [{ topic, partitions: [1] }] });
  const [{ topics }] = answer.results;
  assert.deepEqual(topics, [
    { name: topic, partitions: [{ partitionIndex: 1, partitionSize: 4096, offsetLag: 0, isFutureKey: false }] },
  ]);
  const all = await front.client.call(describeLogDirs, 1, { topics: null });
  assert.ok(all.results[0].topics.some(({ name, partitions }) => name === topic && partitions.length === 2));
});

test('the quorum is one, and features stay as they are', async () => {
  const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }];
  const quorum = await front.client.call(describeQuorum, 2, { topics });
  const [{ leaderId, currentVoters }] = quorum.topics[0].partitions;
  assert.deepEqual([leaderId, currentVoters.length, quorum.nodes[0].listeners[0].port], [1, 1, front.port]);
  const update = async (maxVersionLevel: number, version: number) => {
    const featureUpdates = [{ feature: 'transaction.version', maxVersionLevel }];
    return await front.client.call(updateFeatures, version, { featureUpdates });
  };
  assert.equal((await update(2, 2)).errorCode, 0);
  assert.equal((await update(1, 2)).errorCode, ErrorCode.invalidUpdateVersion);
  assert.equal((await update(1, 1)).results[0].errorCode, ErrorCode.invalidUpdateVersion);
});

test('transactions and producers that nobody knows', async () => {
  const ids = { transactionalIds: ['none'] };
  const { transactionStates } = await front.client.call(describeTransactions, 0, ids);
  assert.equal(transactionStates[0].errorCode, ErrorCode.transactionalIdNotFound);
  const filters = { stateFilters: ['Ongoing', 'Sleeping'], producerIdFilters: [] };
  const listed = await front.client.call(listTransactions, 2, filters);
  assert.deepEqual(listed.unknownStateFilters, ['Sleeping']);
  const broken = await front.client.call(listTransactions, 2, { ...filters, transactionalIdPattern: '(' });
  assert.equal(broken.errorCode, ErrorCode.invalidRegularExpression);
  const name = await front.newTopic();
  const asked = { topics: [{ name, partitionIndexes: [0, 3] }] };
  const { topics } = await front.client.call(describeProducers, 0, asked);
  assert.deepEqual(
    topics[0].partitions.map(({ errorCode }) => errorCode),
    [0, ErrorCode.unknownTopicOrPartition],
  );
});

test('what is set for all topics holds where a topic says nothing, and is shown as that', async () => {
  const [silent, explicit] = [await front.newTopic(), await front.newTopic(1, { 'max.message.bytes': '5000' })];
  assert.deepEqual(await alter(BROKER, '', 'message.max.bytes', '200'), [0, null]);
  const shown = await describe(TOPIC, silent, 'max.message.bytes');
  assert.deepEqual([shown.value, shown.configSource], ['200', 3]);
  assert.deepEqual(
    shown.synonyms.map(({ name, source }) => [name, source]),
    [
      ['message.max.bytes', 3],
      ['message.max.bytes', 5],
    ],
  );
  assert.equal((await describe(TOPIC, explicit, 'max.message.bytes')).value, '5000');
  const large = () => batchOf(record('x'.repeat(500)));
  assert.equal((await front.append(silent, large())).errorCode, ErrorCode.messageTooLarge);
  assert.equal((await front.append(explicit, large())).errorCode, 0);
  const later = await front.newTopic();
  assert.equal((await front.append(later, large())).errorCode, ErrorCode.messageTooLarge);
  assert.deepEqual(await alter(BROKER, '', 'message.max.bytes', null, 1), [0, null]);
  assert.equal((await front.append(silent, large())).errorCode, 0);
  assert.equal((await describe(TOPIC, silent, 'max.message.bytes')).configSource, 5);
});

test('groups have configurations of their own, with limits', async () => {
  assert.equal((await alter(GROUP, 'g', 'consumer.session.timeout.ms', '1'))[0], ErrorCode.invalidConfig);
  assert.equal((await alter(GROUP, 'g', 'consumer.session.timeout.ms', '50000'))[0], 0);
  const shown = await describe(GROUP, 'g', 'consumer.session.timeout.ms');
  assert.deepEqual([shown.value, shown.configSource], ['50000', 8]);
  assert.match(shown.documentation ?? '', /member/);
  const listed = await front.client.call(listConfigResources, 1, { resourceTypes: [GROUP, BROKER] });
  assert.deepEqual(listed.configResources, [
    { resourceName: 'g', resourceType: GROUP },
    { resourceName: '1', resourceType: BROKER },
  ]);
});

test('changes that make no sense are refused as Kafka does', async () => {
  const name = await front.newTopic();
  assert.equal((await alter(TOPIC, name, 'no.such', '1'))[0], ErrorCode.invalidConfig);
  assert.equal((await alter(TOPIC, name, 'retention.ms', null))[0], ErrorCode.invalidRequest);
  assert.equal((await alter(TOPIC, '', 'retention.ms', '1'))[0], ErrorCode.invalidRequest);
  assert.equal((await alter(TOPIC, 'missing', 'retention.ms', '1'))[0], ErrorCode.unknownTopicOrPartition);
  assert.equal((await alter(BROKER, '7', 'num.io.threads', '1'))[0], ErrorCode.invalidRequest);
  assert.match((await alter(BROKER, '1', 'node.id', '1'))[1] ?? '', /Cannot update these configs dynamically/);
  assert.equal((await alter(16, 'metrics', 'interval.ms', '1'))[0], ErrorCode.invalidRequest);
  const configs = [
    { name: 'retention.ms', configOperation: 0, value: '1' },
    { name: 'retention.ms', configOperation: 0, value: '2' },
  ];
  const resources = [{ resourceType: TOPIC, resourceName: name, configs }];
  const { responses } = await front.client.call(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  assert.equal(responses[0].errorCode, ErrorCode.invalidRequest);
});

test('every topic that is to grow gets an answer', async () => {
  const [good, same] = [await front.newTopic(), await front.newTopic(2)];
  const ask = (name: string, count: number) => ({ name, count, assignments: null });
  const { results } = await front.client.call(createPartitions, 3, {
    topics: [ask(good, 3), ask(same, 2), ask('missing', 2)],
    timeoutMs: 1000,
    validateOnly: false,
  });
  assert.deepEqual(
    results.map(({ errorCode }) => errorCode),
    [0, ErrorCode.invalidPartitions, ErrorCode.unknownTopicOrPartition],
  );
});

test('records from too far in the future, or the past, are refused', async () => {
  const hourMs = 3_600_000;
  const at = (timestampMs: number) => batchOf(record('x', null, timestampMs));
  const topic = await front.newTopic(1, { 'message.timestamp.before.max.ms': '1000' });
  assert.equal((await front.append(topic, at(Date.now()))).errorCode, 0);
  assert.equal((await front.append(topic, at(Date.now() - 5000))).errorCode, ErrorCode.invalidTimestamp);
  assert.equal((await front.append(topic, at(Date.now() + 2 * hourMs))).errorCode, ErrorCode.invalidTimestamp);
  const patient = await front.newTopic(1, { 'message.timestamp.after.max.ms': String(3 * hourMs) });
  assert.equal((await front.append(patient, at(Date.now() + 2 * hourMs))).errorCode, 0);
  assert.equal((await front.append(patient, at(1))).errorCode, 0);
});

test('nobody is invited to push metrics', async () => {
  const { apiKeys } = await front.client.call(apiVersions, 3, { clientSoftwareName: 'a', clientSoftwareVersion: '1' });
  assert.deepEqual(
    apiKeys.filter(({ apiKey }) => apiKey === 71 || apiKey === 72),
    [],
  );
});
