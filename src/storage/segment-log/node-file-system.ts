import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from './file-system.js';

/**
 * The file system of this machine. Files are used by descriptor and callback: the promise-based handles of node:fs do
 * more per call, and a flush waits for every one of these calls.
 */
export const nodeFileSystem: FileSystem = {
  async makeDirectory(path) {
    const first = await fs.promises.mkdir(path, { recursive: true });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
  },
  list: (path) => fs.promises.readdir(path),
  open: (path, access) => openFile(path, access === 'read' ? 'r' : 'r+'),
  create: (path) => openFile(path, 'wx+'),
  rename: (from, to) => fs.promises.rename(from, to),
  unlink: (path) => fs.promises.unlink(path),
  removeDirectory: (path) => fs.promises.rmdir(path),
  syncDirectory,
  async freeBytes(path) {
    const { bavail, bsize } = await fs.promises.statfs(path);
    return bavail * bsize;
  },
  readSync(path, position, length) {
    const descriptor = fs.openSync(path, 'r');
    try {
      const content = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const got = fs.readSync(descriptor, content, filled, length - filled, position + filled);
        if (got === 0) break;
        filled += got;
      }
      return content.subarray(0, filled);
    } finally {
      fs.closeSync(descriptor);
    }
  },
};

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory for this, and makes its entries stable by itself.
  if (process.platform === 'win32') return;
  const directory = await fs.promises.open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function openFile(path: string, flags: string): Promise<OpenFile> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, 0o644, (error, descriptor) => {
      if (error) reject(error);
      else resolve(new DescriptorFile(descriptor));
    });
  });
}

class DescriptorFile implements OpenFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const got = await this.#readOnce(into, filled, position + filled);
      if (got === 0) break;
      filled += got;
    }
    return filled;
  }

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    let rest = parts.filter((part) => part.length > 0);
    let at = position;
    while (rest.length > 0) {
      const written = rest.length === 1 ? await this.#writeOnce(rest[0], at) : await this.#writeMany(rest, at);
      at += written;
      rest = after(rest, written);
    }
  }

  syncData(): Promise<void> {
    return new Promise((resolve, reject) => fs.fdatasync(this.#descriptor, settle(resolve, reject)));
  }

  truncate(sizeBytes: number): Promise<void> {
    return new Promise((resolve, reject) => fs.ftruncate(this.#descriptor, sizeBytes, settle(resolve, reject)));
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.#descriptor, (error, stats) => (error ? reject(error) : resolve(stats.size)));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => fs.close(this.#descriptor, settle(resolve, reject)));
  }

  #readOnce(into: Uint8Array, start: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, into, start, into.length - start, position, (error, got) =>
        error ? reject(error) : resolve(got),
      );
    });
  }

  #writeOnce(part: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#descriptor, part, 0, part.length, position, (error, written) =>
        error ? reject(error) : resolve(written),
      );
    });
  }

  #writeMany(parts: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#descriptor, parts, position, (error, written) => (error ? reject(error) : resolve(written)));
    });
  }
}

function settle(resolve: () => void, reject: (error: Error) => void): (error: Error | null) => void {
  return (error) => (error ? reject(error) : resolve());
}

/** What is left of `parts` once `written` bytes are through; a write may stop short. */
function after(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = written;
  for (const part of parts) {
    if (skip >= part.length) {
      skip -= part.length;
    } else {
      rest.push(skip > 0 ? part.subarray(skip) : part);
      skip = 0;
    }
  }
  return rest;
}
