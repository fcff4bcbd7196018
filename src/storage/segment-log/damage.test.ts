import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_RETAINED } from '../../core/index.js';
import { rejectsAs } from '../conformance/owning-cases.js';
import { bytes, journal, outsideRun, run } from '../conformance/shard-driver.js';
import { TestPlace } from './test-place.js';

describe('damage in the data of a shard', () => {
  it('in the payload of a run costs that run and no other', async () => {
    const place = await threeFlushes();
    flip(place, 'wal-0000000001.log', 'second of log 7');
    const { report } = await place.driver.crash();
    assert.equal(report.lastFlush, 4);
    assert.deepEqual(
      report.quarantined.map((one) => one.extents),
      [[{ log: 7, firstSeq: 10, lastSeq: 19 }]],
    );
    assert.match(report.quarantined[0].place, /^wal-0000000001\.log@\d+$/);
    assert.deepEqual(await place.driver.texts(7), ['0-9 first of log 7', '20-29 third of log 7']);
    assert.deepEqual(await place.driver.texts(8), [
      '0-9 first of log 8',
      '10-19 second of log 8',
      '20-29 third of log 8',
    ]);
    assert.deepEqual(place.damage, report.quarantined);
  });

  it('in the header of a run costs that run and no other', async () => {
    for (const offset of [-48, -44, -40, -36, -32, -24, -8, -2]) {
      const place = await threeFlushes();
      const path = place.path('wal-0000000001.log');
      place.disk.flipBit(path, place.find(path, 'second of log 7') + offset, 5);
      const { report } = await place.driver.crash();
      assert.equal(report.quarantined.length, 1, `at ${offset}`);
      assert.deepEqual(await place.driver.texts(7), ['0-9 first of log 7', '20-29 third of log 7'], `at ${offset}`);
      assert.equal((await place.driver.texts(8)).length, 3, `at ${offset}`);
    }
  });

  it('in the header of a flush costs that flush and no other', async () => {
    const place = await threeFlushes();
    const path = place.path('wal-0000000001.log');
    const frame = Math.floor(place.find(path, 'second of log 7') / 512) * 512;
    place.disk.flipBit(path, frame + 40);
    const { report, flushes } = await place.driver.crash();
    assert.deepEqual(flushes, [1, 3, 4]);
    assert.equal(report.lastFlush, 4);
    assert.deepEqual(
      report.quarantined.map(({ place: at, sizeBytes }) => ({ at, sizeBytes })),
      [{ at: `wal-0000000001.log@${frame}`, sizeBytes: 512 }],
    );
    assert.deepEqual(await place.driver.texts(7), ['0-9 first of log 7', '20-29 third of log 7']);
  });

  it('in a metadata change costs that change', async () => {
    const place = await TestPlace.open();
    await place.driver.put({ metadata: [{ key: 'a', value: bytes('one of a') }] });
    await place.driver.put({ metadata: [{ key: 'a', value: bytes('two of a') }] });
    await place.driver.put({ metadata: [{ key: 'b', value: bytes('one of b') }] });
    await place.driver.put({});
    flip(place, 'wal-0000000001.log', 'two of a');
    const { report } = await place.driver.crash();
    assert.ok(report.quarantined.some((one) => one.reason.startsWith('metadata')));
    const found = [...place.shard.metadata('')].map(([key, value]) => [key, Buffer.from(value).toString()]);
    assert.deepEqual(found, [
      ['a', 'one of a'],
      ['b', 'one of b'],
    ]);
  });

  it('in a large metadata value is said when the value is asked for', async () => {
    const place = await TestPlace.open();
    await place.driver.put({ metadata: [{ key: 'a', value: bytes(`large ${'x'.repeat(5000)}`) }] });
    flip(place, 'wal-0000000001.log', 'large ');
    assert.throws(() => [...place.shard.metadata('')], /the metadata value of a .* is damaged/);
  });

  it('in a segment header costs nothing, and is reported', async () => {
    const place = await threeFlushes();
    place.disk.flipBit(place.path('wal-0000000001.log'), 20);
    const { report, flushes } = await place.driver.crash();
    assert.deepEqual(flushes, [1, 2, 3, 4]);
    assert.deepEqual(
      report.quarantined.map((one) => one.reason),
      ['a segment header whose checksum is wrong'],
    );
  });

  it('in a sidecar costs time only: the segment is read instead', async () => {
    const place = await sealedSegments();
    const before = place.shard.extents(7, 0, 1000);
    for (const path of place.paths('.idx')) place.disk.flipBit(path, 100);
    const { report } = await place.driver.crash(Infinity);
    assert.deepEqual(report.quarantined, []);
    assert.deepEqual(place.shard.extents(7, 0, 1000), before);
  });

  it('in a sealed segment is met by the read, which passes over it and reports it once', async () => {
    const place = await sealedSegments();
    flip(place, 'wal-0000000001.log', 'message 3 ');
    await place.driver.crash(Infinity);
    for (let i = 0; i < 2; i++) {
      const texts = await place.driver.texts(7);
      assert.equal(texts.length, 39);
      assert.ok(!texts.some((text) => text.includes('message 3 ')));
    }
    assert.deepEqual(
      place.damage.map((one) => one.extents),
      [[{ log: 7, firstSeq: 3, lastSeq: 3 }]],
    );
  });

  it('in a topic segment costs that run and no other', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 3; i++) await place.driver.put({ outside: [topicRun(i)] });
    flip(place, '.seg', 'topic run 1');
    const { report } = await place.driver.crash();
    assert.deepEqual(
      report.quarantined.map((one) => one.extents),
      [[{ log: 7, firstSeq: 10, lastSeq: 19 }]],
    );
    const chunks = await place.shard.read(7, 0, 100_000);
    assert.deepEqual(
      chunks.map((chunk) => chunk.firstSeq),
      [0, 20],
    );
  });

  it('in the index of a topic segment is made good from the segment itself', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 40; i++) await place.driver.put({ outside: [topicRun(i)] });
    for (let i = 0; i < 200; i++) await place.driver.runs(journal('j'.repeat(500)));
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    const indexes = place.paths('topics').filter((path) => path.endsWith('.idx'));
    assert.ok(indexes.length > 0, 'the segments that committed the runs are gone');
    const before = place.shard.extents(7, 0, 1000);
    for (const path of indexes) place.disk.flipBit(path, 30);
    await place.driver.crash(place.driver.lastFlush);
    const ranges = (extents: typeof before) =>
      extents.map(({ firstSeq, lastSeq, flush }) => ({ firstSeq, lastSeq, flush }));
    assert.deepEqual(ranges(place.shard.extents(7, 0, 1000)), ranges(before));
    assert.equal((await place.shard.read(7, 0, 10_000_000)).length, 40);
  });

  it('in the last flush, which nothing calls stable, drops that flush as torn', async () => {
    const place = await threeFlushes();
    flip(place, 'wal-0000000001.log', 'fourth');
    const { report } = await place.driver.crash();
    assert.equal(report.lastFlush, 3);
    assert.ok(report.tornBytes > 0);
    assert.deepEqual(report.quarantined, []);
    const again = await place.driver.crash();
    assert.equal(again.report.tornBytes, 0, 'what was dropped is gone');
  });

  it('that the device reports itself is treated the same', async () => {
    const place = await sealedSegments();
    await place.driver.crash(Infinity);
    place.disk.failReads((path, position) => path.endsWith('wal-0000000001.log') && position > 1000);
    const texts = await place.driver.texts(7);
    assert.ok(texts.length < 40 && texts.length > 0);
    assert.ok(place.damage.length > 0);
  });

  it('is refused, not guessed at, where a newer version wrote', async () => {
    const place = await TestPlace.open();
    await place.driver.stop();
    place.disk.contentOf('/data/FORMAT').write('rosettamq segment-log 9\n');
    await rejectsAs('newer-format', place.driver.fixture.reopen());
  });
});

async function threeFlushes(): Promise<TestPlace> {
  const place = await TestPlace.open();
  for (const [i, word] of ['first', 'second', 'third'].entries()) {
    await place.driver.runs(run(7, i * 10, 10, `${word} of log 7`), run(8, i * 10, 10, `${word} of log 8`));
  }
  const last = place.driver.next({ runs: [journal('fourth')] });
  await place.shard.flush(last);
  return place;
}

/** Forty messages over more than one segment, each with its sidecar. */
async function sealedSegments(): Promise<TestPlace> {
  const place = await TestPlace.open();
  for (let seq = 0; seq < 40; seq++) await place.driver.runs(run(7, seq, 1, `message ${seq} ${'x'.repeat(5000)}`));
  await place.shard.settled();
  assert.ok(place.paths('wal-0000000001.idx').length === 1);
  return place;
}

function topicRun(i: number) {
  const one = outsideRun(7, i * 10, 10, 3000, RUN_RETAINED);
  one.payload.set(bytes(`topic run ${i}`));
  return one;
}

function flip(place: TestPlace, file: string, text: string): void {
  const path = place.path(file);
  place.disk.flipBit(path, place.find(path, text));
}
