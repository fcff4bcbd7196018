import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupRecorder } from './group-recorder.test.js';

const range = { name: 'range', metadata: Uint8Array.of(1) };
const rangeOfMore = { name: 'range', metadata: Uint8Array.of(2) };
const sticky = { name: 'sticky', metadata: Uint8Array.of(3) };

test('a lone member is in a generation of its own at once, leads it, and assigns itself', () => {
  const group = new GroupRecorder();
  const joined = group.joinNow({ newMemberId: 'a' });
  assert.deepEqual(joined, {
    error: 'none',
    memberId: 'a',
    generation: 1,
    protocolType: 'consumer',
    protocol: 'range',
    leader: 'a',
    skipAssignment: false,
    members: [{ memberId: 'a', instanceId: null, metadata: Uint8Array.of(1) }],
  });
  const token = group.sync({
    memberId: 'a',
    generation: 1,
    protocolType: 'consumer',
    protocol: 'range',
    assignments: [{ memberId: 'a', assignment: Uint8Array.of(7) }],
  });
  const answer = { error: 'none', protocolType: 'consumer', protocol: 'range', assignment: Uint8Array.of(7) };
  assert.deepEqual(group.syncAnswer(token), answer);
  assert.equal(group.heartbeat('a', 1), 'none');
  assert.deepEqual(group.describe(), {
    groupId: 'orders',
    state: 'stable',
    generation: 1,
    protocolType: 'consumer',
    protocol: 'range',
    members: [
      {
        memberId: 'a',
        instanceId: null,
        clientId: 'client',
        clientHost: '127.0.0.1',
        metadata: Uint8Array.of(1),
        assignment: Uint8Array.of(7),
      },
    ],
  });
  assert.deepEqual(group.coordinator.list(), [{ groupId: 'orders', protocolType: 'consumer', state: 'stable' }]);
});

test('a second member makes the first one join again; the leader alone learns who is there', () => {
  const group = new GroupRecorder();
  group.stableGroup(1);
  const second = group.join({ newMemberId: 'b' });
  assert.equal(group.joins.get(second), undefined);
  assert.equal(group.heartbeat('m1', 1), 'rebalance-in-progress');
  assert.equal(group.sync({ memberId: 'm1', generation: 1 }), 4);
  assert.equal(group.syncAnswer(4).error, 'rebalance-in-progress');
  const first = group.joinNow({ memberId: 'm1' });
  assert.equal(first.generation, 2);
  assert.deepEqual(
    first.members.map((member) => member.memberId),
    ['m1', 'b'],
  );
  assert.deepEqual(group.joinAnswer(second), { ...first, memberId: 'b', members: [] });

  const follower = group.sync({ memberId: 'b', generation: 2 });
  assert.equal(group.syncs.get(follower), undefined, 'waits for the leader');
  group.sync({ memberId: 'm1', generation: 2, assignments: [{ memberId: 'm1', assignment: Uint8Array.of(9) }] });
  assert.deepEqual(group.syncAnswer(follower).assignment, new Uint8Array(0), 'left out by the leader: zero bytes');
});

test('a member without an id is sent away with one, and waited for only as long as its session', () => {
  const group = new GroupRecorder();
  const refused = group.joinNow({ newMemberId: 'a', memberIdRequired: true });
  assert.deepEqual([refused.error, refused.memberId, refused.generation], ['member-id-required', 'a', -1]);
  assert.equal(group.describe().members.length, 0);
  assert.equal(group.joinNow({ memberId: 'a', memberIdRequired: true }).generation, 1);

  group.joinNow({ newMemberId: 'b', memberIdRequired: true });
  group.wait(9_000);
  assert.equal(group.heartbeat('a', 1), 'none');
  group.wait(1_000);
  assert.equal(group.joinNow({ memberId: 'b', memberIdRequired: true }).error, 'unknown-member', 'the promise lapsed');
  assert.equal(group.describe().generation, 1);
});

