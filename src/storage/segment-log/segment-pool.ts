import { join } from 'node:path';
import { StorageError } from '../../core/index.js';
import { fileSize, type FileSystem, ignoreMissing, isNoSpace, type OpenFile } from './file-system.js';
import { SECTOR_BYTES } from './segment-header.js';

/** How much is written between two syncs while a file is filled with zeros, so that flushes do not queue up behind it. */
const FILL_BYTES = 1024 * 1024;
const RETRY_MS = 250;
/** Segments that went are kept as spares up to this many: renaming one costs nothing, writing zeros costs a segment's worth. */
const MAX_SPARES = 2;
const ZEROS = Buffer.alloc(FILL_BYTES);
const SPARE = /^spare-\d+\.log$/;

/** A preallocated file that is no segment yet. Its content is zeros, or what an earlier segment left in it. */
interface Spare {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface SegmentPoolOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  /** Sizes begin here and grow fourfold up to `segmentBytes`, so that a small shard stays small. */
  readonly firstSegmentBytes: number;
  readonly segmentBytes: number;
  /** Called when room for one more segment was found after there had been none. */
  readonly onRoom: () => void;
}

/**
 * Keeps a spare write-ahead segment ready. A flush is written into space that is allocated, zeroed and stable already:
 * then its sync writes data and nothing else. A file system that has no room is met here, in the background, and not by
 * a flush.
 */
export class SegmentPool {
  readonly #options: SegmentPoolOptions;
  /** Spares, the next one to be used last. */
  #ready: Spare[] = [];
  #preparing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #nextSpare = 1;
  #nextBytes: number;
  #full = false;
  #error: unknown;
  #closed = false;

  constructor(options: SegmentPoolOptions) {
    this.#options = options;
    this.#nextBytes = options.firstSegmentBytes;
  }

  /** True while there is no spare because the device has no room for one. */
  get full(): boolean {
    return this.#full;
  }

  get hasSpare(): boolean {
    return this.#ready.length > 0;
  }

  /** Begins to keep a spare ready; takes over files that an earlier run of the engine left. */
  async start(names: readonly string[], currentBytes: number): Promise<void> {
    const { fileSystem, directory } = this.#options;
    this.#nextBytes = this.#grown(currentBytes);
    for (const name of names) {
      const path = join(directory, name);
      if (SPARE.test(name)) await this.#takeOver(path);
      else if (/^spare-\d+\.log\.tmp$/.test(name)) await fileSystem.unlink(path);
    }
    this.#prepare();
  }

