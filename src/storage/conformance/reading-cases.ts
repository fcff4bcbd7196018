import assert from 'node:assert/strict';
import { JOURNAL_LOG, RUN_RETAINED } from '../../core/index.js';
import type { ConformanceCase } from './conformance-case.js';
import { bytes, journal, outsideRun, run, settle, textOf } from './shard-driver.js';

export const readingCases: readonly ConformanceCase[] = [
  {
    name: 'a flush can be read back',
    async run(driver) {
      await driver.runs(run(7, 0, 3, 'abc'));
      const [chunk] = await driver.shard.read(7, 0, 1000);
      assert.equal(chunk.firstSeq, 0);
      assert.equal(chunk.count, 3);
      assert.equal(chunk.flags, 0);
      assert.equal(textOf(chunk), 'abc');
    },
  },
  {
    name: 'a read begins with the run that holds the sequence asked for',
    async run(driver) {
      await driver.runs(run(7, 0, 3, 'abc'));
      await driver.runs(run(7, 3, 3, 'def'));
      assert.deepEqual(await driver.texts(7, 4), ['3-5 def']);
    },
  },
  {
    name: 'a read between two runs begins with the next run above',
    async run(driver) {
      await driver.runs(run(7, 0, 3, 'abc'));
      await driver.runs(run(7, 100, 1, 'far'));
      assert.deepEqual(await driver.texts(7, 50), ['100-100 far']);
    },
  },
  {
    name: 'a read beyond the end finds nothing',
    async run(driver) {
      await driver.runs(run(7, 0, 3, 'abc'));
      assert.deepEqual(await driver.shard.read(7, 3, 1000), []);
    },
  },
  {
    name: 'a log that nothing was appended to reads as empty',
    async run(driver) {
      assert.deepEqual(await driver.shard.read(7, 0, 1000), []);
      assert.deepEqual(driver.shard.extents(7, 0, 10), []);
    },
  },
  {
    name: 'a read brings one chunk however small its budget is',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'x'.repeat(500)), run(7, 1, 1, 'y'.repeat(500)));
      const chunks = await driver.shard.read(7, 0, 1);
      assert.equal(chunks.length, 1);
      assert.equal(textOf(chunks[0]), 'x'.repeat(500));
    },
  },
  {
    name: 'a read stays within its budget after the first chunk',
    async run(driver) {
      for (let seq = 0; seq < 10; seq++) await driver.runs(run(7, seq, 1, 'x'.repeat(100)));
      const chunks = await driver.shard.read(7, 0, 350);
      assert.equal(chunks.length, 3);
    },
  },
  {
    name: 'a read fills its budget across flushes',
    async run(driver) {
      for (let seq = 0; seq < 10; seq++) await driver.runs(run(7, seq, 1, 'x'.repeat(100)));
      const chunks = await driver.shard.read(7, 2, 100_000);
      assert.deepEqual(
        chunks.map((chunk) => chunk.firstSeq),
        [2, 3, 4, 5, 6, 7, 8, 9],
      );
    },
  },
  {
    name: 'several runs of one log in one flush are read in order',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'a'), run(7, 1, 2, 'bc'), run(7, 3, 1, 'd'));
      assert.deepEqual(await driver.texts(7), ['0-0 a', '1-2 bc', '3-3 d']);
      assert.deepEqual(await driver.texts(7, 3), ['3-3 d']);
    },
  },
  {
    name: 'interleaved runs of several logs are kept apart',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'a'), run(8, 0, 1, 'A'), journal('j'), run(7, 1, 1, 'b'), run(8, 1, 1, 'B'));
      assert.deepEqual(await driver.texts(7), ['0-0 a', '1-1 b']);
      assert.deepEqual(await driver.texts(8), ['0-0 A', '1-1 B']);
    },
  },
  {
    name: 'runs of one log in one flush may leave a gap',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'a'), run(7, 10, 1, 'k'));
      assert.deepEqual(await driver.texts(7), ['0-0 a', '10-10 k']);
      assert.deepEqual(await driver.texts(7, 1), ['10-10 k']);
    },
  },
  {
    name: 'the journal is not a log that can be read',
    async run(driver) {
      await driver.runs(journal('entry'));
      assert.deepEqual(driver.shard.logs(), []);
      assert.deepEqual(await driver.shard.read(JOURNAL_LOG, 0, 1000), []);
    },
  },
  {
    name: 'payloads of any length, also odd ones and none, are read back',
    async run(driver) {
      const texts = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', ''];
      await driver.runs(...texts.map((text, seq) => run(7, seq, 1, text)));
      assert.deepEqual(
        await driver.texts(7),
        texts.map((text, seq) => `${seq}-${seq} ${text}`),
      );
    },
  },
  {
    name: 'the arena can be used again once its flush is settled',
    async run(driver) {
      const flush = await driver.runs(run(7, 0, 1, 'kept'));
      flush.arena.fill(0xff);
      assert.deepEqual(await driver.texts(7), ['0-0 kept']);
    },
  },
  {
    name: 'the arena is not changed outside the gaps',
    async run(driver) {
      const flush = driver.next({ runs: [run(7, 0, 1, 'first'), run(8, 0, 1, 'second')] });
      await settle(driver.shard, flush);
      driver.lastFlush = flush.number;
      const payloads = [0, 1].map((i) => flush.arena.subarray(flush.runs.start[i], flush.runs.end[i]));
      assert.deepEqual(payloads, [bytes('first'), bytes('second')]);
    },
  },
  {
    name: 'what was read stays as it was while the shard moves on',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'steady'));
      const [chunk] = await driver.shard.read(7, 0, 1000);
      for (let i = 1; i < 50; i++) await driver.runs(run(7, i, 1, 'z'.repeat(10_000)));
      driver.shard.drop(7);
      assert.equal(textOf(chunk), 'steady');
    },
  },
  {
    name: 'sequences go up to 2^52',
    async run(driver) {
      const high = 2 ** 52;
      await driver.runs(run(high - 1, high - 10, 10, 'high'));
      assert.deepEqual(await driver.texts(high - 1, high - 5), [`${high - 10}-${high - 1} high`]);
      await driver.crash();
      assert.deepEqual(await driver.texts(high - 1, high - 5), [`${high - 10}-${high - 1} high`]);
    },
  },
  {
    name: 'a flush without sync can be read',
    async run(driver) {
      await driver.put({ runs: [run(7, 0, 1, 'quick')], sync: false });
      assert.deepEqual(await driver.texts(7), ['0-0 quick']);
      await driver.shard.sync();
    },
  },
  {
    name: 'a read sees a flush that is handed over and not settled yet',
    async run(driver) {
      const flush = driver.next({
        runs: [run(7, 0, 1, 'early')],
        outside: [outsideRun(8, 0, 1, 100_000, RUN_RETAINED)],
      });
      const settled = settle(driver.shard, flush);
      const [arena, outside] = await Promise.all([driver.shard.read(7, 0, 1000), driver.shard.read(8, 0, 1000)]);
      await settled;
      assert.equal(textOf(arena[0]), 'early');
      assert.equal(outside[0].end - outside[0].start, 100_000);
    },
  },
  {
    name: 'runs handed over by reference are read back',
    async run(driver) {
      const big = outsideRun(7, 10, 500, 3_000_000, RUN_RETAINED);
      await driver.put({ runs: [run(8, 0, 1, 'beside'), journal('j')], outside: [big] });
      for (const when of ['before', 'after']) {
        const [chunk] = await driver.shard.read(7, 20, 1000);
        assert.equal(chunk.firstSeq, 10, when);
        assert.equal(chunk.count, 500, when);
        assert.equal(chunk.flags, RUN_RETAINED, when);
        assert.equal(Buffer.compare(chunk.buffer.subarray(chunk.start, chunk.end), big.payload), 0, when);
        assert.deepEqual(await driver.texts(8), ['0-0 beside'], when);
        if (when === 'before') await driver.crash();
      }
    },
  },
  {
    name: 'runs of one log inside and outside the arena are read in order',
    async run(driver) {
      await driver.runs(run(7, 0, 2, 'small', RUN_RETAINED));
      await driver.put({
        outside: [outsideRun(7, 2, 2, 100_000, RUN_RETAINED), outsideRun(7, 4, 2, 90_000, RUN_RETAINED)],
      });
      await driver.runs(run(7, 6, 2, 'again', RUN_RETAINED));
      await driver.put({ outside: [outsideRun(7, 8, 2, 80_000, RUN_RETAINED)] });
      for (const when of ['before', 'after']) {
        const chunks = await driver.shard.read(7, 0, 1_000_000);
        assert.deepEqual(
          chunks.map((chunk) => [chunk.firstSeq, chunk.end - chunk.start]),
          [
            [0, 5],
            [2, 100_000],
            [4, 90_000],
            [6, 5],
            [8, 80_000],
          ],
          when,
        );
        if (when === 'before') await driver.crash();
      }
    },
  },
  {
    name: 'a flush of many megabytes is taken whole',
    async run(driver) {
      const text = 'm'.repeat(9_000_000);
      await driver.runs(run(7, 0, 1, 'before'));
      await driver.runs(run(7, 1, 1, text), run(8, 0, 1, 'with it'));
      await driver.runs(run(7, 2, 1, 'after'));
      await driver.crash();
      assert.deepEqual(await driver.texts(7), ['0-0 before', `1-1 ${text}`, '2-2 after']);
      assert.deepEqual(await driver.texts(8), ['0-0 with it']);
    },
  },
  {
    name: 'ten thousand logs can have one message each in every flush',
    async run(driver) {
      const logs = Array.from({ length: 10_000 }, (_, i) => i + 1);
      for (let seq = 0; seq < 3; seq++) await driver.runs(...logs.map((log) => run(log, seq, 1, `${log}/${seq}`)));
      assert.equal(driver.shard.logs().length, 10_000);
      assert.deepEqual(await driver.texts(1), ['0-0 1/0', '1-1 1/1', '2-2 1/2']);
      assert.deepEqual(await driver.texts(10_000, 1), ['1-1 10000/1', '2-2 10000/2']);
      await driver.crash();
      assert.equal(driver.shard.logs().length, 10_000);
      assert.deepEqual(await driver.texts(5_000), ['0-0 5000/0', '1-1 5000/1', '2-2 5000/2']);
    },
  },
  {
    name: 'extents tell sequences, size, time and flush',
    async run(driver) {
      await driver.runs(journal('first'));
      await driver.runs({ ...run(7, 5, 3, 'abc', RUN_RETAINED), maxTimestampMs: 1_700_000_000_123 });
      await driver.runs({ ...run(7, 8, 2, 'de', RUN_RETAINED), maxTimestampMs: 1_700_000_000_456 });
      assert.deepEqual(driver.shard.extents(7, 0, 10), [
        { firstSeq: 5, lastSeq: 7, sizeBytes: 3, maxTimestampMs: 1_700_000_000_123, flush: 2 },
        { firstSeq: 8, lastSeq: 9, sizeBytes: 2, maxTimestampMs: 1_700_000_000_456, flush: 3 },
      ]);
    },
  },
  {
    name: 'extents begin at the sequence asked for and stop at the limit',
    async run(driver) {
      for (let seq = 0; seq < 20; seq += 2) await driver.runs(run(7, seq, 2, 'ab'));
      const found = driver.shard.extents(7, 5, 3);
      assert.deepEqual(
        found.map((extent) => extent.firstSeq),
        [4, 6, 8],
      );
    },
  },
  {
    name: 'every log with extents is listed',
    async run(driver) {
      await driver.runs(run(3, 0, 1, 'c'), run(1, 0, 1, 'a'), journal('j'));
      await driver.put({ outside: [outsideRun(2, 0, 1, 70_000, RUN_RETAINED)] });
      assert.deepEqual(new Set(driver.shard.logs()), new Set([1, 2, 3]));
    },
  },
];
