import { join } from 'node:path';
import { type Quarantined, type Shard, type StorageEngine, StorageError } from '../../core/index.js';
import { holdDirectory, type HoldDirectory } from './directory-lock.js';
import { type FileSystem, isMissing, isNoSpace, readWhole, writeWhole } from './file-system.js';
import { newerFormat } from './frame-scan.js';
import { nodeFileSystem } from './node-file-system.js';
import { openShard } from './open-shard.js';
import { FORMAT } from './segment-header.js';
import type { SegmentLogShard } from './segment-log-shard.js';
import type { SegmentLogSettings } from './shard-state.js';
import { shardDirectory, type ShardSurvey, surveyShard } from './shard-survey.js';

const MIB = 1024 * 1024;

export interface SegmentLogOptions {
  /** Where the data lies; created when it is not there. Absolute. */
  readonly directory: string;
  /** Size of a write-ahead segment. 64 MiB by default; the first ones are smaller, see `firstSegmentBytes`. */
  readonly segmentBytes?: number;
  /** Size of the first write-ahead segment, 4 MiB by default. */
  readonly firstSegmentBytes?: number;
  /** At this size a new topic segment is begun. 128 MiB by default. */
  readonly topicSegmentBytes?: number;
  /** Memory for the most recent flushes, 32 MiB by default. */
  readonly cacheBytes?: number;
  /** Called once for every place that could not be read back. */
  readonly onDamage?: (quarantined: Quarantined) => void;
  /** For tests. */
  readonly fileSystem?: FileSystem;
  readonly hold?: HoldDirectory;
}

/** The embedded engine: shards as directories of write-ahead and topic segments. See docs/storage-format.md. */
export class SegmentLogEngine implements StorageEngine {
  readonly name = 'segment-log';
  readonly #directory: string;
  readonly #settings: SegmentLogSettings;
  readonly #hold: HoldDirectory;
  readonly #onDamage: (quarantined: Quarantined) => void;
  readonly #shards = new Map<number, SegmentLogShard>();
  /** What was found of shards that are not open, so that it is not looked for twice. */
  readonly #surveys = new Map<number, ShardSurvey>();
  #release: (() => Promise<void>) | undefined;

  constructor(options: SegmentLogOptions) {
    this.#directory = options.directory;
    this.#hold = options.hold ?? holdDirectory;
    this.#onDamage = options.onDamage ?? (() => undefined);
    const segmentBytes = options.segmentBytes ?? 64 * MIB;
    this.#settings = {
      fileSystem: options.fileSystem ?? nodeFileSystem,
      segmentBytes,
      firstSegmentBytes: Math.min(segmentBytes, options.firstSegmentBytes ?? 4 * MIB),
      topicSegmentBytes: options.topicSegmentBytes ?? 128 * MIB,
      cacheBytes: options.cacheBytes ?? 32 * MIB,
    };
  }

  async open(): Promise<void> {
    if (this.#release !== undefined) throw new StorageError('locked', 'the engine is open already');
    const { fileSystem } = this.#settings;
    try {
      await fileSystem.makeDirectory(this.#directory);
    } catch (error) {
      throw new StorageError('not-writable', `cannot create ${this.#directory}`, { cause: error });
    }
    const release = await this.#hold(this.#directory);
    try {
      await this.#checkFormat();
    } catch (error) {
      await release();
      throw error;
    }
    this.#release = release;
  }

  async shardEpoch(shard: number): Promise<number> {
    this.#assertOpen();
    const open = this.#shards.get(shard);
    if (open !== undefined) return open.epoch;
    return (await this.#survey(shard)).epoch;
  }

  async openShard(shard: number, epoch: number): Promise<Shard> {
    this.#assertOpen();
    const before = await this.shardEpoch(shard);
    if (epoch <= before)
      throw new StorageError('stale-epoch', `epoch ${epoch} is not above epoch ${before} of shard ${shard}`);
    await this.#shards.get(shard)?.fence(epoch);
    const survey = await this.#survey(shard);
    this.#surveys.delete(shard);
    const opened = await this.#opened(shard, epoch, survey);
    this.#shards.set(shard, opened);
    return opened;
  }

  /** Lets go of the directory. Shards that are open stay without the mark of a clean stop. */
  async close(): Promise<void> {
    const release = this.#release;
    if (release === undefined) return;
    for (const shard of this.#shards.values()) await shard.abandon();
    this.#shards.clear();
    this.#surveys.clear();
    this.#release = undefined;
    await release();
  }

  async #opened(shard: number, epoch: number, survey: ShardSurvey): Promise<SegmentLogShard> {
    try {
      const opened: SegmentLogShard = await openShard({
        settings: this.#settings,
        data: this.#directory,
        shard,
        epoch,
        survey,
        onDamage: this.#onDamage,
        onClosed: () => {
          if (this.#shards.get(shard)?.epoch === epoch) this.#shards.delete(shard);
        },
      });
      return opened;
    } catch (error) {
      if (error instanceof StorageError) throw error;
      if (isNoSpace(error)) throw new StorageError('full', `no room to open shard ${shard}`, { cause: error });
      throw new StorageError('failed', `cannot open shard ${shard}: ${String(error)}`, { cause: error });
    }
  }

  async #survey(shard: number): Promise<ShardSurvey> {
    let survey = this.#surveys.get(shard);
    if (survey === undefined) {
      survey = await surveyShard(this.#settings.fileSystem, shardDirectory(this.#directory, shard), shard);
      this.#surveys.set(shard, survey);
    }
    return survey;
  }

  /** A directory says which format it has; a fresh one is given this version's. */
  async #checkFormat(): Promise<void> {
    const { fileSystem } = this.#settings;
    const path = join(this.#directory, 'FORMAT');
    try {
      const found = Number(/^rosettamq segment-log (\d+)\n$/.exec((await readWhole(fileSystem, path)).toString())?.[1]);
      if (Number.isNaN(found)) throw new StorageError('failed', `${path} does not name a format`);
      if (found > FORMAT) throw newerFormat(found);
    } catch (error) {
      if (error instanceof StorageError) throw error;
      if (!isMissing(error)) throw new StorageError('not-writable', `cannot read ${path}`, { cause: error });
      await this.#writeFormat(path);
    }
  }

  async #writeFormat(path: string): Promise<void> {
    const { fileSystem } = this.#settings;
    try {
      await writeWhole(fileSystem, path, Buffer.from(`rosettamq segment-log ${FORMAT}\n`));
      await fileSystem.syncDirectory(this.#directory);
    } catch (error) {
      throw new StorageError('not-writable', `cannot write to ${this.#directory}`, { cause: error });
    }
  }

  #assertOpen(): void {
    if (this.#release === undefined) throw new StorageError('closed', 'the engine is not open');
  }
}