test('a rebalance waits for a promised member, until its promise lapses', () => {
  const group = new GroupRecorder();
  group.stableGroup(1);
  group.joinNow({ newMemberId: 'b', memberIdRequired: true });
  const again = group.join({ memberId: 'm1' });
  assert.equal(group.joins.get(again), undefined);
  group.wait(10_000);
  assert.equal(group.joinAnswer(again).generation, 2);
});

test('members that do not join again within the rebalance timeout are left behind', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  const rejoin = group.join({ memberId: a });
  for (let i = 0; i < 6; i++) {
    group.wait(9_000);
    assert.equal(group.heartbeat(b, 2), 'rebalance-in-progress', 'alive, but not joining');
  }
  assert.equal(group.joins.get(rejoin), undefined);
  group.wait(6_000);
  const answer = group.joinAnswer(rejoin);
  assert.deepEqual(
    answer.members.map((member) => member.memberId),
    [a],
  );
  assert.equal(group.heartbeat(b, 2), 'unknown-member');
});

test('a member that says nothing is removed when its session ends, and the others rebalance', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  group.wait(9_999);
  assert.equal(group.heartbeat(a, 2), 'none');
  group.wait(1);
  assert.equal(group.describe().state, 'preparing-rebalance');
  assert.equal(group.heartbeat(a, 2), 'rebalance-in-progress');
  assert.equal(group.heartbeat(b, 2), 'unknown-member');
  assert.equal(group.joinNow({ memberId: a }).generation, 3);
});

test('waiting in a join or sync counts as being alive', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  const rejoin = group.join({ memberId: b, protocols: [rangeOfMore] });
  group.wait(9_000);
  assert.equal(group.heartbeat(a, 2), 'rebalance-in-progress');
  group.wait(9_000);
  group.join({ memberId: a });
  assert.equal(group.joinAnswer(rejoin).error, 'none');
  const sync = group.sync({ memberId: b, generation: 3 });
  group.wait(9_000);
  assert.equal(group.heartbeat(a, 3), 'none');
  group.wait(9_000);
  group.sync({ memberId: a, generation: 3 });
  assert.equal(group.syncAnswer(sync).error, 'none');
});

test('members that never send their sync are removed after the rebalance timeout', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  group.join({ memberId: b, protocols: [rangeOfMore] });
  group.join({ memberId: a });
  group.sync({ memberId: a, generation: 3 });
  assert.equal(group.describe().state, 'stable');
  for (let i = 0; i < 12; i++) {
    group.wait(5_000);
    group.heartbeat(a, 3);
    group.heartbeat(b, 3);
  }
  assert.deepEqual(
    group.describe().members.map((member) => member.memberId),
    [a],
  );
  assert.equal(group.describe().state, 'preparing-rebalance');
});

test('an unchanged follower that joins a stable group again disturbs nobody; a changed one, or the leader, does', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  const unchanged = group.joinNow({ memberId: b });
  assert.deepEqual([unchanged.error, unchanged.generation, unchanged.members.length], ['none', 2, 0]);
  assert.equal(group.describe().state, 'stable');

  group.join({ memberId: b, protocols: [rangeOfMore] });
  assert.equal(group.describe().state, 'preparing-rebalance');
  const leader = group.joinNow({ memberId: a });
  assert.deepEqual(
    leader.members.map((member) => member.metadata),
    [Uint8Array.of(1), Uint8Array.of(2)],
  );
  group.sync({ memberId: a, generation: 3 });
  group.join({ memberId: a });
  assert.equal(group.describe().state, 'preparing-rebalance');
});

test('before the assignments arrive, an unchanged member is told the same again, a changed one starts over', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  group.join({ memberId: b, protocols: [rangeOfMore] });
  const told = group.joinNow({ memberId: a });
  assert.deepEqual(group.joinNow({ memberId: a }), told);
  const sync = group.sync({ memberId: a, generation: 2 });
  assert.equal(group.syncAnswer(sync).error, 'illegal-generation');
  const waiting = group.sync({ memberId: b, generation: 3 });
  group.join({ memberId: a, protocols: [rangeOfMore] });
  assert.equal(group.syncAnswer(waiting).error, 'rebalance-in-progress');
  assert.equal(group.describe().state, 'preparing-rebalance');
});

