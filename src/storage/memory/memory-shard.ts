import { freemem } from 'node:os';
import {
  type Extent,
  type Flush,
  type FlushLayout,
  type LogChunk,
  type ReplayReport,
  type ReplayVisitor,
  type Shard,
  StorageError,
} from '../../core/index.js';
import { assertNextFlush, flushBytes, SMALL_FLUSH_BYTES } from '../flush-rules.js';
import type { MemoryStore } from './memory-store.js';

/** One owner's hold on a {@link MemoryStore}. */
export class MemoryShard implements Shard {
  readonly epoch: number;
  readonly layout: FlushLayout = { flushHeaderBytes: 0, runHeaderBytes: 0, trailerBytes: 0 };
  readonly #store: MemoryStore;
  readonly #maxBytes: number;
  /** Numbers above this were committed by this owner. */
  readonly #inheritedFlush: number;
  readonly #cleanStop: boolean;
  #closed = false;

  constructor(store: MemoryStore, maxBytes: number) {
    this.epoch = store.epoch;
    this.#store = store;
    this.#maxBytes = maxBytes;
    this.#inheritedFlush = store.lastFlush;
    this.#cleanStop = store.cleanStop;
    store.cleanStop = false;
  }

  async flush(flush: Flush): Promise<void> {
    const store = this.#held();
    if (flush.number > this.#inheritedFlush && flush.number <= store.lastFlush) return;
    assertNextFlush(flush, store.lastFlush);
    if (this.full && flushBytes(flush) > SMALL_FLUSH_BYTES) {
      throw new StorageError('full', `no room for a flush: ${store.usedBytes} of ${this.#maxBytes} bytes are in use`);
    }
    store.commit(flush);
  }

  async sync(): Promise<void> {
    this.#held();
  }

  async read(log: number, from: number, maxBytes: number): Promise<readonly LogChunk[]> {
    return this.#held().logs.get(log)?.read(from, maxBytes) ?? [];
  }

  extents(log: number, from: number, limit: number): readonly Extent[] {
    return this.#held().logs.get(log)?.extents(from, limit) ?? [];
  }

  logs(): readonly number[] {
    return [...this.#held().logs.keys()];
  }

  trim(log: number, upTo: number): void {
    this.#held().trim(log, upTo);
  }

  drop(log: number): void {
    this.#held().drop(log);
  }

  trimJournal(flush: number): void {
    this.#held().trimJournal(flush);
  }

  async replay(from: number, visitor: ReplayVisitor): Promise<ReplayReport> {
    const store = this.#held();
    for (const { number, runs } of store.history) {
      if (number < from) continue;
      visitor.flushBegin(number);
      for (const run of runs) {
        visitor.run(run.log, run.firstSeq, run.count, run.flags, run.payload, 0, run.payload.length);
      }
      visitor.flushEnd(number);
    }
    return { lastFlush: store.lastFlush, cleanStop: this.#cleanStop, tornBytes: 0, quarantined: [] };
  }

  metadata(prefix: string): Iterable<readonly [string, Uint8Array]> {
    return this.#held().metadata.list(prefix);
  }

  get full(): boolean {
    return this.#store.usedBytes > this.#maxBytes;
  }

  space(): { usedBytes: number; freeBytes: number } {
    const { usedBytes } = this.#held();
    const freeBytes = this.#maxBytes === Infinity ? freemem() : Math.max(0, this.#maxBytes - usedBytes);
    return { usedBytes, freeBytes };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#held().cleanStop = true;
    this.#closed = true;
  }

  #held(): MemoryStore {
    if (this.#closed) throw new StorageError('closed', 'the shard is closed');
    if (this.#store.epoch !== this.epoch) {
      throw new StorageError('stale-epoch', `epoch ${this.epoch} was fenced by epoch ${this.#store.epoch}`);
    }
    return this.#store;
  }
}
