import { join } from 'node:path';
import { type OutsideRun, StorageError } from '../../core/index.js';
import type { Descriptor } from './descriptor.js';
import { type FileSystem, ignoreMissing, isNoSpace } from './file-system.js';
import type { FileTable } from './file-table.js';
import { Mutex } from './mutex.js';
import { RUN_HEADER_BYTES, sealedRunHeader } from './run.js';
import type { FileHandles, SegmentFile } from './segment-file.js';
import { encodeTopicBlock, type TopicExtent } from './topic-index.js';
import { topicIndexPath, TopicSegment, topicSegmentPath } from './topic-segment.js';

export interface TopicStoreOptions {
  readonly fileSystem: FileSystem;
  /** The directory that holds one directory per log. */
  readonly directory: string;
  readonly files: FileTable;
  readonly handles: FileHandles;
  readonly segmentBytes: number;
  /** A number that is higher every time it matters; makes names of files that are never used twice. */
  readonly nameSerial: () => number;
  /** The last flush that is stable: an index must not tell of what may still turn out not to have been. */
  readonly stableFlush: () => number;
}

/** The topic segments of one log. */
class LogTopics {
  readonly segments: TopicSegment[] = [];
  /** Held while bytes at the end of the last segment are written and not yet committed. */
  readonly tail = new Mutex();
}

/** One run where it was put, before the flush that commits it is written. */
export interface AppendedRun {
  readonly run: OutsideRun;
  readonly segment: TopicSegment;
  readonly extent: TopicExtent;
  readonly descriptor: Descriptor;
}

/** Runs that are stable in their topic segments and wait to be committed, or taken back. */
export interface PendingAppend {
  readonly runs: readonly AppendedRun[];
  commit(): void;
  /** Nothing was written that would commit them: frees the place again. */
  abort(): Promise<void>;
  /** Whether they are committed is not known, and will not be before the next owner: leaves them alone. */
  abandon(): void;
}

/** Runs, one after the other, and the extent that they make. */
export interface MovedPiece {
  readonly bytes: Buffer;
  readonly extent: Omit<TopicExtent, 'position' | 'spanBytes'>;
}

/** Writes retained runs into the segments of their own logs. */
export class TopicStore {
  readonly #options: TopicStoreOptions;
  readonly #logs = new Map<number, LogTopics>();
  readonly #byFile = new Map<number, TopicSegment>();

  constructor(options: TopicStoreOptions) {
    this.#options = options;
  }

  /** Takes in a segment that an earlier owner left. Segments of a log are added in order of their names. */
  adopt(segment: TopicSegment): void {
    this.#topics(segment.log).segments.push(segment);
    this.#byFile.set(segment.file.id, segment);
  }

  segmentOf(file: number): TopicSegment | undefined {
    return this.#byFile.get(file);
  }

