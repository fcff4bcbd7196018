import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  ATTRIBUTE_DELETE_HORIZON,
  batchAttributes,
  batchBaseOffset,
  batchBaseTimestampMs,
  batchCodec,
  batchIsControl,
  batchIsTransactional,
  batchMaxTimestampMs,
  batchProducerId,
  BatchRewriter,
  CODEC_NONE,
  type RecordCursor,
  readInt16,
} from '../../bytes/index.js';
import type { AbortedTransaction } from '../../core/index.js';
import { openBatch } from '../../protocols/kafka/index.js';
import type { KeyOffsets } from './key-offsets.js';
import type { Pace } from './pace.js';

const gzipAsync = promisify(gzip);
/** Records between two looks at the clock. */
const LOOK_EVERY = 128;

export interface CleaningRules {
  readonly keys: KeyOffsets;
  readonly aborted: readonly AbortedTransaction[];
  readonly deleteRetentionMs: number;
  readonly nowMs: number;
}

/** Calls back for each record that counts: with a key, and of no transaction that was aborted. */
export async function forEachKeyed(
  batch: Uint8Array,
  aborted: readonly AbortedTransaction[],
  pace: Pace,
  visit: (cursor: RecordCursor, offset: number) => void,
): Promise<void> {
  if (batchIsControl(batch, 0) || isAborted(batch, aborted)) return;
  const opened = await openBatch(batch);
  const { cursor } = opened;
  while (cursor.next()) {
    if (cursor.keyStart >= 0) visit(cursor, opened.offset);
    if (cursor.index % LOOK_EVERY === 0 && pace.isDue) await pace.rest();
  }
}

/**
 * What is left of a batch: the very same bytes where nothing changes, undefined where nothing is left. Gone are records
 * that a newer one of their key replaced, those without a key, those of aborted transactions, and the marks of deleted
 * keys whose time is over; a mark that is met for the first time gets its time. Compressed batches that lose records
 * are compressed with gzip, whatever they were: Node has it in its own threads, and every client reads it.
 */
export async function cleanBatch(batch: Uint8Array, rules: CleaningRules, pace: Pace): Promise<Uint8Array | undefined> {
  if (batchIsControl(batch, 0)) return (await isOver(batch, rules)) ? undefined : batch;
  if (isAborted(batch, rules.aborted)) return undefined;
  const hasHorizon = (batchAttributes(batch, 0) & ATTRIBUTE_DELETE_HORIZON) !== 0;
  const { deleteRetentionMs, nowMs, keys } = rules;
  const isPastHorizon = hasHorizon && batchBaseTimestampMs(batch, 0) < nowMs;
  const { kept, total, marks } = await choose(batch, pace, (cursor, offset) => {
    if (keys.newest(cursor.bytes, cursor.keyStart, cursor.keyEnd) > offset) return false;
    return cursor.valueStart >= 0 || !isPastHorizon;
  });
  if (kept.size === 0) return undefined;
  const needsHorizon = marks > 0 && !hasHorizon;
  if (kept.size === total && !needsHorizon) return batch;
  const rewriter = new BatchRewriter(batch, needsHorizon ? nowMs + deleteRetentionMs : -1);
  const { cursor } = await openBatch(batch);
  while (cursor.next()) {
    if (kept.has(cursor.index)) rewriter.keep(cursor);
    if (cursor.index % LOOK_EVERY === 0 && pace.isDue) await pace.rest();
  }
  if (batchCodec(batch, 0) === CODEC_NONE) return rewriter.finish();
  return rewriter.finish(await gzipAsync(rewriter.records));
}

async function choose(
  batch: Uint8Array,
  pace: Pace,
  keeps: (cursor: RecordCursor, offset: number) => boolean,
): Promise<{ readonly kept: ReadonlySet<number>; readonly total: number; readonly marks: number }> {
  const opened = await openBatch(batch);
  const { cursor } = opened;
  const kept = new Set<number>();
  let marks = 0;
  let total = 0;
  while (cursor.next()) {
    total++;
    if (cursor.keyStart >= 0 && keeps(cursor, opened.offset)) {
      kept.add(cursor.index);
      if (cursor.valueStart < 0) marks++;
    }
    if (cursor.index % LOOK_EVERY === 0 && pace.isDue) await pace.rest();
  }
  return { kept, total, marks };
}

/**
 * Whether a marker may go. That of a commit tells readers nothing; it stays as long as the mark of a deleted key would.
 * That of an abort stays: readers forget by it what they were told to skip.
 */
async function isOver(batch: Uint8Array, { deleteRetentionMs, nowMs }: CleaningRules): Promise<boolean> {
  if (batchMaxTimestampMs(batch, 0) + deleteRetentionMs >= nowMs) return false;
  const { cursor } = await openBatch(batch);
  return cursor.next() && readInt16(cursor.bytes, cursor.keyStart + 2) === 1;
}

function isAborted(batch: Uint8Array, aborted: readonly AbortedTransaction[]): boolean {
  if (!batchIsTransactional(batch, 0)) return false;
  const offset = batchBaseOffset(batch, 0);
  const producerId = batchProducerId(batch, 0);
  return aborted.some(
    (entry) => entry.producerId === producerId && entry.firstOffset <= offset && offset <= entry.lastOffset,
  );
}
