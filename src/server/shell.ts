import { randomBytes, randomUUID } from 'node:crypto';
import {
  batchBaseOffset,
  batchMaxTimestampMs,
  batchNextOffset,
  batchSizeBytes,
  readU32,
  readU48,
} from '../bytes/index.js';
import {
  type AbortedTransaction,
  type Broker,
  BrokerCore,
  type Durability,
  type Host,
  journalStart,
  type LogChunk,
  Recovery,
  rulesOfRegexes,
  type Shard,
  SHARED_LOG,
  type StorageEngine,
} from '../core/index.js';
import type { GroupAccess } from '../protocols/kafka/index.js';
import type { BatchBytes, BatchOpener, OpenedRecords } from './batch-opener.js';
import { FlushLoop } from './flush-loop.js';
import type { ShellServices, Shell } from './parts.js';
import { hasRetention, retainedFrom } from './retention.js';
import { Rewriter } from './rewriter.js';
import { StableCallbacks } from './stable-callbacks.js';

/** The embedded engine has one shard. */
const SHARD = 0;
/** Where a stored record has its timestamp: a 48-bit integer, ms since the epoch. */
const RECORD_TIMESTAMP_AT = 12;
/** How much of a log is read at once for its consumers, bytes. */
const READ_BYTES = 0x4_0000;
/** Above this much waiting for the disk, publishers are not read from. */
const CONGESTED_BYTES = 0x100_0000;
/** A checkpoint is made after this much was written. */
const CHECKPOINT_BYTES = 0x100_0000;
/** Queues whose state goes into one flush of a checkpoint. */
const CHECKPOINT_QUEUES = 256;
const HOUSEKEEPING_MS = 1_000;
/** Kafka's `log.retention.check.interval.ms` is five minutes; tests and small disks are glad of less. */
const RETENTION_EVERY_MS = 30_000;
const CLUSTER_KEY = 'c/cluster';
const SECRET_KEY = 'c/secret';

export interface ShellOptions {
  readonly deliverBeforeSync: boolean;
  readonly defaultUser: string;
  /** What an answer waits for. */
  readonly durability: Durability;
}

/** Opens the shard, brings the core back from it, and drives it from then on. */
export async function openShell(
  engine: StorageEngine,
  options: ShellOptions,
  services: ShellServices,
  opener: BatchOpener,
): Promise<BrokerShell> {
  const shard = await engine.openShard(SHARD, (await engine.shardEpoch(SHARD)) + 1);
  const shell = new BrokerShell(shard, options, services, opener);
  await shell.restore(options);
  return shell;
}

/** Time, timers, flushes and reads around the core; what the fronts know as their host. */
export class BrokerShell implements Host, Shell {
  readonly #shard: Shard;
  readonly #core: BrokerCore;
  readonly #services: ShellServices;
  readonly #opener: BatchOpener;
  readonly #rewriter: Rewriter;
  readonly #callbacks = new StableCallbacks();
  readonly #listeners: ((stableFlush: number) => void)[] = [];
  readonly #watchers = new Map<number, Set<() => void>>();
  readonly #startMs = Date.now() - performance.now();
  #loop!: FlushLoop;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #turn: NodeJS.Immediate | undefined;
  #housekeeping: NodeJS.Timeout | undefined;
  #relieved: (() => void)[] = [];
  readonly #owners = new Set<number>();
  #lastOwner = 0;
  readonly #feeding = new Set<number>();
  #checkpointAt = CHECKPOINT_BYTES;
  /** While a checkpoint is being written: the flush from which the journal will be needed. */
  #checkpointFlush = 0;
  #trimmedShared = 0;
  #retentionAtMs = 0;
  #closing = false;
  #fail!: (error: Error) => void;
  readonly failed: Promise<Error>;
  clusterId: Uint8Array = new Uint8Array(16);
  /** 32 bytes that stay the same over restarts: for signing what clients carry around. */
  secret: Uint8Array = new Uint8Array(32);

