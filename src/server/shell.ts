import { randomBytes, randomUUID } from 'node:crypto';
import {
  type Broker,
  BrokerCore,
  type Durability,
  type Host,
  Recovery,
  type Shard,
  type StorageEngine,
} from '../core/index.js';
import type { GroupAccess } from '../protocols/kafka/index.js';
import type { BatchOpener } from './batch-opener.js';
import { Checkpointing } from './checkpointing.js';
import { TopicCompaction } from './compaction/topic-compaction.js';
import { CoreReads } from './core-reads.js';
import { FlushLoop } from './flush-loop.js';
import { Housekeeping } from './housekeeping.js';
import { PartitionReader } from './partition-reader.js';
import type { ShellServices, Shell } from './parts.js';
import { StableCallbacks } from './stable-callbacks.js';
import { TopicFeeder } from './topic-feeder.js';

/** The embedded engine has one shard. */
const SHARD = 0;
/** How much of a log is read at once when the store is opened, bytes. */
const SCAN_BYTES = 0x20_0000;
/** Above this much waiting for the disk, publishers are not read from. */
const CONGESTED_BYTES = 0x100_0000;
const CLUSTER_KEY = 'c/cluster';
const SECRET_KEY = 'c/secret';

export interface ShellOptions {
  readonly deliverBeforeSync: boolean;
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
  readonly #reader: PartitionReader;
  readonly #reads: CoreReads;
  readonly #feeder: TopicFeeder;
  readonly #checkpoints: Checkpointing;
  readonly #housekeeping: Housekeeping;
  readonly #callbacks = new StableCallbacks();
  readonly #listeners: ((stableFlush: number) => void)[] = [];
  readonly #watchers = new Map<number, Set<() => void>>();
  readonly #startMs = Date.now() - performance.now();
  #loop!: FlushLoop;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Number.POSITIVE_INFINITY;
  #turn: NodeJS.Immediate | undefined;
  #relieved: (() => void)[] = [];
  readonly #fullListeners: (() => void)[] = [];
  readonly #owners = new Set<number>();
  #lastOwner = 0;
  #closing = false;
  #fail!: (error: Error) => void;
  readonly failed: Promise<Error>;
  clusterId: Uint8Array = new Uint8Array(16);
  /** 32 bytes that stay the same over restarts: for signing what clients carry around. */
  secret: Uint8Array = new Uint8Array(32);

  constructor(shard: Shard, options: ShellOptions, services: ShellServices, opener: BatchOpener) {
    this.#shard = shard;
    this.#services = services;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#core = new BrokerCore(
      {
        gathered: (waits) => this.#loop.gathered(waits),
        need: (queue, log, fromSeq) => void this.#reads.need(queue, log, fromSeq),
        needShared: (queue, fromSeq) => void this.#reads.needShared(queue, fromSeq),
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
    const core = this.#core;
    const enter = (): void => this.enter();
    this.#reader = new PartitionReader(core, shard, opener);
    this.#reads = new CoreReads({
      core,
      shard,
      opener,
      enter,
      nextSettled: () => this.#loop.nextSettled(),
      failed: (queue, err) => this.#troubled('a queue could not be read', { queue, err }),
    });
    this.#feeder = new TopicFeeder(core, this.#reader, opener, enter, (err) =>
      this.#troubled('a topic could not be passed on to its bindings', { err }),
    );
    this.#checkpoints = new Checkpointing(core, shard, (flush, callback) => this.#callbacks.add(flush, callback));
    const compaction = new TopicCompaction({
      core,
      shard,
      enter,
      whenStable: (flush, callback) => this.whenStable(flush, callback),
      congested: () => this.congested,
      checkpointed: () => this.#checkpoints.checkpointed,
      wantCheckpoint: () => this.#checkpoints.hasten(this.#loop.writtenBytes),
      failed: (err) => this.#troubled('a topic could not be compacted', { err }),
    });
    this.#housekeeping = new Housekeeping(core, shard, enter, compaction, (err) =>
      this.#troubled('a queue could not be rewritten', { err }),
    );
  }

  /** Something in the background failed; while the broker closes that is nothing. */
  #troubled(message: string, fields: Readonly<Record<string, unknown>>): void {
    if (!this.#closing) this.log('error', message, fields);
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

  /** What a partition's records take in the store, bytes. */
  partitionBytes(partition: number): number {
    const { log } = this.#core.destinations.partition(partition);
    const extents = this.#shard.extents(log, 0, Number.POSITIVE_INFINITY);
    return extents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
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
    this.#loop.fullChanged = () => {
      for (const listener of this.#fullListeners) listener();
    };
    for (const log of orphans) shard.drop(log);
    for (const scan of scans) {
      for (let from = scan.fromSeq; ; ) {
        const chunks = await shard.read(scan.log, from, SCAN_BYTES);
        if (chunks.length === 0) break;
        for (const chunk of chunks) Recovery.scan(scan, chunk);
        const last = chunks.at(-1)!;
        from = last.firstSeq + last.count;
      }
    }
    recovery.finish(report);
    this.#checkpoints.begun(recovery.replayFrom, recovery.replayedBytes);
    if (report.lastFlush === 0) {
      this.clusterId = randomBytes(16);
      this.secret = randomBytes(32);
      core.putMetadata(CLUSTER_KEY, this.clusterId);
      core.putMetadata(SECRET_KEY, this.secret);
    }
    this.#housekeeping.start();
    this.enter();
    for (const partition of core.destinations.allPartitions()) void this.#feeder.feed(partition.handle);
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

  readBatches(partition: number, fromOffset: number, upTo: number, maxBytes: number): Promise<readonly Uint8Array[]> {
    return this.#reader.readBatches(partition, fromOffset, upTo, maxBytes);
  }
  findBatchByTimestamp(partition: number, timestampMs: number): Promise<Uint8Array | undefined> {
    return this.#reader.findBatchByTimestamp(partition, timestampMs);
  }
  findOffsetByTimestamp(partition: number, timestampMs: number): Promise<number> {
    return this.#reader.findOffsetByTimestamp(partition, timestampMs);
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

  get full(): boolean {
    return this.#core.full;
  }

  onFullChanged(listener: () => void): void {
    this.#fullListeners.push(listener);
  }

  log(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#services.log(level, message, fields);
  }

  // ---- what the core tells

  #partitionMoved(partition: number): void {
    void this.#feeder.feed(partition);
    for (const listener of [...(this.#watchers.get(partition) ?? [])]) listener();
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
    this.#checkpoints.step(this.#loop.writtenBytes);
  }

  /** Writes down the state of everything, so that the next start has nothing to replay, and lets go of the shard. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#housekeeping.stop();
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.enter();
    clearImmediate(this.#turn);
    this.#checkpoints.whole();
    await this.#loop.finish();
    await this.#shard.close();
  }
}
