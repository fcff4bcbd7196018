import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { consumerGroupDescribe } from '../schema/consumer-group-describe.js';
import { consumerGroupHeartbeat } from '../schema/consumer-group-heartbeat.js';
import { deleteGroups } from '../schema/delete-groups.js';
import { describeGroups } from '../schema/describe-groups.js';
import { joinGroup } from '../schema/join-group.js';
import { listGroups } from '../schema/list-groups.js';
import { offsetCommit } from '../schema/offset-commit.js';
import { offsetDelete } from '../schema/offset-delete.js';
import { offsetFetch } from '../schema/offset-fetch.js';
import { FrontFixture } from '../testing/front-fixture.test.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

interface Said {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly subscribedTopicNames?: readonly string[];
  readonly subscribedTopicRegex?: string;
  readonly serverAssignor?: string;
}

const beat = (said: Said, version = 1) => {
  const joins = said.memberEpoch === 0;
  const first = { rebalanceTimeoutMs: 60_000, topicPartitions: [] };
  return front.client.call(consumerGroupHeartbeat, version, { ...said, ...(joins ? first : {}) });
};

test('a member is assigned what it subscribes to by name and by pattern, and described with it', async () => {
  const [groupId, topic] = [front.freshName('g'), await front.newTopic(3)];
  const joined = await beat({ groupId, memberId: 'm', memberEpoch: 0, subscribedTopicNames: [topic] });
  assert.deepEqual([joined.errorCode, joined.memberId, joined.memberEpoch > 0], [0, 'm', true]);
  assert.deepEqual(joined.assignment?.topicPartitions[0]?.partitions, [0, 1, 2]);
  const again = await beat({ groupId, memberId: 'm', memberEpoch: joined.memberEpoch });
  assert.deepEqual([again.errorCode, again.assignment], [0, null]);
  const byPattern = { subscribedTopicNames: [], subscribedTopicRegex: `${topic}|nothing` };
  const patterned = await beat({ groupId, memberId: 'm', memberEpoch: again.memberEpoch, ...byPattern });
  assert.ok(patterned.memberEpoch > again.memberEpoch);
  const { groups } = await front.client.call(consumerGroupDescribe, 1, {
    groupIds: [groupId, 'nobody'],
    includeAuthorizedOperations: false,
  });
  const [described, unknown] = groups;
  assert.deepEqual([described.groupState, described.assignorName], ['Stable', 'uniform']);
  assert.equal(described.members[0].subscribedTopicRegex, `${topic}|nothing`);
  assert.equal(described.members[0].assignment?.topicPartitions[0].topicName, topic);
  assert.equal(unknown.errorCode, ErrorCode.groupIdNotFound);
  const listed = await front.client.call(listGroups, 5, { statesFilter: ['stable'], typesFilter: ['Consumer'] });
  assert.ok(listed.groups.some((group) => group.groupId === groupId && group.protocolType === 'consumer'));
  const classic = await front.client.call(describeGroups, 6, { groups: [groupId] });
  assert.equal(classic.groups[0].errorCode, ErrorCode.groupIdNotFound);
});

test('what is wrong with a heartbeat is told in its own error', async () => {
  const [groupId, topic] = [front.freshName('g'), await front.newTopic()];
  const joining = { groupId, memberId: 'm', memberEpoch: 0, subscribedTopicNames: [topic] };
  const codes = async (said: Said) => (await beat(said)).errorCode;
  assert.equal(await codes({ ...joining, groupId: '' }), ErrorCode.invalidGroupId);
  assert.equal(await codes({ ...joining, memberId: '' }), ErrorCode.invalidRequest);
  assert.equal(await codes({ ...joining, memberEpoch: -3 }), ErrorCode.invalidRequest);
  assert.equal(await codes({ ...joining, serverAssignor: 'mine' }), ErrorCode.unsupportedAssignor);
  assert.equal(await codes({ ...joining, subscribedTopicRegex: '(?=x)' }), ErrorCode.invalidRegularExpression);
  assert.equal(await codes({ groupId, memberId: 'm', memberEpoch: 4 }), ErrorCode.unknownMemberId);
  const { memberEpoch } = await beat(joining);
  assert.equal(await codes({ groupId, memberId: 'm', memberEpoch: memberEpoch + 1 }), ErrorCode.fencedMemberEpoch);
  const old = await beat({ ...joining, memberId: '' }, 0);
  assert.equal(old.errorCode, 0);
  assert.notEqual(old.memberId, '', 'members of version 0 are given an id');
});