  constructor(shard: Shard, options: ShellOptions, services: ShellServices, opener: BatchOpener) {
    this.#shard = shard;
    this.#services = services;
    this.#opener = opener;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#core = new BrokerCore(
      {
        gathered: (waits) => this.#loop.gathered(waits),
        need: (queue, log, fromSeq) => void this.#need(queue, log, fromSeq),
        needShared: (queue, fromSeq) => void this.#needShared(queue, fromSeq),
        partitionMoved: (partition) => this.#partitionMoved(partition),
        trim: (log, upTo) => shard.trim(log, upTo),
        drop: (log) => shard.drop(log),
        headersOf: (dialect, envelope, start, end) => opener.headersOf(dialect, envelope, start, end),
      },
      shard.layout,
      1,
      Date.now(),
      options,
    );
    this.#rewriter = new Rewriter(this.#core, shard, () => this.enter());
  }

  get host(): Host {
    return this;
  }
  get broker(): Broker {
    return this.#core;
  }
  /** The consumer groups, for the dialect that has them. */
  get groupAccess(): GroupAccess {
    const core = this.#core;
    return {
      coordinator: core.groups,
      transactions: core.transactions,
      get storedIn() {
        return core.groupsStoredIn;
      },
      answerTo: (answers) => {
        core.groupAnswers = answers;
      },
    };
  }

  /** Brings back what the store holds. */
  async restore(options: ShellOptions): Promise<void> {
    const core = this.#core;
    const shard = this.#shard;
    const recovery = new Recovery(core);
    for (const [key, value] of shard.metadata('')) {
      if (key === CLUSTER_KEY) this.clusterId = Uint8Array.from(value);
      else if (key === SECRET_KEY) this.secret = Uint8Array.from(value);
      else recovery.metadata(key, value);
    }
    recovery.metadataEnd();
    const report = await shard.replay(recovery.replayFrom, recovery.replay);
    const { scans, orphans } = recovery.settle(report, shard.logs(), (log) =>
      shard.extents(log, 0, Number.POSITIVE_INFINITY),
    );
    this.#loop = new FlushLoop(
      core,
      shard,
      options.durability,
      (flush) => this.#settled(flush),
      (error) => this.#fail(error),
    );
    for (const log of orphans) shard.drop(log);
    for (const scan of scans) {
      for (let from = scan.fromSeq; ; ) {
        const chunks = await shard.read(scan.log, from, 8 * READ_BYTES);
        if (chunks.length === 0) break;
        for (const chunk of chunks) Recovery.scan(scan, chunk);
        const last = chunks.at(-1)!;
        from = last.firstSeq + last.count;
      }
    }
    recovery.finish(report);
    if (report.lastFlush === 0) {
      this.clusterId = randomBytes(16);
      this.secret = randomBytes(32);
      core.putMetadata(CLUSTER_KEY, this.clusterId);
      core.putMetadata(SECRET_KEY, this.secret);
    }
    if (!core.permissions.mayEnter(options.defaultUser, '/')) {
      core.permissions.put(options.defaultUser, '/', rulesOfRegexes({ configure: '.*', write: '.*', read: '.*' }));
    }
    for (const { user, virtualHost, ...regexes } of this.#services.grants) {
      if (!core.hasVirtualHost(virtualHost)) core.createVirtualHost(virtualHost);
      core.permissions.put(user, virtualHost, rulesOfRegexes(regexes));
    }
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS).unref();
    this.enter();
    for (const partition of core.destinations.allPartitions()) void this.#feed(partition.handle);
  }

  // ---- Host

  enter(): void {
    this.#core.advance(Math.floor(this.#startMs + performance.now()));
    this.#turn ??= setImmediate(this.#endTurn);
  }

  /** Once per turn of the event loop: the timer follows what is due next. */
  readonly #endTurn = (): void => {
    this.#turn = undefined;
    const dueMs = this.#core.nextDueMs;
    if (dueMs === this.#timerMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY || this.#closing) return;
    const delayMs = Math.min(0x7fff_ffff, Math.max(0, Math.ceil(dueMs - (this.#startMs + performance.now()))));
    this.#timer = setTimeout(() => {
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.enter();
    }, delayMs);
  };

  whenStable(flush: number, callback: () => void): void {
    // An empty flush is never written: then it is the one before that counts.
    const last = this.#core.gathering ? this.#core.flush : this.#core.flush - 1;
    const wanted = Math.min(flush, last);
    if (wanted <= this.#loop.durable) {
      callback();
      return;
    }
    this.#callbacks.add(wanted, callback);
    this.#loop.require(wanted);
  }

  onStable(listener: (stableFlush: number) => void): void {
    this.#listeners.push(listener);
  }

  watchPartition(partition: number, listener: () => void): () => void {
    let watchers = this.#watchers.get(partition);
    if (watchers === undefined) {
      watchers = new Set();
      this.#watchers.set(partition, watchers);
    }
    watchers.add(listener);
    return () => {
      watchers.delete(listener);
      if (watchers.size === 0) this.#watchers.delete(partition);
    };
  }

  async readBatches(
    partition: number,
    fromOffset: number,
    upTo: number,
    maxBytes: number,
  ): Promise<readonly Uint8Array[]> {
    const { log } = this.#core.partition(partition);
    const batches: Uint8Array[] = [];
    let sizeBytes = 0;
    for (const chunk of await this.#shard.read(log, fromOffset, maxBytes)) {
      for (const batch of batchesOf(chunk)) {
        if (batchNextOffset(batch, 0) <= fromOffset) continue;
        if (batchBaseOffset(batch, 0) >= upTo) return batches;
        if (batches.length > 0 && sizeBytes + batch.length > maxBytes) return batches;
        batches.push(batch);
        sizeBytes += batch.length;
      }
    }
    return batches;
  }

  async findBatchByTimestamp(partition: number, timestampMs: number): Promise<Uint8Array | undefined> {
    const { log, logStart, highWatermark } = this.#core.partition(partition);
    for (const extent of this.#shard.extents(log, logStart, Number.POSITIVE_INFINITY)) {
      if (extent.maxTimestampMs < timestampMs) continue;
      for (const chunk of await this.#shard.read(log, extent.firstSeq, extent.sizeBytes)) {
        for (const batch of batchesOf(chunk)) {
          if (batchBaseOffset(batch, 0) >= highWatermark) return undefined;
          if (batchNextOffset(batch, 0) > logStart && batchMaxTimestampMs(batch, 0) >= timestampMs) return batch;
        }
      }
    }
    return undefined;
  }

  async findOffsetByTimestamp(partition: number, timestampMs: number): Promise<number> {
    const batch = await this.findBatchByTimestamp(partition, timestampMs);
    if (batch === undefined) return this.#core.partition(partition).highWatermark;
    const [records] = await this.#opener.open([wholeBatch(batch)]);
    return (records && offsetFrom(records, timestampMs)) ?? batchBaseOffset(batch, 0);
  }

  newOwner(): number {
    this.#owners.add(++this.#lastOwner);
    return this.#lastOwner;
  }

  releaseOwner(owner: number): void {
    if (this.#owners.delete(owner)) this.#core.deleteOwned(owner);
  }

  authenticate(user: string, password: string, from?: string): Promise<string | undefined> {
    return this.#services.authenticate(user, password, from);
  }

  randomUuid(): string {
    return randomUUID();
  }

  get congested(): boolean {
    return this.#core.builder.sealedBytes > CONGESTED_BYTES;
  }

  whenRelieved(callback: () => void): void {
    if (this.congested) this.#relieved.push(callback);
    else callback();
  }

  log(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#services.log(level, message, fields);
  }

  // ---- what the core asks for

  async #need(queue: number, log: number, fromSeq: number): Promise<void> {
    try {
      const chunks = await this.#readFlushed(log, fromSeq);
      const info = this.#core.destinations.queueOrUndefined(queue);
      if (info === undefined) return;
      const aborted = info.partition < 0 || info.uncommitted ? [] : this.#abortedIn(info.partition);
      const opened = info.partition < 0 ? undefined : await this.#opener.open(chunks, aborted);
      this.enter();
      if (opened === undefined) for (const chunk of chunks) this.#core.loadedChunk(queue, chunk);
      else for (const { buffer, offsets } of opened) this.#core.loadedRecords(queue, buffer, offsets);
      this.#core.loadedEnd(queue, endOf(chunks));
    } catch (error) {
      this.#readFailed(queue, error);
    }
  }

  #abortedIn(partition: number): readonly AbortedTransaction[] {
    return this.#core.destinations.partition(partition).producers.aborted;
  }

  async #needShared(queue: number, fromSeq: number): Promise<void> {
    try {
      const chunks = await this.#readFlushed(SHARED_LOG, fromSeq);
      this.enter();
      for (const { buffer, start, end, firstSeq } of chunks) {
        this.#core.loadedShared(buffer, start, end, firstSeq);
      }
      this.#core.loadedEnd(queue, endOf(chunks));
    } catch (error) {
      this.#readFailed(queue, error);
    }
  }

  /** Reads what the core has appended, even when it is not written yet. */
  async #readFlushed(log: number, fromSeq: number): Promise<readonly LogChunk[]> {
    let chunks = await this.#readFrom(log, fromSeq);
    while (chunks.length === 0 && this.#core.pending) {
      await this.#loop.nextSettled();
      chunks = await this.#readFrom(log, fromSeq);
    }
    return chunks;
  }

  async #readFrom(log: number, fromSeq: number): Promise<readonly LogChunk[]> {
    return await this.#shard.read(log, fromSeq, READ_BYTES);
  }

  #readFailed(queue: number, error: unknown): void {
    if (this.#closing) return;
    this.log('error', 'a queue could not be read', { queue, err: error });
  }

  #partitionMoved(partition: number): void {
    void this.#feed(partition);
    for (const listener of [...(this.#watchers.get(partition) ?? [])]) listener();
  }

  /** Passes a partition's records on to what is bound to its topic, one round of reading after another. */
  async #feed(handle: number): Promise<void> {
    if (this.#feeding.has(handle)) return;
    this.#feeding.add(handle);
    try {
      for (;;) {
        const partition = this.#core.destinations.partitionOrUndefined(handle);
        const cursor = partition === undefined ? -1 : this.#core.feeds.cursor(partition);
        if (partition === undefined || cursor < 0 || cursor >= partition.lastStable) return;
        const upTo = partition.lastStable;
        const batches = await this.readBatches(handle, cursor, upTo, READ_BYTES);
        const last = batches.at(-1);
        const next = last === undefined ? upTo : batchNextOffset(last, 0);
        const opened = await this.#opener.open(batches.map(wholeBatch), this.#abortedIn(handle));
        this.enter();
        if (this.#core.feeds.cursor(partition) !== cursor) continue;
        const buffers = opened.map((records) => recordsFrom(records, cursor));
        this.#core.feeds.feed(partition, buffers, next);
      }
    } catch (error) {
      if (!this.#closing) this.log('error', 'a topic could not be passed on to its bindings', { err: error });
    } finally {
      this.#feeding.delete(handle);
    }
  }

  // ---- flushes

  #settled(flush: number): void {
    this.enter();
    if (flush > this.#core.stableFlush) this.#core.flushed(flush);
    const { durable } = this.#loop;
    for (const listener of this.#listeners) listener(durable);
    this.#callbacks.run(durable);
    if (this.#relieved.length > 0 && !this.congested) {
      const relieved = this.#relieved;
      this.#relieved = [];
      for (const callback of relieved) callback();
    }
    this.#checkpointStep();
  }

  /** A checkpoint is written in slices, so that no turn of the event loop gets long. */
  #checkpointStep(): void {
    const core = this.#core;
    if (this.#checkpointFlush === 0) {
      if (this.#loop.writtenBytes < this.#checkpointAt) return;
      this.#checkpointFlush = core.flush;
      this.#checkpointAt = this.#loop.writtenBytes + CHECKPOINT_BYTES;
      core.beginCheckpoint();
    }
    if (!core.checkpoint(CHECKPOINT_QUEUES)) this.#endCheckpoint();
  }

  #endCheckpoint(): void {
    const from = this.#checkpointFlush;
    this.#checkpointFlush = 0;
    journalStart(this.#core, from);
    this.#callbacks.add(this.#core.flush, () => this.#shard.trimJournal(from));
  }

  #keepHouse(): void {
    this.enter();
    if (this.#core.nowMs >= this.#retentionAtMs) this.#applyRetention();
    this.#rewriter.run().catch((error: unknown) => {
      if (!this.#closing) this.log('error', 'a queue could not be rewritten', { err: error });
    });
    const floor = this.#core.sharedFloor();
    if (floor <= this.#trimmedShared) return;
    this.#trimmedShared = floor;
    this.#shard.trim(SHARED_LOG, floor);
  }

  /** Topics let go of what is too old or too much. */
  #applyRetention(): void {
    const core = this.#core;
    this.#retentionAtMs = core.nowMs + RETENTION_EVERY_MS;
    for (const partition of core.destinations.allPartitions()) {
      const { handle, log, logStart } = partition;
      if (!hasRetention(partition.settings)) continue;
      const extents = this.#shard.extents(log, logStart, Number.POSITIVE_INFINITY);
      const from = retainedFrom(partition, extents, core.nowMs);
      if (from > logStart) core.deleteRecords(handle, from);
    }
  }

  /** Writes down the state of everything, so that the next start has nothing to replay, and lets go of the shard. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#housekeeping);
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.enter();
    clearImmediate(this.#turn);
    this.#checkpointFlush = this.#core.flush;
    this.#core.beginCheckpoint();
    this.#core.checkpoint(Number.POSITIVE_INFINITY);
    this.#endCheckpoint();
    await this.#loop.finish();
    await this.#shard.close();
  }
}

function* batchesOf(chunk: LogChunk): Iterable<Uint8Array> {
  for (let at = chunk.start; at < chunk.end; ) {
    const size = batchSizeBytes(chunk.buffer, at);
    yield chunk.buffer.subarray(at, at + size);
    at += size;
  }
}

/** One past the last sequence that the chunks tell of; Infinity when there are none. */
function endOf(chunks: readonly LogChunk[]): number {
  const last = chunks.at(-1);
  return last === undefined ? Number.POSITIVE_INFINITY : last.currentLast + 1;
}

function wholeBatch(buffer: Uint8Array): BatchBytes {
  return { buffer, start: 0, end: buffer.length };
}

/** The records with offsets from `cursor` on: a batch may begin below it. */
function recordsFrom({ buffer, offsets }: OpenedRecords, cursor: number): Uint8Array {
  let at = 0;
  for (let i = 0; i < offsets.length && offsets[i] < cursor; i++) at += 4 + readU32(buffer, at);
  return buffer.subarray(at);
}

/** The offset of the first record that is as young as that. */
function offsetFrom({ buffer, offsets }: OpenedRecords, timestampMs: number): number | undefined {
  let at = 0;
  for (const offset of offsets) {
    if (readU48(buffer, at + RECORD_TIMESTAMP_AT) >= timestampMs) return offset;
    at += 4 + readU32(buffer, at);
  }
  return undefined;
}
