import { batchNextOffset, readU32 } from '../bytes/index.js';
import type { BrokerCore } from '../core/index.js';
import type { BatchOpener, OpenedRecords } from './batch-opener.js';
import { wholeBatch } from './log-chunks.js';
import type { PartitionReader } from './partition-reader.js';

/** How much of a partition is passed on at once, bytes. */
const READ_BYTES = 0x4_0000;

/** Passes what comes into topics on to the queues that are bound to them. */
export class TopicFeeder {
  readonly #core: BrokerCore;
  readonly #reader: PartitionReader;
  readonly #opener: BatchOpener;
  readonly #enter: () => void;
  readonly #failed: (error: unknown) => void;
  readonly #feeding = new Set<number>();

  constructor(
    core: BrokerCore,
    reader: PartitionReader,
    opener: BatchOpener,
    enter: () => void,
    failed: (error: unknown) => void,
  ) {
    this.#core = core;
    this.#reader = reader;
    this.#opener = opener;
    this.#enter = enter;
    this.#failed = failed;
  }

  /** Passes a partition's records on to what is bound to its topic, one round of reading after another. */
  async feed(handle: number): Promise<void> {
    if (this.#feeding.has(handle)) return;
    this.#feeding.add(handle);
    try {
      for (;;) {
        const partition = this.#core.destinations.partitionOrUndefined(handle);
        const cursor = partition === undefined ? -1 : this.#core.feeds.cursor(partition);
        if (partition === undefined || cursor < 0 || cursor >= partition.lastStable) return;
        const upTo = partition.lastStable;
        const batches = await this.#reader.readBatches(handle, cursor, upTo, READ_BYTES);
        const last = batches.at(-1);
        const next = last === undefined ? upTo : batchNextOffset(last, 0);
        const opened = await this.#opener.open(batches.map(wholeBatch), partition.producers.aborted);
        this.#enter();
        if (this.#core.feeds.cursor(partition) !== cursor) continue;
        const buffers = opened.map((records) => recordsFrom(records, cursor));
        this.#core.feeds.feed(partition, buffers, next);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#feeding.delete(handle);
    }
  }
}

/** The records with offsets from `cursor` on: a batch may begin below it. */
function recordsFrom({ buffer, offsets }: OpenedRecords, cursor: number): Uint8Array {
  let at = 0;
  for (let i = 0; i < offsets.length && offsets[i] < cursor; i++) at += 4 + readU32(buffer, at);
  return buffer.subarray(at);
}
