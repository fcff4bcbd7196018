import assert from 'node:assert/strict';
import { JOURNAL_LOG, RUN_RETAINED, RUN_VOLATILE } from '../../core/index.js';
import type { ConformanceCase } from './conformance-case.js';
import { journal, outsideRun, run } from './shard-driver.js';

export const restartingCases: readonly ConformanceCase[] = [
  {
    name: 'a fresh shard is empty and had no unclean stop',
    unopened: true,
    async run(driver) {
      assert.equal(await driver.engine.shardEpoch(0), 0);
      const { report, flushes } = await driver.open();
      assert.deepEqual(report, { lastFlush: 0, cleanStop: true, tornBytes: 0, quarantined: [] });
      assert.deepEqual(flushes, []);
      assert.deepEqual(driver.shard.logs(), []);
      assert.deepEqual([...driver.shard.metadata('')], []);
    },
  },
  {
    name: 'after a clean stop everything is there',
    async run(driver) {
      await driver.runs(run(7, 0, 2, 'ab'), journal('j1'));
      await driver.put({ runs: [run(7, 2, 2, 'cd')], sync: false });
      const { report, runs } = await driver.restart();
      assert.deepEqual(report, { lastFlush: 2, cleanStop: true, tornBytes: 0, quarantined: [] });
      assert.deepEqual(
        runs.map((found) => found.text),
        ['ab', 'j1', 'cd'],
      );
      assert.deepEqual(await driver.texts(7), ['0-1 ab', '2-3 cd']);
    },
  },
  {
    name: 'after a crash everything that was synced is there',
    async run(driver) {
      for (let seq = 0; seq < 20; seq++) await driver.runs(run(7, seq, 1, `m${seq}`));
      const { report, flushes } = await driver.crash();
      assert.equal(report.lastFlush, 20);
      assert.equal(report.cleanStop, false);
      assert.deepEqual(report.quarantined, []);
      assert.equal(flushes.length, 20);
      assert.equal((await driver.texts(7)).length, 20);
    },
  },
  {
    name: 'a sync makes everything before it stable',
    async run(driver) {
      for (let seq = 0; seq < 5; seq++) await driver.put({ runs: [run(7, seq, 1, `m${seq}`)], sync: false });
      await driver.shard.sync();
      const { report } = await driver.crash();
      assert.equal(report.lastFlush, 5);
      assert.equal((await driver.texts(7)).length, 5);
    },
  },
  {
    name: 'a synced flush makes every flush before it stable',
    async run(driver) {
      for (let seq = 0; seq < 5; seq++) await driver.put({ runs: [run(7, seq, 1, `m${seq}`)], sync: seq === 4 });
      const { report } = await driver.crash();
      assert.equal(report.lastFlush, 5);
    },
  },
  {
    name: 'a crash right after a clean start is still a crash',
    async run(driver) {
      await driver.runs(journal('j'));
      await driver.restart();
      const { report } = await driver.crash();
      assert.equal(report.cleanStop, false);
      assert.equal(report.lastFlush, 1);
    },
  },
  {
    name: 'flush numbers go on over restarts, and each owner adds to what was there',
    async run(driver) {
      for (let owner = 0; owner < 6; owner++) {
        const { report, flushes } = owner % 2 === 0 ? await driver.crash() : await driver.restart();
        assert.equal(report.lastFlush, owner * 2);
        assert.deepEqual(
          flushes,
          Array.from({ length: owner * 2 }, (_, i) => i + 1),
        );
        await driver.runs(run(7, owner * 2, 1, `a${owner}`));
        await driver.runs(run(7, owner * 2 + 1, 1, `b${owner}`));
      }
      assert.equal((await driver.texts(7)).length, 12);
    },
  },
  {
    name: 'a replay shows runs as they were appended, those outside the arena last',
    async run(driver) {
      await driver.put({
        runs: [journal('j1'), run(7, 0, 3, 'abc'), journal('j2')],
        outside: [outsideRun(9, 4, 2, 70_000, RUN_RETAINED)],
      });
      const { runs } = await driver.crash();
      assert.deepEqual(
        runs.map(({ flush, log, firstSeq, count, flags }) => ({ flush, log, firstSeq, count, flags })),
        [
          { flush: 1, log: JOURNAL_LOG, firstSeq: 0, count: 1, flags: 0 },
          { flush: 1, log: 7, firstSeq: 0, count: 3, flags: 0 },
          { flush: 1, log: JOURNAL_LOG, firstSeq: 0, count: 1, flags: 0 },
          { flush: 1, log: 9, firstSeq: 4, count: 2, flags: RUN_RETAINED },
        ],
      );
      assert.deepEqual(
        runs.slice(0, 3).map((found) => found.text),
        ['j1', 'abc', 'j2'],
      );
    },
  },
  {
    name: 'a replay begins at the flush asked for',
    async run(driver) {
      for (let i = 1; i <= 10; i++) await driver.runs(journal(`j${i}`));
      const { runs, report } = await driver.crash(8);
      assert.deepEqual(
        runs.map((found) => found.text),
        ['j8', 'j9', 'j10'],
      );
      assert.equal(report.lastFlush, 10);
    },
  },
  {
    name: 'a replay may begin above the last flush',
    async run(driver) {
      await driver.runs(journal('j1'));
      const { runs, report } = await driver.crash(2);
      assert.deepEqual(runs, []);
      assert.equal(report.lastFlush, 1);
    },
  },
  {
    name: 'volatile runs are read by the owner that wrote them',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'spilled', RUN_VOLATILE), run(7, 1, 1, 'kept'));
      assert.deepEqual(await driver.texts(7), ['0-0 spilled', '1-1 kept']);
    },
  },
  {
    name: 'volatile runs are absent after their owner, from reads and from the replay',
    async run(driver) {
      await driver.runs(
        run(7, 0, 1, 'spilled', RUN_VOLATILE),
        run(7, 1, 1, 'kept'),
        run(8, 0, 1, 'gone', RUN_VOLATILE),
      );
      const { runs, flushes } = await driver.restart();
      assert.deepEqual(flushes, [1]);
      assert.deepEqual(
        runs.map((found) => found.text),
        ['kept'],
      );
      assert.deepEqual(await driver.texts(7), ['1-1 kept']);
      assert.deepEqual(driver.shard.logs(), [7]);
    },
  },
  {
    name: 'extents are the same after a restart',
    async run(driver) {
      for (let seq = 0; seq < 10; seq++) {
        await driver.runs({ ...run(7, seq, 1, `m${seq}`, RUN_RETAINED), maxTimestampMs: 1000 + seq }, journal('j'));
      }
      await driver.put({ outside: [outsideRun(7, 10, 5, 66_000, RUN_RETAINED)] });
      const before = driver.shard.extents(7, 0, 100);
      await driver.crash();
      assert.deepEqual(driver.shard.extents(7, 0, 100), before);
      await driver.restart();
      assert.deepEqual(driver.shard.extents(7, 0, 100), before);
    },
  },
];
