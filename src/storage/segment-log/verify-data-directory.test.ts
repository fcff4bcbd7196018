import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_RETAINED, StorageError } from '../../core/index.js';
import { rejectsAs } from '../conformance/owning-cases.js';
import { bytes, journal, outsideRun, run } from '../conformance/shard-driver.js';
import { seeded } from './crash-history.js';
import { TestPlace } from './test-place.js';
import { type ShardReport, verifyDataDirectory } from './verify-data-directory.js';

describe('verifying a data directory', () => {
  it('finds an intact one intact, counts what is there, and changes nothing', async () => {
    const place = await filled();
    const before = snapshot(place);
    const report = await verify(place);
    assert.deepEqual(report.damaged, []);
    assert.equal(report.lastFlush, place.driver.lastFlush);
    assert.equal(report.cleanStop, true);
    assert.equal(report.tornBytes, 0);
    assert.ok(report.walSegments > 2 && report.topicSegments > 1 && report.runs > 60 && report.checkedBytes > 200_000);
    assert.deepEqual(snapshot(place), before);
  });

  it('notices any flipped bit in what was written', async () => {
    const place = await filled();
    const random = seeded(42);
    const files = place.disk.paths().filter((path) => path.includes('shard-0000') && !path.includes('spare'));
    for (let i = 0; i < 150; i++) {
      const path = files[Math.floor(random() * files.length)];
      const position = Math.floor(random() * place.disk.contentOf(path).length);
      if (!path.endsWith('.seg') && !isWritten(place, path, position)) continue;
      place.disk.flipBit(path, position, i % 8);
      const { damaged, tornBytes } = await verify(place);
      // A wrong sidecar is not damage: the segment is read instead. A wrong last frame looks like a torn one.
      if (!path.includes('wal-') || !path.endsWith('.idx'))
        assert.ok(damaged.length > 0 || tornBytes > 0, `${path}@${position}`);
      place.disk.flipBit(path, position, i % 8);
    }
    assert.deepEqual((await verify(place)).damaged, []);
  });

  it('says what a damaged run held', async () => {
    const place = await filled();
    const path = place.paths('wal-').find((one) => place.disk.contentOf(one).includes('message 50 ')) as string;
    place.disk.flipBit(path, place.find(path, 'message 50 '));
    const { damaged } = await verify(place);
    assert.deepEqual(
      damaged.map((one) => one.extents),
      [[{ log: 7, firstSeq: 50, lastSeq: 50 }]],
    );
  });

  it('does not call a torn end damage', async () => {
    const place = await filled();
    await place.driver.fixture.reopen();
    await place.driver.crash();
    await place.driver.put({ runs: [run(7, 1000, 1, 'torn')], sync: false });
    place.disk.killProcess();
    const path = place.disk.paths().find((one) => place.disk.contentOf(one).includes('torn')) as string;
    place.disk.flipBit(path, place.find(path, 'torn'));
    const report = await verify(place);
    assert.deepEqual(report.damaged, []);
    assert.ok(report.tornBytes > 0);
    assert.equal(report.cleanStop, false);
  });

  it('refuses a directory that is in use, and one that is not there', async () => {
    const place = await filled();
    const held = async () => {
      throw new StorageError('locked', 'held');
    };
    await rejectsAs('locked', verifyDataDirectory('/data', { fileSystem: place.disk.mount(), hold: held }));
    await rejectsAs('failed', verifyDataDirectory('/nowhere', { fileSystem: place.disk.mount() }));
  });
});

/** A closed directory with several sealed segments, topic segments with and without index, and metadata. */
async function filled(): Promise<TestPlace> {
  const place = await TestPlace.open();
  for (let i = 0; i < 80; i++) {
    await place.driver.put({
      runs: [run(7, i, 1, `message ${i} ${'x'.repeat(3000)}`), journal(`entry ${i}`)],
      outside: i % 4 === 0 ? [outsideRun(9, i, 4, 5000, RUN_RETAINED)] : [],
      metadata: [{ key: `key/${i % 5}`, value: bytes('v'.repeat(i % 3 === 0 ? 5000 : 20)) }],
    });
  }
  place.shard.trim(7, 40);
  place.shard.trimJournal(60);
  await place.shard.settled();
  await place.driver.stop();
  return place;
}

async function verify(place: TestPlace): Promise<ShardReport> {
  const hold = async () => async () => undefined;
  const { shards, isIntact } = await verifyDataDirectory('/data', { fileSystem: place.disk.mount(), hold });
  assert.equal(shards.length, 1);
  assert.equal(isIntact, shards[0].damaged.length === 0);
  return shards[0];
}

/** Whether a byte of a write-ahead segment lies in its header or in a frame, not in the zeros between and behind them. */
function isWritten(place: TestPlace, path: string, position: number): boolean {
  if (path.endsWith('.idx')) return true;
  const content = place.disk.contentOf(path);
  if (position < 48) return true;
  if (position < 512) return false;
  let frame = Math.floor(position / 512) * 512;
  while (frame >= 512 && content.toString('latin1', frame, frame + 4) !== 'RMQF') frame -= 512;
  const length = content.readUInt32LE(frame + 56);
  // Frames of an earlier life of the file have another segment number.
  return (
    frame >= 512 && position < frame + length && content.readUInt32LE(frame + 16) === Number(/\d{10}/.exec(path)?.[0])
  );
}

function snapshot(place: TestPlace): Record<string, string> {
  return Object.fromEntries(place.disk.paths().map((path) => [path, place.disk.contentOf(path).toString('base64')]));
}
