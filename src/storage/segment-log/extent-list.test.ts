import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ownBytes, type PlacedExtent } from './extent-chunk.js';
import { ExtentList } from './extent-list.js';

describe('the extents of a log', () => {
  it('hold ten million messages in flushes of hundreds in a few megabytes', () => {
    const list = new ExtentList(account());
    const before = process.memoryUsage().arrayBuffers;
    for (let flush = 0; flush < 33_334; flush++) {
      list.add(extent({ firstSeq: flush * 300, lastSeq: flush * 300 + 299, flush, position: flush }));
    }
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 4_000_000, `${grown} bytes`);
    assert.deepEqual(places(list, 5_000_000)[0], [4_999_800, 5_000_099, 16_666]);
  });

  it('join runs of one flush that follow each other, up to a megabyte', () => {
    const list = new ExtentList(account());
    list.add(extent({ firstSeq: 0, lastSeq: 4, flush: 1, position: 100, spanBytes: 60, sizeBytes: 12 }));
    list.add(
      extent({ firstSeq: 5, lastSeq: 6, flush: 1, position: 300, spanBytes: 50, sizeBytes: 2, maxTimestampMs: 9 }),
    );
    list.add(extent({ firstSeq: 7, lastSeq: 7, flush: 1, position: 350, sizeBytes: 1024 * 1024 }));
    list.add(extent({ firstSeq: 8, lastSeq: 8, flush: 2, position: 900 }));
    const found: PlacedExtent[] = [];
    list.from(0, (one) => found.push(one) > 0);
    assert.equal(found.length, 3);
    assert.deepEqual(
      found[0],
      extent({
        firstSeq: 0,
        lastSeq: 6,
        flush: 1,
        position: 100,
        spanBytes: 250,
        sizeBytes: 14,
        runs: 2,
        maxTimestampMs: 9,
      }),
    );
  });

  it('answer like a plain map from sequence to newest extent, and keep the account, over random histories', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }), gap: fc.nat(2) }),
      fc.record({
        kind: fc.constant('cover' as const),
        first: fc.nat(60),
        count: fc.integer({ min: 1, max: 30 }),
        age: fc.nat(3),
      }),
      fc.record({ kind: fc.constant('trim' as const), upTo: fc.nat(60) }),
      fc.record({ kind: fc.constant('move' as const), first: fc.nat(60) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const books = account();
        const list = new ExtentList(books);
        const model = new Map<number, { flush: number; position: number }>();
        let next = 0;
        let clock = 10;
        for (const one of steps) {
          clock++;
          if (one.kind === 'trim') {
            list.trim(one.upTo);
            // An extent goes as a whole, when all of it is below: ask the list which sequences it still knows.
            const known = new Set(places(list, 0).flatMap(([first, last]) => range(first, last)));
            for (const seq of model.keys()) if (seq < one.upTo && !known.has(seq)) model.delete(seq);
            continue;
          }
          if (one.kind === 'move') {
            const target = at(list, one.first);
            if (target === undefined) continue;
            list.move(target, 2, clock * 1000, target.spanBytes);
            for (const seq of range(target.firstSeq, target.lastSeq)) {
              const held = model.get(seq);
              if (held?.position === target.position) model.set(seq, { ...held, position: clock * 1000 });
            }
            continue;
          }
          const first = one.kind === 'append' ? next + one.gap : one.first;
          const last = first + one.count - 1;
          const flush = one.kind === 'append' ? clock : clock - one.age;
          // Too big to be joined, so that each keeps its place.
          list.add(extent({ firstSeq: first, lastSeq: last, flush, position: clock * 1000, sizeBytes: 1024 * 1024 }));
          for (const seq of range(first, last)) {
            const held = model.get(seq);
            if (held === undefined || held.flush <= flush) model.set(seq, { flush, position: clock * 1000 });
          }
          next = Math.max(next, last + 1);
        }
        const found = new Map<number, number>();
        let previous = -1;
        let bytes = 0;
        list.from(0, (e) => {
          assert.ok(e.firstSeq > previous && e.lastSeq >= e.firstSeq);
          previous = e.lastSeq;
          bytes += ownBytes(e);
          for (const seq of range(e.firstSeq, e.lastSeq)) found.set(seq, e.position);
          return true;
        });
        assert.deepEqual(
          [...found].sort((a, b) => a[0] - b[0]),
          [...model].map(([seq, place]) => [seq, place.position]).sort((a, b) => a[0] - b[0]),
        );
        assert.equal(books.bytes, bytes);
        for (const seq of model.keys()) assert.equal(at(list, seq)?.position, model.get(seq)?.position);
      }),
      { numRuns: 1000 },
    );
  });
});

function extent(fields: Partial<PlacedExtent>): PlacedExtent {
  const defaults = { firstSeq: 0, lastSeq: 0, maxTimestampMs: 0, flush: 1, file: 1, position: 0, spanBytes: 50 };
  return { ...defaults, sizeBytes: 2, runs: 1, flags: 0, ...fields };
}

function account() {
  return {
    bytes: 0,
    gained(_file: number, bytes: number) {
      this.bytes += bytes;
    },
    lost(_file: number, bytes: number) {
      this.bytes -= bytes;
    },
  };
}

function places(list: ExtentList, from: number): number[][] {
  const found: number[][] = [];
  list.from(from, (e) => found.push([e.firstSeq, e.lastSeq, e.position]) > 0);
  return found;
}

function at(list: ExtentList, seq: number): PlacedExtent | undefined {
  let found: PlacedExtent | undefined;
  list.from(seq, (e) => {
    if (e.firstSeq <= seq) found = e;
    return false;
  });
  return found;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
