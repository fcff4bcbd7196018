import { type MetadataChange, StorageError } from '../../core/index.js';
import { MetadataMap } from '../metadata-map.js';
import type { FileSystem } from './file-system.js';
import { readMetadata } from './metadata-changes.js';
import { INLINE_VALUE_BYTES } from './sidecar.js';
import type { WalSegment } from './wal-segment.js';

/** Where a value lies, and the value itself where it is small. */
interface Entry {
  readonly segment: WalSegment;
  /** Of the whole change: its header, key and value. */
  readonly position: number;
  readonly lengthBytes: number;
  readonly value: Uint8Array | undefined;
}

/** The metadata of a shard: small values in memory, large ones by their place in a write-ahead segment. */
export class MetadataStore {
  readonly #fileSystem: FileSystem;
  readonly #map = new MetadataMap<Entry>();
  /** Every key that is removed and said so by a segment. */
  readonly #removed = new Map<string, WalSegment>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** The change at `position` of the segment sets the key; without `value` it is read there when it is asked for. */
  set(key: string, value: Uint8Array | undefined, segment: WalSegment, position: number, lengthBytes: number): void {
    this.#forget(key);
    const kept = value !== undefined && value.length <= INLINE_VALUE_BYTES ? new Uint8Array(value) : undefined;
    this.#map.set(key, { segment, position, lengthBytes, value: kept });
    segment.metadataBytes += lengthBytes;
  }

  remove(key: string, segment: WalSegment): void {
    this.#forget(key);
    this.#map.delete(key);
    this.#removed.set(key, segment);
    segment.removedKeys.add(key);
  }

  /** Keys that are removed while the caller iterates are left out from then on. */
  *list(prefix: string): Generator<readonly [string, Uint8Array]> {
    for (const [key] of this.#map.list(prefix)) {
      const entry = this.#map.get(key);
      if (entry !== undefined) yield [key, entry.value ?? this.#read(key, entry)];
    }
  }

  /** Values that lie in a segment, `limitBytes` at most but at least one, as changes that can be written again. */
  valuesIn(segment: WalSegment, limitBytes: number): MetadataChange[] {
    const found: MetadataChange[] = [];
    let bytes = 0;
    for (const [key, entry] of this.#map.list('')) {
      if (entry.segment !== segment) continue;
      if (found.length > 0 && bytes + entry.lengthBytes > limitBytes) break;
      found.push({ key, value: entry.value ?? this.#read(key, entry) });
      bytes += entry.lengthBytes;
    }
    return found;
  }

  /** No older segment has a value of these keys any more: that they are removed need not be said again. */
  forgetRemoved(segment: WalSegment): void {
    for (const key of segment.removedKeys) this.#removed.delete(key);
    segment.removedKeys.clear();
  }

  #forget(key: string): void {
    const old = this.#map.get(key);
    if (old !== undefined) old.segment.metadataBytes -= old.lengthBytes;
    this.#removed.get(key)?.removedKeys.delete(key);
    this.#removed.delete(key);
  }

  #read(key: string, entry: Entry): Uint8Array {
    const { path } = entry.segment.file;
    const content = Buffer.from(this.#fileSystem.readSync(path, entry.position, entry.lengthBytes));
    const [change] = readMetadata(content, 0, content.length, 1).changes;
    if (change === undefined || change.key !== key) {
      throw new StorageError('failed', `the metadata value of ${key} at ${path}@${entry.position} is damaged`);
    }
    return new Uint8Array(content.subarray(change.valueStart, change.valueEnd));
  }
}
