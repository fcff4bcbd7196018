import { type BrokerCore, journalStart, type Shard } from '../core/index.js';

/** A checkpoint is made after this much was written. */
const CHECKPOINT_BYTES = 0x100_0000;
/** Queues whose state goes into one flush of a checkpoint. */
const CHECKPOINT_QUEUES = 256;

/** Writes down what the core knows beside its records, so that a start has little of the journal to replay. */
export class Checkpointing {
  readonly #core: BrokerCore;
  readonly #shard: Shard;
  readonly #whenStable: (flush: number, callback: () => void) => void;
  #nextAt = CHECKPOINT_BYTES;
  /** While a checkpoint is being written: the flush from which the journal will be needed. */
  #flush = 0;
  /** Runs of flushes below this are in a checkpoint that is stable. */
  checkpointed = 0;

  constructor(core: BrokerCore, shard: Shard, whenStable: (flush: number, callback: () => void) => void) {
    this.#core = core;
    this.#shard = shard;
    this.#whenStable = whenStable;
  }

  /**
   * The store was replayed from that flush on. The next checkpoint comes the sooner the more that was, so that a broker
   * which never lives long does not keep everything since its first life.
   */
  begun(replayedFrom: number, replayedBytes: number): void {
    this.checkpointed = replayedFrom;
    this.#nextAt = Math.max(0, CHECKPOINT_BYTES - replayedBytes);
  }

  /** The next one is due as soon as `writtenBytes` are. */
  hasten(writtenBytes: number): void {
    this.#nextAt = Math.min(this.#nextAt, writtenBytes);
    this.step(writtenBytes);
  }

  /** After each flush. It is written in slices, so that no turn of the event loop gets long. */
  step(writtenBytes: number): void {
    const core = this.#core;
    if (this.#flush === 0) {
      if (writtenBytes < this.#nextAt) return;
      this.#flush = core.flush;
      this.#nextAt = writtenBytes + CHECKPOINT_BYTES;
      core.beginCheckpoint();
    }
    if (!core.checkpoint(CHECKPOINT_QUEUES)) this.#end();
  }

  /** All of it, at once. */
  whole(): void {
    this.#flush = this.#core.flush;
    this.#core.beginCheckpoint();
    this.#core.checkpoint(Number.POSITIVE_INFINITY);
    this.#end();
  }

  #end(): void {
    const from = this.#flush;
    this.#flush = 0;
    journalStart(this.#core, from);
    this.#whenStable(this.#core.flush, () => {
      this.checkpointed = from;
      this.#shard.trimJournal(from);
    });
  }
}
