import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyReportText } from './verify-report.js';

const SHARD = {
  shard: 0,
  walSegments: 2,
  topicSegments: 1,
  flushes: 7,
  runs: 9,
  checkedBytes: 4096,
  lastFlush: 12,
  cleanStop: true,
  tornBytes: 0,
  damaged: [],
};

describe('the report of verify', () => {
  it('is two lines when all is well', () => {
    assert.equal(
      verifyReportText({ directory: '/data', shards: [SHARD], isIntact: true }),
      'shard 0: 7 flushes (last 12), 9 runs, 4096 bytes checked in 3 segments\n/data is intact\n',
    );
  });

  it('says what is not damage, and names every extent of what is', () => {
    const extents = [{ log: 5, firstSeq: 10, lastSeq: 19 }];
    const damaged = [{ place: 'wal-1 at 512', sizeBytes: 300, reason: 'wrong checksum', extents }];
    const shard = { ...SHARD, cleanStop: false, tornBytes: 64, damaged };
    assert.deepEqual(
      verifyReportText({ directory: '/data', shards: [shard], isIntact: false })
        .split('\n')
        .slice(1),
      [
        '  its last broker did not stop cleanly, which is no damage',
        '  64 bytes at the end were never confirmed and will be dropped',
        '  DAMAGED wal-1 at 512: 300 bytes, wrong checksum',
        '    log 5, sequences 10 to 19',
        '/data is damaged; what is not named above can be served',
        '',
      ],
    );
  });
});
