import { type BrokerCore, type Durability, type Flush, type Shard, StorageError } from '../core/index.js';

/** How long something that nobody waits for may gather before it is written, ms. */
const LAZY_MS = 10;
/** How long to wait before a flush is tried again: outcome unknown, or no room on the device. */
const AGAIN_MS = 100;
/** How often what was only written is synced (`durability` interval and os), ms. */
const SYNC_EVERY_MS = 1_000;

/**
 * Hands the core's flushes to the store, one at a time: while one is under way the next one gathers. Whoever shares a
 * flush shares its sync.
 */
export class FlushLoop {
  readonly #core: BrokerCore;
  readonly #shard: Shard;
  readonly #settled: (flush: number) => void;
  readonly #failed: (error: Error) => void;
  readonly #durability: Durability;
  #running: Promise<void> | undefined;
  #scheduled: NodeJS.Immediate | undefined;
  #lazy: NodeJS.Timeout | undefined;
  #room: NodeJS.Timeout | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  /** The sync timer stands for one that somebody waits for. */
  #soon = false;
  /** The newest flush that somebody waits for and that was taken without a sync. */
  #unsynced = 0;
  #waiting: (() => void)[] = [];
  /** Everything up to this flush is as durable as the broker promises: synced, or with a relaxed promise written. */
  durable: number;
  #synced: number;
  /** Called when there is no room on the device any more, and when there is again. */
  fullChanged: () => void = () => {};
  /** Written to the store since the start, bytes. */
  writtenBytes = 0;
  #stopped = false;

  /** `settled` is called for each flush that became readable, after {@link durable} moved. */
  constructor(
    core: BrokerCore,
    shard: Shard,
    durability: Durability,
    settled: (flush: number) => void,
    failed: (error: Error) => void,
  ) {
    this.#core = core;
    this.#durability = durability;
    this.#shard = shard;
    this.#settled = settled;
    this.#failed = failed;
    this.durable = core.stableFlush;
    this.#synced = core.stableFlush;
    this.#lookForRoom();
  }

  /** Something gathers. What somebody waits for starts at the end of this turn of the event loop. */
  gathered(waits: boolean): void {
    if (this.#running !== undefined || this.#stopped) return;
    if (waits) {
      this.#scheduled ??= setImmediate(() => {
        this.#scheduled = undefined;
        this.#start();
      });
    } else this.#lazy ??= setTimeout(() => this.#start(), LAZY_MS);
  }

  /** Somebody waits for a flush: sees to it that {@link durable} gets there without being asked again. */
  require(flush: number): void {
    if (flush <= this.durable) return;
    const willBeSynced = this.#core.builder.requireSync(flush);
    if (this.#durability === 'sync' && !willBeSynced) {
      this.#unsynced = Math.max(this.#unsynced, flush);
      this.#syncSoon();
    }
    this.gathered(true);
  }

  /** Resolves when the next flush is settled, or at once when nothing is under way or gathering. */
  nextSettled(): Promise<void> {
    if (this.#running === undefined && !this.#core.pending) return Promise.resolve();
    this.gathered(true);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Flushes and syncs everything; nothing is flushed afterwards. */
  async finish(): Promise<void> {
    for (;;) {
      await this.#running;
      if (this.#stopped || !this.#core.pending) break;
      this.#start();
    }
    this.#stopped = true;
    clearImmediate(this.#scheduled);
    clearTimeout(this.#lazy);
    clearTimeout(this.#syncTimer);
    clearTimeout(this.#room);
  }

  #start(): void {
    clearTimeout(this.#lazy);
    this.#lazy = undefined;
    if (this.#running !== undefined || this.#stopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#wake();
      if (this.#core.pending) this.gathered(this.#core.builder.urgent);
    });
  }

  async #run(): Promise<void> {
    for (let flush = this.#take(); flush !== undefined && !this.#stopped; ) {
      try {
        await this.#shard.flush(flush);
      } catch (error) {
        if (!(error instanceof StorageError) || (error.kind !== 'unknown' && error.kind !== 'full')) {
          this.#fail(error);
          return;
        }
        this.#setFull(error.kind === 'full');
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      this.#lookForRoom();
      this.writtenBytes += flush.end;
      for (const run of flush.outside) this.writtenBytes += run.payload.length;
      if (flush.sync) this.#synced = flush.number;
      if (flush.sync || this.#durability !== 'sync') this.durable = flush.number;
      if (!flush.sync && flush.number <= this.#unsynced) this.#syncSoon();
      else if (!flush.sync && this.#durability !== 'os') {
        this.#syncTimer ??= setTimeout(() => this.#sync(), SYNC_EVERY_MS).unref();
      }
      this.#settled(flush.number);
      this.#wake();
      if (!this.#core.builder.urgent) return;
      flush = this.#take();
    }
  }

  /** While there is no room publishes are refused, so that no flush may come along and tell that there is some again. */
  #lookForRoom(): void {
    this.#setFull(this.#shard.full);
    clearTimeout(this.#room);
    if (this.#core.full && !this.#stopped) this.#room = setTimeout(() => this.#lookForRoom(), AGAIN_MS).unref();
  }

  #setFull(full: boolean): void {
    if (this.#core.full === full) return;
    this.#core.full = full;
    this.fullChanged();
  }

  /** The next flush; on a broker with a relaxed promise none asks for a sync. */
  #take(): Flush | undefined {
    const flush = this.#core.takeFlush();
    return flush === undefined || this.#durability === 'sync' ? flush : { ...flush, sync: false };
  }

  /** In place of the periodic sync, which may be a second away. */
  #syncSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    clearTimeout(this.#syncTimer);
    this.#syncTimer = setTimeout(() => this.#sync(), 0);
  }

  #sync(): void {
    this.#syncTimer = undefined;
    this.#soon = false;
    const flush = this.#core.stableFlush;
    if (flush <= this.#synced || this.#stopped) return;
    this.#shard.sync().then(
      () => {
        this.#synced = Math.max(this.#synced, flush);
        if (flush <= this.durable) return;
        this.durable = flush;
        this.#settled(flush);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** A store that failed once is not asked again: retrying a sync would lie about what it kept. */
  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#core.stop();
    this.#failed(error instanceof Error ? error : new Error(String(error)));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
