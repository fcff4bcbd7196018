import { join } from 'node:path';
import { StorageError } from '../../core/index.js';
import { type FileSystem, ignoreMissing, isNoSpace, type OpenFile } from './file-system.js';
import { SECTOR_BYTES } from './segment-header.js';

/** How much is written between two syncs while a file is filled with zeros, so that flushes do not queue up behind it. */
const FILL_BYTES = 1024 * 1024;
const RETRY_MS = 250;
/** The share of the spare that is filled before anything is written to the segment in use. */
const FIRST_SHARE = 0.1;
/** How far the filling runs ahead of the writing after that. */
const AHEAD = 1.2;
const ZEROS = Buffer.alloc(FILL_BYTES);
const SPARE = /^spare-\d+\.log$/;

/** A used segment came back while a new one was being filled. */
const OVERTAKEN = new Error('a spare was found elsewhere');

/** A preallocated file that is no segment yet. Its content is zeros, or what an earlier segment left in it. */
interface Spare {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface SegmentPoolOptions {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  /** Sizes begin here and double up to `segmentBytes`, so that a small shard stays small. */
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
  #ready: Spare | undefined;
  #preparing: Promise<void> | undefined;
  /** How much of the spare may be filled by now: ahead of the flushes, so as to be ready, but not in their way. */
  #allowedShare = FIRST_SHARE;
  #wanted = false;
  #paced: (() => void) | undefined;
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
    return this.#ready !== undefined;
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
   * Hands out a file with room for `minBytes` and begins on the next one. Its name is still that of a spare.
   *
   * @throws StorageError full
   */
  async take(minBytes: number): Promise<Spare> {
    this.#wanted = true;
    this.#paced?.();
    try {
      return await this.#take(minBytes);
    } finally {
      this.#wanted = false;
      this.#allowedShare = FIRST_SHARE;
    }
  }

  /** So much of the segment in use is written: the spare is filled in step with it. */
  pace(usedShare: number): void {
    this.#allowedShare = FIRST_SHARE + usedShare * AHEAD;
    this.#paced?.();
  }

  async #take(minBytes: number): Promise<Spare> {
    if (this.#ready === undefined || this.#ready.sizeBytes < minBytes) await this.#preparing;
    if (this.#ready === undefined && this.#error !== undefined) throw this.#error;
    if (this.#ready === undefined && !this.#full) {
      this.#prepare();
      await this.#preparing;
    }
    if (this.#ready === undefined) throw new StorageError('full', 'the device has no room for another segment');
    if (this.#ready.sizeBytes < minBytes) return await this.#made(minBytes);
    const spare = this.#ready;
    this.#ready = undefined;
    this.#nextBytes = this.#grown(spare.sizeBytes);
    this.#prepare();
    return spare;
  }

  /** Gives a file back that is a segment no more: it becomes the next spare if one is missing, else it goes. */
  async offer(path: string, sizeBytes: number): Promise<void> {
    if (this.#ready === undefined && sizeBytes >= this.#nextBytes && !this.#closed) {
      const spare = { path: this.#spareName(), sizeBytes };
      await this.#options.fileSystem.rename(path, spare.path);
      this.#found(spare);
      this.#paced?.();
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
    this.#paced?.();
    clearTimeout(this.#retry);
    await this.#preparing;
  }

  #prepare(): void {
    if (this.#closed || this.#ready !== undefined || this.#preparing !== undefined) return;
    clearTimeout(this.#retry);
    this.#preparing = this.#madeAsLargeAsFits()
      .then(
        (spare) => this.#found(spare),
        (error: unknown) => {
          if (error !== OVERTAKEN) this.#notFound(error);
        },
      )
      .finally(() => (this.#preparing = undefined));
  }

  #found(spare: Spare): void {
    this.#ready = spare;
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
    if (this.#ready === undefined) {
      this.#prepare();
      return;
    }
    const { fileSystem, directory } = this.#options;
    const free = await fileSystem.freeBytes(directory).catch(() => 0);
    if (free >= this.#nextBytes) this.#found(this.#ready);
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
      while (at > this.#allowedShare * sizeBytes && !this.#wanted && !this.#closed && this.#ready === undefined) {
        await new Promise<void>((resolve) => {
          this.#paced = resolve;
        });
        this.#paced = undefined;
      }
      if (this.#ready !== undefined) throw OVERTAKEN;
      await file.write([ZEROS.subarray(0, Math.min(FILL_BYTES, sizeBytes - at))], at);
      await file.syncData();
    }
    if (this.#closed) throw new StorageError('closed', 'the shard was closed while a segment was prepared');
  }

  async #takeOver(path: string): Promise<void> {
    const { fileSystem } = this.#options;
    const file = await fileSystem.open(path, 'read');
    const sizeBytes = await file.size().finally(() => file.close());
    this.#nextSpare = Math.max(this.#nextSpare, Number(/\d+/.exec(path.slice(path.lastIndexOf('spare-')))?.[0]) + 1);
    if (this.#ready === undefined && sizeBytes >= this.#nextBytes) this.#ready = { path, sizeBytes };
    else await fileSystem.unlink(path);
  }

  #grown(sizeBytes: number): number {
    const { firstSegmentBytes, segmentBytes } = this.#options;
    return Math.min(segmentBytes, Math.max(firstSegmentBytes, sizeBytes * 2));
  }

  #spareName(): string {
    return join(this.#options.directory, `spare-${this.#nextSpare++}.log`);
  }
}