test('the protocol is the one that most members prefer among those that all of them speak', () => {
  const group = new GroupRecorder();
  const first = group.joinNow({ protocols: [range, sticky] });
  assert.equal(first.protocol, 'range');
  const joins = [group.join({ protocols: [sticky, range] }), group.join({ protocols: [sticky] })];
  group.join({ memberId: first.memberId, protocols: [range, sticky] });
  assert.deepEqual(
    joins.map((token) => group.joinAnswer(token).protocol),
    ['sticky', 'sticky'],
  );
});

test('a member with another protocol type, or no protocol in common, is not let in', () => {
  const group = new GroupRecorder();
  const [a] = group.stableGroup(1);
  const error = (request: object) => group.joinNow(request).error;
  assert.equal(error({ protocolType: 'connect' }), 'inconsistent-protocol');
  assert.equal(error({ protocols: [sticky] }), 'inconsistent-protocol');
  assert.equal(error({ protocols: [] }), 'inconsistent-protocol');
  assert.equal(error({ protocolType: '' }), 'inconsistent-protocol');
  assert.equal(error({ memberId: a, protocols: [sticky] }), 'inconsistent-protocol');
  const named = { memberId: a, generation: 1 };
  assert.equal(group.syncAnswer(group.sync({ ...named, protocol: 'sticky' })).error, 'inconsistent-protocol');
  assert.equal(group.syncAnswer(group.sync({ ...named, protocolType: 'connect' })).error, 'inconsistent-protocol');
  group.leave({ memberId: a, instanceId: null });
  assert.equal(error({ protocolType: 'connect', protocols: [sticky] }), 'none', 'an empty group takes any');
  assert.equal(group.describe().protocolType, 'connect');
});

test('requests with an impossible id, timeout or generation are refused', () => {
  const group = new GroupRecorder();
  assert.equal(group.joinNow({ groupId: '' }).error, 'invalid-group-id');
  assert.equal(group.joinNow({ sessionTimeoutMs: 5_999 }).error, 'invalid-session-timeout');
  assert.equal(group.joinNow({ sessionTimeoutMs: 1_800_001 }).error, 'invalid-session-timeout');
  assert.equal(group.joinNow({ memberId: 'stranger' }).error, 'unknown-member', 'makes no group');
  assert.equal(group.coordinator.describe('orders'), undefined);
  assert.equal(group.heartbeat('stranger', 1), 'unknown-member');
  assert.equal(group.syncAnswer(group.sync({ memberId: 'stranger', generation: 1 })).error, 'unknown-member');
  const [a] = group.stableGroup(1);
  assert.equal(group.heartbeat(a, 2), 'illegal-generation');
  assert.equal(group.heartbeat('stranger', 1), 'unknown-member');
  assert.equal(group.joinNow({ memberId: 'stranger' }).error, 'unknown-member');
});

test('a negative rebalance timeout stands for the session timeout', () => {
  const group = new GroupRecorder();
  const first = group.joinNow({ rebalanceTimeoutMs: -1 });
  const second = group.join({ rebalanceTimeoutMs: -1 });
  assert.equal(group.joins.get(second), undefined);
  group.heartbeat(first.memberId, 1);
  group.wait(10_000);
  assert.equal(group.joinAnswer(second).generation, 2);
});

