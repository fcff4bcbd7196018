import { join } from 'node:path';
import { type Quarantined, StorageError } from '../../core/index.js';
import { damagedBytes } from './damage-log.js';
import type { Descriptor } from './descriptor.js';
import { holdDirectory, type HoldDirectory } from './directory-lock.js';
import { type FileSystem, ignoreMissing, isMissing, readWhole } from './file-system.js';
import { scanFrames, visitFrame } from './frame-scan.js';
import { nodeFileSystem } from './node-file-system.js';
import { isRunIntact, readRunHeader, type RunHeader, walkRuns, WRONG_RUN } from './run.js';
import { surveyDamage, type SurveyedSegment, surveyShard } from './shard-survey.js';
import { decodeTopicIndex } from './topic-index.js';
import { topicIndexPath, topicSegmentName, topicSegmentPath } from './topic-segment.js';

/** What {@link verifyDataDirectory} found in one shard. */
export interface ShardReport {
  readonly shard: number;
  readonly walSegments: number;
  readonly topicSegments: number;
  readonly flushes: number;
  readonly runs: number;
  readonly checkedBytes: number;
  readonly lastFlush: number;
  /** False when the last owner ended without saying so; nothing is wrong with that. */
  readonly cleanStop: boolean;
  /** Bytes at the end that were never promised to anyone and will be dropped by the next owner. */
  readonly tornBytes: number;
  readonly damaged: readonly Quarantined[];
}

export interface VerifyReport {
  readonly directory: string;
  readonly shards: readonly ShardReport[];
  readonly isIntact: boolean;
}

export interface VerifyOptions {
  /** For tests. */
  readonly fileSystem?: FileSystem;
  readonly hold?: HoldDirectory;
}

/**
 * Checks every checksum in a data directory and changes nothing. The directory must not be in use.
 *
 * @throws StorageError locked, newer-format, failed where the place cannot be read
 */
export async function verifyDataDirectory(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const fileSystem = options.fileSystem ?? nodeFileSystem;
  const names = await fileSystem.list(directory).catch((error: unknown) => {
    throw new StorageError('failed', `cannot read ${directory}`, { cause: error });
  });
  const release = await (options.hold ?? holdDirectory)(directory);
  try {
    const shards: ShardReport[] = [];
    for (const name of names.sort()) {
      const match = /^shard-(\d+)$/.exec(name);
      if (match !== null) shards.push(await new ShardCheck(fileSystem, join(directory, name), Number(match[1])).run());
    }
    return { directory, shards, isIntact: shards.every((shard) => shard.damaged.length === 0) };
  } finally {
    await release();
  }
}

class ShardCheck {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #shard: number;
  readonly #damaged: Quarantined[] = [];
  /** Per topic segment, what the write-ahead log says of it. */
  readonly #described = new Map<string, { header: RunHeader; descriptor: Descriptor }[]>();
  #flushes = 0;
  #runs = 0;
  #checkedBytes = 0;

