import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCrashHistory } from './crash-history.js';
import type { FileSystem } from './file-system.js';

/** Each seed is another history with five owners; a failing one is named, and is the same when it is run again. */
const SEEDS = Number(process.env['CRASH_SEEDS'] ?? 40);

describe('the segment log whose owners end without a word', () => {
  it('keeps what it promised and nothing half done when the power goes', { timeout: 600_000 }, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      await runCrashHistory({ seed }).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      });
    }
  });

  it('loses nothing at all that was settled when only the process is killed', { timeout: 600_000 }, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      await runCrashHistory({ seed, end: 'kill' }).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      });
    }
  });

  it('would be caught if it did not sync', { timeout: 60_000 }, async () => {
    await assert.rejects(anyOf(20, withoutSync), 'twenty histories without a sync lost nothing');
  });

  it('would be caught if it did not sync directories', { timeout: 60_000 }, async () => {
    await assert.rejects(
      anyOf(20, withoutDirectorySync),
      'twenty histories without a sync of directories lost nothing',
    );
  });
});

/** Rejects as soon as one of the histories does. */
async function anyOf(seeds: number, through: (fileSystem: FileSystem) => FileSystem): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) await runCrashHistory({ seed, through });
}

function withoutSync(fileSystem: FileSystem): FileSystem {
  const lazy = async (opened: ReturnType<FileSystem['open']>) => {
    const file = await opened;
    return {
      read: file.read.bind(file),
      write: file.write.bind(file),
      truncate: file.truncate.bind(file),
      size: file.size.bind(file),
      close: file.close.bind(file),
      async syncData() {},
    };
  };
  return delegate(fileSystem, {
    open: (path, access) => lazy(fileSystem.open(path, access)),
    create: (path) => lazy(fileSystem.create(path)),
  });
}

function withoutDirectorySync(fileSystem: FileSystem): FileSystem {
  return delegate(fileSystem, { async syncDirectory() {} });
}

function delegate(fileSystem: FileSystem, changes: Partial<FileSystem>): FileSystem {
  return {
    makeDirectory: (path) => fileSystem.makeDirectory(path),
    list: (path) => fileSystem.list(path),
    open: (path, access) => fileSystem.open(path, access),
    create: (path) => fileSystem.create(path),
    rename: (from, to) => fileSystem.rename(from, to),
    unlink: (path) => fileSystem.unlink(path),
    removeDirectory: (path) => fileSystem.removeDirectory(path),
    syncDirectory: (path) => fileSystem.syncDirectory(path),
    freeBytes: (path) => fileSystem.freeBytes(path),
    readSync: (path, position, length) => fileSystem.readSync(path, position, length),
    ...changes,
  };
}
