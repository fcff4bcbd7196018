import assert from 'node:assert/strict';
import { type StorageErrorKind, StorageError } from '../../core/index.js';
import type { ConformanceCase } from './conformance-case.js';
import { journal, run, settle } from './shard-driver.js';

export const owningCases: readonly ConformanceCase[] = [
  {
    name: 'an epoch that is not above the last one is refused',
    unopened: true,
    async run(driver) {
      const shard = await driver.engine.openShard(0, 5);
      assert.equal(shard.epoch, 5);
      assert.equal(await driver.engine.shardEpoch(0), 5);
      for (const epoch of [4, 5]) await rejectsAs('stale-epoch', driver.engine.openShard(0, epoch));
      await shard.close();
    },
  },
  {
    name: 'the epoch is remembered over restarts',
    unopened: true,
    async run(driver) {
      await driver.engine.openShard(0, 41);
      const engine = await driver.fixture.reopen();
      assert.equal(await engine.shardEpoch(0), 41);
      await rejectsAs('stale-epoch', engine.openShard(0, 41));
      const shard = await engine.openShard(0, 42);
      await shard.close();
      await engine.close();
    },
  },
  {
    name: 'a higher epoch fences the owner before it',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'mine'));
      const old = driver.shard;
      const late = driver.next({ runs: [run(7, 1, 1, 'too late')] });
      await driver.open();
      await rejectsAs('stale-epoch', settle(old, late));
      await rejectsAs('stale-epoch', old.sync());
      await rejectsAs('stale-epoch', old.read(7, 0, 1000));
      assert.deepEqual(await driver.texts(7), ['0-0 mine']);
      await driver.runs(run(7, 1, 1, 'the next owner'));
      await driver.crash();
      assert.deepEqual(await driver.texts(7), ['0-0 mine', '1-1 the next owner']);
    },
  },
  {
    name: 'closing a fenced shard does not make the stop a clean one',
    async run(driver) {
      const old = driver.shard;
      await driver.open();
      await old.close().catch(() => undefined);
      await driver.runs(journal('still here'));
      const { report } = await driver.crash();
      assert.equal(report.cleanStop, false);
      assert.equal(report.lastFlush, 1);
    },
  },
  {
    name: 'nothing succeeds after close',
    async run(driver) {
      await driver.runs(run(7, 0, 1, 'a'));
      const flush = driver.next({ runs: [run(7, 1, 1, 'b')] });
      const { shard } = driver;
      await shard.close();
      await rejectsAs('closed', shard.flush(flush));
      await rejectsAs('closed', shard.sync());
      await rejectsAs('closed', shard.read(7, 0, 1000));
    },
  },
  {
    name: 'closing twice is closing once',
    async run(driver) {
      await driver.shard.close();
      await driver.shard.close();
      await driver.engine.close();
      await driver.engine.close();
    },
  },
  {
    name: 'an engine that is not open serves no shard',
    async run(driver) {
      await driver.stop();
      await rejectsAs('closed', driver.engine.openShard(0, 100));
      await rejectsAs('closed', driver.engine.shardEpoch(0));
    },
  },
  {
    name: 'a place is held by one engine at a time',
    async run(driver) {
      const rival = driver.fixture.rival();
      assert.ok(rival !== undefined, 'this place has no lock');
      await rejectsAs('locked', rival.open());
      await driver.stop();
      await rival.open();
      await rival.close();
    },
  },
  {
    name: 'shards are apart from each other',
    async run(driver) {
      const { engine } = driver;
      await driver.runs(run(7, 0, 1, 'shard 0'));
      const other = await engine.openShard(3, 1);
      assert.deepEqual(other.logs(), []);
      const report = await other.replay(0, { flushBegin() {}, run() {}, flushEnd() {} });
      assert.equal(report.lastFlush, 0);
      await settle(other, { ...driver.next({ runs: [run(7, 0, 1, 'shard 3')] }), number: 1 });
      assert.deepEqual(await driver.texts(7), ['0-0 shard 0']);
      assert.equal((await other.read(7, 0, 1000)).length, 1);
      await other.close();
    },
  },
];

export async function rejectsAs(kind: StorageErrorKind, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof StorageError, `expected a StorageError, got ${String(error)}`);
    assert.equal(error.kind, kind);
    return true;
  });
}
