import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfirmTracker } from './confirm-tracker.js';

test('single confirms in any order and multiple ones add up', () => {
  const tracker = new ConfirmTracker(4);
  const settled: number[] = [];
  tracker.published(4);
  tracker.settle(3, false, (tag) => settled.push(tag));
  tracker.settle(4, true, (tag) => settled.push(tag));
  assert.deepEqual(settled, [3, 1, 2, 4]);
  assert.equal(tracker.outstanding, 0);
  tracker.published(4);
  tracker.settle(8, true);
  assert.equal(tracker.confirmed, 8);
});

test('a confirm that covers nothing outstanding is refused', () => {
  const tracker = new ConfirmTracker(4);
  tracker.published(3);
  tracker.settle(2, false);
  assert.throws(() => tracker.settle(2, false), /twice/);
  tracker.settle(1, false);
  assert.throws(() => tracker.settle(1, true), /nothing outstanding/);
  assert.throws(() => tracker.settle(4, false), /nothing outstanding/);
});
