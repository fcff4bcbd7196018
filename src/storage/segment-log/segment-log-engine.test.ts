import { seeded } from './crash-history.js';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEngine } from '../engine-conformance.js';
import { BreakableFileSystem } from './breakable-file-system.js';
import { SegmentLogEngine, type SegmentLogOptions } from './segment-log-engine.js';

const KIB = 1024;

describeEngine({
  name: 'segment-log on this machine',
  async create() {
    const directory = await fs.mkdtemp(join(tmpdir(), 'rosettamq-conformance-'));
    return await fixture({ directory }, async () => await fs.rm(directory, { recursive: true }));
  },
  skips: {
    'a full place refuses big flushes, takes small ones, and recovers when something is forgotten':
      'would have to fill the disk of this machine; the case runs on the file system in memory',
  },
});

describeEngine({
  name: 'segment-log after power cuts',
  async create({ maxBytes = Infinity }) {
    const disk = new BreakableFileSystem();
    disk.capacityBytes = maxBytes;
    const random = seeded(7);
    const small = maxBytes === Infinity ? { segmentBytes: 256 * KIB, firstSegmentBytes: 32 * KIB } : {};
    const options = { directory: '/data', topicSegmentBytes: 256 * KIB, cacheBytes: 0, ...small };
    return await fixture({ ...options, hold: memoryLock() }, async () => undefined, {
      mount: () => disk.mount(),
      end: () => disk.cutPower(random),
    });
  },
});

/** An engine over a place; `disk` replaces the machine's own. */
async function fixture(
  options: SegmentLogOptions,
  release: () => Promise<void>,
  disk?: { mount: () => NonNullable<SegmentLogOptions['fileSystem']>; end: () => void },
) {
  let open: SegmentLogEngine | undefined;
  const made = () => new SegmentLogEngine(disk === undefined ? options : { ...options, fileSystem: disk.mount() });
  const opened = async () => {
    open = made();
    await open.open();
    return open;
  };
  return {
    engine: await opened(),
    async reopen() {
      disk?.end();
      await open?.close();
      return await opened();
    },
    rival: made,
    async release() {
      await open?.close();
      await release();
    },
  };
}

/** What the operating system's lock does, for places that exist only in memory. */
function memoryLock(): NonNullable<SegmentLogOptions['hold']> {
  let held = false;
  return async () => {
    if (held) throw new (await import('../../core/index.js')).StorageError('locked', 'held');
    held = true;
    return async () => void (held = false);
  };
}