test('a static member that comes back without its id takes its place, and nobody notices', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2, ['i-a', 'i-b']);
  const back = group.joinNow({
    instanceId: 'i-b',
    newMemberId: 'b2',
    clientHost: '10.0.0.2',
    protocols: [rangeOfMore],
  });
  assert.deepEqual([back.error, back.memberId, back.generation, back.members.length], ['none', 'b2', 2, 0]);
  assert.equal(group.describe().state, 'stable');
  assert.equal(group.describe().members[1].clientHost, '10.0.0.2');
  const sync = group.sync({ memberId: 'b2', generation: 2, instanceId: 'i-b' });
  assert.deepEqual(group.syncAnswer(sync).assignment, Uint8Array.of(1));
  assert.equal(group.heartbeat(b, 2, 'i-b'), 'fenced-instance');
  assert.equal(group.heartbeat(b, 2), 'unknown-member');
  assert.equal(group.joinNow({ memberId: b, instanceId: 'i-b' }).error, 'fenced-instance');
  assert.equal(group.heartbeat(a, 2, 'i-a'), 'none');
  assert.equal(group.restarted().describe().members[1].memberId, 'b2', 'stored before it was answered');
});

test('a static leader that comes back must not assign again: it is told so, or that somebody else leads', () => {
  const group = new GroupRecorder();
  const [a] = group.stableGroup(2, ['i-a', 'i-b']);
  const back = group.joinNow({ instanceId: 'i-a', newMemberId: 'a2' });
  assert.deepEqual([back.leader, back.skipAssignment, back.members.length], ['a2', true, 2]);
  const older = group.joinNow({ instanceId: 'i-a', newMemberId: 'a3', canSkipAssignment: false });
  assert.deepEqual([older.leader, older.skipAssignment, older.members.length], ['a2', false, 0]);
  assert.notEqual(older.leader, a);
  const sync = group.sync({ memberId: 'a3', generation: 2, instanceId: 'i-a' });
  assert.deepEqual(group.syncAnswer(sync).assignment, Uint8Array.of(0));
});

test('a static member that comes back with a change of the chosen protocol starts a rebalance', () => {
  const group = new GroupRecorder();
  const both = [range, sticky];
  const first = group.joinNow({ instanceId: 'i-a', protocols: both });
  group.sync({ memberId: first.memberId, generation: 1, instanceId: 'i-a' });
  const back = group.joinNow({ instanceId: 'i-a', protocols: [sticky, range] });
  assert.deepEqual([back.generation, back.protocol], [2, 'sticky']);
});

test('what waits under the id that a static member lost is fenced', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2, ['i-a', 'i-b']);
  const parkedJoin = group.join({ memberId: b, instanceId: 'i-b', protocols: [rangeOfMore] });
  const successor = group.join({ instanceId: 'i-b', newMemberId: 'b2' });
  assert.deepEqual([group.joinAnswer(parkedJoin).error, group.joinAnswer(parkedJoin).memberId], ['fenced-instance', b]);
  group.join({ memberId: a, instanceId: 'i-a' });
  assert.equal(group.joinAnswer(successor).generation, 3);
  const parkedSync = group.sync({ memberId: 'b2', generation: 3, instanceId: 'i-b' });
  group.join({ instanceId: 'i-b', newMemberId: 'b3' });
  assert.equal(group.syncAnswer(parkedSync).error, 'fenced-instance');
  assert.equal(group.describe().state, 'preparing-rebalance', 'the leader may be assigning to the lost id');
});

test('a rebalance does not drop a static member that is away; its session does', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2, ['i-a']);
  group.wait(5_000);
  group.heartbeat(a, 2, 'i-a');
  group.join({ memberId: a, instanceId: 'i-a' });
  group.wait(5_000);
  assert.equal(group.heartbeat(b, 2), 'unknown-member', 'dynamic and silent');
  assert.equal(group.describe().state, 'completing-rebalance');

  const alone = new GroupRecorder();
  const [c] = alone.stableGroup(1, ['i-c']);
  const dynamic = alone.join({ newMemberId: 'd', sessionTimeoutMs: 1_800_000, rebalanceTimeoutMs: 6_000 });
  alone.wait(60_000);
  assert.equal(alone.joinAnswer(dynamic).error, 'none');
  assert.equal(alone.heartbeat(c, 1, 'i-c'), 'unknown-member', 'silent for longer than its session');
});