  constructor(fileSystem: FileSystem, directory: string, shard: number) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#shard = shard;
  }

  async run(): Promise<ShardReport> {
    const survey = await surveyShard(this.#fileSystem, this.#directory, this.#shard);
    this.#damaged.push(...surveyDamage(survey));
    for (const segment of survey.segments) await this.#checkWalSegment(segment);
    const topicSegments = await this.#topicSegments();
    for (const path of topicSegments) await this.#checkTopicSegment(path, survey.lastFlush);
    const { lastFlush, cleanStop, tornBytes } = survey;
    return {
      shard: this.#shard,
      walSegments: survey.segments.length,
      topicSegments: topicSegments.length,
      flushes: this.#flushes,
      runs: this.#runs,
      checkedBytes: this.#checkedBytes,
      lastFlush,
      cleanStop,
      tornBytes,
      damaged: this.#damaged,
    };
  }

  async #checkWalSegment(segment: SurveyedSegment): Promise<void> {
    const { path, sidecar } = segment;
    let { content, frames } = segment;
    if (sidecar !== undefined) {
      // The survey trusted the sidecar; here every frame is looked at.
      content = await readWhole(this.#fileSystem, path);
      const scan = scanFrames(content, this.#shard, segment.number);
      const { firstSerial, lastSerial } = sidecar.span;
      frames = scan.frames.filter(({ header }) => header.serial >= firstSerial && header.serial <= lastSerial);
      const missing = lastSerial === 0 ? 0 : lastSerial - firstSerial + 1 - frames.length;
      const gaps = scan.gaps.filter((gap) => gap.nextSerial <= lastSerial);
      const found = gaps.map(({ position, end }) =>
        damagedBytes(path, position, end, 'a flush whose header is wrong', undefined),
      );
      this.#damaged.push(...found);
      if (missing > 0 && gaps.length === 0) {
        const end = sidecar.span.usedBytes;
        this.#damaged.push(
          damagedBytes(path, frames.at(-1)?.end ?? 0, end, `${missing} flushes that are not there`, undefined),
        );
      }
    }
    for (const frame of frames) {
      this.#flushes++;
      this.#checkedBytes += frame.end - frame.position;
      visitFrame(content, frame, {
        run: () => this.#runs++,
        outside: (header, descriptor) => this.#describe(header, descriptor),
        value() {},
        removed() {},
        damaged: (position, end, reason, header) =>
          this.#damaged.push(damagedBytes(path, position, end, reason, header)),
      });
    }
  }

  #describe(header: RunHeader, descriptor: Descriptor): void {
    const directory = join(this.#directory, 'topics', String(header.log));
    const path = topicSegmentPath(directory, descriptor.baseSeq, descriptor.nameSerial);
    const known = this.#described.get(path);
    if (known === undefined) this.#described.set(path, [{ header, descriptor }]);
    else known.push({ header, descriptor });
  }

  async #topicSegments(): Promise<string[]> {
    const topics = join(this.#directory, 'topics');
    const found: string[] = [];
    for (const log of (await this.#listOrNone(topics)).sort()) {
      const directory = join(topics, log);
      const names = await this.#listOrNone(directory);
      found.push(...names.filter((name) => topicSegmentName(name) !== undefined).map((name) => join(directory, name)));
    }
    return found.sort();
  }

  async #checkTopicSegment(path: string, lastFlush: number): Promise<void> {
    const content = await readWhole(this.#fileSystem, path);
    const index = await readWhole(this.#fileSystem, topicIndexPath(path)).catch((error: unknown) => {
      ignoreMissing(error);
      return Buffer.alloc(0);
    });
    const { extents, intactEnd } = decodeTopicIndex(index);
    if (intactEnd < index.length) {
      const reason = 'an index whose checksum is wrong';
      this.#damaged.push(damagedBytes(topicIndexPath(path), intactEnd, index.length, reason, undefined));
    }
    const spans = new Map<number, number>();
    for (const { position, spanBytes } of extents) spans.set(position, position + spanBytes);
    for (const { header, descriptor } of this.#described.get(path) ?? []) {
      const { position, lengthBytes, checksum } = descriptor;
      if (spans.has(position)) continue;
      const end = position + lengthBytes;
      const run = readRunHeader(content, position, content.length);
      const isIntact = run !== undefined && isRunIntact(content, position, run, end);
      this.#runs++;
      this.#checkedBytes += lengthBytes;
      if (!isIntact || content.readUInt32LE(position) !== checksum) {
        this.#damaged.push(damagedBytes(path, position, end, WRONG_RUN, header));
      }
    }
    for (const [position, end] of spans) this.#checkSpan(path, content, position, end, lastFlush);
  }

  #checkSpan(path: string, content: Buffer, position: number, end: number, lastFlush: number): void {
    this.#checkedBytes += end - position;
    if (end > content.length) {
      this.#damaged.push(damagedBytes(path, content.length, end, 'a topic segment that is too short', undefined));
    }
    walkRuns(content, position, Math.min(end, content.length), false, {
      run: (header, at) => {
        this.#runs++;
        if (header.flush <= lastFlush) return;
        this.#damaged.push(damagedBytes(path, at, end, 'a run of a flush that never was', header));
      },
      damaged: (at, damagedEnd, header) => this.#damaged.push(damagedBytes(path, at, damagedEnd, WRONG_RUN, header)),
    });
  }

  async #listOrNone(directory: string): Promise<string[]> {
    return await this.#fileSystem.list(directory).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
  }
}
