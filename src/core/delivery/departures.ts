import { IS_REFERENCE, IS_TRANSIENT } from '../../bytes/index.js';
import type { QueueSettings } from '../broker.js';
import type { DeathReason } from '../message.js';
import { LEAVING } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { sharedSequence } from './shared-bodies.js';

/**
 * Messages that leave a queue unsettled: rejected, expired, surplus, handed out too often. They go to the queue's
 * dead-letter target, or nowhere.
 */

/** Does the queue have a target for what dies of that? A target that is a queue gets nothing for its age, as in SQS. */
function hasTarget({ deadLetter }: Partial<QueueSettings>, reason: DeathReason): boolean {
  return deadLetter !== undefined && ('exchange' in deadLetter || reason !== 'expired');
}

/** A message of the table leaves. */
export function depart(queue: MessageQueue, place: number, reason: DeathReason): void {
  if (!hasTarget(queue.settings, reason)) {
    queue.drop(place);
    return;
  }
  const { rows } = queue;
  const seq = rows.seq(place);
  queue.withdraw(place);
  rows.state[place] = LEAVING;
  rows.session[place] = 0;
  queue.leaving.set(seq, { reason, sent: false });
  send(queue, seq);
}

/** What {@link MessageQueue.next} has found leaves; its record is in memory. */
export function departFound(queue: MessageQueue, reason: DeathReason): void {
  const { next, rows, window, context } = queue;
  if (next.place >= 0) {
    depart(queue, next.place, reason);
    return;
  }
  const { memory, scratch } = context;
  const { seq, address } = next;
  scratch.read(memory.resolve(address)!, memory.offset);
  const persistent = queue.durable && (scratch.flags & IS_TRANSIENT) === 0;
  window.shift();
  queue.lessReady(scratch.sizeBytes);
  if (!hasTarget(queue.settings, reason)) {
    queue.settled(seq, address, persistent);
    return;
  }
  const place = rows.add(seq);
  rows.state[place] = LEAVING;
  rows.persistent[place] = persistent ? 1 : 0;
  rows.sizeBytes[place] = scratch.sizeBytes;
  rows.order[place] = seq;
  rows.address[place] = address;
  queue.leaving.set(seq, { reason, sent: false });
  send(queue, seq);
}

/** Sends a leaving message on, or has its record read first. */
function send(queue: MessageQueue, seq: number): void {
  const { rows, context } = queue;
  const { memory, shared } = context;
  const place = rows.find(seq);
  const leaving = queue.leaving.get(seq)!;
  const buffer = memory.resolve(rows.address[place]);
  if (buffer === undefined) {
    queue.reader.request(seq);
    return;
  }
  const at = memory.offset;
  let sharedBuffer: Uint8Array | undefined;
  if ((buffer[at + 5] & IS_REFERENCE) !== 0) {
    sharedBuffer = memory.resolve(shared.address(sharedSequence(buffer, at)));
    if (sharedBuffer === undefined) {
      queue.reader.request(seq);
      return;
    }
  }
  leaving.sent = true;
  context.deadLetter(
    queue,
    seq,
    { buffer, at, sharedBuffer, sharedAt: memory.offset },
    rows.attempts[place],
    leaving.reason,
  );
}

/** A read was answered: what waited for it may leave. */
export function retryDepartures(queue: MessageQueue): void {
  for (const [seq, leaving] of queue.leaving) {
    if (queue.reader.reading) return;
    if (!leaving.sent) send(queue, seq);
  }
}

/** The message has arrived where it was sent. */
export function departed(queue: MessageQueue, seq: number): void {
  const place = queue.rows.find(seq);
  if (place >= 0) queue.drop(place);
}
