import { StableEnds } from '../log/stable-ends.js';
import type { MessageQueue } from './message-queue.js';

/** How far ahead the mark is journaled: more each time that it was waited for. */
const LEAST_AHEAD = 256;
const MOST_AHEAD = 0x4000;

/**
 * What makes a message that comes again after a crash say so, although deliveries are not waited for: a mark, journaled
 * ahead of the deliveries, below which everything counts as handed out. A message leaves only when the mark above it
 * is stable, or goes down in a crash only together with the message itself.
 */
export class RedeliveryMark {
  readonly #queue: MessageQueue;
  readonly #ends = new StableEnds();
  #ahead = LEAST_AHEAD;
  /** Everything below may have been handed out. */
  end = 0;
  /** Everything below counts as handed out before the last start. */
  below = 0;
  /** The newest flush that holds records of the queue, and the first of them in it. */
  #flush = -1;
  #firstSeq = 0;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  /** A record of the queue went into that flush. While few wait, the mark goes into the flush with it. */
  appended(flush: number, seq: number): void {
    if (seq >= this.end && this.#queue.readyCount < this.#ahead / 2) this.#extend(seq + this.#ahead);
    if (flush === this.#flush) return;
    this.#flush = flush;
    this.#firstSeq = seq;
  }

  /** May the message leave now? If not, the queue is told when it may. */
  covers(seq: number): boolean {
    if (seq + this.#ahead / 2 >= this.end) this.#extend(seq + this.#ahead);
    if (seq < this.#ends.stable) return true;
    const { builder } = this.#queue.context;
    if (this.#flush === builder.number && seq >= this.#firstSeq) return true;
    this.#ahead = Math.min(MOST_AHEAD, this.#ahead * 2);
    return false;
  }

  #extend(end: number): void {
    const queue = this.#queue;
    const { context } = queue;
    this.end = end;
    context.builder.journal.handedOut(queue.log, end);
    this.#ends.append(context.builder.number, end);
    context.gathered(queue.confirmsWait);
    context.awaitStable(queue);
    queue.touch();
  }

  get pending(): boolean {
    return this.#ends.pending;
  }

  /** True when more may leave. */
  flushed(number: number): boolean {
    return this.#ends.flushed(number);
  }

  restore(end: number): void {
    this.end = Math.max(this.end, end);
    this.#ends.stable = this.end;
  }
}
