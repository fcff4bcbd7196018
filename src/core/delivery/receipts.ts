import type { MessageHold } from '../broker.js';
import { depart } from './departures.js';
import { HELD } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { acknowledgeWaiting, extend, release } from './settling.js';

/**
 * What happens to a message under what its receipt handle carries: its sequence and which attempt it was. `strict`: the
 * handle of an earlier attempt is worth nothing any more.
 */
export function acknowledgeReceipt(queue: MessageQueue, seq: number, attempts: number, strict: boolean): MessageHold {
  const place = heldPlace(queue, seq);
  if (place >= 0) {
    if (strict && queue.rows.attempts[place] !== attempts) return 'expired';
    queue.drop(place);
    queue.dispatcher.run();
    return 'held';
  }
  if (!queue.isWaiting(seq)) return 'gone';
  if (strict) return 'expired';
  acknowledgeWaiting(queue, seq);
  queue.dispatcher.run();
  return 'held';
}

/** 0 releases it. */
export function extendReceipt(
  queue: MessageQueue,
  seq: number,
  attempts: number,
  visibilityMs: number,
  strict: boolean,
): MessageHold {
  const place = heldPlace(queue, seq);
  if (place < 0) return queue.isWaiting(seq) ? 'expired' : 'gone';
  if (strict && queue.rows.attempts[place] !== attempts) return 'expired';
  if (visibilityMs > 0) extend(queue, place, queue.context.nowMs + visibilityMs);
  else {
    release(queue, place, 0);
    queue.dispatcher.run();
  }
  return 'held';
}

export function rejectReceipt(queue: MessageQueue, seq: number, attempts: number, strict: boolean): MessageHold {
  const place = heldPlace(queue, seq);
  if (place < 0) return queue.isWaiting(seq) ? 'expired' : 'gone';
  if (strict && queue.rows.attempts[place] !== attempts) return 'expired';
  depart(queue, place, 'rejected');
  queue.dispatcher.run();
  return 'held';
}

function heldPlace({ rows }: MessageQueue, seq: number): number {
  const place = rows.find(seq);
  return place >= 0 && rows.state[place] === HELD ? place : -1;
}
