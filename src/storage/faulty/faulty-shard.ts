import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Extent,
  Flush,
  FlushLayout,
  LogChunk,
  ReplayReport,
  ReplayVisitor,
  Shard,
  StorageError,
} from '../../core/index.js';
import { type FaultPlan, type FlushFault, storageErrorFor } from './faulty-engine.js';

const DELAY_TURNS = 5;

/** A shard whose flushes meet the faults of a plan; what it is asked besides goes straight through. */
export class FaultyShard implements Shard {
  readonly #inner: Shard;
  readonly #plan: FaultPlan;
  /** What ended this shard for good, if anything did. */
  #ended: StorageError | undefined;

  constructor(inner: Shard, plan: FaultPlan) {
    this.#inner = inner;
    this.#plan = plan;
  }

  get epoch(): number {
    return this.#inner.epoch;
  }

  get layout(): FlushLayout {
    return this.#inner.layout;
  }

  get full(): boolean {
    return this.#inner.full;
  }

  async flush(flush: Flush): Promise<void> {
    this.#assertAlive();
    const fault: FlushFault = this.#plan(flush);
    if (fault === 'delayed') for (let turn = 0; turn < DELAY_TURNS; turn++) await nextTurn();
    if (fault === 'none' || fault === 'delayed' || fault === 'unknown-kept') await this.#inner.flush(flush);
    if (fault === 'none' || fault === 'delayed') return;
    const error = storageErrorFor(fault);
    if (fault === 'stale-epoch' || fault === 'failed') this.#ended = error;
    throw error;
  }

  async sync(): Promise<void> {
    this.#assertAlive();
    await this.#inner.sync();
  }

  async read(log: number, from: number, maxBytes: number): Promise<readonly LogChunk[]> {
    this.#assertAlive();
    return await this.#inner.read(log, from, maxBytes);
  }

  extents(log: number, from: number, limit: number): readonly Extent[] {
    return this.#inner.extents(log, from, limit);
  }

  logs(): readonly number[] {
    return this.#inner.logs();
  }

  trim(log: number, upTo: number): void {
    this.#inner.trim(log, upTo);
  }

  drop(log: number): void {
    this.#inner.drop(log);
  }

  trimJournal(flush: number): void {
    this.#inner.trimJournal(flush);
  }

  async replay(from: number, visitor: ReplayVisitor): Promise<ReplayReport> {
    this.#assertAlive();
    return await this.#inner.replay(from, visitor);
  }

  metadata(prefix: string): Iterable<readonly [string, Uint8Array]> {
    return this.#inner.metadata(prefix);
  }

  space(): { readonly usedBytes: number; readonly freeBytes: number } {
    return this.#inner.space();
  }

  async close(): Promise<void> {
    this.#assertAlive();
    await this.#inner.close();
  }

  #assertAlive(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}
