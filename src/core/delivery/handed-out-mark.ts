import { StableEnds } from '../log/stable-ends.js';

/** How far ahead the mark is journaled at first, and at most. */
const LEAST_AHEAD = 256;
const MOST_AHEAD = 16_384;

/**
 * Up to where a queue's messages may have been handed out, journaled ahead of the deliveries: after a crash what lies
 * below comes back marked as redelivered. A message is handed out when it lies below the mark that is stable, or when
 * the mark is part of its own flush or an earlier one: then a crash takes the message before it takes the mark. A
 * consumer that outruns the stable mark makes the next one reach further.
 */
export class HandedOutMark {
  /** The mark in the journal. */
  reserved = 0;
  /** The mark that is stable. */
  stable = 0;
  #ahead = LEAST_AHEAD;
  /** Every message from here on was below the mark when it was appended. */
  #coveredFrom = Number.POSITIVE_INFINITY;
  /** The flush of the last append, the first message in it, and the last one. */
  #flush = 0;
  #flushFrom = 0;
  #last = -1;
  readonly #ends = new StableEnds();

  /** A mark is on its way to the disk. */
  get pending(): boolean {
    return this.#ends.pending;
  }

  /** Notes a message that flush `number` carries, after the mark was moved for it if that was to be. */
  appended(seq: number, number: number): void {
    if (number !== this.#flush) this.#flushFrom = seq;
    this.#flush = number;
    this.#last = seq;
    if (seq >= this.reserved) this.#coveredFrom = Number.POSITIVE_INFINITY;
    else if (this.#coveredFrom > seq) this.#coveredFrom = seq;
  }

  /** Will the message come back marked, if it comes back? */
  covers(seq: number): boolean {
    return seq < this.stable || seq >= this.#coveredFrom;
  }

  /** Should the mark be moved before or soon after `seq` is handed out? */
  isShort(seq: number): boolean {
    return seq + this.#ahead / 2 > this.reserved;
  }

  /** A consumer has to wait for the mark. */
  outrun(): void {
    if (this.reserved > 0 && this.#ahead < MOST_AHEAD) this.#ahead *= 2;
  }

  /** Moves the mark beyond `seq`; returns what the flush `number` must carry. */
  reserve(seq: number, number: number): number {
    this.reserved = Math.max(seq, this.reserved) + this.#ahead;
    this.#ends.append(number, this.reserved);
    if (number === this.#flush && this.#last < this.reserved && this.#flushFrom < this.#coveredFrom) {
      this.#coveredFrom = this.#flushFrom;
    }
    return this.reserved;
  }

  /** Everything up to this flush is stable. True when the stable mark moved. */
  flushed(number: number): boolean {
    if (!this.#ends.flushed(number)) return false;
    this.stable = this.#ends.stable;
    return true;
  }
}
