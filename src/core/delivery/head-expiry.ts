import { TIMER_HEAD_EXPIRE } from './delivery-context.js';
import { depart, departFound } from './departures.js';
import { HELD, LEAVING } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { FOUND } from './next-message.js';

/**
 * Expires messages that have come to the head of their queue. What waits behind a message that has not expired stays
 * until its turn, as in RabbitMQ; it is never handed out. So no timer is kept per message, only one for the head.
 */
export class HeadExpiry {
  readonly #queue: MessageQueue;
  /** The head that was looked at last, and when it expires; Infinity: never. */
  #headSeq = -1;
  #headMs = 0;
  #timerMs = Number.POSITIVE_INFINITY;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  run(): void {
    const queue = this.#queue;
    if (queue.readyCount + queue.heldCount + queue.delayedCount === 0 && !queue.stableEnds.pending) {
      queue.expiring = false;
      return;
    }
    if (queue.groups === undefined) this.#inOrder();
    else this.#bySequence();
  }

  /** The timer has fired. */
  due(): void {
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#queue.dispatcher.run();
  }

  #inOrder(): void {
    const { next, context } = this.#queue;
    const { memory, scratch, nowMs } = context;
    while (next.locate(0)) {
      if (next.seq === this.#headSeq && nowMs < this.#headMs) return;
      if (next.find(0) !== FOUND) return;
      scratch.read(memory.resolve(next.address)!, memory.offset);
      if (this.#keeps(next.seq, scratch.expiresAtMs)) return;
      departFound(this.#queue, 'expired');
    }
  }

  /** With groups: the oldest message, unless it is held. */
  #bySequence(): void {
    const queue = this.#queue;
    const { rows, done } = queue;
    for (let seq = done.nextAbsent(0); seq < queue.visibleEnd; seq = done.nextAbsent(seq + 1)) {
      const place = rows.find(seq);
      if (place < 0 || rows.state[place] === LEAVING) continue;
      if (rows.state[place] === HELD) return;
      if (this.#keeps(seq, rows.expiresMs[place]!)) return;
      depart(queue, place, 'expired');
    }
  }

  /** Is the head's time not over yet? Then it is looked at again when it will be. */
  #keeps(seq: number, expiresAtMs: number): boolean {
    const { context, handle } = this.#queue;
    this.#headSeq = seq;
    this.#headMs = expiresAtMs === 0 ? Number.POSITIVE_INFINITY : expiresAtMs;
    if (this.#headMs <= context.nowMs) return false;
    if (this.#headMs < this.#timerMs) {
      this.#timerMs = this.#headMs;
      context.timers.push(this.#timerMs, handle, 0, TIMER_HEAD_EXPIRE);
    }
    return true;
  }
}
