import { batchMaxTimestampMs, batchNextOffset } from '../../bytes/index.js';
import type { AbortedTransaction, Extent } from '../../core/index.js';
import type { CompactionPolicy } from '../../protocols/kafka/index.js';
import { cleanBatch, type CleaningRules, forEachKeyed } from './clean-batch.js';
import { KeyOffsets } from './key-offsets.js';
import { Pace } from './pace.js';

/** Keys that one round keeps in memory; Kafka's 128 MiB hold about five million. */
const MAX_KEYS = 1_000_000;
/** Neighbouring runs are rewritten together up to this size. */
const REWRITE_BYTES = 0x4_0000;

/** One partition as the compactor sees it, and what it does to it. */
export interface CompactableLog {
  readonly log: number;
  readonly logStart: number;
  /** Nothing from here on is touched: it is not stable, or an open transaction holds it back. */
  readonly lastStable: number;
  readonly policy: CompactionPolicy;
  readonly aborted: readonly AbortedTransaction[];
  /** False once the partition is gone. */
  readonly exists: boolean;
  /** Replaces whole runs. Resolves when that is stable. */
  rewrite(first: number, last: number, payload: Uint8Array, maxTimestampMs: number): Promise<void>;
}

export interface CompactorPorts {
  nowMs(): number;
  extents(log: number): readonly Extent[];
  /** The batches of one extent. */
  read(log: number, extent: Extent): Promise<readonly Uint8Array[]>;
  /** Runs of flushes below this are in a checkpoint, with all that follows from them. */
  checkpointed(): number;
  /** Asks for a checkpoint soon. */
  wantCheckpoint(): void;
}

/**
 * Keeps only the newest record of each key in topics that ask for it, as Kafka's log cleaner does: offsets stay, what
 * is gone is a gap. The newest run is left alone, so that the log's end is always there to be read.
 */
export class Compactor {
  readonly #ports: CompactorPorts;
  /** By log: everything below is clean. Forgotten with the process; a first round finds out again. */
  readonly #cleanTo = new Map<number, number>();

  constructor(ports: CompactorPorts) {
    this.#ports = ports;
  }

  /** One round over a partition, if it is worth the while. Returns whether anything was rewritten. */
  async compact(partition: CompactableLog): Promise<boolean> {
    const dirty = this.#dirtyExtents(partition);
    const [first] = dirty;
    if (first === undefined) return false;
    const pace = new Pace();
    const keys = new KeyOffsets(MAX_KEYS);
    let upTo = first.firstSeq;
    for (const extent of dirty) {
      if (keys.full || !partition.exists) break;
      for (const batch of await this.#ports.read(partition.log, extent)) {
        await forEachKeyed(batch, partition.aborted, pace, (cursor, offset) => {
          keys.set(cursor.bytes, cursor.keyStart, cursor.keyEnd, offset);
        });
      }
      upTo = extent.lastSeq + 1;
    }
    const nowMs = this.#ports.nowMs();
    const { aborted, policy } = partition;
    const rules = { keys, aborted, deleteRetentionMs: policy.deleteRetentionMs, nowMs };
    const changed = await this.#rewrite(partition, upTo, rules, pace);
    if (partition.exists) this.#cleanTo.set(partition.log, upTo);
    return changed;
  }

  forget(log: number): void {
    this.#cleanTo.delete(log);
  }

  /** What has not been cleaned and may be; empty where it is too little, too young, or too much would go unnoticed. */
  #dirtyExtents({ log, logStart, lastStable, policy }: CompactableLog): readonly Extent[] {
    const nowMs = this.#ports.nowMs();
    const extents = this.#ports.extents(log).filter(({ firstSeq }) => firstSeq >= logStart);
    const cleanTo = this.#cleanTo.get(log) ?? 0;
    const dirty: Extent[] = [];
    let totalBytes = 0;
    for (const extent of extents.slice(0, -1)) {
      const isHeld = extent.lastSeq >= lastStable || extent.maxTimestampMs + policy.minLagMs > nowMs;
      if (isHeld) break;
      totalBytes += extent.sizeBytes;
      if (extent.firstSeq >= cleanTo) dirty.push(extent);
    }
    const [oldest] = dirty;
    if (oldest === undefined) return [];
    const dirtyBytes = dirty.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const ageMs = nowMs - oldest.maxTimestampMs;
    const isClosed = dirtyBytes >= policy.segmentBytes || ageMs >= policy.segmentMs;
    const isDue = isClosed && dirtyBytes >= policy.minDirtyRatio * totalBytes;
    if (!isDue && ageMs < policy.maxLagMs) return [];
    const known = dirty.findIndex(({ flush }) => flush >= this.#ports.checkpointed());
    if (known >= 0) this.#ports.wantCheckpoint();
    return known < 0 ? dirty : dirty.slice(0, known);
  }

  async #rewrite(partition: CompactableLog, upTo: number, rules: CleaningRules, pace: Pace): Promise<boolean> {
    let changed = false;
    let group = new Group();
    for (const extent of this.#ports.extents(partition.log)) {
      if (extent.lastSeq >= upTo) break;
      if (extent.firstSeq < partition.logStart) continue;
      if (!group.takes(extent, partition.policy)) {
        changed = (await this.#put(partition, group)) || changed;
        group = new Group();
      }
      const kept: Uint8Array[] = [];
      let isChanged = false;
      for (const batch of await this.#ports.read(partition.log, extent)) {
        const cleaned = await cleanBatch(batch, rules, pace);
        if (cleaned !== undefined) kept.push(cleaned);
        if (cleaned !== batch) isChanged = true;
        if (pace.isDue) await pace.rest();
      }
      group.add(extent, kept, isChanged);
    }
    return (await this.#put(partition, group)) || changed;
  }

  /** The group replaces the runs that it was made from, if it differs. */
  async #put(partition: CompactableLog, group: Group): Promise<boolean> {
    if (!group.isChanged || !partition.exists || group.first < partition.logStart) return false;
    await partition.rewrite(group.first, group.last, group.payload(), group.maxTimestampMs);
    return true;
  }
}

/** Neighbouring runs that become one. */
class Group {
  #youngestMs = 0;
  first = -1;
  last = -1;
  sizeBytes = 0;
  maxTimestampMs = 0;
  /** Whether anything differs from what is there. */
  isChanged = false;
  readonly #batches: Uint8Array[] = [];

  /** Where retention takes runs by their age too, only runs of one age become one. */
  takes(extent: Extent, { deletes, segmentMs }: CompactionPolicy): boolean {
    if (this.first < 0) return true;
    if (this.sizeBytes >= REWRITE_BYTES) return false;
    return !deletes || Math.abs(extent.maxTimestampMs - this.#youngestMs) < segmentMs;
  }

  add(extent: Extent, batches: readonly Uint8Array[], isChanged: boolean): void {
    if (this.first < 0) this.first = extent.firstSeq;
    this.last = extent.lastSeq;
    this.#youngestMs = Math.max(this.#youngestMs, extent.maxTimestampMs);
    this.isChanged ||= isChanged;
    for (const batch of batches) {
      this.#batches.push(batch);
      this.sizeBytes += batch.length;
      this.maxTimestampMs = Math.max(this.maxTimestampMs, batchMaxTimestampMs(batch, 0));
      if (batchNextOffset(batch, 0) - 1 > this.last) throw new Error('a batch lies across two runs');
    }
  }

  payload(): Uint8Array {
    return Buffer.concat(this.#batches);
  }
}
