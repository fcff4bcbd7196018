import { batchBaseOffset, batchMaxTimestampMs, batchNextOffset, readU32, readU48 } from '../bytes/index.js';
import type { BrokerCore, Shard } from '../core/index.js';
import type { BatchOpener, OpenedRecords } from './batch-opener.js';
import { currentBatches } from './compaction/topic-compaction.js';
import { endOfChunks, wholeBatch } from './log-chunks.js';

/** Where a stored record has its timestamp: a 48-bit integer, ms since the epoch. */
const RECORD_TIMESTAMP_AT = 12;

/** Reads partitions' record batches for the fronts. */
export class PartitionReader {
  readonly #core: BrokerCore;
  readonly #shard: Shard;
  readonly #opener: BatchOpener;

  constructor(core: BrokerCore, shard: Shard, opener: BatchOpener) {
    this.#core = core;
    this.#shard = shard;
    this.#opener = opener;
  }

  /** See `Host.readBatches`. */
  async readBatches(
    partition: number,
    fromOffset: number,
    upTo: number,
    maxBytes: number,
  ): Promise<readonly Uint8Array[]> {
    const { log } = this.#core.partition(partition);
    const batches: Uint8Array[] = [];
    let sizeBytes = 0;
    for (let from = fromOffset; ; ) {
      const chunks = await this.#shard.read(log, from, maxBytes);
      for (const chunk of chunks) {
        for (const batch of currentBatches(chunk)) {
          if (batchNextOffset(batch, 0) <= fromOffset) continue;
          if (batchBaseOffset(batch, 0) >= upTo) return batches;
          if (batches.length > 0 && sizeBytes + batch.length > maxBytes) return batches;
          batches.push(batch);
          sizeBytes += batch.length;
        }
      }
      // Where compaction left nothing of what was read, what there is lies further on.
      from = endOfChunks(chunks);
      if (batches.length > 0 || from >= upTo) return batches;
    }
  }

  /** See `Host.findBatchByTimestamp`. */
  async findBatchByTimestamp(partition: number, timestampMs: number): Promise<Uint8Array | undefined> {
    const { log, logStart, highWatermark } = this.#core.partition(partition);
    for (const extent of this.#shard.extents(log, logStart, Number.POSITIVE_INFINITY)) {
      if (extent.maxTimestampMs < timestampMs) continue;
      for (const chunk of await this.#shard.read(log, extent.firstSeq, extent.sizeBytes)) {
        for (const batch of currentBatches(chunk)) {
          if (batchBaseOffset(batch, 0) >= highWatermark) return undefined;
          if (batchNextOffset(batch, 0) > logStart && batchMaxTimestampMs(batch, 0) >= timestampMs) return batch;
        }
      }
    }
    return undefined;
  }

  /** See `Host.findOffsetByTimestamp`. */
  async findOffsetByTimestamp(partition: number, timestampMs: number): Promise<number> {
    const batch = await this.findBatchByTimestamp(partition, timestampMs);
    if (batch === undefined) return this.#core.partition(partition).highWatermark;
    const [records] = await this.#opener.open([wholeBatch(batch)]);
    return (records && offsetFrom(records, timestampMs)) ?? batchBaseOffset(batch, 0);
  }
}

/** The offset of the first record that is as young as that. */
function offsetFrom({ buffer, offsets }: OpenedRecords, timestampMs: number): number | undefined {
  let at = 0;
  for (const offset of offsets) {
    if (readU48(buffer, at + RECORD_TIMESTAMP_AT) >= timestampMs) return offset;
    at += 4 + readU32(buffer, at);
  }
  return undefined;
}
