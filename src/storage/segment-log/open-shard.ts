import { join } from 'node:path';
import type { Quarantined } from '../../core/index.js';
import { DamageLog } from './damage-log.js';
import { FileTable } from './file-table.js';
import { FRAME_OPEN } from './frame.js';
import { FrameCache } from './frame-cache.js';
import { engineFrame } from './frame-builder.js';
import { LogIndex } from './log-index.js';
import { MetadataStore } from './metadata-store.js';
import { FileHandles } from './segment-file.js';
import { SegmentLogShard } from './segment-log-shard.js';
import { SegmentPool } from './segment-pool.js';
import type { SegmentLogSettings, ShardState } from './shard-state.js';
import { shardDirectory, type ShardSurvey } from './shard-survey.js';
import { TopicRecovery } from './topic-recovery.js';
import { TopicStore } from './topic-store.js';
import { frameBytes, Wal } from './wal.js';
import { recoverWal } from './wal-recovery.js';
import type { WalSegment } from './wal-segment.js';

const MAX_OPEN_FILES = 256;

export interface OpenShardOptions {
  readonly settings: SegmentLogSettings;
  readonly data: string;
  readonly shard: number;
  readonly epoch: number;
  readonly survey: ShardSurvey;
  readonly onDamage: (quarantined: Quarantined) => void;
  readonly onClosed: () => void;
}

/**
 * Takes a shard over: puts its files in order, builds the index, and writes the mark of the new owner. What an owner
 * with a lower epoch might still write is void from then on, because the directory is held by this process alone.
 */
export async function openShard(options: OpenShardOptions): Promise<SegmentLogShard> {
  const { settings, survey, shard, epoch } = options;
  const { fileSystem } = settings;
  const directory = shardDirectory(options.data, shard);
  const topicsDirectory = join(directory, 'topics');
  await fileSystem.makeDirectory(topicsDirectory);
  const files = new FileTable();
  const handles = new FileHandles(fileSystem, MAX_OPEN_FILES);
  const cache = new FrameCache(settings.cacheBytes);
  const metadata = new MetadataStore(fileSystem);
  const damage = new DamageLog(options.onDamage);
  let wal: Wal | undefined;
  const topics = new TopicStore({
    fileSystem,
    directory: topicsDirectory,
    files,
    handles,
    segmentBytes: settings.topicSegmentBytes,
    nameSerial: () => (wal === undefined ? survey.lastSerial : wal.serial) + 1,
    stableFlush: () => (wal === undefined ? survey.lastFlush : wal.syncedFlush),
  });
  const index = new LogIndex(files);
  const segments = new Map<number, WalSegment>();
  const state: ShardState = {
    settings,
    directory,
    shard,
    epoch,
    files,
    handles,
    cache,
    index,
    metadata,
    topics,
    damage,
    segments,
  };
  const topicRecovery = await TopicRecovery.begin(state, topicsDirectory);
  const recovered = await recoverWal(state, survey, topicRecovery);
  await topicRecovery.finish(survey.lastFlush);

  let shardObject: SegmentLogShard | undefined;
  const pool = new SegmentPool({
    fileSystem,
    directory,
    firstSegmentBytes: settings.firstSegmentBytes,
    segmentBytes: settings.segmentBytes,
    onRoom: () => shardObject?.roomFound(),
  });
  wal = new Wal(
    {
      fileSystem,
      directory,
      shard,
      epoch,
      files,
      handles,
      pool,
      onSegment: (segment) => segments.set(segment.number, segment),
      onSealed: (segment, sidecar) => shardObject?.sealed(segment, sidecar),
    },
    recovered.current,
    recovered.sidecar,
    { serial: recovered.lastSerial, flush: survey.lastFlush },
  );
  await handles.use(recovered.current.file, (handle) => handle.syncData());
  await pool.start(recovered.names, recovered.current.sizeBytes);
  await markOpen(wal, survey.lastFlush);
  const freeBytes = await fileSystem.freeBytes(directory);
  const { lastFlush, cleanStop, tornBytes } = survey;
  const found = { lastFlush, cleanStop, tornBytes };
  shardObject = new SegmentLogShard({ state, wal, pool, found, freeBytes, onClosed: options.onClosed });
  for (const { segment, sidecar } of recovered.unsealed) shardObject.sealed(segment, sidecar);
  return shardObject;
}

/** Everything before the mark is stable when it is written: what it says of the frames before it must be so. */
async function markOpen(wal: Wal, lastFlush: number): Promise<void> {
  const frame = engineFrame(FRAME_OPEN, lastFlush);
  await wal.makeRoom(frameBytes(frame.bodyEnd, frame.tail));
  const { end, serial, written } = wal.write(frame);
  wal.note(serial, 0, end);
  await written;
  await wal.sync();
}
