/**
 * What the core needs from outside, as types only. An engine under `storage/` implements {@link StorageEngine}; the
 * shell in `server/` drives it. Nothing here runs.
 *
 * Words: a *shard* is the unit of ordering, ownership and group commit; a *log* is an ordered series of records
 * addressed by sequence; a *flush* is what the logs of one shard append in one round, committed atomically; a *run*
 * is a piece of a flush: consecutive sequences of one log.
 */

/** The log that carries the core's journal entries. It has no sequences of its own: its runs are replayed, never read. */
export const JOURNAL_LOG = 0;

/** Run flags. */
export const RUN_RETAINED = 1; // belongs to a topic or retained queue: offsets are its sequences, retention trims it
export const RUN_VOLATILE = 2; // spilled transient messages: served while this owner lives, absent after it
// Replaces every earlier record of its log from firstSeq to firstSeq + count - 1. No two rewrites of one flush overlap.
export const RUN_REWRITE = 4;

/**
 * The gaps that the engine wants left open in a flush's arena, so that it can put its own headers and checksums in
 * place and hand the arena to the disk without copying. All in bytes; all multiples of 4.
 */
export interface FlushLayout {
  readonly flushHeaderBytes: number;
  readonly runHeaderBytes: number;
  readonly trailerBytes: number;
}

/** The runs of a flush as parallel arrays; only the first `runCount` places are in use. */
export interface RunTable {
  readonly log: Float64Array;
  readonly firstSeq: Float64Array;
  /** Sequences covered: the run holds exactly firstSeq … firstSeq + count - 1, except for rewrites, which have gaps. */
  readonly count: Int32Array;
  /** Payload in the arena: [start, end). The engine's header gap lies directly before start. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly flags: Uint8Array;
  /** Highest record timestamp in the run, ms since the epoch; 0 where the log has no use for it. */
  readonly maxTimestampMs: Float64Array;
}

/** A run too big to be copied: handed over by reference and not touched again by the core. */
export interface OutsideRun {
  readonly log: number;
  readonly firstSeq: number;
  readonly count: number;
  readonly flags: number;
  readonly maxTimestampMs: number;
  readonly payload: Uint8Array;
}

/** A change of the metadata store; `value` undefined removes the key. */
export interface MetadataChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

export interface Flush {
  /** Counts up by one per flush of a shard, across restarts and owners. */
  readonly number: number;
  /** Gap of flushHeaderBytes, then per run a gap of runHeaderBytes and its payload, then at `end` room for the trailer. */
  readonly arena: Uint8Array;
  readonly end: number;
  readonly runCount: number;
  readonly runs: RunTable;
  /** Committed with the runs above. Replayed after them. */
  readonly outside: readonly OutsideRun[];
  /** Applied in order after all runs; the last change of a key wins. */
  readonly metadata: readonly MetadataChange[];
  /** Whether the promise waits for stable storage. When false, it waits only until a read can see it. */
  readonly sync: boolean;
}

