import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Assignee, assignRanges, assignShared, assignUniformly } from './assignor.js';
import { PartitionSet } from './partition-set.js';

const member = (memberId: string, topics: string[], before = new PartitionSet()): Assignee => ({
  memberId,
  instanceId: null,
  topics: new Set(topics),
  before,
});
const shown = (set: PartitionSet | undefined) => [...(set ?? [])].map(([topic, partition]) => `${topic}${partition}`);

test('ranges give the first members one more where it does not come out', () => {
  const shares = assignRanges([member('m2', ['a', 'b']), member('m1', ['a'])], new Map(Object.entries({ a: 3, b: 2 })));
  assert.deepEqual(shown(shares.get('m1')), ['a0', 'a1']);
  assert.deepEqual(shown(shares.get('m2')), ['a2', 'b0', 'b1']);
});

test('a newcomer takes only what makes the loads even', () => {
  const topics = new Map([['a', 6]]);
  const first = assignUniformly([member('m1', ['a']), member('m2', ['a'])], topics);
  const [one, two] = [first.get('m1'), first.get('m2')];
  const members = [member('m1', ['a'], one), member('m2', ['a'], two), member('m3', ['a'])];
  const second = assignUniformly(members, topics);
  assert.deepEqual(
    [...second.values()].map(({ size }) => size),
    [2, 2, 2],
  );
  assert.ok(second.get('m1')?.isWithin(one ?? new PartitionSet()));
  assert.ok(second.get('m2')?.isWithin(two ?? new PartitionSet()));
});

test('members that share have something to read each, more members than partitions or fewer', () => {
  const few = assignShared(
    ['m1', 'm2', 'm3'].map((id) => member(id, ['a'])),
    new Map([['a', 2]]),
  );
  assert.deepEqual(
    [...few.values()].map(({ size }) => size),
    [1, 1, 1],
  );
  const many = assignShared([member('m1', ['a']), member('m2', ['a'])], new Map([['a', 5]]));
  assert.equal(
    [...many.values()].reduce((sum, { size }) => sum + size, 0),
    5,
  );
  assert.equal(assignShared([member('m1', ['a'])], new Map()).get('m1')?.size, 0);
});

const topicNames = ['a', 'b', 'c'];
const counts = fc.record({ a: fc.nat(9), b: fc.nat(9), c: fc.nat(9) });
const subscriptions = fc.array(fc.subarray(topicNames), { minLength: 1, maxLength: 5 });

test('every partition that somebody reads has one reader, who subscribes to it; no move would make the loads more even', () => {
  fc.assert(
    fc.property(counts, subscriptions, counts, (before, lists, after) => {
      const old = assignUniformly(
        lists.map((topics, i) => member(`m${i}`, topics)),
        new Map(Object.entries(before)),
      );
      const members = lists.map((topics, i) => member(`m${i}`, topics, old.get(`m${i}`)));
      const shares = assignUniformly(members, new Map(Object.entries(after)));
      for (const [topic, count] of Object.entries(after)) {
        const readers = members.filter(({ topics }) => topics.has(topic));
        for (let partition = 0; partition < count; partition++) {
          const holders = [...shares].filter(([, share]) => share.has(topic, partition));
          assert.equal(holders.length, Math.min(1, readers.length));
          for (const [holder, share] of holders) {
            assert.ok(readers.some(({ memberId }) => memberId === holder));
            for (const { memberId } of readers) assert.ok(share.size - (shares.get(memberId)?.size ?? 0) < 2);
          }
        }
      }
    }),
  );
});
