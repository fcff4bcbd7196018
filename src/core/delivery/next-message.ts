import { IS_REFERENCE } from '../../bytes/index.js';
import { NOWHERE } from '../log/memory.js';
import { READY } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { sharedSequence } from './shared-bodies.js';
import { SKIP } from './window.js';

/** Answers of {@link NextMessage.find}. */
export const NONE = 0;
export const FOUND = 1;
/** There is one, and its record is being read from the store: the queue goes on when it is there. */
export const READING = 2;

/** Finds the message that is to be handed out next, and says where it stands. */
export class NextMessage {
  readonly #queue: MessageQueue;
  seq = 0;
  order = 0;
  address = NOWHERE;
  attempts = 0;
  firstMs = 0;
  /** Its place in the table; -1: it stands in the window. Valid until the table changes. */
  place = -1;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  /** The next ready message that `holder` may take; when FOUND its record is in memory. */
  find(holder: number): number {
    if (!this.locate(holder)) return NONE;
    if (this.#inMemory()) return FOUND;
    this.#queue.reader.request(this.seq);
    return READING;
  }

  /** Like {@link find}, wherever the record is. */
  locate(holder: number): boolean {
    const { groups, heap, window, rows } = this.#queue;
    if (groups !== undefined) {
      const seq = groups.next(holder);
      if (seq < 0) return false;
      this.#at(rows.find(seq));
      return true;
    }
    this.#skip();
    if (heap.size > 0) {
      const { visibleEnd, maxPriority, tenants } = this.#queue;
      const heapFirst = maxPriority > 0 || heap.topOrder < window.first || window.first >= visibleEnd;
      if (heapFirst || (tenants !== undefined && tenants.full)) {
        this.#at(rows.find(heap.topSeq));
        return true;
      }
    }
    return this.#locatePlain();
  }

  /** The next plain message, whatever comes before it otherwise. Not for queues with groups. */
  locatePlain(): boolean {
    this.#skip();
    return this.#locatePlain();
  }

  #locatePlain(): boolean {
    const { window } = this.#queue;
    if (window.first >= this.#queue.visibleEnd) return false;
    this.place = -1;
    this.seq = this.order = window.first;
    this.address = window.length === 0 ? NOWHERE : window.firstAddress;
    this.attempts = 0;
    this.firstMs = 0;
    return true;
  }

  /** Drops what does not count from the top of the heap and the front of the window. */
  #skip(): void {
    const { heap, window, rows, done } = this.#queue;
    while (heap.size > 0) {
      const place = rows.find(heap.topSeq);
      if (place >= 0 && rows.state[place] === READY && rows.order[place] === heap.topOrder) break;
      heap.popStale();
    }
    while (window.length > 0 && (window.firstAddress === SKIP || done.has(window.first))) window.shift();
    if (window.length > 0) return;
    if (this.#queue.windowWhole) window.reset(this.#queue.visibleEnd);
    else this.#skipUnread();
  }

  /** Behind the window: sequences that are done with, or that stand in the table, need not be read. */
  #skipUnread(): void {
    const { window, rows, done, visibleEnd } = this.#queue;
    let first = done.nextAbsent(window.first);
    while (first < visibleEnd && rows.find(first) >= 0) first = done.nextAbsent(first + 1);
    if (first !== window.first) window.reset(first);
    if (first >= visibleEnd && !this.#queue.retained) this.#queue.windowWhole = true;
  }

  #at(place: number): void {
    const { rows } = this.#queue;
    this.place = place;
    this.seq = rows.seq(place);
    this.order = rows.order[place];
    this.address = rows.address[place];
    this.attempts = rows.attempts[place];
    this.firstMs = rows.firstMs[place];
  }

  /** Is the record in memory, with the shared one that it may refer to? */
  #inMemory(): boolean {
    const { memory, shared } = this.#queue.context;
    const buffer = memory.resolve(this.address);
    if (buffer === undefined) return false;
    const at = memory.offset;
    return (buffer[at + 5] & IS_REFERENCE) === 0 || shared.address(sharedSequence(buffer, at)) !== NOWHERE;
  }
}
