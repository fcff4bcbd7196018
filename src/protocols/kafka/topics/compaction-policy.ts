import type { Declared } from '../../../core/index.js';

/** What becomes of a topic's old records, as its configuration says; times in ms. */
export interface CompactionPolicy {
  /** Only the newest record of each key stays. */
  readonly compacts: boolean;
  /** Retention by time and size applies. */
  readonly deletes: boolean;
  /** How long the mark of a deleted key stays after it was first met. */
  readonly deleteRetentionMs: number;
  readonly minLagMs: number;
  readonly maxLagMs: number;
  /** The part of the log that must be new before it is worth the while, 0 to 1. */
  readonly minDirtyRatio: number;
  /** What is newer than a segment's size and age is left alone. */
  readonly segmentBytes: number;
  readonly segmentMs: number;
}

/** Given what was declared in Kafka's words; the defaults are Kafka's. */
export function compactionPolicy(declared: Declared): CompactionPolicy {
  const text = (name: string, fallback: string) => {
    const value = declared[name];
    return typeof value === 'string' ? value : fallback;
  };
  const number = (name: string, fallback: number) => Number(text(name, String(fallback)));
  const policies = text('cleanup.policy', 'delete')
    .split(',')
    .map((policy) => policy.trim());
  return {
    compacts: policies.includes('compact'),
    deletes: policies.includes('delete'),
    deleteRetentionMs: number('delete.retention.ms', 86_400_000),
    minLagMs: number('min.compaction.lag.ms', 0),
    maxLagMs: number('max.compaction.lag.ms', Number.POSITIVE_INFINITY),
    minDirtyRatio: number('min.cleanable.dirty.ratio', 0.5),
    segmentBytes: number('segment.bytes', 1_073_741_824),
    segmentMs: number('segment.ms', 604_800_000),
  };
}
