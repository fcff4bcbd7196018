import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CommitRequest, OffsetToCommit } from './committed-offsets.js';
import { GroupRecorder, storeAfter } from './group-recorder.test.js';
import { parsePlace, placeKey } from './stored-offset.js';

const alone = { memberId: '', instanceId: null, generation: -1 };
const one = { topic: 'orders', partition: 0 };

function at(offset: number, rest: Partial<OffsetToCommit> = {}): OffsetToCommit {
  return { ...one, offset, leaderEpoch: -1, metadata: '', ...rest };
}

function request(offsets: readonly OffsetToCommit[], rest: Partial<CommitRequest> = {}): CommitRequest {
  return { groupId: 'orders', ...alone, offsets, ...rest };
}

/** Commits one offset for the first partition as a simple consumer, unless told otherwise. */
function commit(group: GroupRecorder, offset: number, rest: Partial<CommitRequest> = {}): string {
  return group.coordinator.offsets.commit(request([at(offset)], rest), group.nowMs)[0];
}

function stage(group: GroupRecorder, producerId: number, offset: number, rest: Partial<CommitRequest> = {}): string {
  return group.coordinator.offsets.stage(producerId, request([at(offset)], rest), group.nowMs)[0];
}

function committed(group: GroupRecorder, groupId = 'orders'): number {
  return group.coordinator.offsets.fetch(groupId, [one], false)[0].offset;
}

function stability(group: GroupRecorder): string {
  return group.coordinator.offsets.fetch('orders', [one], true)[0].error;
}

test('what is committed is fetched with its epoch and metadata, also after a restart', () => {
  const group = new GroupRecorder();
  const offset = at(42, { leaderEpoch: 3, metadata: 'note ✓' });
  assert.deepEqual(group.coordinator.offsets.commit(request([offset, at(7, { partition: 1 })]), 1), ['none', 'none']);
  for (const { coordinator } of [group, group.restarted()]) {
    assert.deepEqual(coordinator.offsets.fetch('orders', [one], false), [{ ...offset, error: 'none' }]);
    assert.equal(coordinator.offsets.fetchAll('orders', false).length, 2);
    assert.deepEqual(coordinator.list(), [{ groupId: 'orders', protocolType: '', state: 'empty' }]);
  }
});

test('an unknown group, topic or partition has committed nothing, and that is no error', () => {
  const group = new GroupRecorder();
  const nothing = { ...one, error: 'none', offset: -1, leaderEpoch: -1, metadata: '' };
  assert.deepEqual(group.coordinator.offsets.fetch('nobody', [one], true), [nothing]);
  assert.deepEqual(group.coordinator.offsets.fetchAll('nobody', true), []);
  commit(group, 5);
  const other = { topic: 'orders', partition: 1 };
  assert.deepEqual(group.coordinator.offsets.fetch('orders', [other], false), [{ ...nothing, ...other }]);
});

test('metadata has a limit, and an offset must be a number that we can count', () => {
  const group = new GroupRecorder();
  const { offsets } = group.coordinator;
  const long = at(1, { metadata: 'x'.repeat(4097) });
  assert.deepEqual(offsets.commit(request([long]), 1), ['metadata-too-large']);
  assert.equal(group.coordinator.describe('orders'), undefined, 'a refused commit makes no group');
  const longest = at(1, { partition: 1, metadata: 'x'.repeat(4096) });
  assert.deepEqual(offsets.commit(request([long, longest, at(2 ** 53, { partition: 2 })]), 1), [
    'metadata-too-large',
    'none',
    'offset-out-of-range',
  ]);
  assert.equal(commit(group, -2), 'none', 'kafkajs resets a position so');
  assert.equal(committed(group.restarted()), -2);
});

test('a consumer outside the group protocol commits only while the group is empty', () => {
  const group = new GroupRecorder();
  assert.equal(commit(group, 1), 'none');
  assert.equal(commit(group, 1, { generation: 0, memberId: 'm', groupId: 'other' }), 'illegal-generation');
  const [a] = group.stableGroup(1);
  assert.equal(commit(group, 2), 'unknown-member');
  assert.equal(commit(group, 2, { memberId: a, generation: 1 }), 'none');
  group.leave({ memberId: a, instanceId: null });
  assert.equal(commit(group, 2, { memberId: a, generation: 1 }), 'unknown-member');
  assert.equal(commit(group, 3), 'none');
});

