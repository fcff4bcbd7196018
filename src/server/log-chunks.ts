import type { LogChunk } from '../core/index.js';
import type { BatchBytes } from './batch-opener.js';

/** One past the last sequence that the chunks tell of; Infinity when there are none. */
export function endOfChunks(chunks: readonly LogChunk[]): number {
  const last = chunks.at(-1);
  return last === undefined ? Number.POSITIVE_INFINITY : last.currentLast + 1;
}

/** One batch as {@link BatchOpener} takes them. */
export function wholeBatch(buffer: Uint8Array): BatchBytes {
  return { buffer, start: 0, end: buffer.length };
}
