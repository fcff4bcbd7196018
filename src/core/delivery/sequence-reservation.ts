import { StableEnds } from '../log/stable-ends.js';
import type { MessageQueue } from './message-queue.js';

/** How far ahead sequences are reserved; a new queue has this many from the start. */
const AHEAD = 0x1_0000;

/**
 * Sequences that are never given out twice, not even when a crash takes away what they were given to: they are
 * reserved in the journal ahead of their use, and a queue goes on above the reservation after a crash.
 */
export class SequenceReservation {
  readonly #queue: MessageQueue;
  readonly #ends = new StableEnds();
  /** Below are all sequences that were ever given out. */
  end = AHEAD;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
    this.#ends.stable = AHEAD;
  }

  /** To be called when the queue's tail has moved. */
  reserve(): void {
    const queue = this.#queue;
    if (queue.tail + AHEAD / 2 <= this.end || !queue.durable || queue.retained) return;
    const { context } = queue;
    this.end = queue.tail + AHEAD;
    context.builder.journal.reserved(queue.log, this.end);
    this.#ends.append(context.builder.number, this.end);
    context.gathered(queue.confirmsWait);
    context.awaitStable(queue);
  }

  /** The flush that makes the sequence safe to be shown; 0: it is. */
  flushOf(seq: number): number {
    return seq < this.#ends.stable || !this.#ends.pending ? 0 : this.#ends.flushOf(seq);
  }

  get pending(): boolean {
    return this.#ends.pending;
  }

  flushed(number: number): void {
    this.#ends.flushed(number);
  }

  /** As it was before a restart. */
  restore(end: number): void {
    this.end = Math.max(this.end, end);
    this.#ends.stable = this.end;
  }
}
