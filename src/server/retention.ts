import type { Extent, TopicSettings } from '../core/index.js';

/** One partition as retention sees it. */
export interface RetainedLog {
  readonly logStart: number;
  /** Nothing from here on may go: it is not stable, or an open transaction holds it back. */
  readonly lastStable: number;
  readonly settings: Partial<Pick<TopicSettings, 'retentionMs' | 'retentionBytes'>>;
}

/**
 * The offset up to which a log's oldest records may go: whole extents that are older than the time, and as many more as
 * the log is over its size. An extent without a timestamp has no age. Kafka keeps the newest segment whatever its age;
 * here the newest extent goes like any other.
 */
export function retainedFrom(log: RetainedLog, extents: readonly Extent[], nowMs: number): number {
  const { retentionMs = -1, retentionBytes = -1 } = log.settings;
  let sizeBytes = 0;
  if (retentionBytes >= 0) for (const extent of extents) sizeBytes += extent.sizeBytes;
  let from = log.logStart;
  for (const extent of extents) {
    const isOld = retentionMs >= 0 && extent.maxTimestampMs > 0 && extent.maxTimestampMs + retentionMs < nowMs;
    const isOver = retentionBytes >= 0 && sizeBytes - extent.sizeBytes >= retentionBytes;
    if ((!isOld && !isOver) || extent.lastSeq >= log.lastStable) break;
    sizeBytes -= extent.sizeBytes;
    from = extent.lastSeq + 1;
  }
  return from;
}

/** Does the topic let go of anything by itself? */
export function hasRetention({ retentionMs = -1, retentionBytes = -1 }: RetainedLog['settings']): boolean {
  return retentionMs >= 0 || retentionBytes >= 0;
}
