import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_RETAINED, RUN_REWRITE, RUN_VOLATILE } from '../../core/index.js';
import { bytes, journal, outsideRun, run } from '../conformance/shard-driver.js';
import { TestPlace } from './test-place.js';

const SEGMENT_BYTES = 64 * 1024;

describe('the disk use of a shard', () => {
  it('does not grow while what is appended is trimmed', async () => {
    const place = await TestPlace.open();
    for (let seq = 0; seq < 600; seq++) {
      await place.driver.runs(run(7, seq, 1, 'x'.repeat(4000)), journal('appended'));
      place.shard.trim(7, seq - 3);
      place.shard.trimJournal(place.driver.lastFlush - 3);
      if (seq % 20 === 0) await place.shard.settled();
    }
    await place.shard.settled();
    const { usedBytes } = place.shard.space();
    assert.ok(usedBytes <= 4 * SEGMENT_BYTES, `${usedBytes} bytes`);
    assert.deepEqual((await place.driver.texts(7, 596)).length, 4);
  });

  it('stays in proportion when one message in twenty is never worked off', async () => {
    const place = await TestPlace.open();
    const kept: number[] = [];
    for (let i = 0; i < 600; i++) {
      const log = i % 20 === 0 ? 1000 + i : 7;
      if (log > 7) kept.push(log);
      await place.driver.runs(run(log, i, 1, `${i} ${'x'.repeat(4000)}`), journal('appended'));
      place.shard.trim(7, i);
      place.shard.trimJournal(place.driver.lastFlush);
      if (i % 20 === 0) await place.shard.settled();
    }
    await place.shard.settled();
    const liveBytes = kept.length * 4050;
    const { usedBytes } = place.shard.space();
    assert.ok(usedBytes <= 2 * liveBytes + 5 * SEGMENT_BYTES, `${usedBytes} bytes for ${liveBytes}`);
    for (const when of ['moved', 'reopened']) {
      for (const log of kept) assert.equal((await place.driver.texts(log)).length, 1, `log ${log} ${when}`);
      if (when === 'moved') await place.driver.crash(place.driver.lastFlush);
    }
  });

  it('keeps segments whose flushes may be replayed', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 100; i++) await place.driver.runs(journal('x'.repeat(4000)));
    place.shard.trimJournal(50);
    await place.shard.settled();
    const { flushes } = await place.driver.crash(50);
    assert.deepEqual(
      flushes,
      Array.from({ length: 51 }, (_, i) => i + 50),
    );
  });

  it('follows the metadata that is current, not its history', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 800; i++) {
      const value = bytes(`${i} ${'v'.repeat(i % 3 === 0 ? 6000 : 300)}`);
      await place.driver.put({ metadata: [{ key: `key/${i % 10}`, value }] });
      if (i % 7 === 0) await place.driver.put({ metadata: [{ key: `key/${(i + 3) % 10}`, value: undefined }] });
      place.shard.trimJournal(place.driver.lastFlush);
      if (i % 20 === 0) await place.shard.settled();
    }
    await place.shard.settled();
    const { usedBytes } = place.shard.space();
    assert.ok(usedBytes <= 6 * SEGMENT_BYTES, `${usedBytes} bytes`);
    const before = new Map(place.shard.metadata(''));
    await place.driver.crash(place.driver.lastFlush);
    assert.deepEqual(new Map(place.shard.metadata('')), before);
  });

  it('gives a removed key no way back, whichever segment goes first', async () => {
    const place = await TestPlace.open();
    await place.driver.put({
      metadata: [{ key: 'gone', value: bytes('old') }],
      runs: [run(9, 0, 1, 'x'.repeat(40_000))],
    });
    for (let i = 0; i < 30; i++) await place.driver.runs(journal('x'.repeat(4000)));
    await place.driver.put({ metadata: [{ key: 'gone', value: undefined }] });
    for (let i = 0; i < 60; i++) await place.driver.runs(journal('x'.repeat(4000)));
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    assert.equal(place.paths('wal-0000000001.log').length, 1, 'the segment with the old value is still there');
    await place.driver.crash(place.driver.lastFlush);
    assert.deepEqual([...place.shard.metadata('')], []);
  });

  it('has retained messages moved into segments of their own logs', async () => {
    const place = await TestPlace.open({ segmentBytes: 512 * 1024, firstSegmentBytes: 512 * 1024 });
    for (let i = 0; i < 600; i++) {
      await place.driver.runs(run(7, i, 1, `${i} ${'x'.repeat(2000)}`, RUN_RETAINED), journal('appended'));
    }
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    assert.ok(place.paths('topics/7/').length > 0);
    const extents = place.shard.extents(7, 0, 1000);
    assert.ok(extents[0].lastSeq - extents[0].firstSeq > 20, 'many small runs are one extent now');
    for (const when of ['moved', 'reopened']) {
      const texts = await place.driver.texts(7);
      assert.equal(texts.length, 600, when);
      assert.ok(texts[321].startsWith('321-321 321 x'), when);
      if (when === 'moved') await place.driver.crash(place.driver.lastFlush);
    }
    const { flush } = place.shard.extents(7, 599, 1)[0];
    assert.equal(flush, 600);
  });

  it('loses the files of a topic that is trimmed or dropped', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 20; i++) {
      await place.driver.put({
        outside: [outsideRun(7, i, 1, 20_000, RUN_RETAINED), outsideRun(8, i, 1, 20_000, RUN_RETAINED)],
      });
    }
    assert.ok(place.paths('topics/7/').length >= 6);
    place.shard.trim(7, 18);
    place.shard.drop(8);
    await place.driver.runs(journal('a checkpoint'));
    place.shard.trimJournal(place.driver.lastFlush);
    // The flush that stands for the checkpoint has to leave the newest segment's company for the old ones to go.
    for (let i = 0; i < 20; i++) await place.driver.runs(journal('x'.repeat(4000)));
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    assert.equal(place.paths('topics/7/').filter((path) => path.endsWith('.seg')).length, 1);
    assert.deepEqual(place.paths('topics/8/'), []);
    await place.driver.crash(place.driver.lastFlush);
    assert.equal((await place.shard.read(7, 18, 100_000)).length, 2);
  });

  it('stays in proportion when a topic is compacted', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 40; i++) await place.driver.put({ outside: [outsideRun(7, i, 1, 15_000, RUN_RETAINED)] });
    for (let i = 0; i < 38; i++) {
      if (i % 5 === 0) continue;
      const compacted = { ...outsideRun(7, i, 1, 100, RUN_RETAINED | RUN_REWRITE) };
      await place.driver.put({ outside: [compacted] });
    }
    for (let i = 0; i < 40; i++) await place.driver.runs(journal('x'.repeat(4000)));
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    const topicBytes = place
      .paths('topics/7/')
      .filter((path) => path.endsWith('.seg'))
      .reduce((sum, path) => sum + place.disk.contentOf(path).length, 0);
    const liveBytes = 10 * 15_000;
    assert.ok(topicBytes <= 2 * liveBytes + 2 * SEGMENT_BYTES, `${topicBytes} bytes for ${liveBytes}`);
    for (const when of ['moved', 'reopened']) {
      const sizes = (await place.shard.read(7, 0, 10_000_000)).map((chunk) => chunk.end - chunk.start);
      assert.deepEqual(
        sizes,
        Array.from({ length: 40 }, (_, i) => (i < 38 && i % 5 !== 0 ? 100 : 15_000)),
        when,
      );
      if (when === 'moved') await place.driver.crash(place.driver.lastFlush);
    }
  });

  it('lets volatile messages survive a move, and only that', async () => {
    const place = await TestPlace.open();
    await place.driver.runs(run(9, 0, 1, 'spilled', RUN_VOLATILE));
    for (let i = 0; i < 40; i++) await place.driver.runs(journal('x'.repeat(4000)));
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    assert.deepEqual(place.paths('wal-0000000001'), []);
    assert.deepEqual(await place.driver.texts(9), ['0-0 spilled']);
    await place.driver.crash(place.driver.lastFlush);
    assert.deepEqual(await place.driver.texts(9), []);
  });

  it('keeps a segment with damage that cannot be copied, and everything else in it is served', async () => {
    const place = await TestPlace.open();
    await place.driver.runs(run(9, 0, 1, 'damaged'), run(10, 0, 1, 'sound'));
    for (let i = 0; i < 40; i++) await place.driver.runs(journal('x'.repeat(4000)));
    const path = place.path('wal-0000000001.log');
    place.disk.flipBit(path, place.find(path, 'damaged'));
    place.shard.trimJournal(place.driver.lastFlush);
    await place.shard.settled();
    assert.deepEqual(place.paths('wal-0000000001.log'), [path]);
    assert.deepEqual(await place.driver.texts(10), ['0-0 sound']);
    assert.deepEqual(
      place.damage.map((one) => one.extents),
      [[{ log: 9, firstSeq: 0, lastSeq: 0 }]],
    );
  });

  it('is low for many crashes in a row', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 30; i++) {
      await place.driver.runs(run(7, i, 1, `message ${i}`), journal('appended'));
      await place.driver.crash(Math.max(0, i - 2));
      place.shard.trimJournal(Math.max(0, i - 2));
      await place.shard.settled();
    }
    assert.equal((await place.driver.texts(7)).length, 30);
    const { usedBytes } = place.shard.space();
    assert.ok(usedBytes <= 8 * SEGMENT_BYTES, `${usedBytes} bytes`);
  });
});
