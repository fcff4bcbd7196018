import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { createAcls } from '../schema/create-acls.js';
import { createTopics } from '../schema/create-topics.js';
import { deleteAcls } from '../schema/delete-acls.js';
import { deleteTopics } from '../schema/delete-topics.js';
import { describeAcls } from '../schema/describe-acls.js';
import { endTxn } from '../schema/end-txn.js';
import { fetch } from '../schema/fetch.js';
import { heartbeat } from '../schema/heartbeat.js';
import { incrementalAlterConfigs } from '../schema/incremental-alter-configs.js';
import { initProducerId } from '../schema/init-producer-id.js';
import { joinGroup } from '../schema/join-group.js';
import { metadata } from '../schema/metadata.js';
import { offsetFetch } from '../schema/offset-fetch.js';
import { produce } from '../schema/produce.js';
import { batchOf, fetched, fetchRequest, FrontFixture, produceRequest, record } from '../testing/front-fixture.test.js';
import { plainLogin } from '../testing/sasl-client.test.js';
import type { TestClient } from '../testing/test-client.test.js';
import { ZERO_UUID } from '../wire/wire-reader.js';
import { type Acl, Operation, operationBits, PatternType, PermissionType, ResourceType } from './acl.js';

const front = new FrontFixture();
/** May read in the core, and nothing else. */
let reader: TestClient;

const ANY_ACL = {
  resourceTypeFilter: ResourceType.any,
  resourceNameFilter: null,
  patternTypeFilter: PatternType.any,
  principalFilter: null,
  hostFilter: null,
  operation: Operation.any,
  permissionType: PermissionType.any,
};

before(() => front.start());
beforeEach(async () => {
  await front.renewClient();
  await plainLogin(front.client, 'guest', 'guest-secret');
  await front.client.call(deleteAcls, 3, { filters: [ANY_ACL] });
  reader = await front.connect();
  await plainLogin(reader, 'reader', 'reader-secret');
});
after(() => front.stop());

function line(changes: Partial<Acl>): Acl {
  return {
    resourceType: ResourceType.topic,
    patternType: PatternType.literal,
    resourceName: '*',
    principal: 'User:reader',
    host: '*',
    operation: Operation.write,
    permissionType: PermissionType.allow,
    ...changes,
  };
}

async function add(...acls: Acl[]): Promise<number[]> {
  const creations = acls.map(({ patternType, ...acl }) => ({ ...acl, resourcePatternType: patternType }));
  const { results } = await front.client.call(createAcls, 3, { creations });
  return results.map(({ errorCode }) => errorCode);
}

async function codeOfProduce(client: TestClient, name: string): Promise<number> {
  const { responses } = await client.call(produce, 9, produceRequest(name, batchOf(record('x'))));
  return responses[0].partitionResponses[0].errorCode;
}

async function codeOfFetch(client: TestClient, name: string): Promise<number> {
  return fetched(await client.call(fetch, 11, fetchRequest(name, 0))).errorCode;
}

test('lines are kept once, described by filter, and deleted by filter', async () => {
  const lines = [
    line({ resourceName: 'orders' }),
    line({ resourceName: 'ord', patternType: PatternType.prefixed, operation: Operation.read }),
    line({ resourceType: ResourceType.group, resourceName: 'g', operation: Operation.read, principal: 'User:bob' }),
  ];
  assert.deepEqual(await add(...lines, lines[0]), [0, 0, 0, 0]);
  const find = async (filter: Partial<typeof ANY_ACL>) => {
    const { resources } = await front.client.call(describeAcls, 3, { ...ANY_ACL, ...filter });
    return resources.map(({ resourceName, acls }) => `${resourceName} ${acls.length}`);
  };
  assert.deepEqual(await find({}), ['orders 1', 'ord 1', 'g 1']);
  const topic = { resourceTypeFilter: ResourceType.topic as number };
  const named = { ...topic, resourceNameFilter: 'orders' } as unknown as Partial<typeof ANY_ACL>;
  assert.deepEqual(await find(named), ['orders 1']);
  assert.deepEqual(await find({ ...named, patternTypeFilter: PatternType.match as never }), ['orders 1', 'ord 1']);
  assert.deepEqual(await find({ principalFilter: 'User:bob' as never }), ['g 1']);
  const { filterResults } = await front.client.call(deleteAcls, 3, { filters: [{ ...ANY_ACL, ...topic }] });
  assert.equal(filterResults[0].matchingAcls.length, 2);
  assert.deepEqual(await find({}), ['g 1']);
});

test('lines that make no sense are refused one by one', async () => {
  const codes = await add(
    line({ resourceName: '' }),
    line({ resourceType: ResourceType.cluster, resourceName: 'other', operation: Operation.alter }),
    line({ resourceType: ResourceType.group, resourceName: 'g', operation: Operation.create }),
    line({ patternType: PatternType.match }),
    line({ principal: 'alice' }),
    line({ permissionType: PermissionType.any }),
    line({ resourceType: ResourceType.any }),
    line({}),
  );
  assert.deepEqual(codes, [...Array.from({ length: 7 }, () => ErrorCode.invalidRequest), 0]);
});

