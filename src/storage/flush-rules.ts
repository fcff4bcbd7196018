import type { Flush } from '../core/index.js';

/** A flush up to this size still succeeds while a shard is full, so that consumers can work the backlog off. */
export const SMALL_FLUSH_BYTES = 64 * 1024;

/** Bytes that a flush brings: its runs, those handed over by reference, and its metadata values. */
export function flushBytes(flush: Flush): number {
  let bytes = flush.end;
  for (const run of flush.outside) bytes += run.payload.length;
  for (const change of flush.metadata) bytes += change.key.length + (change.value?.length ?? 0);
  return bytes;
}

/**
 * Flush numbers count up by one, whoever owns the shard; anything else is a mistake of the caller.
 *
 * @throws RangeError
 */
export function assertNextFlush(flush: Flush, lastFlush: number): void {
  if (flush.number !== lastFlush + 1) {
    throw new RangeError(`flush ${flush.number} does not follow flush ${lastFlush}`);
  }
}
