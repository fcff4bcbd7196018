import { TIMER_HEAD_EXPIRE } from './delivery-context.js';
import { depart, departFound } from './departures.js';
import { HELD, LEAVING } from './message-table.js';
import type { MessageQueue } from './message-queue.js';

/**
 * Expires what only the queue's own time to live ends, so that it ends in the order in which it came: plain messages
 * at the front of the window, grouped ones by sequence past what is held. No timer is kept per message, only one for the first.
 */
export class HeadExpiry {
  readonly #queue: MessageQueue;
  /** The head that was looked at last, and when it expires; Infinity: never. */
  #headSeq = -1;
  #headMs = 0;
  /** With groups: nothing that waits expires before that; 0: not known. */
  #nextMs = 0;
  #timerMs = Number.POSITIVE_INFINITY;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  /** True when something left: what it kept from being handed out may be next now. */
  run(): boolean {
    const queue = this.#queue;
    if (queue.readyCount + queue.heldCount + queue.delayedCount === 0 && !queue.stableEnds.pending) {
      queue.expiring = false;
      return false;
    }
    return queue.groups === undefined ? this.#inOrder() : this.#bySequence();
  }

  /** The timer has fired. */
  due(): void {
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#queue.dispatcher.run();
  }

  #inOrder(): boolean {
    const queue = this.#queue;
    const { next, context, reader } = queue;
    const { memory, scratch, nowMs } = context;
    let left = false;
    for (; next.locatePlain(); left = true) {
      if (next.seq === this.#headSeq && nowMs < this.#headMs) {
        this.#arm(this.#headMs);
        break;
      }
      const buffer = memory.resolve(next.address);
      if (buffer === undefined) {
        reader.request(next.seq);
        break;
      }
      scratch.read(buffer, memory.offset);
      if (this.#keeps(next.seq, scratch.expiresAtMs)) break;
      departFound(queue, 'expired');
    }
    return left;
  }

  /** With groups: a message that waits, or waits again, expires then. */
  expect(expiresMs: number): void {
    this.#nextMs = Math.min(this.#nextMs, expiresMs);
    this.#arm(expiresMs);
  }

  /** With groups: what waits, the oldest first. What is held keeps its place and may come back. */
  #bySequence(): boolean {
    const queue = this.#queue;
    const { rows, done } = queue;
    const { nowMs } = queue.context;
    if (nowMs < this.#nextMs) {
      this.#arm(this.#nextMs);
      return false;
    }
    let left = false;
    this.#nextMs = Number.POSITIVE_INFINITY;
    for (let seq = done.nextAbsent(0); seq < queue.visibleEnd; seq = done.nextAbsent(seq + 1)) {
      const place = rows.find(seq);
      if (place < 0 || rows.state[place] === LEAVING || rows.state[place] === HELD) continue;
      const expiresMs = rows.expiresMs[place];
      if (expiresMs === 0 || rows.timed[place] === 1) continue;
      if (expiresMs > nowMs) {
        this.expect(expiresMs);
        break;
      }
      depart(queue, place, 'expired');
      left = true;
    }
    return left;
  }

  /** Is the head's time not over yet? Then it is looked at again when it will be. */
  #keeps(seq: number, expiresAtMs: number): boolean {
    this.#headSeq = seq;
    this.#headMs = expiresAtMs === 0 ? Number.POSITIVE_INFINITY : expiresAtMs;
    if (this.#headMs <= this.#queue.context.nowMs) return false;
    this.#arm(this.#headMs);
    return true;
  }

  #arm(ms: number): void {
    if (ms >= this.#timerMs || ms === Number.POSITIVE_INFINITY) return;
    const { context, handle } = this.#queue;
    this.#timerMs = ms;
    context.timers.push(this.#timerMs, handle, 0, TIMER_HEAD_EXPIRE);
  }
}
