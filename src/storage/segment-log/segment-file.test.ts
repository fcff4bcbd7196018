import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { BreakableFileSystem } from './breakable-file-system.js';
import { seeded } from './crash-history.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { FileHandles, SegmentFile } from './segment-file.js';

describe('the handles of segment files', () => {
  it('are few, and none is closed while it is used', async () => {
    const { fileSystem, mostOpen } = await strict(20);
    const handles = new FileHandles(fileSystem, 4);
    const files = Array.from({ length: 20 }, (_, i) => new SegmentFile(i, `/file-${i}`));
    const random = seeded(5);
    const worker = async () => {
      for (let i = 0; i < 300; i++) {
        const file = files[Math.floor(random() * files.length)];
        const into = Buffer.alloc(6);
        await handles.use(file, (handle) => handle.read(into, 0));
        assert.equal(into.toString(), text(file.id));
        if (random() < 0.1) await handles.close(file);
        if (random() < 0.3) await nextTurn();
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    assert.ok(mostOpen() <= 4 + 3, `${mostOpen()} were open`);
    await handles.closeAll();
  });

  it('are opened anew by who comes while they are being closed', async () => {
    const { fileSystem } = await strict(1);
    const handles = new FileHandles(fileSystem, 4);
    const file = new SegmentFile(0, '/file-0');
    const into = Buffer.alloc(6);
    await handles.use(file, (handle) => handle.read(into, 0));
    await Promise.all([handles.close(file), handles.use(file, (handle) => handle.read(into, 0))]);
    assert.equal(into.toString(), text(0));
  });

  it('are tried again after they could not be opened', async () => {
    const disk = new BreakableFileSystem();
    const handles = new FileHandles(disk.mount(), 4);
    const file = new SegmentFile(1, '/late');
    await assert.rejects(
      handles.use(file, (handle) => handle.size()),
      { code: 'ENOENT' },
    );
    await (await disk.mount().create('/late')).write([Buffer.from('here')], 0);
    assert.equal(await handles.use(file, (handle) => handle.size()), 4);
  });
});

function text(number: number): string {
  return `is ${String(number).padStart(3)}`;
}

/** Files that say their number, on a file system whose handles may not be used once they are closed. */
async function strict(count: number): Promise<{ fileSystem: FileSystem; mostOpen: () => number }> {
  const inner = new BreakableFileSystem().mount();
  for (let i = 0; i < count; i++) await (await inner.create(`/file-${i}`)).write([Buffer.from(text(i))], 0);
  let open = 0;
  let most = 0;
  const counted = (file: OpenFile): OpenFile => {
    let isOpen = true;
    most = Math.max(most, ++open);
    return {
      async read(into, position) {
        assert.ok(isOpen, 'read after close');
        const got = await file.read(into, position);
        assert.ok(isOpen, 'closed while it was read');
        return got;
      },
      async close() {
        assert.ok(isOpen, 'closed twice');
        isOpen = false;
        open--;
        await nextTurn();
      },
      write: (parts, position) => file.write(parts, position),
      syncData: () => file.syncData(),
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      size: () => file.size(),
    };
  };
  const unused = () => Promise.reject(new Error('not used here'));
  const fileSystem: FileSystem = {
    open: async (path, access) => counted(await inner.open(path, access)),
    makeDirectory: unused,
    list: unused,
    create: unused,
    rename: unused,
    unlink: unused,
    removeDirectory: unused,
    syncDirectory: unused,
    freeBytes: unused,
    readSync: () => new Uint8Array(),
  };
  return { fileSystem, mostOpen: () => most };
}