  /**
   * Hands out a file with room for `minBytes`. Its name is still that of a spare.
   *
   * @throws StorageError full
   */
  async take(minBytes: number): Promise<Spare> {
    let spare = this.#take(minBytes);
    if (spare === undefined) {
      this.#prepare();
      await this.#preparing;
      spare = this.#take(minBytes);
    }
    if (spare === undefined && this.#error !== undefined) throw this.#error;
    if (spare === undefined && this.#full) throw new StorageError('full', 'the device has no room for another segment');
    spare ??= await this.#made(minBytes);
    this.#nextBytes = this.#grown(spare.sizeBytes);
    return spare;
  }

  /** The next spare will be needed before long. Until this is said, one may still come back from a segment that went. */
  anticipate(): void {
    this.#prepare();
  }

  /** Gives a file back that is a segment no more: it becomes a spare, or it goes. */
  async offer(path: string, sizeBytes: number): Promise<void> {
    await this.#preparing;
    // Where there is none at all a smaller one is better than nothing, as in a device that is full.
    const wantedBytes = this.#full ? this.#options.firstSegmentBytes : this.#nextBytes;
    if (this.#ready.length < MAX_SPARES && sizeBytes >= wantedBytes && !this.#closed) {
      const spare = { path: this.#spareName(), sizeBytes };
      await this.#options.fileSystem.rename(path, spare.path);
      this.#found(spare);
    } else {
      await this.#options.fileSystem.unlink(path);
      if (this.#full) this.#prepare();
    }
  }

  /** Something else than a segment found no room: the device counts as full until it has room for a segment again. */
  noteNoRoom(): void {
    this.#notFound(new StorageError('full', 'the device has no room'));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#preparing;
  }

  #prepare(): void {
    if (this.#closed || this.#ready.length > 0 || this.#preparing !== undefined) return;
    clearTimeout(this.#retry);
    this.#preparing = this.#madeAsLargeAsFits()
      .then(
        (spare) => this.#found(spare),
        (error: unknown) => this.#notFound(error),
      )
      .finally(() => (this.#preparing = undefined));
  }

  #take(minBytes: number): Spare | undefined {
    const i = this.#ready.findLastIndex((spare) => spare.sizeBytes >= minBytes);
    return i < 0 ? undefined : this.#ready.splice(i, 1)[0];
  }

  #found(spare: Spare): void {
    this.#ready.push(spare);
    this.#foundRoom();
  }

  #foundRoom(): void {
    const wasFull = this.#full;
    this.#full = false;
    if (wasFull) this.#options.onRoom();
  }

  #notFound(error: unknown): void {
    if (!(error instanceof StorageError && error.kind === 'full')) {
      this.#error = error;
      return;
    }
    this.#full = true;
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#tryAgain(), RETRY_MS);
    this.#retry.unref();
  }

  async #tryAgain(): Promise<void> {
    if (this.#ready.length === 0) {
      this.#prepare();
      return;
    }
    const { fileSystem, directory } = this.#options;
    const free = await fileSystem.freeBytes(directory).catch(() => 0);
    if (free >= this.#nextBytes) this.#foundRoom();
    else this.noteNoRoom();
  }

  /** A small spare is better than none: a nearly full device still lets consumers work things off. */
  async #madeAsLargeAsFits(): Promise<Spare> {
    for (let sizeBytes = this.#nextBytes; ; sizeBytes /= 4) {
      try {
        return await this.#made(Math.max(sizeBytes, this.#options.firstSegmentBytes));
      } catch (error) {
        const isFull = error instanceof StorageError && error.kind === 'full';
        if (!isFull || sizeBytes <= this.#options.firstSegmentBytes) throw error;
      }
    }
  }

  /** A new file of zeros, stable. */
  async #made(minBytes: number): Promise<Spare> {
    const { fileSystem, directory } = this.#options;
    const sizeBytes = Math.ceil(minBytes / SECTOR_BYTES) * SECTOR_BYTES;
    if ((await fileSystem.freeBytes(directory)) < sizeBytes) throw new StorageError('full', 'the device has no room');
    const path = this.#spareName();
    const temporary = `${path}.tmp`;
    try {
      const file = await fileSystem.create(temporary);
      try {
        await this.#fill(file, sizeBytes);
      } finally {
        await file.close();
      }
      await fileSystem.rename(temporary, path);
      return { path, sizeBytes };
    } catch (error) {
      await fileSystem.unlink(temporary).catch(ignoreMissing);
      if (isNoSpace(error)) throw new StorageError('full', 'the device has no room', { cause: error });
      throw error;
    }
  }

  async #fill(file: OpenFile, sizeBytes: number): Promise<void> {
    for (let at = 0; at < sizeBytes && !this.#closed; at += FILL_BYTES) {
      await file.write([ZEROS.subarray(0, Math.min(FILL_BYTES, sizeBytes - at))], at);
      await file.syncData();
    }
    if (this.#closed) throw new StorageError('closed', 'the shard was closed while a segment was prepared');
  }

  async #takeOver(path: string): Promise<void> {
    const { fileSystem } = this.#options;
    const sizeBytes = await fileSize(fileSystem, path);
    this.#nextSpare = Math.max(this.#nextSpare, Number(/\d+/.exec(path.slice(path.lastIndexOf('spare-')))?.[0]) + 1);
    if (this.#ready.length < MAX_SPARES && sizeBytes >= this.#nextBytes) this.#ready.push({ path, sizeBytes });
    else await fileSystem.unlink(path);
  }

  #grown(sizeBytes: number): number {
    const { firstSegmentBytes, segmentBytes } = this.#options;
    return Math.min(segmentBytes, Math.max(firstSegmentBytes, sizeBytes * 4));
  }

  #spareName(): string {
    return join(this.#options.directory, `spare-${this.#nextSpare++}.log`);
  }
}