test('a member commits in its generation, except while assignments are outstanding', () => {
  const group = new GroupRecorder();
  const [a, b] = group.stableGroup(2, ['i-a', 'i-b']);
  const me = { memberId: a, instanceId: 'i-a', generation: 2 };
  assert.equal(commit(group, 1, me), 'none');
  assert.equal(commit(group, 1, { ...me, generation: 1 }), 'illegal-generation');
  assert.equal(commit(group, 1, { ...me, instanceId: 'i-b' }), 'fenced-instance');
  assert.equal(commit(group, 1, { ...me, memberId: 'stranger', instanceId: null }), 'unknown-member');
  group.join({ memberId: a, instanceId: 'i-a' });
  assert.equal(commit(group, 2, { memberId: b, generation: 2 }), 'none', 'the generation goes on until the next one');
  group.join({ memberId: b, instanceId: 'i-b' });
  assert.equal(group.describe().state, 'completing-rebalance');
  assert.equal(commit(group, 3, { ...me, generation: 3 }), 'rebalance-in-progress');
  assert.equal(stage(group, 900, 3, { ...me, generation: 3 }), 'none', 'a transaction may');
});

test('a commit is a sign of life', () => {
  const group = new GroupRecorder();
  const [a] = group.stableGroup(1);
  group.wait(9_000);
  commit(group, 1, { memberId: a, generation: 1 });
  group.wait(9_000);
  assert.equal(group.heartbeat(a, 1), 'none');
});

test('what a transaction commits is seen when it ends well, and never otherwise', () => {
  const group = new GroupRecorder();
  commit(group, 1);
  stage(group, 900, 10);
  assert.equal(committed(group), 1);
  assert.deepEqual([stability(group), stability(group.restarted())], ['unstable-offset', 'unstable-offset']);
  assert.equal(group.coordinator.offsets.fetchAll('orders', true)[0].error, 'unstable-offset');
  const restarted = group.restarted();
  for (const each of [group, restarted]) {
    each.coordinator.offsets.endTransaction(900, true);
    each.coordinator.offsets.endTransaction(900, true);
    assert.deepEqual([committed(each), stability(each)], [10, 'none']);
  }
  stage(group, 901, 20);
  group.coordinator.offsets.endTransaction(901, false);
  assert.deepEqual([committed(group), stability(group)], [10, 'none']);
  assert.deepEqual([committed(group.restarted()), stability(group.restarted())], [10, 'none']);
});

test('the newer of two commits wins, whichever transaction ends first', () => {
  const group = new GroupRecorder();
  stage(group, 900, 10);
  commit(group, 5);
  assert.equal(stability(group), 'none', 'nothing can change it any more');
  group.coordinator.offsets.endTransaction(900, true);
  assert.equal(committed(group), 5);

  stage(group, 900, 10);
  const restarted = group.restarted();
  stage(restarted, 901, 20);
  stage(restarted, 902, 30);
  restarted.coordinator.offsets.endTransaction(901, true);
  assert.equal(stability(restarted), 'unstable-offset', '902 is newer and open');
  restarted.coordinator.offsets.endTransaction(900, true);
  assert.equal(committed(restarted), 20);
  restarted.coordinator.offsets.endTransaction(902, true);
  assert.equal(committed(restarted), 30);
});

test('older producers commit in a transaction without saying for which member', () => {
  const group = new GroupRecorder();
  group.stableGroup(1);
  assert.equal(stage(group, 900, 10), 'none');
  assert.equal(stage(group, 900, 10, { generation: 9, memberId: 'm1' }), 'illegal-generation');
});

