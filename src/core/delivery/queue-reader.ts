import { IS_REFERENCE, readU32 } from '../../bytes/index.js';
import { forEachRecord } from '../log/record-run.js';
import type { LogChunk } from '../ports.js';
import { retryDepartures } from './departures.js';
import type { MessageQueue } from './message-queue.js';
import { sharedSequence } from './shared-bodies.js';
import { SKIP } from './window.js';

/**
 * Brings records of one queue back into memory: one read at a time, whose answer fills the window and the addresses of
 * the table. What turns out not to be in the log is lost, and counts no more.
 */
export class QueueReader {
  readonly #queue: MessageQueue;
  /** The sequence that is being read for; -1: none. */
  #asked = -1;
  /** The shared record that is read for it; -1: its own. */
  #askedShared = -1;
  #seen = false;
  /** Where the queue ended then: the answer says nothing about what came later. */
  #askedEnd = 0;
  /** The window has got all that it holds. */
  #full = false;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  get reading(): boolean {
    return this.#asked >= 0;
  }

  /** Wants the record of `seq`, with the shared one that it may refer to. The queue goes on when it is there. */
  request(seq: number): void {
    if (this.#asked >= 0) return;
    const queue = this.#queue;
    const { context } = queue;
    this.#asked = seq;
    this.#askedShared = -1;
    this.#seen = false;
    this.#askedEnd = queue.visibleEnd;
    this.#full = false;
    const buffer = context.memory.resolve(queue.addressOf(seq));
    if (buffer !== undefined && (buffer[context.memory.offset + 5] & IS_REFERENCE) !== 0) {
      this.#askedShared = sharedSequence(buffer, context.memory.offset);
      context.shared.forget(this.#askedShared);
      context.needShared(queue, this.#askedShared);
    } else context.need(queue, seq);
  }

  /** A part of the answer. */
  chunk({ buffer, start, end, firstSeq, currentFirst, currentLast }: LogChunk): void {
    const base = this.#queue.context.memory.addRead(buffer, start, end) - start;
    forEachRecord(buffer, start, end, firstSeq, (seq, at) => {
      if (seq >= currentFirst && seq <= currentLast) this.#record(seq, base + at);
    });
  }

  /** The same for a log whose records had to be opened: one after another in `buffer`, their sequences in `seqs`. */
  records(buffer: Uint8Array, seqs: readonly number[]): void {
    const base = this.#queue.context.memory.addRead(buffer, 0, buffer.length);
    let at = 0;
    for (const seq of seqs) {
      this.#record(seq, base + at);
      at += 4 + readU32(buffer, at);
    }
  }

  /** The answer is over: it told of every record from what was asked for up to `end`; Infinity: there is none. */
  answered(end: number): void {
    const queue = this.#queue;
    const asked = this.#asked;
    if (asked < 0) return;
    this.#asked = -1;
    if (this.#askedShared >= 0) {
      if (!queue.context.shared.knows(this.#askedShared)) this.#lose(asked);
    } else {
      const told = end === Number.POSITIVE_INFINITY ? this.#askedEnd : Math.min(end, queue.visibleEnd);
      if (this.#fills(asked) && !this.#full) this.#fillGap(told);
      if (!this.#seen) this.#lose(asked);
    }
    queue.dispatcher.run();
    retryDepartures(queue);
  }

  /** Does the answer to a read from `asked` leave nothing out behind the window? */
  #fills(asked: number): boolean {
    const { grouped, maxPriority, window } = this.#queue;
    return !grouped && maxPriority === 0 && asked <= window.end;
  }

  #record(seq: number, address: number): void {
    const queue = this.#queue;
    const { rows, window } = queue;
    const { memory } = queue.context;
    if (seq === this.#asked) this.#seen = true;
    const place = rows.find(seq);
    if (place >= 0 && memory.resolve(rows.address[place]) === undefined) rows.address[place] = address;
    if (this.#full || seq < window.first || seq >= queue.visibleEnd || !this.#fills(this.#asked)) return;
    if (seq < window.end) {
      const known = window.at(seq);
      if (known !== SKIP && memory.resolve(known) === undefined) window.set(seq, address);
      return;
    }
    this.#fillGap(seq);
    if (this.#full) return;
    if (window.length >= memory.limits.windowSlots) this.#full = true;
    else window.push(place >= 0 || queue.done.has(seq) ? SKIP : address);
  }

  /** Nothing that was not known before lies between the window and `end`. */
  #fillGap(end: number): void {
    const queue = this.#queue;
    const { window, rows, done } = queue;
    if (end <= window.end) return;
    if (window.length > 0 && window.length + end - window.end > queue.context.memory.limits.windowSlots) {
      this.#full = true;
      return;
    }
    for (let seq = done.nextAbsent(window.end); seq < end; seq = done.nextAbsent(seq + 1)) {
      if (rows.find(seq) >= 0) continue;
      done.add(seq);
      queue.lessReady(0);
    }
    if (window.length === 0) window.reset(end);
    else while (window.end < end) window.push(SKIP);
  }

  /** The log does not have what was asked for. */
  #lose(seq: number): void {
    const queue = this.#queue;
    const { rows, done, window } = queue;
    if (done.has(seq)) return;
    const place = rows.find(seq);
    if (place >= 0) {
      queue.withdraw(place);
      rows.remove(place);
    } else queue.lessReady(0);
    window.set(seq, SKIP);
    done.add(seq);
    queue.touch();
  }
}
