import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TimerHeap } from './timer-heap.js';

test('what is due earliest comes first, and of the same time the lowest item', () => {
  const timers = fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { maxLength: 200 });
  fc.assert(
    fc.property(timers, (pushed) => {
      const heap = new TimerHeap();
      for (const [timeMs, item] of pushed) heap.push(timeMs, 1, item, 1);
      const popped: [number, number][] = [];
      for (; heap.size > 0; heap.pop()) popped.push([heap.topTimeMs, heap.topItem]);
      assert.deepEqual(
        popped,
        pushed.toSorted(([a, i], [b, j]) => a - b || i - j),
      );
    }),
  );
});
