import {
  type Extent,
  type Flush,
  type FlushLayout,
  JOURNAL_LOG,
  type LogChunk,
  type ReplayReport,
  type ReplayVisitor,
  RUN_VOLATILE,
  type Shard,
  StorageError,
} from '../../core/index.js';
import { assertNextFlush } from '../flush-rules.js';
import { FRAME_CLOSE, FRAME_HEADER_BYTES, FRAME_TRAILER_BYTES } from './frame.js';
import { type BuiltFrame, engineFrame, flushFrame } from './frame-builder.js';
import { Janitor } from './janitor.js';
import { Mutex } from './mutex.js';
import { RUN_HEADER_BYTES, type RunHeader } from './run.js';
import { RunReader } from './run-reader.js';
import type { SegmentPool } from './segment-pool.js';
import { replayShard } from './shard-replay.js';
import { indexRun, type ShardState } from './shard-state.js';
import type { ShardSurvey } from './shard-survey.js';
import type { SidecarWriter } from './sidecar.js';
import type { AppendedRun, PendingAppend } from './topic-store.js';
import { frameBytes, refuseWhileFull, type Wal, type WrittenFrame } from './wal.js';
import type { WalSegment } from './wal-segment.js';

const FREE_BYTES_AGE_MS = 1000;

export interface SegmentLogShardOptions {
  readonly state: ShardState;
  readonly wal: Wal;
  readonly pool: SegmentPool;
  /** What the owner before left. */
  readonly found: FoundShard;
  readonly freeBytes: number;
  readonly onClosed: () => void;
}

export type FoundShard = Pick<ShardSurvey, 'lastFlush' | 'cleanStop' | 'tornBytes'>;

/** One owner's hold on a shard of the segment log. */
export class SegmentLogShard implements Shard {
  readonly layout: FlushLayout = {
    flushHeaderBytes: FRAME_HEADER_BYTES,
    runHeaderBytes: RUN_HEADER_BYTES,
    trailerBytes: FRAME_TRAILER_BYTES,
  };
  readonly #state: ShardState;
  readonly #wal: Wal;
  readonly #pool: SegmentPool;
  readonly #found: FoundShard;
  readonly #reader: RunReader;
  readonly #janitor: Janitor;
  readonly #onClosed: () => void;
  /** Held by whoever writes to the write-ahead log. */
  readonly #lock = new Mutex();
  #lastFlush: number;
  /** Resolves when the flush that was handed over can be read. */
  #handover: Promise<void> = Promise.resolve();
  /** What every further call meets: the shard was fenced, closed, or failed. */
  #ended: StorageError | undefined;
  #freeBytes: number;
  #freeBytesAt = performance.now();

