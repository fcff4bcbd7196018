import { decodeUtf8, encodeUtf8 } from '../bytes/index.js';
import type { BrokerCore } from './broker-core.js';
import { QueueRecovery } from './delivery/queue-recovery.js';
import { SHARED_LOG } from './delivery/shared-bodies.js';
import { forEachEntry, SKIPPABLE } from './log/journal-entry.js';
import type { Partition } from './log/partition.js';
import {
  type Extent,
  JOURNAL_LOG,
  RUN_RETAINED,
  RUN_REWRITE,
  type LogChunk,
  type ReplayReport,
  type ReplayVisitor,
} from './ports.js';
import { forEachRecord } from './log/record-run.js';

/** Where the replay begins: what lies before is in checkpoints. */
const JOURNAL_KEY = 'c/journal';
/** How often a start followed an unclean stop: the leader epoch of every partition. */
const EPOCH_KEY = 'c/leader-epoch';
const COMPACTED = RUN_RETAINED | RUN_REWRITE;

/** A queue whose records' headers must be gone through before it can be used. */
export interface HeaderScan {
  readonly log: number;
  readonly fromSeq: number;
  record(seq: number, buffer: Uint8Array, at: number): void;
}

/**
 * Brings the core back from what the store holds, in this order: {@link metadata} for every key, {@link replay} for
 * every flush, {@link settle}, the scans that it asks for, {@link finish}.
 */
export class Recovery {
  readonly #core: BrokerCore;
  readonly #queues = new Map<number, QueueRecovery>();
  readonly #partitions = new Map<number, { partition: Partition; since: number }>();
  readonly #states = new Map<number, Uint8Array>();
  readonly #logStarts = new Map<number, number>();
  readonly #later: [string, Uint8Array][] = [];
  #flush = 0;
  #leaderEpoch = 0;
  #sharedEnd = 0;
  /** The first flush that must be replayed. */
  replayFrom = 0;
  /** What was replayed, as far as it came. */
  replayedBytes = 0;

  constructor(core: BrokerCore) {
    this.#core = core;
  }

  /** One entry of the metadata store, in order of the keys. Throws for a key that nobody knows. */
  metadata(key: string, value: Uint8Array): void {
    const core = this.#core;
    if (key === JOURNAL_KEY) this.replayFrom = Number(decodeUtf8(value));
    else if (key === EPOCH_KEY) this.#leaderEpoch = Number(decodeUtf8(value));
    else if (key.startsWith('s/')) this.#states.set(Number(key.slice(2)), value);
    else if (key.startsWith('l/')) this.#logStarts.set(Number(key.slice(2)), Number(decodeUtf8(value)));
    else if (key.startsWith('v/') || key.startsWith('r/')) core.destinations.restore(key, value);
    else this.#later.push([key, value]);
  }

  /** All metadata is there. */
  metadataEnd(): void {
    const core = this.#core;
    for (const [key, value] of this.#later) {
      const known =
        core.destinations.restore(key, value) ||
        core.router.tables.restore(key, value) ||
        core.users.restore(key, value) ||
        core.permissions.restore(key, value) ||
        core.groups.restore(key, value, core.nowMs) ||
        core.transactions.restore(key, value) ||
        core.feeds.restore(key, value) ||
        key.startsWith('c/');
      if (!known) throw new RangeError(`the store holds '${key}', which this version does not know`);
    }
    for (const entry of core.destinations.allQueues()) {
      if (entry.durable) this.#queues.set(entry.log, new QueueRecovery(entry.state));
    }
    for (const partition of core.destinations.allPartitions()) {
      const state = this.#states.get(partition.log);
      const since = state === undefined ? 0 : partition.producers.restore(state);
      this.#partitions.set(partition.log, { partition, since });
    }
    for (const [log, queue] of this.#queues) {
      const state = this.#states.get(log);
      if (state !== undefined) queue.checkpoint(state);
    }
  }

  /** What the store replays. */
  readonly replay: ReplayVisitor = {
    flushBegin: (number) => {
      this.#flush = number;
    },
    run: (log, firstSeq, count, flags, buffer, start, end) => {
      this.replayedBytes += end - start;
      // What a topic's compaction left is in a checkpoint, and nobody's state follows from it.
      if ((flags & COMPACTED) === COMPACTED) return;
      if (log === JOURNAL_LOG) this.#journal(buffer, start, end);
      else if (log === SHARED_LOG) this.#sharedEnd = Math.max(this.#sharedEnd, firstSeq + count);
      else this.#run(log, firstSeq, count, buffer, start, end);
    },
    flushEnd: () => {},
  };

