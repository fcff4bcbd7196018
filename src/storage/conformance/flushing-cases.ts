import assert from 'node:assert/strict';
import { RUN_REWRITE } from '../../core/index.js';
import type { ConformanceCase } from './conformance-case.js';
import { run, settle } from './shard-driver.js';

export const flushingCases: readonly ConformanceCase[] = [
  {
    name: 'a flush that is handed over again is not appended twice',
    async run(driver) {
      const flush = driver.next({ runs: [run(7, 0, 1, 'once')], metadata: [{ key: 'k', value: new Uint8Array([1]) }] });
      await settle(driver.shard, flush);
      await settle(driver.shard, flush);
      driver.lastFlush = flush.number;
      assert.deepEqual(await driver.texts(7), ['0-0 once']);
      const { flushes } = await driver.crash();
      assert.deepEqual(flushes, [1]);
    },
  },
  {
    name: 'a flush number that leaves a gap is a mistake of the caller',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'one'));
      driver.lastFlush = 5;
      await assert.rejects(settle(driver.shard, driver.next({ runs: [run(7, 1, 1, 'six')] })), RangeError);
      driver.lastFlush = 1;
      await driver.runs(run(7, 1, 1, 'two'));
      assert.deepEqual(await driver.texts(7), ['0-0 one', '1-1 two']);
    },
  },
  {
    name: 'a flush with nothing in it counts',
    async run(driver) {
      await driver.put({});
      await driver.put({});
      const { report, flushes } = await driver.crash();
      assert.equal(report.lastFlush, 2);
      assert.deepEqual(flushes, [1, 2]);
    },
  },
  {
    name: 'a rewrite replaces the runs it covers',
    async run(driver) {
      for (let seq = 0; seq < 6; seq += 2) await driver.runs(run(7, seq, 2, `old ${seq}`));
      await driver.runs(run(7, 0, 4, 'new', RUN_REWRITE));
      const expected = ['0-3 new', '4-5 old 4'];
      assert.deepEqual(await driver.texts(7), expected);
      await driver.crash();
      assert.deepEqual(await driver.texts(7), expected);
    },
  },
  {
    name: 'a rewrite that covers the end of a run leaves its beginning current',
    async run(driver) {
      await driver.runs(run(7, 0, 10, 'old'));
      await driver.runs(run(7, 6, 10, 'new', RUN_REWRITE));
      const expected = ['0-5 old', '6-15 new'];
      assert.deepEqual(await driver.texts(7), expected);
      await driver.crash();
      assert.deepEqual(await driver.texts(7), expected);
    },
  },
  {
    name: 'a rewrite that covers the beginning of a run leaves its end current',
    async run(driver) {
      await driver.runs(run(7, 10, 10, 'old'));
      await driver.runs(run(7, 5, 10, 'new', RUN_REWRITE));
      const expected = ['5-14 new', '15-19 old'];
      assert.deepEqual(await driver.texts(7), expected);
      await driver.crash();
      assert.deepEqual(await driver.texts(7), expected);
    },
  },
  {
    name: 'a rewrite inside a run leaves both its ends current',
    async run(driver) {
      await driver.runs(run(7, 0, 10, 'old'));
      await driver.runs(run(7, 4, 2, 'new', RUN_REWRITE));
      const expected = ['0-3 old', '4-5 new', '6-9 old'];
      assert.deepEqual(await driver.texts(7), expected);
      const [, , tail] = await driver.shard.read(7, 0, 1000);
      assert.equal(tail.firstSeq, 0, 'the payload begins where the run began');
      await driver.crash();
      assert.deepEqual(await driver.texts(7), expected);
    },
  },
  {
    name: 'of several rewrites the newest counts',
    async run(driver) {
      await driver.runs(run(7, 0, 10, 'first'));
      await driver.runs(run(7, 0, 10, 'second', RUN_REWRITE));
      await driver.runs(run(7, 2, 2, 'third', RUN_REWRITE));
      await driver.runs(run(7, 0, 6, 'fourth', RUN_REWRITE));
      const expected = ['0-5 fourth', '6-9 second'];
      assert.deepEqual(await driver.texts(7), expected);
      await driver.crash();
      assert.deepEqual(await driver.texts(7), expected);
    },
  },
  {
    name: 'a rewrite may come with appends of the same log in one flush',
    async run(driver) {
      await driver.runs(run(7, 0, 4, 'old'));
      await driver.runs(run(7, 4, 1, 'fresh'), run(7, 0, 4, 'new', RUN_REWRITE), run(7, 5, 1, 'fresher'));
      const expected = ['0-3 new', '4-4 fresh', '5-5 fresher'];
      assert.deepEqual(await driver.texts(7), expected);
      await driver.crash();
      assert.deepEqual(await driver.texts(7), expected);
    },
  },
  {
    name: 'a rewrite with nothing in it empties its range',
    async run(driver) {
      await driver.runs(run(7, 0, 4, 'old'), run(7, 4, 1, 'next'));
      await driver.runs(run(7, 0, 4, '', RUN_REWRITE));
      await driver.crash();
      assert.deepEqual(await driver.texts(7), ['0-3 ', '4-4 next']);
    },
  },
];
