import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { deleteTopics } from '../schema/delete-topics.js';
import { findCoordinator } from '../schema/find-coordinator.js';
import { heartbeat } from '../schema/heartbeat.js';
import { joinGroup } from '../schema/join-group.js';
import { offsetCommit } from '../schema/offset-commit.js';
import { offsetDelete } from '../schema/offset-delete.js';
import { offsetFetch } from '../schema/offset-fetch.js';
import { syncGroup } from '../schema/sync-group.js';
import { FrontFixture } from '../testing/front-fixture.test.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

const joining = (groupId: string, memberId = '') => ({
  groupId,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  memberId,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Uint8Array.of(1, 2) }],
});

test('a member joins, is assigned, commits, and a stranger cannot', async () => {
  const topic = await front.newTopic();
  const first = await front.client.call(joinGroup, 5, joining('g1'));
  assert.equal(first.errorCode, ErrorCode.memberIdRequired);
  const { memberId, generationId, leader, members, protocolName } = await front.client.call(
    joinGroup,
    7,
    joining('g1', first.memberId),
  );
  assert.deepEqual([leader, generationId, protocolName], [memberId, 1, 'range']);
  assert.deepEqual([...members[0].metadata], [1, 2]);
  const synced = await front.client.call(syncGroup, 5, {
    groupId: 'g1',
    generationId,
    memberId,
    assignments: [{ memberId, assignment: Uint8Array.of(9) }],
  });
  assert.deepEqual([...synced.assignment], [9]);
  const beat = await front.client.call(heartbeat, 4, { groupId: 'g1', generationId, memberId });
  assert.equal(beat.errorCode, 0);

  const commit = async (member: string, name = topic) => {
    const { topics } = await front.client.call(offsetCommit, 8, {
      groupId: 'g1',
      generationId,
      memberId: member,
      topics: [
        {
          name,
          topicId: ZERO_UUID,
          partitions: [{ partitionIndex: 0, committedOffset: 42, committedMetadata: 'm' }],
        },
      ],
    });
    return topics[0].partitions[0].errorCode;
  };
  assert.equal(await commit(memberId), 0);
  assert.equal(await commit('stranger'), ErrorCode.unknownMemberId);
  assert.equal(await commit(memberId, 'no-such-topic'), ErrorCode.unknownTopicOrPartition);

  const { groups } = await front.client.call(offsetFetch, 8, {
    topics: [],
    groups: [
      { groupId: 'g1', topics: null },
      { groupId: 'nobody', topics: [{ name: topic, topicId: ZERO_UUID, partitionIndexes: [0] }] },
    ],
  });
  assert.equal(groups[0].topics[0].name, topic);
  assert.deepEqual(groups[0].topics[0].partitions, [
    { partitionIndex: 0, committedOffset: 42, committedLeaderEpoch: -1, metadata: 'm', errorCode: 0 },
  ]);
  assert.deepEqual(groups[1].topics[0].partitions, [
    { partitionIndex: 0, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
  ]);
  assert.equal(groups[1].errorCode, 0);

  await front.client.call(deleteTopics, 5, { topics: [], topicNames: [topic], timeoutMs: 1000 });
  const after = await front.client.call(offsetFetch, 8, { topics: [], groups: [{ groupId: 'g1', topics: null }] });
  assert.deepEqual(after.groups[0].topics, [], 'the offsets went with the topic');
});

test('every group and transaction is coordinated here, in both forms of the question', async () => {
  const old = await front.client.call(findCoordinator, 0, { key: 'g', coordinatorKeys: [] });
  assert.deepEqual([old.nodeId, old.host, old.port, old.errorCode], [1, '127.0.0.1', front.port, 0]);
  const { coordinators } = await front.client.call(findCoordinator, 4, { keyType: 0, coordinatorKeys: ['a', 'b'] });
  assert.deepEqual(
    coordinators.map(({ key, nodeId }) => [key, nodeId]),
    [
      ['a', 1],
      ['b', 1],
    ],
  );
});

test('single offsets are forgotten, but not of topics that members read', async () => {
  const [read, other] = [await front.newTopic(), await front.newTopic()];
  const groupId = front.freshName('g');
  const subscription = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, read.length]), Buffer.from(read)]);
  const join = { ...joining(groupId), protocols: [{ name: 'range', metadata: subscription }] };
  const { memberId, generationId } = await front.client.call(joinGroup, 3, join);
  await front.client.call(syncGroup, 3, {
    groupId,
    generationId,
    memberId,
    assignments: [{ memberId, assignment: Uint8Array.of(1) }],
  });
  const partitions = [{ partitionIndex: 0, committedOffset: 5 }];
  await front.client.call(offsetCommit, 7, {
    groupId,
    generationId,
    memberId,
    topics: [read, other].map((name) => ({ name, topicId: ZERO_UUID, partitions })),
  });
  const forget = async (name: string) => {
    const { topics } = await front.client.call(offsetDelete, 0, {
      groupId,
      topics: [{ name, partitions: [{ partitionIndex: 0 }] }],
    });
    return topics[0].partitions[0].errorCode;
  };
  assert.equal(await forget(read), ErrorCode.groupSubscribedToTopic);
  assert.equal(await forget(other), 0);
  assert.equal(await forget('no-such-topic'), ErrorCode.unknownTopicOrPartition);
  const { groups } = await front.client.call(offsetFetch, 8, { topics: [], groups: [{ groupId, topics: null }] });
  assert.deepEqual(
    groups[0].topics.map(({ name }) => name),
    [read],
  );
  const unknown = await front.client.call(offsetDelete, 0, { groupId: 'nobody', topics: [] });
  assert.equal(unknown.errorCode, ErrorCode.groupIdNotFound);
});
