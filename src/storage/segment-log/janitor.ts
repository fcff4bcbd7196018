import { setImmediate as nextTurn } from 'node:timers/promises';
import { StorageError } from '../../core/index.js';
import type { PlacedExtent } from './extent-chunk.js';
import { ignoreMissing, isNoSpace, writeWhole } from './file-system.js';
import type { Mutex } from './mutex.js';
import type { RunReader } from './run-reader.js';
import { SegmentEmptier, steps } from './segment-emptier.js';
import type { SegmentPool } from './segment-pool.js';
import type { ShardState } from './shard-state.js';
import type { SidecarWriter } from './sidecar.js';
import { moveToTopic } from './topic-move.js';
import type { TopicSegment } from './topic-segment.js';
import type { Wal } from './wal.js';
import { sidecarPath, type WalSegment } from './wal-segment.js';

/** Trims come in swarms; the janitor looks once for all that came within this time. */
const GATHER_MS = 20;

export interface JanitorOptions {
  readonly state: ShardState;
  readonly wal: Wal;
  readonly pool: SegmentPool;
  /** Held by whoever writes to the write-ahead log. */
  readonly lock: Mutex;
  readonly reader: RunReader;
  readonly lastFlush: () => number;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Keeps what a shard takes on the disk in proportion to what is alive. A segment with nothing alive in it goes; one that
 * is mostly dead is emptied first. It works in small steps, and a segment goes only when whatever replaced or outlived
 * its content is stable.
 */
export class Janitor {
  readonly #options: JanitorOptions;
  readonly #emptier: SegmentEmptier;
  /** Full segments whose sidecar is not written yet. */
  readonly #unsealed: { segment: WalSegment; sidecar: SidecarWriter }[] = [];
  readonly #sealed = new Set<WalSegment>();
  /** Segments that were looked at in vain, with the bytes that were alive in them then. */
  readonly #examined = new WeakMap<WalSegment | TopicSegment, number>();
  #journalTrim = 0;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: JanitorOptions) {
    this.#options = options;
    this.#emptier = new SegmentEmptier(options);
  }

  /** A segment will not be written to again, and is stable. */
  sealed(segment: WalSegment, sidecar: SidecarWriter): void {
    this.#unsealed.push({ segment, sidecar });
    this.wake();
  }

