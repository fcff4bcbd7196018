import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retainedFrom } from './retention.js';

const extents = [0, 1, 2, 3].map((i) => ({
  firstSeq: i * 10,
  lastSeq: i * 10 + 9,
  sizeBytes: 100,
  maxTimestampMs: 1_000 + i * 1_000,
  flush: i + 1,
}));
const log = { logStart: 0, lastStable: 40 };

describe('Retention', () => {
  it('keeps everything without a limit', () => {
    assert.equal(retainedFrom({ ...log, settings: { retentionMs: -1, retentionBytes: -1 } }, extents, 1e12), 0);
  });

  it('lets go of what is older than the time', () => {
    assert.equal(retainedFrom({ ...log, settings: { retentionMs: 1_000 } }, extents, 3_500), 20);
  });

  it('keeps at least as many bytes as the size says', () => {
    assert.equal(retainedFrom({ ...log, settings: { retentionBytes: 200 } }, extents, 0), 20);
    assert.equal(retainedFrom({ ...log, settings: { retentionBytes: 150 } }, extents, 0), 20);
  });

  it('never passes what is not stable', () => {
    assert.equal(retainedFrom({ logStart: 0, lastStable: 15, settings: { retentionMs: 0 } }, extents, 1e12), 10);
  });

  it('does not judge the age of what has no timestamp', () => {
    const [first, ...rest] = extents;
    const undated = [{ ...first, maxTimestampMs: 0 }, ...rest];
    assert.equal(retainedFrom({ ...log, settings: { retentionMs: 0 } }, undated, 1e12), 0);
  });
});
