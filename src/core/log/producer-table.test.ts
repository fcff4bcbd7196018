import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProducerTable } from './producer-table.js';

const DAY_MS = 86_400_000;

test('a producer that was idle for a day is forgotten, unless its transaction is open', () => {
  const table = new ProducerTable();
  table.appended(1, 0, 0, 3, 0, false, 1_000);
  table.appended(2, 0, 0, 1, 3, true, 1_000);
  table.appended(3, 0, 0, 1, 4, false, 2_000);
  table.expire(DAY_MS + 1_000);
  assert.deepEqual([...table.producers.keys()], [2, 3]);
  assert.equal(table.check(1, 0, 7, 1), -1, 'whoever is not known may go on with any number');
  assert.throws(() => table.check(3, 0, 7, 1), /out-of-order|sequence/);
  table.ended(2, 0, true, 5, 3_000);
  table.expire(2 * DAY_MS);
  assert.deepEqual([...table.producers.keys()], []);
});

/** Producers that write in transactions, and end them; positive: a record, else an end. */
const steps = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('write', 'write', 'commit', 'abort')), { maxLength: 60 });

test('what readers are told to skip, and what holds them back, is what a plain list says, also after a restart', () => {
  fc.assert(
    fc.property(steps, fc.nat(60), fc.nat(60), (list, a, b) => {
      let table = new ProducerTable();
      const open = new Map<number, number>();
      const aborted: { producerId: number; firstOffset: number; lastOffset: number }[] = [];
      let end = 0;
      for (const [producerId, what] of list) {
        if (what === 'write') {
          table.appended(producerId, 0, end, 1, end, true, 0);
          if (!open.has(producerId)) open.set(producerId, end);
        } else {
          table.ended(producerId, 0, what === 'commit', end, 0);
          const firstOffset = open.get(producerId);
          if (firstOffset !== undefined && what === 'abort') aborted.push({ producerId, firstOffset, lastOffset: end });
          open.delete(producerId);
        }
        end++;
      }
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const expected = aborted
        .filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < to)
        .sort((x, y) => x.firstOffset - y.firstOffset);
      for (let restarts = 0; restarts < 2; restarts++) {
        assert.deepEqual(table.abortedIn(from, to), expected);
        assert.equal(table.heldBackFrom(end), Math.min(Number.POSITIVE_INFINITY, ...open.values()));
        const restored = new ProducerTable();
        assert.equal(restored.restore(table.encode(7)), 7);
        table = restored;
      }
      table.trimmed(from);
      assert.deepEqual(
        table.aborted.map(({ lastOffset }) => lastOffset),
        aborted.map(({ lastOffset }) => lastOffset).filter((lastOffset) => lastOffset >= from),
      );
    }),
  );
});