  /** No flush below `flush` will be replayed again: only now may segments with such flushes go. */
  trimJournal(flush: number): void {
    this.#journalTrim = Math.max(this.#journalTrim, flush);
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (this.#working !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#begin(), GATHER_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#working;
  }

  /** Does what there is to do now, without waiting for more; resolves when it is done. */
  async settled(): Promise<void> {
    while (this.#working !== undefined || this.#timer !== undefined) {
      if (this.#working === undefined) {
        clearTimeout(this.#timer);
        this.#begin();
      }
      await this.#working;
    }
  }

  #begin(): void {
    this.#timer = undefined;
    this.#working = this.#work()
      .catch((error: unknown) => {
        // Without room nothing can be copied; the next trim, or room that is found, wakes the janitor again.
        const noRoom = isNoSpace(error) || (error instanceof StorageError && error.kind === 'full');
        if (!noRoom) this.#options.onFailure(error);
      })
      .finally(() => (this.#working = undefined));
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      while (!this.#stopped && (await this.#step())) await nextTurn();
    }
  }

  /** One piece of work; false when there is none. */
  async #step(): Promise<boolean> {
    const unsealed = this.#unsealed.shift();
    if (unsealed !== undefined) {
      await this.#seal(unsealed.segment, unsealed.sidecar);
      return true;
    }
    const { segments, topics } = this.#options.state;
    const candidates = [...segments.values()].filter((segment) => this.#mayGo(segment));
    for (const segment of candidates) {
      if (segment.liveBytes === 0 && (segment.removedKeys.size === 0 || this.#isOldest(segment))) {
        await this.#retire(segment);
        return true;
      }
    }
    for (const segment of candidates) {
      if (!this.#emptier.mayPay(segment) || this.#wasExamined(segment, segment.liveBytes)) continue;
      if (await this.#emptier.empty(segment, () => !this.#stopped)) return true;
      this.#examined.set(segment, segment.liveBytes);
    }
    const replayed = this.#replayedTopicFiles();
    for (const segment of topics.segments()) {
      if (!replayed.has(segment.file.id) && (await this.#tidyTopic(segment))) return true;
    }
    return false;
  }

  /** The topic segments that a replay may still look into, because a flush that it shows committed a run there. */
  #replayedTopicFiles(): Set<number> {
    const files = new Set<number>();
    for (const segment of this.#options.state.segments.values()) {
      if (segment.span.lastFlush < this.#journalTrim) continue;
      for (const file of segment.topicFiles) files.add(file);
    }
    return files;
  }

  /** A full segment may go once no flush in it can be asked for by a replay. */
  #mayGo(segment: WalSegment): boolean {
    return this.#sealed.has(segment) && segment.span.lastFlush < this.#journalTrim;
  }

  #isOldest(segment: WalSegment): boolean {
    const [oldest] = this.#options.state.segments.keys();
    return oldest === segment.number;
  }

  /** A look in vain is not repeated until a tenth of what lived then has died. */
  #wasExamined(segment: WalSegment | TopicSegment, liveBytes: number): boolean {
    const before = this.#examined.get(segment);
    return before !== undefined && liveBytes > before * 0.9;
  }

  async #seal(segment: WalSegment, sidecar: SidecarWriter): Promise<void> {
    const { fileSystem } = this.#options.state.settings;
    try {
      await writeWhole(fileSystem, sidecarPath(segment.file.path), sidecar.finish(segment.number));
    } catch (error) {
      // A sidecar only saves time: without it the segment is read from end to end.
      if (!isNoSpace(error)) throw error;
    }
    this.#sealed.add(segment);
  }

  async #retire(segment: WalSegment): Promise<void> {
    const { state, pool } = this.#options;
    const { settings, directory, topics, metadata, segments, handles, files, cache } = state;
    for (const file of segment.topicFiles) {
      const topic = topics.segmentOf(file);
      if (topic !== undefined) await topics.writeIndex(topic);
    }
    await this.#syncAll();
    // What is removed must be gone for good, in every older segment, before the word of it goes too.
    if (segment.removedKeys.size > 0) await settings.fileSystem.syncDirectory(directory);
    metadata.forgetRemoved(segment);
    segments.delete(segment.number);
    this.#sealed.delete(segment);
    await handles.close(segment.file);
    files.remove(segment.file);
    cache.forget(segment.file.id);
    await settings.fileSystem.unlink(sidecarPath(segment.file.path)).catch(ignoreMissing);
    await pool.offer(segment.file.path, segment.sizeBytes);
  }

  /** Removes a topic segment that is dead; empties one that is mostly dead into the newest of its log. */
  async #tidyTopic(segment: TopicSegment): Promise<boolean> {
    const { state, reader } = this.#options;
    const { liveBytes } = segment.file;
    if (liveBytes === 0) {
      if (this.#wasExamined(segment, 1)) return false;
      await this.#syncAll();
      const removed = await state.topics.removeDead(segment);
      if (!removed) this.#examined.set(segment, 0);
      return removed;
    }
    const isNewest = state.topics.tailOf(segment.log) === segment;
    if (isNewest || liveBytes > segment.endBytes / 2 || this.#wasExamined(segment, liveBytes)) return false;
    const extents = state.index.inFile(segment.log, segment.file.id, 0, Infinity);
    let moved = false;
    for (const step of steps(extents, (extent: PlacedExtent) => extent.spanBytes)) {
      if (this.#stopped) break;
      moved = (await moveToTopic(state, reader, segment.log, step)) || moved;
      await nextTurn();
    }
    if (!moved) this.#examined.set(segment, liveBytes);
    return moved;
  }

  async #syncAll(): Promise<void> {
    const { lock, wal } = this.#options;
    await lock.acquire();
    const synced = wal.sync();
    lock.release();
    await synced;
  }
}