/** Records of one log as they were appended: `payload[start, end)` holds the run from firstSeq on. */
export interface LogChunk {
  readonly firstSeq: number;
  readonly count: number;
  /**
   * The sequences of the run that are still current, inclusive: firstSeq to firstSeq + count - 1, unless a later rewrite
   * replaced a part of them. A run cut in the middle comes as two chunks over the same payload.
   */
  readonly currentFirst: number;
  readonly currentLast: number;
  readonly flags: number;
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** One stretch of a log as the engine's index knows it. Sequences between extents do not exist. */
export interface Extent {
  readonly firstSeq: number;
  /** Inclusive. */
  readonly lastSeq: number;
  readonly sizeBytes: number;
  readonly maxTimestampMs: number;
  /** The flush that appended it. */
  readonly flush: number;
}

/** Called in the order of the flushes, and within one in the order of its runs. Buffers are valid during the call. */
export interface ReplayVisitor {
  flushBegin(number: number): void;
  run(
    log: number,
    firstSeq: number,
    count: number,
    flags: number,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): void;
  flushEnd(number: number): void;
}

/** A part of the shard that could not be read back; everything around it is served. */
export interface Quarantined {
  readonly place: string;
  readonly sizeBytes: number;
  readonly reason: string;
  /** What it held, as far as the index tells. */
  readonly extents: readonly { readonly log: number; readonly firstSeq: number; readonly lastSeq: number }[];
}

export interface ReplayReport {
  /** The number of the last whole flush, 0 when there is none. */
  readonly lastFlush: number;
  /** False when the previous owner ended without {@link Shard.close}. */
  readonly cleanStop: boolean;
  readonly tornBytes: number;
  readonly quarantined: readonly Quarantined[];
}

/**
 * One owner's hold on a shard. Every method may reject with {@link StorageError}; after `failed` or `stale-epoch`
 * nothing succeeds any more.
 */
export interface Shard {
  readonly epoch: number;
  readonly layout: FlushLayout;
  /**
   * Appends atomically; the next flush is handed over only after this one is settled. Resolves when the flush is
   * stable (`sync`), or readable. `unknown` means: hand over the very same flush again until the answer is known;
   * a flush number that was already committed by this epoch resolves without a second copy. `full` means nothing was
   * written. The arena belongs to the engine until it is settled, and is not changed outside the gaps.
   */
  flush(flush: Flush): Promise<void>;
  /** Makes every flush that was handed over without `sync` stable. */
  sync(): Promise<void>;
  /**
   * The chunks of `log` from the one that holds `from`, or the next above it, in order, at least one (if any exists)
   * and then as many as fit maxBytes. Sees every flush that was handed over, stable or not. Volatile runs included.
   */
  read(log: number, from: number, maxBytes: number): Promise<readonly LogChunk[]>;
  /** Index only, no I/O: up to `limit` extents whose lastSeq >= from, in order. */
  extents(log: number, from: number, limit: number): readonly Extent[];
  /** Every log that has extents. */
  logs(): readonly number[];
  /** Sequences below `upTo` may be forgotten. Not itself durable: implied by something that was flushed. */
  trim(log: number, upTo: number): void;
  /** The whole log may be forgotten; its id is never used again. Not itself durable, like {@link trim}. */
  drop(log: number): void;
  /** Journal entries of flushes below `flush` will never be replayed again. Not itself durable. */
  trimJournal(flush: number): void;
  /**
   * Visits the flushes numbered `from` and above. To be called once, before the first flush(); metadata can be read
   * before it. Volatile runs are not visited.
   */
  replay(from: number, visitor: ReplayVisitor): Promise<ReplayReport>;
  /** Metadata as of the last committed flush, keys in code-unit order. */
  metadata(prefix: string): Iterable<readonly [string, Uint8Array]>;
  /** True while the device has no room for new messages; small flushes (acknowledgements) still succeed. */
  readonly full: boolean;
  /** Bytes in use and available on the device. */
  space(): { readonly usedBytes: number; readonly freeBytes: number };
  /** Writes the mark of a clean stop, syncs, lets go. */
  close(): Promise<void>;
}

export interface StorageEngine {
  /** As it appears in options and logs, for example `segment-log`. */
  readonly name: string;
  /** Takes the hold on the place; rejects with `locked`, `newer-format`, `not-writable`. */
  open(): Promise<void>;
  /** The highest epoch that ever opened the shard, 0 if none. */
  shardEpoch(shard: number): Promise<number>;
  /** Fences every owner with a lower epoch; rejects with `stale-epoch` unless epoch > shardEpoch. */
  openShard(shard: number, epoch: number): Promise<Shard>;
  close(): Promise<void>;
}

export type StorageErrorKind =
  | 'locked'
  | 'newer-format'
  | 'not-writable'
  | 'stale-epoch'
  | 'unknown'
  | 'full'
  | 'failed'
  | 'closed';

export class StorageError extends Error {
  readonly kind: StorageErrorKind;
  constructor(kind: StorageErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StorageError';
    this.kind = kind;
  }
}
