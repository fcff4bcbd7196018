import assert from 'node:assert/strict';
import { RUN_RETAINED, StorageError } from '../../core/index.js';
import type { ConformanceCase } from './conformance-case.js';
import { journal, outsideRun, run, settle } from './shard-driver.js';

export const forgettingCases: readonly ConformanceCase[] = [
  {
    name: 'a trim forgets what lies wholly below it',
    async run(driver) {
      for (let seq = 0; seq < 10; seq += 2) await driver.runs(run(7, seq, 2, `m${seq}`));
      driver.shard.trim(7, 4);
      assert.equal(driver.shard.extents(7, 0, 1)[0].firstSeq, 4);
      assert.deepEqual(await driver.texts(7), ['4-5 m4', '6-7 m6', '8-9 m8']);
    },
  },
  {
    name: 'a trim into a run leaves what is above it',
    async run(driver) {
      await driver.runs(run(7, 0, 10, 'ten'));
      driver.shard.trim(7, 5);
      const chunks = await driver.shard.read(7, 5, 1000);
      assert.equal(chunks.length, 1);
      assert.equal(chunks[0].currentLast, 9);
    },
  },
  {
    name: 'a log that is trimmed to its end is not listed, and goes on',
    async run(driver) {
      await driver.runs(run(7, 0, 2, 'ab'));
      driver.shard.trim(7, 2);
      assert.deepEqual(driver.shard.logs(), []);
      assert.deepEqual(await driver.texts(7), []);
      await driver.runs(run(7, 2, 1, 'c'));
      assert.deepEqual(await driver.texts(7), ['2-2 c']);
    },
  },
  {
    name: 'trims may repeat, go back, and name unknown logs',
    async run(driver) {
      await driver.runs(run(7, 0, 2, 'ab'), run(7, 2, 2, 'cd'));
      driver.shard.trim(7, 2);
      driver.shard.trim(7, 2);
      driver.shard.trim(7, 0);
      driver.shard.trim(99, 1000);
      driver.shard.drop(99);
      assert.deepEqual(await driver.texts(7, 2), ['2-3 cd']);
    },
  },
  {
    name: 'a dropped log is gone and the others are not',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'drop me'), run(8, 0, 1, 'keep me'));
      await driver.put({ outside: [outsideRun(9, 0, 1, 70_000, RUN_RETAINED)] });
      driver.shard.drop(7);
      driver.shard.drop(9);
      assert.deepEqual(driver.shard.logs(), [8]);
      assert.deepEqual(await driver.texts(7), []);
      assert.deepEqual(await driver.texts(9), []);
      assert.deepEqual(await driver.texts(8), ['0-0 keep me']);
    },
  },
  {
    name: 'what was not trimmed is there after a restart',
    async run(driver) {
      for (let seq = 0; seq < 10; seq++) await driver.runs(run(7, seq, 1, `m${seq}`), run(8, seq, 1, `n${seq}`));
      driver.shard.trim(7, 6);
      await driver.crash();
      assert.equal((await driver.texts(7, 6)).length, 4);
      assert.equal((await driver.texts(8)).length, 10);
    },
  },
  {
    name: 'what the journal was not trimmed of is replayed',
    async run(driver) {
      for (let i = 1; i <= 10; i++) await driver.runs(journal(`j${i}`));
      driver.shard.trimJournal(7);
      const { runs, report } = await driver.crash(7);
      assert.deepEqual(
        runs.map((found) => found.text),
        ['j7', 'j8', 'j9', 'j10'],
      );
      assert.equal(report.lastFlush, 10);
    },
  },
  {
    name: 'the last flush number is known even when the whole journal was trimmed',
    async run(driver) {
      for (let i = 1; i <= 5; i++) await driver.runs(journal(`j${i}`));
      driver.shard.trimJournal(6);
      const { report } = await driver.restart(6);
      assert.equal(report.lastFlush, 5);
      await driver.runs(journal('j6'));
    },
  },
  {
    name: 'used bytes grow with what is stored',
    async run(driver) {
      const before = driver.shard.space();
      for (let seq = 0; seq < 30; seq++) await driver.runs(run(7, seq, 1, 'x'.repeat(1_000_000)));
      const after = driver.shard.space();
      assert.ok(after.usedBytes - before.usedBytes > 20_000_000, `${before.usedBytes} to ${after.usedBytes}`);
      assert.ok(after.freeBytes >= 0);
    },
  },
  {
    name: 'a full place refuses big flushes, takes small ones, and recovers when something is forgotten',
    fixture: { maxBytes: 40_000_000 },
    async run(driver) {
      const { shard } = driver;
      let seq = 0;
      const big = () => driver.next({ runs: [run(7, seq, 1, 'x'.repeat(1_000_000))] });
      const tryBig = async (): Promise<boolean> => {
        try {
          await settle(shard, big());
        } catch (error) {
          if (error instanceof StorageError && error.kind === 'full') return false;
          throw error;
        }
        driver.lastFlush++;
        seq++;
        return true;
      };
      while (await tryBig()) assert.ok(seq < 100, 'the place never filled up');
      assert.equal(shard.full, true);
      assert.equal((await driver.texts(7)).length, seq, 'nothing of the refused flush is there');
      for (let i = 0; i < 10; i++) await driver.runs(journal('an acknowledgement'));
      shard.trim(7, seq);
      shard.trimJournal(driver.lastFlush + 1);
      const deadline = Date.now() + 20_000;
      while (!(await tryBig())) {
        assert.ok(Date.now() < deadline, 'the place stayed full');
        await driver.runs(journal('an acknowledgement'));
      }
      assert.equal(shard.full, false);
    },
  },
];
