import { RUN_RETAINED } from '../../core/index.js';
import type { ByteAccount } from './extent-list.js';
import { SegmentFile } from './segment-file.js';

/** The numbers that the index knows the segment files by, and how many bytes of each are live. */
export class FileTable implements ByteAccount {
  readonly #files = new Map<number, SegmentFile>();
  #nextId = 1;

  add(path: string): SegmentFile {
    const file = new SegmentFile(this.#nextId++, path);
    this.#files.set(file.id, file);
    return file;
  }

  get(id: number): SegmentFile {
    const file = this.#files.get(id);
    if (file === undefined) throw new Error(`no file has the number ${id}`);
    return file;
  }

  remove(file: SegmentFile): void {
    this.#files.delete(file.id);
  }

  gained(file: number, bytes: number, flags: number): void {
    const found = this.get(file);
    found.liveBytes += bytes;
    if ((flags & RUN_RETAINED) !== 0) found.retainedBytes += bytes;
  }

  lost(file: number, bytes: number, flags: number): void {
    this.gained(file, -bytes, flags);
  }
}
