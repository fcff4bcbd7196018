import type { MessageState, PeekedMessage } from '../broker.js';
import type { MessageQueue } from './message-queue.js';

/** Descriptors of what a queue holds from `fromSeq` on, by sequence. Changes nothing. */
export function peekQueue(
  queue: MessageQueue,
  state: MessageState | 'any',
  fromSeq: number,
  limit: number,
): PeekedMessage[] {
  const returned = new Map<number, number>();
  queue.heap.forEach((_order, seq, attempts) => returned.set(seq, attempts));
  const found: PeekedMessage[] = [];
  let seq = Math.max(fromSeq, queue.done.floor);
  for (; found.length < limit && seq < queue.visibleEnd; seq++) {
    seq = queue.done.nextAbsent(seq);
    if (seq >= queue.visibleEnd) break;
    const message = describe(queue, seq, returned);
    if (message !== undefined && (state === 'any' || message.state === state)) found.push(message);
  }
  return found;
}

function describe(queue: MessageQueue, seq: number, returned: ReadonlyMap<number, number>): PeekedMessage | undefined {
  if (queue.leaving.has(seq)) return undefined;
  const place = queue.inFlight.find(seq);
  if (place >= 0) {
    const attempts = queue.inFlight.attempts(place);
    return { seq, state: 'in-flight', attempts, dueMs: queue.inFlight.deadlineMs(place) };
  }
  const attempts = queue.attempts.get(seq) ?? returned.get(seq) ?? 0;
  const dueMs = queue.delayed.get(seq);
  if (dueMs !== undefined) return { seq, state: 'delayed', attempts, dueMs };
  const grouped = queue.groups?.message(seq);
  if (grouped === undefined) return { seq, state: 'ready', attempts, dueMs: 0 };
  const delayed = grouped.dueMs > queue.nowMs;
  return { seq, state: delayed ? 'delayed' : 'ready', attempts: grouped.attempts, dueMs: delayed ? grouped.dueMs : 0 };
}
