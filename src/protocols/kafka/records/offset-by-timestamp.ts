import { batchBaseOffset, batchMaxTimestampMs, MalformedBytes } from '../../../bytes/index.js';
import type { Host } from '../../../core/index.js';
import { openBatch } from './open-batch.js';

export interface OffsetAndTime {
  readonly offset: number;
  readonly timestampMs: number;
}

/** The first record with a timestamp of `timestampMs` or later; undefined when there is none. */
export async function findOffsetByTimestamp(
  host: Host,
  partition: number,
  timestampMs: number,
): Promise<OffsetAndTime | undefined> {
  const batch = await host.findBatchByTimestamp(partition, timestampMs);
  return batch === undefined ? undefined : await firstRecordFrom(batch, timestampMs);
}

async function firstRecordFrom(batch: Uint8Array, timestampMs: number): Promise<OffsetAndTime> {
  try {
    const opened = await openBatch(batch);
    while (opened.cursor.next()) {
      if (opened.timestampMs >= timestampMs) return { offset: opened.offset, timestampMs: opened.timestampMs };
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  // Its header promised such a record. Starting with the whole batch, nobody misses anything.
  return { offset: batchBaseOffset(batch, 0), timestampMs: batchMaxTimestampMs(batch, 0) };
}

/**
 * The record with the highest timestamp below offset `upTo`; undefined for an empty log. Where time runs forward it
 * is in the last batch, and one more look-up proves it; else every look-up finds a later time.
 */
export async function findLatestTimestamp(
  host: Host,
  partition: number,
  logStart: number,
  upTo: number,
): Promise<OffsetAndTime | undefined> {
  if (upTo <= logStart) return undefined;
  const [last] = await host.readBatches(partition, upTo - 1, upTo, 1);
  if (last === undefined) return undefined;
  let latestMs = batchMaxTimestampMs(last, 0);
  let batch: Uint8Array | undefined;
  // Doubling steps cross a long stretch of later times quickly; `beyond` is known to be later than all of them.
  let step = 1;
  let beyond = Number.POSITIVE_INFINITY;
  while (latestMs + 1 < beyond) {
    const asked = Math.min(latestMs + step, latestMs + Math.ceil((beyond - latestMs) / 2));
    const later = await host.findBatchByTimestamp(partition, asked);
    if (later === undefined) {
      beyond = asked;
      step = 1;
    } else {
      batch = later;
      latestMs = batchMaxTimestampMs(later, 0);
      step *= 2;
    }
  }
  batch ??= (await host.findBatchByTimestamp(partition, latestMs)) ?? last;
  return await firstRecordFrom(batch, latestMs);
}
