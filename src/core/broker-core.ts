import type { QueueEntry } from './catalog/queue-entry.js';
import {
  TIMER_DEADLINE,
  TIMER_DUE,
  TIMER_EXPIRE,
  TIMER_HEAD_EXPIRE,
  TIMER_QUEUE_EXPIRES,
  TIMER_WAITER,
} from './delivery/delivery-context.js';
import { liveIn, referencesIn, rewrite, type SharedRecord, type SparseQueue } from './delivery/rewriting.js';
import { expire, fallDue, holdEnds } from './delivery/times.js';
import type { FlushBuilder } from './log/flush-builder.js';
import type { Flush, LogChunk } from './ports.js';
import { BrokerCommands } from './broker-commands.js';

export type { CoreOptions, QueueTraffic } from './broker-commands.js';

/** The state machine as the shell drives it: it gives time, takes flushes, answers reads. */
export class BrokerCore extends BrokerCommands {
  get builder(): FlushBuilder {
    return this.context.builder;
  }

  /** The next flush for the store. */
  takeFlush(): Flush | undefined {
    return this.builder.take();
  }

  /** The flush that was taken is committed: what it carries may be seen. */
  flushed(number: number): void {
    this.context.flushed(number);
  }

  /** Moves time on and lets everything happen that is due. */
  advance(nowMs: number): void {
    const { context } = this;
    if (nowMs > context.nowMs) context.nowMs = nowMs;
    const { timers } = context;
    while (timers.topTimeMs <= context.nowMs) {
      const owner = timers.topOwner;
      const item = timers.topItem;
      const kind = timers.topKind;
      timers.pop();
      const entry = this.destinations.queueOrUndefined(owner);
      if (entry !== undefined) this.#due(entry, kind, item);
    }
    if (this.groups.nextDueMs <= context.nowMs) this.groups.expire(context.nowMs);
    if (this.transactions.nextDueMs <= context.nowMs) this.transactions.expire(context.nowMs);
  }

  #due(entry: QueueEntry, kind: number, item: number): void {
    const queue = entry.state;
    if (kind === TIMER_DUE) fallDue(queue, item);
    else if (kind === TIMER_EXPIRE) expire(queue, item);
    else if (kind === TIMER_HEAD_EXPIRE) queue.dispatcher.expiry.due();
    else if (kind === TIMER_DEADLINE) holdEnds(queue, item);
    else if (kind === TIMER_WAITER) queue.dispatcher.pullEnds(item);
    else if (kind === TIMER_QUEUE_EXPIRES) this.#expireQueue(entry);
  }

  /** An expiry of the queue itself may have come: it is deleted, or looked at again when it will be due. */
  #expireQueue(entry: QueueEntry): void {
    if (entry.expiryTimerMs > this.nowMs) return;
    entry.expiryTimerMs = 0;
    const { expiresMs } = entry.state.settings;
    if (expiresMs === undefined) return;
    if (entry.state.subscriptions.length > 0) entry.state.usedMs = this.nowMs;
    if (entry.state.usedMs + expiresMs <= this.nowMs) this.deleteQueue(entry.handle);
    else this.timeExpiry(entry);
  }

  get nextDueMs(): number {
    return Math.min(this.context.timers.topTimeMs, this.groups.nextDueMs, this.transactions.nextDueMs);
  }

  /** A part of what answers `CoreEffects.need`, in order; then {@link loadedEnd}. */
  loadedChunk(queue: number, chunk: LogChunk): void {
    this.destinations.queueOrUndefined(queue)?.state.reader.chunk(chunk);
  }

  /** The same for the log of a topic: records in the layout of a queue's log, with their sequences. */
  loadedRecords(queue: number, buffer: Uint8Array, seqs: readonly number[]): void {
    this.destinations.queueOrUndefined(queue)?.state.reader.records(buffer, seqs);
  }

  /**
   * The answer is complete: what was not part of it, from the sequence that was asked for up to `end`, does not exist.
   * Infinity: the log holds nothing there.
   */
  loadedEnd(queue: number, end: number): void {
    this.destinations.queueOrUndefined(queue)?.state.reader.answered(end);
  }

  loadedShared(buffer: Uint8Array, start: number, end: number, firstSeq: number): void {
    this.context.shared.loaded(buffer, start, end, firstSeq);
  }

  /** Queues of which the store may hold much more than lives in them; see {@link rewrite}. */
  *sparseQueues(leastDead: number): Iterable<SparseQueue> {
    for (const { handle, log, durable, partition, state } of this.destinations.allQueues()) {
      const { done, tail } = state;
      if (!durable || partition >= 0 || tail - done.floor < leastDead) continue;
      if (done.countIn(done.floor, tail - 1) >= leastDead) {
        yield { handle, log, floor: done.floor, sharedFrom: state.marks.lowest(done.floor, tail) };
      }
    }
  }

  /** How many messages of firstSeq … lastSeq the queue still has; 0 when it is gone. */
  liveIn(queue: number, firstSeq: number, lastSeq: number): number {
    const entry = this.destinations.queueOrUndefined(queue);
    return entry === undefined ? 0 : liveIn(entry.state, firstSeq, lastSeq);
  }

  /** The shared records that live messages of these chunks refer to. */
  referencesIn(queue: number, chunks: readonly LogChunk[]): readonly number[] {
    const entry = this.destinations.queueOrUndefined(queue);
    return entry === undefined ? [] : referencesIn(entry.state, chunks);
  }

  /**
   * Writes what is live of firstSeq … lastSeq once more, in place of all that the store has there; see
   * delivery/rewriting.ts. Returns how far it came, -1 when nothing could be done.
   */
  rewrite(
    queue: number,
    firstSeq: number,
    lastSeq: number,
    chunks: readonly LogChunk[],
    shared: ReadonlyMap<number, SharedRecord>,
  ): number {
    const entry = this.destinations.queueOrUndefined(queue);
    return entry === undefined || this.stopped ? -1 : rewrite(entry.state, firstSeq, lastSeq, chunks, shared);
  }

  /** Nothing is accepted any more. */
  stop(): void {
    this.stopped = true;
  }

  /** Something is gathering, or waits to be journaled. */
  get pending(): boolean {
    return this.context.pending;
  }

  /** What was just done is part of the gathering flush; else there is nothing of it to wait for. */
  get gathering(): boolean {
    return this.context.gathering;
  }

  /** Begins to write down the state of everything that changed since the last time; see {@link checkpoint}. */
  beginCheckpoint(): void {
    this.context.checkpoints.begin(this.flush, this.nowMs);
  }

  /** Writes the state of up to `count` queues into the gathering flush. False when none is left to write. */
  checkpoint(count: number): boolean {
    return this.context.checkpoints.write(count, this.context.builder);
  }

  /** The owner of exclusive queues is gone, and they with it. */
  deleteOwned(owner: number): void {
    for (const entry of [...this.destinations.allQueues()]) if (entry.owner === owner) this.deleteQueue(entry.handle);
  }

  /** The sequence of the shared log below which nothing will be asked for any more. */
  sharedFloor(): number {
    return this.context.sharedFloor();
  }
}