test('offsets belong to the member in its epoch; the group goes when it is empty', async () => {
  const [groupId, topic] = [front.freshName('g'), await front.newTopic()];
  const { memberEpoch } = await beat({ groupId, memberId: 'm', memberEpoch: 0, subscribedTopicNames: [topic] });
  const commit = async (memberId: string, generationId: number) => {
    const partitions = [{ partitionIndex: 0, committedOffset: 7 }];
    const topics = [{ name: topic, topicId: ZERO_UUID, partitions }];
    const answer = await front.client.call(offsetCommit, 9, { groupId, memberId, generationId, topics });
    return answer.topics[0].partitions[0].errorCode;
  };
  assert.equal(await commit('m', memberEpoch), 0);
  assert.equal(await commit('m', memberEpoch - 1), ErrorCode.staleMemberEpoch);
  assert.equal(await commit('other', memberEpoch), ErrorCode.unknownMemberId);
  assert.equal(await commit('', -1), ErrorCode.unknownMemberId);
  const fetch = async (memberId: string | null, epoch: number) => {
    const asked = [{ groupId, memberId, memberEpoch: epoch, topics: null }];
    return (await front.client.call(offsetFetch, 9, { topics: [], groups: asked })).groups[0];
  };
  assert.equal((await fetch('m', memberEpoch)).topics[0].partitions[0].committedOffset, 7);
  assert.equal((await fetch(null, -1)).topics[0].partitions[0].committedOffset, 7);
  assert.equal((await fetch('m', memberEpoch - 1)).errorCode, ErrorCode.staleMemberEpoch);
  const forget = { groupId, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] };
  const kept = await front.client.call(offsetDelete, 0, forget);
  assert.equal(kept.topics[0].partitions[0].errorCode, ErrorCode.groupSubscribedToTopic);
  const remove = async () =>
    (await front.client.call(deleteGroups, 2, { groupsNames: [groupId] })).results[0].errorCode;
  assert.equal(await remove(), ErrorCode.nonEmptyGroup);
  assert.equal((await beat({ groupId, memberId: 'm', memberEpoch: -1 })).errorCode, 0);
  assert.equal(await commit('', -1), 0);
  assert.equal(await remove(), 0);
  assert.deepEqual((await fetch(null, -1)).topics, []);
});

test('an empty group changes to the protocol of whoever comes, with its offsets; one with members does not', async () => {
  const [groupId, topic] = [front.freshName('g'), await front.newTopic()];
  const classic = {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'connect',
    protocols: [{ name: 'range', metadata: Uint8Array.of(1, 2) }],
  };
  const partitions = [{ partitionIndex: 0, committedOffset: 7 }];
  const topics = [{ name: topic, topicId: ZERO_UUID, partitions }];
  await front.client.call(offsetCommit, 8, { groupId, generationId: -1, memberId: '', topics });
  const joining = { groupId, memberId: 'm', memberEpoch: 0, subscribedTopicNames: [topic] };
  assert.equal((await beat(joining)).errorCode, 0);
  const { groups } = await front.client.call(offsetFetch, 8, { topics: [], groups: [{ groupId, topics: null }] });
  assert.equal(groups[0].topics[0].partitions[0].committedOffset, 7);
  const kept = await front.client.call(joinGroup, 3, classic);
  assert.equal(kept.errorCode, ErrorCode.inconsistentGroupProtocol);
  await beat({ groupId, memberId: 'm', memberEpoch: -1 });
  assert.equal((await front.client.call(joinGroup, 3, classic)).errorCode, 0);
  assert.equal((await beat(joining)).errorCode, ErrorCode.groupIdNotFound);
});