  segments(): readonly TopicSegment[] {
    return [...this.#byFile.values()];
  }

  /** The segment with that path. */
  segmentAt(path: string): TopicSegment | undefined {
    return this.segments().find((segment) => segment.file.path === path);
  }

  /** The segment that new runs of the log go to, as far as there is one. */
  tailOf(log: number): TopicSegment | undefined {
    return this.#logs.get(log)?.segments.at(-1);
  }

  /**
   * Writes big runs and makes them stable; the flush that carries their descriptors commits them.
   *
   * @throws StorageError full; nothing is left behind then
   */
  async append(runs: readonly OutsideRun[], flush: number): Promise<PendingAppend> {
    const byLog = grouped(runs);
    const attempts = await Promise.allSettled([...byLog].map(([log, own]) => this.#appendToLog(log, own, flush)));
    const done = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    const abort = async () => void (await Promise.all(done.map((one) => one.abort())));
    const failure = attempts.find((attempt) => attempt.status === 'rejected');
    if (failure !== undefined) {
      await abort();
      throw isNoSpace(failure.reason)
        ? new StorageError('full', 'the device has no room for a topic segment', { cause: failure.reason })
        : failure.reason;
    }
    const order = new Map(done.flatMap((one) => one.runs).map((one) => [one.run, one]));
    return {
      runs: runs.map((run) => order.get(run) as AppendedRun),
      commit: () => done.forEach((one) => one.commit()),
      abort,
      abandon: () => done.forEach((one) => one.abandon()),
    };
  }

  /**
   * Copies runs that are committed elsewhere to the end of their log's segments. Bytes and index are stable on return;
   * the extents come back with the positions that they have there.
   */
  async moveIn(log: number, pieces: readonly MovedPiece[]): Promise<{ segment: TopicSegment; extents: TopicExtent[] }> {
    const topics = this.#topics(log);
    return await topics.tail.run(async () => {
      const bytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
      const segment = await this.#segmentFor(topics, log, pieces[0].extent.firstSeq, bytes);
      const extents: TopicExtent[] = [];
      let at = segment.endBytes;
      for (const { bytes, extent } of pieces) {
        extents.push({ ...extent, position: at, spanBytes: bytes.length });
        at += bytes.length;
      }
      await this.#options.handles.use(segment.file, async (handle) => {
        await handle.write(
          pieces.map((piece) => piece.bytes),
          segment.endBytes,
        );
        await handle.syncData();
      });
      segment.endBytes = at;
      segment.unindexed.push(...extents);
      await this.#writeIndex(segment);
      return { segment, extents };
    });
  }

  /** Makes the index file of a segment tell of everything in it whose flush is stable. */
  async writeIndex(segment: TopicSegment): Promise<void> {
    await this.#topics(segment.log).tail.run(() => this.#writeIndex(segment));
  }

  /**
   * Removes a segment that nothing points into any more. Returns false, and leaves it, while its log is being written
   * to: what is put there may be about to be pointed at.
   */
  async removeDead(segment: TopicSegment): Promise<boolean> {
    const { fileSystem, files, handles } = this.#options;
    const topics = this.#topics(segment.log);
    if (segment.file.liveBytes > 0 || !topics.tail.tryAcquire()) return false;
    try {
      this.#byFile.delete(segment.file.id);
      topics.segments.splice(topics.segments.indexOf(segment), 1);
      await handles.close(segment.file);
      files.remove(segment.file);
      // The index first: alone it would stay for ever, whereas a segment without index is looked at by the next owner.
      await fileSystem.unlink(topicIndexPath(segment.file.path)).catch(ignoreMissing);
      await fileSystem.unlink(segment.file.path);
      if (topics.segments.length === 0) await this.#removeIfEmpty(this.#logDirectory(segment.log));
    } finally {
      topics.tail.release();
      if (topics.segments.length === 0 && !topics.tail.held) this.#logs.delete(segment.log);
    }
    return true;
  }

  async #appendToLog(log: number, runs: readonly OutsideRun[], flush: number): Promise<PendingAppend> {
    const topics = this.#topics(log);
    await topics.tail.acquire();
    try {
      const bytes = runs.reduce((sum, run) => sum + RUN_HEADER_BYTES + run.payload.length, 0);
      const segment = await this.#segmentFor(topics, log, runs[0].firstSeq, bytes);
      const appended: AppendedRun[] = [];
      const parts: Uint8Array[] = [];
      let at = segment.endBytes;
      for (const run of runs) {
        const header = sealedRunHeader({ ...run, flush, payloadBytes: run.payload.length }, run.payload);
        parts.push(header, run.payload);
        const one = appendedRun(run, flush, segment, at, header.readUInt32LE(0));
        appended.push(one);
        at += one.extent.spanBytes;
      }
      const takeBack = () => this.#truncate(segment.file, segment.endBytes);
      try {
        await this.#options.handles.use(segment.file, async (handle) => {
          await handle.write(parts, segment.endBytes);
          await handle.syncData();
        });
      } catch (error) {
        if (isNoSpace(error)) await takeBack();
        throw error;
      }
      return {
        runs: appended,
        commit() {
          segment.endBytes = at;
          segment.unindexed.push(...appended.map((one) => one.extent));
          topics.tail.release();
        },
        async abort() {
          await takeBack().finally(() => topics.tail.release());
        },
        abandon: () => topics.tail.release(),
      };
    } catch (error) {
      topics.tail.release();
      throw error;
    }
  }

  /** The segment that `bytes` more go to; its name is stable. */
  async #segmentFor(topics: LogTopics, log: number, firstSeq: number, bytes: number): Promise<TopicSegment> {
    const last = topics.segments.at(-1);
    const { fileSystem, files, handles, segmentBytes, nameSerial } = this.#options;
    if (last !== undefined && (last.endBytes === 0 || last.endBytes + bytes <= segmentBytes)) return last;
    const logDirectory = this.#logDirectory(log);
    if (last === undefined) await fileSystem.makeDirectory(logDirectory);
    const serial = nameSerial();
    const path = topicSegmentPath(logDirectory, firstSeq, serial);
    const handle = await fileSystem.create(path);
    await fileSystem.syncDirectory(logDirectory);
    const file = files.add(path);
    handles.adopt(file, handle);
    const segment = new TopicSegment(log, firstSeq, serial, file);
    this.adopt(segment);
    return segment;
  }

  async #writeIndex(segment: TopicSegment): Promise<void> {
    const { fileSystem } = this.#options;
    const stableFlush = this.#options.stableFlush();
    const stable = segment.unindexed.filter((extent) => extent.flush <= stableFlush);
    if (stable.length === 0) return;
    const path = topicIndexPath(segment.file.path);
    const block = encodeTopicBlock(stable);
    const isNew = segment.indexEndBytes === 0;
    if (isNew) await fileSystem.unlink(path).catch(ignoreMissing);
    const file = await (isNew ? fileSystem.create(path) : fileSystem.open(path, 'write'));
    try {
      await file.write([block], segment.indexEndBytes);
      await file.syncData();
    } finally {
      await file.close();
    }
    if (isNew) await fileSystem.syncDirectory(this.#logDirectory(segment.log));
    segment.indexEndBytes += block.length;
    segment.unindexed = segment.unindexed.filter((extent) => extent.flush > stableFlush);
  }

  async #truncate(file: SegmentFile, sizeBytes: number): Promise<void> {
    await this.#options.handles.use(file, async (handle) => {
      await handle.truncate(sizeBytes);
      await handle.syncData();
    });
  }

  /** A directory that someone put something else into stays. */
  async #removeIfEmpty(directory: string): Promise<void> {
    const { fileSystem } = this.#options;
    if ((await fileSystem.list(directory)).length === 0) await fileSystem.removeDirectory(directory);
  }

  #topics(log: number): LogTopics {
    let topics = this.#logs.get(log);
    if (topics === undefined) {
      topics = new LogTopics();
      this.#logs.set(log, topics);
    }
    return topics;
  }

  #logDirectory(log: number): string {
    return join(this.#options.directory, String(log));
  }
}

function appendedRun(
  run: OutsideRun,
  flush: number,
  segment: TopicSegment,
  position: number,
  checksum: number,
): AppendedRun {
  const { firstSeq, count, maxTimestampMs, flags } = run;
  const sizeBytes = run.payload.length;
  const spanBytes = RUN_HEADER_BYTES + sizeBytes;
  const lastSeq = firstSeq + count - 1;
  const extent = { firstSeq, lastSeq, maxTimestampMs, flush, position, spanBytes, sizeBytes, runs: 1, flags };
  const { baseSeq, nameSerial } = segment;
  return { run, segment, extent, descriptor: { baseSeq, nameSerial, position, lengthBytes: spanBytes, checksum } };
}

function grouped(runs: readonly OutsideRun[]): Map<number, OutsideRun[]> {
  const byLog = new Map<number, OutsideRun[]>();
  for (const run of runs) {
    const own = byLog.get(run.log);
    if (own === undefined) byLog.set(run.log, [run]);
    else own.push(run);
  }
  return byLog;
}