test('single offsets are deleted only where no member reads them', () => {
  const group = new GroupRecorder();
  const { offsets } = group.coordinator;
  assert.deepEqual(offsets.delete('orders', [one], null), { error: 'group-not-found', partitions: [] });
  commit(group, 1);
  const [a] = group.stableGroup(1);
  assert.deepEqual(offsets.delete('orders', [one], null), { error: 'group-not-empty', partitions: [] });
  const reads = (topic: string) => offsets.delete('orders', [one], new Set([topic])).partitions;
  assert.deepEqual(reads('orders'), ['subscribed-to-topic']);
  assert.equal(committed(group), 1);
  assert.deepEqual(reads('payments'), ['none']);
  assert.equal(committed(group), -1);
  commit(group, 2, { memberId: a, generation: 1 });
  group.leave({ memberId: a, instanceId: null });
  assert.deepEqual(offsets.delete('orders', [one, { topic: 'x', partition: 9 }], null).partitions, ['none', 'none']);
  assert.equal(committed(group.restarted()), -1);
});

test('with a topic or a group go its offsets, staged ones too', () => {
  const group = new GroupRecorder();
  commit(group, 1);
  commit(group, 1, { groupId: 'audit' });
  stage(group, 900, 2, { groupId: 'audit' });
  group.coordinator.offsets.dropTopic('payments');
  assert.deepEqual([committed(group), committed(group, 'audit')], [1, 1]);
  assert.equal(group.coordinator.delete('audit'), 'none');
  assert.equal(committed(group, 'audit'), -1);
  stage(group, 900, 2);
  group.coordinator.offsets.dropTopic('orders');
  group.coordinator.offsets.endTransaction(900, true);
  assert.equal(committed(group), -1);
  assert.deepEqual(storeAfter(group.history), new Map());
});

test('offsets are kept for ever, unless a retention is set; then from when the last member left', () => {
  const years = 10 * 365 * 86_400_000;
  const group = new GroupRecorder();
  commit(group, 1);
  group.coordinator.expire(group.nowMs + years);
  assert.equal(committed(group), 1);

  const forgetful = new GroupRecorder({ offsetRetentionMs: 3_600_000 });
  const [a] = forgetful.stableGroup(1);
  commit(forgetful, 1, { memberId: a, generation: 1 });
  commit(forgetful, 1, { groupId: 'simple' });
  for (let i = 0; i < 1_000; i++) {
    forgetful.wait(5_000);
    forgetful.heartbeat(a, 1);
  }
  assert.equal(committed(forgetful), 1, 'a member is still there');
  assert.equal(committed(forgetful, 'simple'), -1);
  forgetful.leave({ memberId: a, instanceId: null });
  stage(forgetful, 900, 2);
  forgetful.wait(4_300_000);
  assert.equal(committed(forgetful), 1, 'a transaction is open over it');
  forgetful.coordinator.offsets.endTransaction(900, false);
  forgetful.wait(1_300_000);
  assert.equal(committed(forgetful), -1);
  assert.deepEqual(forgetful.coordinator.list(), []);
  assert.deepEqual(storeAfter(forgetful.history), new Map());
});

test('any group id and topic can be told apart in a key', () => {
  const name = fc.string({ unit: fc.constantFrom('/', '1', 'a', 'é', '\u0000') });
  fc.assert(
    fc.property(name, name, fc.nat(), (groupId, topic, partition) => {
      assert.deepEqual(parsePlace(placeKey(groupId, topic, partition)), { groupId, topic, partition });
    }),
  );
  for (const key of ['', '/', '3/ab/c/0', 'x/a/b/0', '1/a/b/0x', '1/a/b'])
    assert.throws(() => parsePlace(key), RangeError);
});

test('a damaged entry is refused, and what is not ours is left alone', () => {
  const group = new GroupRecorder();
  commit(group, 1);
  stage(group, 900, 2);
  group.stableGroup(1);
  const fresh = new GroupRecorder().coordinator;
  for (const [key, value] of storeAfter(group.history)) {
    assert.throws(() => fresh.restore(key, value.slice(0, -1), 1), RangeError, key);
    assert.throws(() => fresh.restore(key, Uint8Array.of(99, ...value.slice(1)), 1), RangeError, key);
  }
  assert.throws(() => fresh.restore('g/t/nonsense', Uint8Array.of(1), 1), RangeError);
  assert.equal(fresh.restore('t/x/other', Uint8Array.of(1), 1), false);
  assert.deepEqual(fresh.list(), []);
});
