import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_RETAINED, StorageError } from '../../core/index.js';
import { rejectsAs } from '../conformance/owning-cases.js';
import { bytes, journal, outsideRun, run, settle } from '../conformance/shard-driver.js';
import type { Operation } from './breakable-file-system.js';
import { TestPlace } from './test-place.js';

describe('a disk that fails', () => {
  for (const operation of ['write', 'sync'] as const) {
    it(`in a ${operation} ends the shard for good, also when it works again`, async () => {
      const place = await TestPlace.open();
      await place.driver.runs(run(7, 0, 1, 'before'));
      failOnce(place, operation, 'wal');
      const flush = place.driver.next({ runs: [run(7, 1, 1, 'during')] });
      await rejectsAs('failed', place.shard.flush(flush));
      await rejectsAs('failed', place.shard.flush(flush));
      await rejectsAs('failed', place.shard.sync());
      await rejectsAs('failed', place.shard.read(7, 0, 1000));
      assert.throws(() => place.shard.extents(7, 0, 1), StorageError);
      await rejectsAs('failed', place.shard.close());
      const { report } = await place.driver.crash();
      assert.ok(report.lastFlush >= 1);
      assert.equal((await place.driver.texts(7))[0], '0-0 before');
    });
  }

  it('in the sync of a topic segment ends the shard before anything is committed', async () => {
    const place = await TestPlace.open();
    failOnce(place, 'sync', '.seg');
    const flush = place.driver.next({ outside: [outsideRun(7, 0, 1, 5000, RUN_RETAINED)] });
    await rejectsAs('failed', place.shard.flush(flush));
    const { report } = await place.driver.crash();
    assert.equal(report.lastFlush, 0);
    assert.deepEqual(await place.shard.read(7, 0, 1000), []);
    assert.deepEqual(place.paths('.seg'), [], 'what was never committed is gone');
  });

  it('says what went wrong, and why', async () => {
    const place = await TestPlace.open();
    failOnce(place, 'sync', 'wal');
    await assert.rejects(place.driver.runs(journal('j')), (error: StorageError) => {
      assert.match(error.message, /failed for good: injected EIO/);
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'EIO');
      return true;
    });
  });

  it('does not make a flush that is not handed over as the port says the end of the shard', async () => {
    const place = await TestPlace.open();
    const flush = place.driver.next({ runs: [run(7, 0, 1, 'right')] });
    await assert.rejects(place.shard.flush({ ...flush, end: flush.end - 1 }), RangeError);
    await settle(place.shard, flush);
    assert.deepEqual(await place.driver.texts(7), ['0-0 right']);
  });
});

describe('a full disk', () => {
  it('refuses a big run of a topic, leaves nothing of it, and takes it when there is room', async () => {
    const place = await TestPlace.open();
    await place.driver.put({ outside: [outsideRun(7, 0, 1, 10_000, RUN_RETAINED)] });
    place.disk.capacityBytes = place.disk.usedBytes() + 20_000;
    const sizeBefore = place.disk.contentOf(place.path('.seg')).length;
    const flush = place.driver.next({ outside: [outsideRun(7, 1, 1, 30_000, RUN_RETAINED)] });
    await rejectsAs('full', place.shard.flush(flush));
    assert.equal(place.shard.full, true);
    assert.equal(place.disk.contentOf(place.path('.seg')).length, sizeBefore);
    await place.driver.runs(journal('acknowledged'));
    place.disk.capacityBytes = Infinity;
    const deadline = Date.now() + 10_000;
    while (place.shard.full) {
      assert.ok(Date.now() < deadline, 'room was never noticed');
      await place.driver.runs(journal('acknowledged'));
    }
    await place.driver.put({ outside: [outsideRun(7, 1, 1, 30_000, RUN_RETAINED)] });
    await place.driver.crash();
    assert.equal((await place.shard.read(7, 0, 100_000)).length, 2);
  });

  it('still lets the clean stop be marked', async () => {
    const place = await TestPlace.open();
    await place.driver.runs(journal('j'));
    place.disk.capacityBytes = place.disk.usedBytes();
    await place.driver.runs(journal('j'));
    const { report } = await place.driver.restart();
    assert.equal(report.cleanStop, true);
    assert.equal(report.lastFlush, 2);
  });

  it('keeps the metadata that was there', async () => {
    const place = await TestPlace.open();
    await place.driver.put({ metadata: [{ key: 'k', value: bytes('v') }] });
    place.disk.capacityBytes = place.disk.usedBytes();
    const big = place.driver.next({ metadata: [{ key: 'k', value: new Uint8Array(200_000) }] });
    await rejectsAs('full', place.shard.flush(big));
    assert.equal(Buffer.from([...place.shard.metadata('')][0][1]).toString(), 'v');
  });
});

function failOnce(place: TestPlace, operation: Operation, part: string): void {
  let done = false;
  place.disk.breakWith((what, path) => {
    if (done || what !== operation || !path.includes(part)) return undefined;
    done = true;
    return Object.assign(new Error('injected EIO'), { code: 'EIO' });
  });
}