  #journal(buffer: Uint8Array, start: number, end: number): void {
    forEachEntry(buffer, start, end, (kind, log, at, fieldsEnd) => {
      const queue = this.#queues.get(log);
      if (queue === undefined) return; // deleted since
      if (queue.entry(this.#flush, kind, buffer, at, fieldsEnd) || (kind & SKIPPABLE) !== 0) return;
      throw new RangeError(`the journal holds an entry of kind ${kind}, which this version does not know`);
    });
  }

  #run(log: number, firstSeq: number, count: number, buffer: Uint8Array, start: number, end: number): void {
    const queue = this.#queues.get(log);
    if (queue !== undefined) {
      queue.run(this.#flush, firstSeq, count, buffer, start, end);
      return;
    }
    const known = this.#partitions.get(log);
    if (known !== undefined && this.#flush >= known.since) {
      known.partition.replayed(buffer, start, end, this.#core.nowMs);
      this.#core.producersChanged(known.partition);
    }
  }

  /**
   * Everything is replayed; `extentsOf` asks the store's index. Returns the queues whose records' headers must be gone
   * through, and the logs that belong to nobody any more.
   */
  settle(
    report: ReplayReport,
    logs: readonly number[],
    extentsOf: (log: number) => readonly Extent[],
  ): { scans: HeaderScan[]; orphans: number[] } {
    const core = this.#core;
    core.builder.renumber(report.lastFlush + 1);
    core.context.stableFlush = report.lastFlush;
    if (!report.cleanStop && report.lastFlush > 0) this.#leaderEpoch++;
    for (const { partition } of this.#partitions.values()) {
      this.#settlePartition(partition, extentsOf(partition.log));
    }
    const scans: HeaderScan[] = [];
    for (const entry of core.destinations.allQueues()) {
      const recovery = this.#queues.get(entry.log);
      if (recovery === undefined) continue;
      if (entry.partition >= 0) {
        const partition = core.destinations.partition(entry.partition);
        recovery.settleOver(partition.logStart, partition.visibleEnd(entry.uncommitted), report.cleanStop);
      } else if (recovery.settle(extentsOf(entry.log), report.cleanStop)) {
        scans.push({
          log: entry.log,
          fromSeq: recovery.queue.done.floor,
          record: (seq, buffer, at) => recovery.header(seq, buffer, at),
        });
      }
    }
    const shared = extentsOf(SHARED_LOG).at(-1);
    core.context.shared.tail = Math.max(this.#sharedEnd, shared === undefined ? 0 : shared.lastSeq + 1);
    const orphans = logs.filter(
      (log) => log !== SHARED_LOG && log !== JOURNAL_LOG && !this.#queues.has(log) && !this.#partitions.has(log),
    );
    return { scans, orphans };
  }

  #settlePartition(partition: Partition, extents: readonly Extent[]): void {
    const last = extents.at(-1);
    partition.leaderEpoch = this.#leaderEpoch;
    partition.logStart = Math.max(this.#logStarts.get(partition.log) ?? 0, extents[0]?.firstSeq ?? 0);
    partition.end = Math.max(partition.logStart, last === undefined ? 0 : last.lastSeq + 1);
    partition.stableEnds.stable = partition.end;
  }

  /** The scans are done: bindings come back, queues may be used. */
  finish(report: ReplayReport): void {
    const core = this.#core;
    const unusable = core.router.tables.finishRestore((virtualHost, name) =>
      core.destinations.bindable(virtualHost, { kind: 'queue', destination: name }),
    );
    for (const key of unusable) core.putMetadata(key, undefined);
    for (const recovery of this.#queues.values()) recovery.ready(report.cleanStop || report.lastFlush === 0);
    core.transactions.resume(core.nowMs);
    if (!report.cleanStop && report.lastFlush > 0) {
      core.putMetadata(EPOCH_KEY, encodeUtf8(String(this.#leaderEpoch)));
    }
  }

  /** Goes through the records of a chunk that a scan asked for. */
  static scan(scan: HeaderScan, { buffer, start, end, firstSeq, currentFirst, currentLast }: LogChunk): void {
    forEachRecord(buffer, start, end, firstSeq, (seq, at) => {
      if (seq >= scan.fromSeq && seq >= currentFirst && seq <= currentLast) scan.record(seq, buffer, at);
    });
  }
}

/** From this flush on the journal must be replayed at the next start. */
export function journalStart(core: BrokerCore, flush: number): void {
  core.putMetadata(JOURNAL_KEY, encodeUtf8(String(flush)));
}
