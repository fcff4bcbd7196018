import { StableEnds } from '../log/stable-ends.js';
import type { MessageQueue } from './message-queue.js';

/** How far ahead the mark is journaled at most. */
const MOST_AHEAD = 0x4000;

/**
 * What makes a message that comes again after a crash say so, although deliveries are not waited for: a mark, journaled
 * ahead of the deliveries, below which everything counts as handed out. A message leaves only when the mark above it
 * is stable, or goes down in a crash only together with the message itself. Each time the mark moves it reaches twice as
 * far ahead, so that it says too much of no more messages than were handed out.
 */
export class RedeliveryMark {
  readonly #queue: MessageQueue;
  readonly #ends = new StableEnds();
  #ahead = 1;
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

  /** A record of the queue went into that flush. Where it is about to be handed out, the mark goes with it. */
  appended(flush: number, seq: number): void {
    if (seq >= this.end && this.#queue.readyCount === 0 && this.#queue.dispatcher.hasTakers) {
      this.#extend(seq);
    }
    if (flush === this.#flush) return;
    this.#flush = flush;
    this.#firstSeq = seq;
  }

  /** May the message leave now? If not, the queue is told when it may. */
  covers(seq: number): boolean {
    if (seq + (this.#ahead >> 2) >= this.end) this.#extend(seq);
    if (seq < this.#ends.stable) return true;
    const { builder } = this.#queue.context;
    return this.#flush === builder.number && seq >= this.#firstSeq;
  }

  #extend(seq: number): void {
    const queue = this.#queue;
    const { context } = queue;
    this.end = Math.max(this.end, seq + this.#ahead);
    this.#ahead = Math.min(MOST_AHEAD, this.#ahead * 2);
    context.builder.journal.handedOut(queue.log, this.end);
    this.#ends.append(context.builder.number, this.end);
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
