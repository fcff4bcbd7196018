import {
  type BrokerCore,
  forEachRecord,
  type LogChunk,
  type Shard,
  SHARED_LOG,
  type SharedRecord,
  type SparseQueue,
} from '../core/index.js';
import { type SparseStretch, sparseStretches } from './sparse-stretches.js';

/** A queue is looked at when at least so many messages behind its oldest one are done with. */
const LEAST_DEAD = 256;
/** Extents of one queue that are looked at in one round. */
const EXTENTS = 4096;

export interface RewriterOptions {
  /** A queue is rewritten when the store gets back at least so much. */
  readonly leastBytes: number;
}

const DEFAULTS: RewriterOptions = { leastBytes: 8 * 1024 * 1024 };

/**
 * Keeps what queues take in the store in proportion to what lives in them: where a few old messages are left among many
 * that are done with, they are written once more, and everything else there may go.
 */
export class Rewriter {
  readonly #core: BrokerCore;
  readonly #shard: Shard;
  readonly #enter: () => void;
  readonly #options: RewriterOptions;
  #running = false;

  constructor(core: BrokerCore, shard: Shard, enter: () => void, options: RewriterOptions = DEFAULTS) {
    this.#core = core;
    this.#shard = shard;
    this.#enter = enter;
    this.#options = options;
  }

  /** One round over all queues; nothing when the last one is still under way. */
  async run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (const queue of [...this.#core.sparseQueues(LEAST_DEAD)]) await this.#queue(queue);
    } finally {
      this.#running = false;
    }
  }

  async #queue({ handle, log, floor, sharedFrom }: SparseQueue): Promise<void> {
    const extents = this.#shard.extents(log, floor, EXTENTS);
    const { stretches, wonBytes } = sparseStretches(extents, (first, last) => this.#core.liveIn(handle, first, last));
    if (wonBytes + this.#sharedBytes(sharedFrom) < this.#options.leastBytes) return;
    for (const stretch of stretches) await this.#rewrite(handle, log, stretch);
  }

  /** What the log of shared bodies keeps from there on. */
  #sharedBytes(from: number): number {
    if (from === Number.POSITIVE_INFINITY) return 0;
    return this.#shard.extents(SHARED_LOG, from, EXTENTS).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  async #rewrite(queue: number, log: number, { firstSeq, lastSeq, alive }: SparseStretch): Promise<void> {
    const chunks: LogChunk[] = [];
    for (const extent of alive) {
      const read = await this.#shard.read(log, extent.firstSeq, extent.sizeBytes);
      chunks.push(...read.filter((chunk) => chunk.currentFirst <= extent.lastSeq));
    }
    const shared = await this.#shared(this.#core.referencesIn(queue, chunks));
    this.#enter();
    this.#core.rewrite(queue, firstSeq, lastSeq, chunks, shared);
  }

  async #shared(wanted: readonly number[]): Promise<Map<number, SharedRecord>> {
    const found = new Map<number, SharedRecord>();
    for (const seq of wanted) {
      if (found.has(seq)) continue;
      for (const { buffer, start, end, firstSeq } of await this.#shard.read(SHARED_LOG, seq, 1)) {
        forEachRecord(buffer, start, end, firstSeq, (other, at) => {
          if (other === seq) found.set(seq, { buffer, at });
        });
      }
    }
    return found;
  }
}
