import type { FileSystem, OpenFile } from './file-system.js';

/**
 * A file that the index points into, write-ahead or topic segment, by a number that is valid while the shard is open.
 */
export class SegmentFile {
  readonly id: number;
  readonly path: string;
  /** What the index points at, and how much of that is retained data. */
  liveBytes = 0;
  retainedBytes = 0;
  handle: Promise<OpenFile> | undefined;
  /** Operations under way on the handle. */
  users = 0;
  readonly #unused: (() => void)[] = [];

  constructor(id: number, path: string) {
    this.id = id;
    this.path = path;
  }

  enter(): void {
    this.users++;
  }

  leave(): void {
    this.users--;
    if (this.users === 0) for (const resolve of this.#unused.splice(0)) resolve();
  }

  /** Resolves when the last of the operations under way ends; by then another may have begun. */
  left(): Promise<void> {
    return new Promise((resolve) => this.#unused.push(resolve));
  }
}

/** Opens segment files when they are used, and keeps no more than a bounded number of them open. */
export class FileHandles {
  readonly #fileSystem: FileSystem;
  readonly #limit: number;
  /** Files with a handle, the least recently used first. */
  readonly #open = new Set<SegmentFile>();

  constructor(fileSystem: FileSystem, limit: number) {
    this.#fileSystem = fileSystem;
    this.#limit = limit;
  }

  /** Takes over a file that was just created. */
  adopt(file: SegmentFile, handle: OpenFile): void {
    file.handle = Promise.resolve(handle);
    this.#open.add(file);
  }

  async use<T>(file: SegmentFile, action: (handle: OpenFile) => Promise<T>): Promise<T> {
    file.enter();
    try {
      return await action(await this.#handle(file));
    } finally {
      file.leave();
    }
  }

  /** Closes a file that nothing will be asked of any more, once what is under way is done. */
  async close(file: SegmentFile): Promise<void> {
    while (file.users > 0) await file.left();
    // From here to the end of the handle nothing is awaited: whoever comes next opens the file anew.
    this.#open.delete(file);
    const { handle } = file;
    file.handle = undefined;
    await (await handle)?.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open].map((file) => this.close(file)));
  }

  async #handle(file: SegmentFile): Promise<OpenFile> {
    this.#open.delete(file);
    this.#open.add(file);
    if (file.handle === undefined) {
      file.handle = this.#fileSystem.open(file.path, 'write');
      // A failed attempt is not remembered: the next use tries again.
      file.handle.catch(() => (file.handle = undefined));
      await this.#makeRoom();
    }
    return await file.handle;
  }

  async #makeRoom(): Promise<void> {
    for (const file of this.#open) {
      if (this.#open.size <= this.#limit) return;
      if (file.users === 0) await this.close(file);
    }
  }
}
