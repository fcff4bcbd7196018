import { depart } from './departures.js';
import { DELAYED, HELD, READY } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { release } from './settling.js';
import { SKIP } from './window.js';

/** A delayed message may be due: it takes a new place in the order, except where order is kept or not the queue's. */
export function fallDue(queue: MessageQueue, seq: number): void {
  const { rows, groups } = queue;
  const place = rows.find(seq);
  if (place < 0 || rows.state[place] !== DELAYED || rows.timeMs[place] > queue.context.nowMs) return;
  rows.state[place] = READY;
  rows.timeMs[place] = 0;
  queue.delayedCount--;
  queue.readyCount++;
  queue.readyBytes += rows.sizeBytes[place];
  if (groups !== undefined) groups.wake(rows.group[place]!);
  else {
    const order = queue.retained ? seq : takePlace(queue);
    rows.order[place] = rows.order[place] + order;
    queue.heap.push(rows.order[place], seq);
    if (rows.persistent[place] === 1) {
      const { context } = queue;
      context.builder.journal.due(queue.log, seq, order, rows.sizeBytes[place]);
      context.gathered(false);
      queue.touch();
    }
  }
  queue.dispatcher.run();
}

/** Uses up a sequence for a place in the order. */
function takePlace(queue: MessageQueue): number {
  const order = queue.tail++;
  queue.done.add(order);
  queue.sequences.reserve();
  if (queue.stableEnds.pending) {
    queue.pending.addGap(order);
    queue.stableEnds.append(queue.stableEnds.lastFlush, queue.tail);
  } else {
    queue.visibleEnd = queue.tail;
    queue.pushSlot(order, SKIP);
  }
  return order;
}

/** The time of a message of the table may be over. While it is held nothing happens. */
export function expire(queue: MessageQueue, seq: number): void {
  const { rows } = queue;
  const place = rows.find(seq);
  if (place < 0 || (rows.state[place] !== READY && rows.state[place] !== DELAYED)) return;
  const expiresMs = rows.expiresMs[place];
  if (expiresMs === 0 || expiresMs > queue.context.nowMs) return;
  depart(queue, place, 'expired');
  queue.dispatcher.run();
}

/** A hold may have ended without being settled. */
export function holdEnds(queue: MessageQueue, seq: number): void {
  const { rows } = queue;
  const place = rows.find(seq);
  if (place < 0 || rows.state[place] !== HELD) return;
  const deadlineMs = rows.timeMs[place];
  if (deadlineMs === 0 || deadlineMs > queue.context.nowMs) return;
  release(queue, place, 0);
  queue.dispatcher.run();
}