test('a line gives what the core does not, a denying one takes what it does, and implied operations come along', async () => {
  const name = await front.newTopic();
  assert.deepEqual(
    [await codeOfProduce(reader, name), await codeOfFetch(reader, name)],
    [ErrorCode.topicAuthorizationFailed, 0],
  );
  await add(line({ resourceName: name.slice(0, 5), patternType: PatternType.prefixed }));
  assert.equal(await codeOfProduce(reader, name), 0);
  await add(line({ resourceName: name, operation: Operation.read, permissionType: PermissionType.deny }));
  assert.equal(await codeOfFetch(reader, name), ErrorCode.topicAuthorizationFailed);
  await add(
    line({ resourceName: name, operation: Operation.all, permissionType: PermissionType.deny, host: '192.0.2.1' }),
  );
  assert.equal(await codeOfProduce(reader, name), 0, 'the line is about another host');
  const { topics } = await reader.call(metadata, 12, {
    topics: [{ name, topicId: ZERO_UUID }],
    includeTopicAuthorizedOperations: true,
  });
  assert.equal(topics[0].topicAuthorizedOperations, operationBits([Operation.write, Operation.describe]));
});

test('clients without a name are left out where a list leaves them out', async () => {
  const [listed, open] = [await front.newTopic(), await front.newTopic()];
  await add(line({ resourceName: listed }));
  const anonymous = await front.connect();
  assert.equal(await codeOfProduce(anonymous, open), 0);
  assert.equal(await codeOfProduce(anonymous, listed), ErrorCode.topicAuthorizationFailed);
  await add(line({ resourceName: listed, principal: 'User:ANONYMOUS' }));
  assert.equal(await codeOfProduce(anonymous, listed), 0);
  assert.equal(await codeOfProduce(front.client, listed), 0, 'the core allows the user everything');
  anonymous.close();
});

test('topics are created, deleted and changed by whoever may, and their names shown', async () => {
  const name = front.freshName('made');
  const make = async (validateOnly = false) => {
    const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const { topics } = await reader.call(createTopics, 7, { topics: [topic], validateOnly });
    return topics[0].errorCode;
  };
  const remove = async () => {
    const { responses } = await reader.call(deleteTopics, 6, {
      topics: [{ name, topicId: ZERO_UUID }],
      topicNames: [],
      timeoutMs: 1000,
    });
    return responses[0].errorCode;
  };
  assert.equal(await make(), ErrorCode.topicAuthorizationFailed);
  const cluster = { resourceType: ResourceType.cluster, resourceName: 'kafka-cluster' };
  await add(line({ ...cluster, operation: Operation.create }));
  assert.equal(await make(), 0);
  assert.equal(await remove(), ErrorCode.topicAuthorizationFailed);
  await add(line({ resourceName: name, operation: Operation.delete }));
  assert.equal(await remove(), 0);
  const alter = { name: 'log.retention.ms', configOperation: 0, value: '1000' };
  const resources = [{ resourceType: 4, resourceName: '', configs: [alter] }];
  const { responses } = await reader.call(incrementalAlterConfigs, 1, { resources, validateOnly: true });
  assert.equal(responses[0].errorCode, ErrorCode.clusterAuthorizationFailed);
  const { results } = await reader.call(createAcls, 3, { creations: [{ ...line({}), resourcePatternType: 3 }] });
  assert.equal(results[0].errorCode, ErrorCode.clusterAuthorizationFailed);
});

test('groups and transactional ids are guarded where lines are about them', async () => {
  await add(
    line({
      resourceType: ResourceType.group,
      resourceName: 'theirs',
      operation: Operation.read,
      principal: 'User:bob',
    }),
    line({
      resourceType: ResourceType.group,
      resourceName: 'theirs',
      operation: Operation.all,
      permissionType: PermissionType.deny,
    }),
    line({
      resourceType: ResourceType.transactionalId,
      resourceName: 'theirs',
      operation: Operation.write,
      permissionType: PermissionType.deny,
    }),
  );
  const join = { groupId: 'theirs', sessionTimeoutMs: 10_000, memberId: '', protocolType: 'consumer', protocols: [] };
  assert.equal((await reader.call(joinGroup, 5, join)).errorCode, ErrorCode.groupAuthorizationFailed);
  const beat = { groupId: 'theirs', generationId: 1, memberId: 'm' };
  assert.equal((await reader.call(heartbeat, 4, beat)).errorCode, ErrorCode.groupAuthorizationFailed);
  const groups = ['theirs', 'ours'].map((groupId) => ({ groupId, topics: [] }));
  const offsets = await reader.call(offsetFetch, 8, { groups, topics: [] });
  assert.deepEqual(
    offsets.groups.map(({ errorCode }) => errorCode),
    [ErrorCode.groupAuthorizationFailed, 0],
  );
  const init = { transactionalId: 'theirs', transactionTimeoutMs: 1000 };
  const denied = ErrorCode.transactionalIdAuthorizationFailed;
  assert.equal((await reader.call(initProducerId, 4, init)).errorCode, denied);
  const end = { transactionalId: 'theirs', producerId: 1, producerEpoch: 0, committed: true };
  assert.equal((await reader.call(endTxn, 3, end)).errorCode, denied);
});
