import type { Extent } from '../core/index.js';

/** Extents one after another of which little is alive. */
export interface SparseStretch {
  readonly firstSeq: number;
  /** Inclusive. */
  readonly lastSeq: number;
  /** Those with anything alive in them: what has to be read. */
  readonly alive: readonly Extent[];
}

/** An extent is worth rewriting when at most this part of it is alive. */
const SPARSE_PART = 1 / 4;
/** No record is smaller: an extent that has less for each of its sequences was rewritten already. */
const SMALLEST_RECORD_BYTES = 20;
/** What is written once more in one step, about. */
const LIVE_BYTES = 256 * 1024;
/** What is read for it. */
const READ_BYTES = 4 * 1024 * 1024;

/**
 * The stretches of a log that take much more than what lives in them, and the bytes that would be won. `liveIn` says how
 * many of the sequences first … last are alive; all records of an extent count as equally big,
 * and what was rewritten once stays until all of it is dead.
 */
export function sparseStretches(
  extents: readonly Extent[],
  liveIn: (firstSeq: number, lastSeq: number) => number,
): { stretches: SparseStretch[]; wonBytes: number } {
  const stretches: SparseStretch[] = [];
  let wonBytes = 0;
  let open: { firstSeq: number; lastSeq: number; alive: Extent[]; liveBytes: number; readBytes: number } | undefined;
  for (const extent of extents) {
    const { firstSeq, lastSeq, sizeBytes } = extent;
    const live = liveIn(firstSeq, lastSeq);
    const count = lastSeq - firstSeq + 1;
    const isRewritten = sizeBytes < count * SMALLEST_RECORD_BYTES;
    const liveBytes = isRewritten && live > 0 ? sizeBytes : (sizeBytes * live) / count;
    const readBytes = live === 0 ? 0 : sizeBytes;
    if (liveBytes > sizeBytes * SPARSE_PART) {
      open = undefined;
      continue;
    }
    if (open === undefined || open.liveBytes + liveBytes > LIVE_BYTES || open.readBytes + readBytes > READ_BYTES) {
      open = { firstSeq, lastSeq, alive: [], liveBytes: 0, readBytes: 0 };
      stretches.push(open);
    }
    open.lastSeq = lastSeq;
    open.liveBytes += liveBytes;
    open.readBytes += readBytes;
    if (live > 0) open.alive.push(extent);
    wonBytes += sizeBytes - liveBytes;
  }
  return { stretches, wonBytes };
}