  constructor(options: SegmentLogShardOptions) {
    const { state, wal, pool } = options;
    this.#state = state;
    this.#wal = wal;
    this.#pool = pool;
    this.#found = options.found;
    this.#lastFlush = options.found.lastFlush;
    this.#onClosed = options.onClosed;
    this.#freeBytes = options.freeBytes;
    this.#reader = new RunReader({ ...state, writing: () => wal.writing });
    this.#janitor = new Janitor({
      state,
      wal,
      pool,
      lock: this.#lock,
      reader: this.#reader,
      lastFlush: () => this.#lastFlush,
      onFailure: (error) => this.#fail(error),
    });
  }

  get epoch(): number {
    return this.#state.epoch;
  }

  get full(): boolean {
    return this.#pool.full;
  }

  async flush(flush: Flush): Promise<void> {
    this.#assertServing();
    if (flush.number > this.#found.lastFlush && flush.number <= this.#lastFlush) return;
    assertNextFlush(flush, this.#lastFlush);
    refuseWhileFull(this.#pool, outsideBytes(flush));
    let readable = (): void => undefined;
    this.#handover = new Promise((resolve) => (readable = resolve));
    try {
      await this.#commit(flush, readable);
    } catch (error) {
      throw this.#classified(error);
    } finally {
      readable();
    }
  }

  async sync(): Promise<void> {
    this.#assertServing();
    try {
      await this.#syncAll();
    } catch (error) {
      throw this.#classified(error);
    }
  }

  async read(log: number, from: number, maxBytes: number): Promise<readonly LogChunk[]> {
    this.#assertServing();
    await this.#handover;
    return await this.#reader.read(log, from, maxBytes);
  }

  extents(log: number, from: number, limit: number): readonly Extent[] {
    this.#assertServing();
    return this.#state.index.extents(log, from, limit);
  }

  logs(): readonly number[] {
    this.#assertServing();
    return this.#state.index.logs();
  }

  trim(log: number, upTo: number): void {
    this.#assertServing();
    this.#state.index.trim(log, upTo);
    this.#janitor.wake();
  }

  drop(log: number): void {
    this.#assertServing();
    this.#state.index.drop(log);
    this.#janitor.wake();
  }

  trimJournal(flush: number): void {
    this.#assertServing();
    this.#janitor.trimJournal(flush);
  }

  async replay(from: number, visitor: ReplayVisitor): Promise<ReplayReport> {
    this.#assertServing();
    await replayShard(this.#state, from, visitor);
    return { ...this.#found, quarantined: this.#state.damage.all };
  }

  metadata(prefix: string): Iterable<readonly [string, Uint8Array]> {
    this.#assertServing();
    return this.#state.metadata.list(prefix);
  }

  space(): { usedBytes: number; freeBytes: number } {
    this.#assertServing();
    if (performance.now() - this.#freeBytesAt > FREE_BYTES_AGE_MS) void this.#refreshFreeBytes();
    let usedBytes = 0;
    for (const segment of this.#state.segments.values()) usedBytes += segment.sizeBytes;
    for (const segment of this.#state.topics.segments()) usedBytes += segment.endBytes;
    return { usedBytes, freeBytes: this.#freeBytes };
  }

  /** Does what {@link Shard.close} says. Of a shard that failed, only lets go; and then rejects. */
  async close(): Promise<void> {
    if (this.#ended?.kind === 'closed' || this.#ended?.kind === 'stale-epoch') return;
    const failed = this.#ended;
    this.#ended = new StorageError('closed', 'the shard is closed');
    await this.#letGo(failed === undefined);
    if (failed !== undefined) throw failed;
  }

  /** A higher epoch takes over in this process: what is under way ends, nothing new begins. */
  async fence(epoch: number): Promise<void> {
    if (this.#ended?.kind === 'closed' || this.#ended?.kind === 'stale-epoch') return;
    this.#ended = new StorageError('stale-epoch', `epoch ${this.epoch} was fenced by epoch ${epoch}`);
    await this.#letGo(false);
  }

  /** The engine lets go of the directory: as after a crash, but in good order. */
  async abandon(): Promise<void> {
    if (this.#ended?.kind === 'closed' || this.#ended?.kind === 'stale-epoch') return;
    this.#ended = new StorageError('closed', 'the engine was closed');
    await this.#letGo(false);
  }

  /** Resolves when nothing is left to be tidied up for now. */
  async settled(): Promise<void> {
    await this.#janitor.settled();
  }

  /** A segment will not be written to again, and is stable. */
  sealed(segment: WalSegment, sidecar: SidecarWriter): void {
    this.#janitor.sealed(segment, sidecar);
  }

  /** There is room again where there was none. */
  roomFound(): void {
    this.#janitor.wake();
  }

  async #commit(flush: Flush, readable: () => void): Promise<void> {
    if (!this.#lock.tryAcquire()) await this.#lock.acquire();
    try {
      this.#assertServing();
      const pending =
        flush.outside.length > 0 ? await this.#state.topics.append(flush.outside, flush.number) : undefined;
      const { frame, written } = await this.#write(flush, pending);
      readable();
      try {
        await written.written;
        const synced = flush.sync ? this.#wal.sync() : undefined;
        // The copy is made while the device works; until then a read takes the bytes from the file.
        this.#state.cache.put(written.segment.file.id, written.position, written.parts);
        await synced;
      } catch (error) {
        pending?.abandon();
        throw error;
      }
      pending?.commit();
      this.#commitMetadata(frame, written);
      this.#lastFlush = flush.number;
    } finally {
      this.#lock.release();
    }
  }

  /** Puts the frame on its way to the disk, and into the index; what was written outside is taken back if it cannot be. */
  async #write(
    flush: Flush,
    pending: PendingAppend | undefined,
  ): Promise<{ frame: BuiltFrame; written: WrittenFrame }> {
    try {
      const frame = flushFrame(flush, pending?.runs ?? []);
      const bytes = frameBytes(frame.bodyEnd, frame.tail);
      if (!this.#wal.hasRoom(bytes)) await this.#wal.makeRoom(bytes);
      const written = this.#wal.write(frame);
      this.#index(flush, pending?.runs ?? [], frame, written);
      return { frame, written };
    } catch (error) {
      await pending?.abort();
      throw error;
    }
  }

  #index(flush: Flush, outside: readonly AppendedRun[], frame: BuiltFrame, written: WrittenFrame): void {
    const { runs, runCount } = flush;
    const { sidecar } = this.#wal;
    for (let i = 0; i < runCount; i++) {
      if (runs.log[i] === JOURNAL_LOG) continue;
      const header = runHeader(flush, i);
      const position = written.position + runs.start[i] - RUN_HEADER_BYTES;
      indexRun(this.#state, header, written.segment.file.id, position);
      if ((header.flags & RUN_VOLATILE) === 0) sidecar.run(header, position);
    }
    for (const { run, segment, extent, descriptor } of outside) {
      this.#state.index.add(run.log, { ...extent, file: segment.file.id });
      sidecar.outside({ ...run, flush: flush.number, payloadBytes: run.payload.length }, descriptor);
      written.segment.topicFiles.add(segment.file.id);
    }
    for (const { change, offset, lengthBytes } of frame.metadata) {
      if (change.value === undefined) sidecar.removed(change.key);
      else sidecar.value(change.key, change.value, written.position + offset, lengthBytes);
    }
    this.#wal.note(written.serial, flush.number, written.end);
  }

  #commitMetadata(frame: BuiltFrame, { segment, position }: WrittenFrame): void {
    const { metadata } = this.#state;
    for (const { change, offset, lengthBytes } of frame.metadata) {
      if (change.value === undefined) metadata.remove(change.key, segment);
      else metadata.set(change.key, change.value, segment, position + offset, lengthBytes);
    }
  }

  async #syncAll(): Promise<void> {
    await this.#lock.acquire();
    // What is written is what this sync covers; the next flush need not wait for it.
    const synced = this.#wal.sync();
    this.#lock.release();
    await synced;
  }

  async #letGo(markClean: boolean): Promise<void> {
    await this.#janitor.stop();
    await this.#lock.acquire();
    try {
      if (markClean) await this.#markClosed();
    } finally {
      await this.#pool.close();
      await this.#state.handles.closeAll();
      this.#onClosed();
    }
  }

  async #markClosed(): Promise<void> {
    const frame = engineFrame(FRAME_CLOSE, this.#lastFlush);
    const bytes = frameBytes(frame.bodyEnd, frame.tail);
    await this.#wal.sync();
    if (!this.#wal.hasRoom(bytes)) await this.#wal.makeRoom(bytes);
    await this.#wal.write(frame).written;
    await this.#wal.sync();
  }

  async #refreshFreeBytes(): Promise<void> {
    this.#freeBytesAt = performance.now();
    const { fileSystem } = this.#state.settings;
    this.#freeBytes = await fileSystem.freeBytes(this.#state.directory).catch(() => this.#freeBytes);
  }

  /** What the caller is told; an error that is not the caller's, and not for lack of room, ends the shard for good. */
  #classified(error: unknown): unknown {
    if (error instanceof RangeError) return error;
    if (error instanceof StorageError && error.kind !== 'failed') {
      if (error.kind === 'full') this.#pool.noteNoRoom();
      return error;
    }
    return this.#fail(error);
  }

  /** A write or a sync that failed may have left anything behind; trying again would not tell. */
  #fail(error: unknown): StorageError {
    if (this.#ended === undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#ended = new StorageError('failed', `the shard failed for good: ${reason}`, { cause: error });
    }
    return this.#ended;
  }

  #assertServing(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}

function outsideBytes(flush: Flush): number {
  let bytes = 0;
  for (const run of flush.outside) bytes += run.payload.length;
  return bytes;
}

function runHeader({ runs, number }: Flush, i: number): RunHeader {
  return {
    log: runs.log[i],
    firstSeq: runs.firstSeq[i],
    count: runs.count[i],
    flags: runs.flags[i],
    maxTimestampMs: runs.maxTimestampMs[i],
    flush: number,
    payloadBytes: runs.end[i] - runs.start[i],
  };
}