test('when nobody joins again, only static members are waited for, and a restart does not bring the others back', () => {
  const group = new GroupRecorder();
  const patient = { sessionTimeoutMs: 1_000_000, rebalanceTimeoutMs: 6_000 };
  const a = group.joinNow({ ...patient, instanceId: 'i-a' }).memberId;
  const join = group.join({ ...patient });
  group.join({ ...patient, memberId: a, instanceId: 'i-a' });
  const b = group.joinAnswer(join).memberId;
  group.sync({ memberId: a, generation: 2, instanceId: 'i-a' });
  group.sync({ memberId: b, generation: 2 });
  group.join({ ...patient, newMemberId: 'c' });
  group.leave({ memberId: 'c', instanceId: null });
  group.wait(6_000);
  for (const each of [group, group.restarted()]) {
    assert.equal(each.heartbeat(b, 2), 'unknown-member');
    assert.equal(each.heartbeat(a, 2, 'i-a'), 'rebalance-in-progress');
    assert.equal(each.joinNow({ ...patient, memberId: a, instanceId: 'i-a' }).generation, 3);
  }
});

test('one batch of leavers gets an answer each and one rebalance', () => {
  const group = new GroupRecorder();
  const [a, b, c] = group.stableGroup(3, ['i-a', 'i-b']);
  const answers = group.leave(
    { memberId: '', instanceId: 'i-a' },
    { memberId: a, instanceId: 'i-b' },
    { memberId: '', instanceId: 'nobody' },
    { memberId: '', instanceId: null },
    { memberId: 'stranger', instanceId: null },
    { memberId: c, instanceId: null },
  );
  assert.deepEqual(answers, ['none', 'fenced-instance', 'unknown-member', 'unknown-member', 'unknown-member', 'none']);
  assert.equal(group.heartbeat(b, 2, 'i-b'), 'rebalance-in-progress');
  const rest = group.joinNow({ memberId: b, instanceId: 'i-b' });
  assert.deepEqual([rest.generation, rest.leader], [3, b]);
  assert.deepEqual(group.leave({ memberId: b, instanceId: null }), ['none']);
  assert.deepEqual([group.describe().state, group.describe().generation], ['empty', 4]);
});

test('a member that leaves while it waits is told that it is unknown', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  const join = group.join({ memberId: b, protocols: [rangeOfMore] });
  group.leave({ memberId: b, instanceId: null });
  assert.equal(group.joinAnswer(join).error, 'unknown-member');
  const { generation } = group.joinNow({ memberId: a });
  const late = group.join({ newMemberId: 'c' });
  group.join({ memberId: a });
  assert.equal(group.joinAnswer(late).generation, generation + 1);
  const sync = group.sync({ memberId: 'c', generation: generation + 1 });
  group.leave({ memberId: 'c', instanceId: null });
  assert.equal(group.syncAnswer(sync).error, 'unknown-member');
});

test('a join or sync that is sent again takes over from the one that waits', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  const [first, second] = [0, 0].map(() => group.join({ memberId: b, protocols: [rangeOfMore] }));
  assert.equal(group.joinAnswer(first).error, 'rebalance-in-progress');
  group.join({ memberId: a });
  assert.equal(group.joinAnswer(second).generation, 3);
  const [third, fourth] = [0, 0].map(() => group.sync({ memberId: b, generation: 3 }));
  assert.equal(group.syncAnswer(third).error, 'rebalance-in-progress');
  group.sync({ memberId: a, generation: 3 });
  assert.equal(group.syncAnswer(fourth).error, 'none');
});

