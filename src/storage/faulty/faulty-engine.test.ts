import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rejectsAs } from '../conformance/owning-cases.js';
import { run, settle, ShardDriver } from '../conformance/shard-driver.js';
import { describeEngine } from '../engine-conformance.js';
import { MemoryEngine } from '../memory/memory-engine.js';
import { type FaultPlan, FaultyEngine, type FlushFault, flakyPlan, scriptedPlan } from './faulty-engine.js';

describeEngine({
  name: 'faulty memory',
  async create(options) {
    return await fixtureWith(flakyPlan(1), options);
  },
  skips: {
    'a place is held by one engine at a time': 'the place is the engine object itself',
    'a read sees a flush that is handed over and not settled yet': 'a flush may be lost on its way to the engine',
  },
});

describe('a faulty engine', () => {
  it('answers unknown both for flushes that were lost and for flushes that were kept', async () => {
    const driver = await driverWith('unknown-lost', 'unknown-kept');
    const flush = driver.next({ runs: [run(7, 0, 1, 'a')] });
    await rejectsAs('unknown', driver.shard.flush(flush));
    assert.deepEqual(await driver.texts(7), []);
    await rejectsAs('unknown', driver.shard.flush(flush));
    assert.deepEqual(await driver.texts(7), ['0-0 a']);
    await driver.shard.flush(flush);
    assert.deepEqual(await driver.texts(7), ['0-0 a']);
  });

  it('writes nothing when it answers full, and goes on', async () => {
    const driver = await driverWith('full');
    const flush = driver.next({ runs: [run(7, 0, 1, 'a')] });
    await rejectsAs('full', driver.shard.flush(flush));
    assert.deepEqual(await driver.texts(7), []);
    await settle(driver.shard, flush);
    assert.deepEqual(await driver.texts(7), ['0-0 a']);
  });

  for (const fault of ['stale-epoch', 'failed'] as const) {
    it(`ends for good when it answers ${fault}`, async () => {
      const driver = await driverWith(fault);
      const flush = driver.next({ runs: [run(7, 0, 1, 'a')] });
      await rejectsAs(fault, driver.shard.flush(flush));
      await rejectsAs(fault, driver.shard.flush(flush));
      await rejectsAs(fault, driver.shard.sync());
      await rejectsAs(fault, driver.shard.read(7, 0, 100));
    });
  }

  it('settles a delayed flush late, and not before it is readable', async () => {
    const driver = await driverWith('delayed');
    let settled = false;
    const done = driver.shard.flush(driver.next({ runs: [run(7, 0, 1, 'a')] })).then(() => (settled = true));
    await Promise.resolve();
    assert.equal(settled, false);
    await done;
    assert.deepEqual(await driver.texts(7), ['0-0 a']);
  });
});

async function fixtureWith(plan: FaultPlan, options: { maxBytes?: number } = {}) {
  const engine = new FaultyEngine(new MemoryEngine(options), plan);
  await engine.open();
  return {
    engine,
    async reopen() {
      await engine.close();
      await engine.open();
      return engine;
    },
    rival: () => undefined,
    async release() {},
  };
}

async function driverWith(...faults: FlushFault[]): Promise<ShardDriver> {
  const driver = new ShardDriver(await fixtureWith(scriptedPlan(...faults)));
  await driver.open();
  return driver;
}
