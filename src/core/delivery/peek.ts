import type { MessageState, PeekedMessage } from '../broker.js';
import { DELAYED, HELD, LEAVING } from './message-table.js';
import type { MessageQueue } from './message-queue.js';

/** Descriptors of what a queue holds from `fromSeq` on, by sequence. Changes nothing. */
export function peekQueue(
  queue: MessageQueue,
  state: MessageState | 'any',
  fromSeq: number,
  limit: number,
): PeekedMessage[] {
  const { done, visibleEnd } = queue;
  const found: PeekedMessage[] = [];
  for (let seq = done.nextAbsent(fromSeq); seq < visibleEnd && found.length < limit; seq = done.nextAbsent(seq + 1)) {
    const message = describe(queue, seq);
    if (message !== undefined && (state === 'any' || message.state === state)) found.push(message);
  }
  return found;
}

function describe({ rows }: MessageQueue, seq: number): PeekedMessage | undefined {
  const place = rows.find(seq);
  if (place < 0) return { seq, state: 'ready', attempts: 0, dueMs: 0 };
  const attempts = rows.attempts[place];
  const dueMs = rows.timeMs[place];
  switch (rows.state[place]) {
    case HELD:
      return { seq, state: 'in-flight', attempts, dueMs };
    case DELAYED:
      return { seq, state: 'delayed', attempts, dueMs };
    case LEAVING:
      return undefined;
    default:
      return { seq, state: 'ready', attempts, dueMs: 0 };
  }
}