test('with an initial delay the first members gather, a little longer while more of them come', () => {
  const group = new GroupRecorder({ initialRebalanceDelayMs: 3_000 });
  const first = group.join({ rebalanceTimeoutMs: 7_000 });
  group.wait(2_000);
  const second = group.join({ rebalanceTimeoutMs: 7_000 });
  group.wait(1_000);
  assert.equal(group.joins.size, 0, 'extended once');
  group.wait(2_999);
  const third = group.join({ rebalanceTimeoutMs: 7_000 });
  group.wait(1);
  assert.equal(group.joins.size, 0, 'extended to the rebalance timeout at most');
  group.wait(1_000);
  assert.deepEqual(
    [first, second, third].map((token) => group.joinAnswer(token).generation),
    [1, 1, 1],
  );
});

test('a new member whose join waits for too long is taken for gone, for it cannot show that it lives', () => {
  const group = new GroupRecorder();
  const [leader] = group.stableGroup(1);
  group.join({ memberId: leader, rebalanceTimeoutMs: 1_000_000 });
  group.sync({ memberId: leader, generation: 2 });
  const waiting = group.join({ newMemberId: 'b' });
  for (let i = 0; i < 60; i++) {
    assert.equal(group.joins.get(waiting), undefined);
    group.heartbeat(leader, 2);
    group.wait(5_000);
  }
  assert.equal(group.joinAnswer(waiting).error, 'unknown-member');
});

test('after a restart the generation goes on with its members and their assignments', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  const again = group.restarted();
  assert.deepEqual(again.describe(), group.describe());
  assert.equal(again.heartbeat(a, 2), 'none');
  assert.deepEqual(again.syncAnswer(again.sync({ memberId: b, generation: 2 })).assignment, Uint8Array.of(1));
  again.wait(9_000);
  assert.equal(again.heartbeat(a, 2), 'none');
  again.wait(1_000);
  assert.equal(again.heartbeat(b, 2), 'unknown-member', 'b had a session to show up in');
  assert.equal(again.joinNow({ memberId: a }).generation, 3);
});

test('after a restart amid a rebalance its members go on where they were', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2);
  group.join({ memberId: b, protocols: [rangeOfMore] });
  group.join({ memberId: a });
  const completing = group.restarted();
  assert.deepEqual([completing.describe().state, completing.describe().generation], ['completing-rebalance', 3]);
  const sync = completing.sync({ memberId: b, generation: 3 });
  completing.sync({ memberId: a, generation: 3, assignments: [{ memberId: b, assignment: Uint8Array.of(5) }] });
  assert.deepEqual(completing.syncAnswer(sync).assignment, Uint8Array.of(5));

  completing.leave({ memberId: b, instanceId: null });
  const preparing = completing.restarted();
  assert.equal(preparing.describe().state, 'preparing-rebalance', 'the answered leave is remembered');
  assert.equal(preparing.heartbeat(b, 3), 'unknown-member');
  assert.equal(preparing.heartbeat(a, 3), 'rebalance-in-progress');
  assert.equal(preparing.joinNow({ memberId: a }).generation, 4);
});

test('an empty group can be deleted, and is forgotten by itself when it holds nothing', () => {
  const group = new GroupRecorder();
  const [a] = group.stableGroup(1);
  assert.equal(group.coordinator.delete('orders'), 'group-not-empty');
  group.leave({ memberId: a, instanceId: null });
  assert.equal(group.coordinator.delete('orders'), 'none');
  assert.equal(group.coordinator.delete('orders'), 'group-not-found');
  assert.equal(group.restarted().coordinator.describe('orders'), undefined);

  group.stableGroup(1);
  group.wait(10_000);
  assert.equal(group.describe().state, 'empty');
  group.wait(1_300_000);
  assert.equal(group.coordinator.describe('orders'), undefined);
  assert.equal(group.restarted().coordinator.describe('orders'), undefined);
  assert.equal(group.coordinator.nextDueMs, Number.POSITIVE_INFINITY);
});

test('an effect that calls back into the coordinator is refused', () => {
  const group = new GroupRecorder();
  group.joined = () => {
    group.heartbeat('a', 1);
  };
  assert.throws(() => group.join({}), /called back/);
});
