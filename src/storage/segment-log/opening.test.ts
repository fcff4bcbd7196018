import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RUN_RETAINED } from '../../core/index.js';
import { journal, outsideRun, run } from '../conformance/shard-driver.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { SegmentLogEngine } from './segment-log-engine.js';
import { TestPlace } from './test-place.js';

describe('opening a shard', () => {
  it('reads the sidecars and the newest segment, not the data', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 400; i++) {
      await place.driver.put({
        runs: [run(7, i, 1, 'x'.repeat(4000)), journal('j')],
        outside: i % 10 === 0 ? [outsideRun(9, i, 10, 20_000, RUN_RETAINED)] : [],
      });
    }
    await place.shard.settled();
    await place.driver.stop();
    const counted = counting(place.disk.mount());
    const engine = new SegmentLogEngine({
      directory: '/data',
      segmentBytes: 64 * 1024,
      fileSystem: counted.fileSystem,
      hold: async () => async () => undefined,
    });
    await engine.open();
    const shard = await engine.openShard(0, (await engine.shardEpoch(0)) + 1);
    assert.equal(shard.extents(7, 0, 1000).length, 400);
    assert.equal(shard.extents(9, 0, 1000).length, 40);
    const dataBytes = 400 * 4000 + 40 * 20_000;
    assert.ok(counted.readBytes() < 150_000, `${counted.readBytes()} bytes were read of ${dataBytes}`);
    await shard.close();
    await engine.close();
  });

  it('leaves a shard that was closed and opened again and again as small as it was', async () => {
    const place = await TestPlace.open();
    for (let i = 0; i < 20; i++) {
      await place.driver.runs(run(7, i, 1, `message ${i}`));
      await place.driver.restart();
    }
    assert.equal(place.paths('wal-').filter((path) => path.endsWith('.log')).length, 1);
    assert.equal((await place.driver.texts(7)).length, 20);
  });
});

function counting(inner: FileSystem): { fileSystem: FileSystem; readBytes: () => number } {
  let bytes = 0;
  const counted = (file: OpenFile): OpenFile => ({
    async read(into, position) {
      const got = await file.read(into, position);
      bytes += got;
      return got;
    },
    write: (parts, position) => file.write(parts, position),
    syncData: () => file.syncData(),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    size: () => file.size(),
    close: () => file.close(),
  });
  const fileSystem: FileSystem = {
    makeDirectory: (path) => inner.makeDirectory(path),
    list: (path) => inner.list(path),
    open: async (path, access) => counted(await inner.open(path, access)),
    create: (path) => inner.create(path),
    rename: (from, to) => inner.rename(from, to),
    unlink: (path) => inner.unlink(path),
    removeDirectory: (path) => inner.removeDirectory(path),
    syncDirectory: (path) => inner.syncDirectory(path),
    freeBytes: (path) => inner.freeBytes(path),
    readSync: (path, position, length) => inner.readSync(path, position, length),
  };
  return { fileSystem, readBytes: () => bytes };
}
