import { type BrokerCore, type LogChunk, type Shard, SHARED_LOG } from '../core/index.js';
import type { BatchOpener } from './batch-opener.js';
import { endOfChunks } from './log-chunks.js';

/** How much of a log is read at once for its consumers, bytes. */
const READ_BYTES = 0x4_0000;

export interface CoreReadsOptions {
  readonly core: BrokerCore;
  readonly shard: Shard;
  readonly opener: BatchOpener;
  readonly enter: () => void;
  /** Resolves when the next flush is written. */
  readonly nextSettled: () => Promise<void>;
  readonly failed: (queue: number, error: unknown) => void;
}

/** Brings the records into the core's memory that it asks for. */
export class CoreReads {
  readonly #core: BrokerCore;
  readonly #shard: Shard;
  readonly #opener: BatchOpener;
  readonly #enter: () => void;
  readonly #nextSettled: () => Promise<void>;
  readonly #failed: (queue: number, error: unknown) => void;

  constructor({ core, shard, opener, enter, nextSettled, failed }: CoreReadsOptions) {
    this.#core = core;
    this.#shard = shard;
    this.#opener = opener;
    this.#enter = enter;
    this.#nextSettled = nextSettled;
    this.#failed = failed;
  }

  /** Records of a queue's log, or of the partition that it works off. */
  async need(queue: number, log: number, fromSeq: number): Promise<void> {
    try {
      const chunks = await this.#readFlushed(log, fromSeq);
      const info = this.#core.destinations.queueOrUndefined(queue);
      if (info === undefined) return;
      const aborted =
        info.partition < 0 || info.uncommitted
          ? []
          : this.#core.destinations.partition(info.partition).producers.aborted;
      const opened = info.partition < 0 ? undefined : await this.#opener.open(chunks, aborted);
      this.#enter();
      if (opened === undefined) for (const chunk of chunks) this.#core.loadedChunk(queue, chunk);
      else for (const { buffer, offsets } of opened) this.#core.loadedRecords(queue, buffer, offsets);
      this.#core.loadedEnd(queue, endOfChunks(chunks));
    } catch (error) {
      this.#failed(queue, error);
    }
  }

  /** Bodies that several queues share. */
  async needShared(queue: number, fromSeq: number): Promise<void> {
    try {
      const chunks = await this.#readFlushed(SHARED_LOG, fromSeq);
      this.#enter();
      for (const { buffer, start, end, firstSeq } of chunks) {
        this.#core.loadedShared(buffer, start, end, firstSeq);
      }
      this.#core.loadedEnd(queue, endOfChunks(chunks));
    } catch (error) {
      this.#failed(queue, error);
    }
  }

  /** Reads what the core has appended, even when it is not written yet. */
  async #readFlushed(log: number, fromSeq: number): Promise<readonly LogChunk[]> {
    let chunks = await this.#readFrom(log, fromSeq);
    while (chunks.length === 0 && this.#core.pending) {
      await this.#nextSettled();
      chunks = await this.#readFrom(log, fromSeq);
    }
    return chunks;
  }

  async #readFrom(log: number, fromSeq: number): Promise<readonly LogChunk[]> {
    return await this.#shard.read(log, fromSeq, READ_BYTES);
  }
}
