import { NOWHERE } from '../log/memory.js';
import { TIMER_DEADLINE, TIMER_DUE } from './delivery-context.js';
import { depart } from './departures.js';
import { DELAYED } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { SKIP } from './window.js';

/** A held message goes back to where it was, in `delayMs` or at once; it dies instead when it came too often. */
export function release(queue: MessageQueue, place: number, delayMs: number): void {
  const { rows, context, settings } = queue;
  const seq = rows.seq(place);
  const attempts = rows.attempts[place];
  const { deliveryLimit } = settings;
  if (deliveryLimit !== undefined && deliveryLimit >= 0 && attempts > deliveryLimit) {
    depart(queue, place, 'delivery_limit');
    return;
  }
  if (rows.expiresMs[place] !== 0 && rows.expiresMs[place] <= context.nowMs) {
    depart(queue, place, 'expired');
    return;
  }
  const dueMs = delayMs > 0 ? context.nowMs + delayMs : 0;
  if (rows.persistent[place] === 1) {
    const { journal } = context.builder;
    const firstMs = rows.firstMs[place];
    const sizeBytes = rows.sizeBytes[place];
    if (dueMs > 0) journal.deferred(queue.log, seq, attempts, firstMs, sizeBytes, dueMs);
    else journal.released(queue.log, seq, attempts, firstMs, sizeBytes);
    context.gathered(false);
    queue.touch();
  }
  queue.noLongerHeld(seq);
  if (dueMs === 0) {
    queue.giveBack(place);
    return;
  }
  rows.state[place] = DELAYED;
  rows.session[place] = 0;
  rows.timeMs[place] = dueMs;
  if (queue.groups !== undefined) {
    queue.groups.giveBack(rows.group[place]!, seq, queue.tail);
    if (rows.expiresMs[place] > 0) queue.dispatcher.expiry.expect(rows.expiresMs[place]);
  } else {
    rows.order[place] = queue.priorityPart(rows.order[place]);
    queue.timeExpiry(place);
  }
  queue.delayedCount++;
  context.timers.push(dueMs, queue.handle, seq, TIMER_DUE);
}

/** How long a message stays away that its receiver gave back. */
export function retryDelayMs({ rows, settings }: MessageQueue, place: number): number {
  const { retryDelay } = settings;
  return retryDelay === undefined ? 0 : Math.min(retryDelay.minMs * rows.attempts[place], retryDelay.maxMs);
}

/** Sets the end of a hold. */
export function extend(queue: MessageQueue, place: number, deadlineMs: number): void {
  const { rows, context } = queue;
  rows.timeMs[place] = deadlineMs;
  context.timers.push(deadlineMs, queue.handle, rows.seq(place), TIMER_DEADLINE);
  if (rows.persistent[place] === 1) journalHold(queue, place);
}

/** Notes down that a message is held until a deadline, which outlives its holder's connection and a restart. */
export function journalHold(queue: MessageQueue, place: number): void {
  const { rows, context } = queue;
  context.builder.journal.held(
    queue.log,
    rows.seq(place),
    rows.attempts[place],
    rows.firstMs[place],
    rows.sizeBytes[place],
    rows.timeMs[place],
  );
  context.gathered(false);
  queue.touch();
}

/** Settles a message that waits again although its receiver is late: an old receipt handle on a standard queue. */
export function acknowledgeWaiting(queue: MessageQueue, seq: number): void {
  const place = queue.rows.find(seq);
  if (place >= 0) {
    queue.drop(place);
    return;
  }
  const { memory, scratch } = queue.context;
  const address = queue.window.at(seq);
  const buffer = memory.resolve(address);
  if (buffer === undefined) queue.lessReady(Math.round(queue.readyBytes / queue.readyCount));
  else queue.lessReady(sizeAt(buffer, memory.offset));
  queue.window.set(seq, SKIP);
  queue.settled(seq, address === SKIP ? NOWHERE : address, queue.durable && !memory.isTransient(address));

  function sizeAt(bytes: Uint8Array, at: number): number {
    scratch.read(bytes, at);
    return scratch.sizeBytes;
  }
}
