import type { Extent } from '../../core/index.js';
import type { PlacedExtent } from './extent-chunk.js';
import { ExtentList, type ByteAccount } from './extent-list.js';

/** Where every record of a shard lies: per log, its extents. In memory; rebuilt from sidecars and scans at start. */
export class LogIndex {
  readonly #lists = new Map<number, ExtentList>();
  readonly #account: ByteAccount;

  constructor(account: ByteAccount) {
    this.#account = account;
  }

  add(log: number, extent: PlacedExtent): void {
    let list = this.#lists.get(log);
    if (list === undefined) {
      list = new ExtentList(this.#account);
      this.#lists.set(log, list);
    }
    list.add(extent);
  }

  trim(log: number, upTo: number): void {
    const list = this.#lists.get(log);
    if (list === undefined) return;
    list.trim(upTo);
    if (list.isEmpty) this.#lists.delete(log);
  }

  drop(log: number): void {
    this.#lists.get(log)?.clear();
    this.#lists.delete(log);
  }

  /** See {@link ExtentList.from}. */
  from(log: number, seq: number, visit: (extent: PlacedExtent) => boolean): void {
    this.#lists.get(log)?.from(seq, visit);
  }

  /** See {@link ExtentList.move}. */
  move(log: number, extent: PlacedExtent, file: number, position: number, spanBytes: number): boolean {
    return this.#lists.get(log)?.move(extent, file, position, spanBytes) ?? false;
  }

  /** The extents of a log within [firstSeq, lastSeq] that lie in one file. */
  inFile(log: number, file: number, firstSeq: number, lastSeq: number): PlacedExtent[] {
    const found: PlacedExtent[] = [];
    this.from(log, firstSeq, (extent) => {
      if (extent.firstSeq > lastSeq) return false;
      if (extent.file === file) found.push(extent);
      return true;
    });
    return found;
  }

  extents(log: number, from: number, limit: number): Extent[] {
    const found: Extent[] = [];
    if (limit <= 0) return found;
    this.from(log, from, ({ firstSeq, lastSeq, sizeBytes, maxTimestampMs, flush }) => {
      found.push({ firstSeq, lastSeq, sizeBytes, maxTimestampMs, flush });
      return found.length < limit;
    });
    return found;
  }

  logs(): number[] {
    return [...this.#lists.keys()];
  }
}
