import { JOURNAL_LOG } from '../../core/index.js';
import type { DamageLog } from './damage-log.js';
import type { Descriptor } from './descriptor.js';
import type { TopicExtent } from './topic-index.js';
import type { FileSystem } from './file-system.js';
import type { FileTable } from './file-table.js';
import type { FrameCache } from './frame-cache.js';
import type { LogIndex } from './log-index.js';
import type { MetadataStore } from './metadata-store.js';
import { RUN_HEADER_BYTES, type RunHeader } from './run.js';
import type { FileHandles } from './segment-file.js';
import type { TopicStore } from './topic-store.js';
import type { WalSegment } from './wal-segment.js';

/** How a shard is set up; all sizes in bytes. */
export interface SegmentLogSettings {
  readonly fileSystem: FileSystem;
  readonly firstSegmentBytes: number;
  readonly segmentBytes: number;
  readonly topicSegmentBytes: number;
  readonly cacheBytes: number;
}

/** What an open shard knows. The parts that work on it share this. */
export interface ShardState {
  readonly settings: SegmentLogSettings;
  readonly directory: string;
  readonly shard: number;
  readonly epoch: number;
  readonly files: FileTable;
  readonly handles: FileHandles;
  readonly cache: FrameCache;
  readonly index: LogIndex;
  readonly metadata: MetadataStore;
  readonly topics: TopicStore;
  readonly damage: DamageLog;
  /** The write-ahead segments by number, in order. */
  readonly segments: Map<number, WalSegment>;
}

/** Notes in the index that a run lies in a write-ahead segment; `position` is that of its header. */
export function indexRun(state: ShardState, header: RunHeader, file: number, position: number): void {
  if (header.log === JOURNAL_LOG) return;
  const { firstSeq, count, maxTimestampMs, flush, payloadBytes: sizeBytes, flags } = header;
  const spanBytes = RUN_HEADER_BYTES + sizeBytes;
  const lastSeq = firstSeq + count - 1;
  state.index.add(header.log, {
    firstSeq,
    lastSeq,
    maxTimestampMs,
    flush,
    file,
    position,
    spanBytes,
    sizeBytes,
    runs: 1,
    flags,
  });
}

/** The extent of a run that a descriptor describes. */
export function describedExtent(header: RunHeader, descriptor: Descriptor): TopicExtent {
  const { firstSeq, count, maxTimestampMs, flush, flags } = header;
  const { position, lengthBytes: spanBytes } = descriptor;
  const sizeBytes = spanBytes - RUN_HEADER_BYTES;
  return {
    firstSeq,
    lastSeq: firstSeq + count - 1,
    maxTimestampMs,
    flush,
    position,
    spanBytes,
    sizeBytes,
    runs: 1,
    flags,
  };
}
