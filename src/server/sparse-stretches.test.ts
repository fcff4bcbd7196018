import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Extent } from '../core/index.js';
import { sparseStretches } from './sparse-stretches.js';

function extent(firstSeq: number, lastSeq: number, sizeBytes: number): Extent {
  return { firstSeq, lastSeq, sizeBytes, maxTimestampMs: 0, flush: 1 };
}

/** Counts the given sequences. */
function among(...live: readonly number[]) {
  return (firstSeq: number, lastSeq: number) => live.filter((seq) => seq >= firstSeq && seq <= lastSeq).length;
}

it('extents of which little lives make one stretch, and only those with something alive are read', () => {
  const extents = [extent(0, 9, 1000), extent(10, 19, 1000), extent(20, 29, 1000)];
  const { stretches, wonBytes } = sparseStretches(extents, among(3, 25));
  assert.deepEqual(
    stretches.map(({ firstSeq, lastSeq, alive }) => [firstSeq, lastSeq, alive.map((one) => one.firstSeq)]),
    [[0, 29, [0, 20]]],
  );
  assert.equal(wonBytes, 2800);
});

it('an extent that is mostly alive stays, and ends a stretch', () => {
  const extents = [extent(0, 9, 1000), extent(10, 13, 1000), extent(14, 29, 1000)];
  const { stretches } = sparseStretches(extents, among(3, 10, 11));
  assert.deepEqual(
    stretches.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]),
    [
      [0, 9],
      [14, 29],
    ],
  );
});

it('a stretch is no longer than what may be read or written in one step', () => {
  const big = 3 * 1024 * 1024;
  const extents = [extent(0, 99, big), extent(100, 199, big), extent(200, 299, big)];
  const { stretches } = sparseStretches(extents, among(1, 101, 201));
  assert.deepEqual(
    stretches.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]),
    [
      [0, 99],
      [100, 199],
      [200, 299],
    ],
  );
  assert.equal(sparseStretches(extents, among()).stretches.length, 1, 'what is dead is not read');
});

it('what was rewritten already stays as long as anything in it lives', () => {
  const rewritten = extent(0, 999, 1200);
  assert.deepEqual(sparseStretches([rewritten], among(17)).stretches, []);
  assert.equal(sparseStretches([rewritten], among()).stretches.length, 1);
});
