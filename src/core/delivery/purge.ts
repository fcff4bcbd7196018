import { DELAYED, HELD, READY } from './message-table.js';
import type { MessageQueue } from './message-queue.js';

/** Removes what is ready, or with `everything` also what is held or delayed. Returns how many were ready. */
export function purge(queue: MessageQueue, everything: boolean): number {
  const { rows, heap } = queue;
  const ready = queue.readyCount;
  for (const state of everything ? [READY, DELAYED, HELD] : [READY]) {
    for (const seq of rows.inState(state)) queue.drop(rows.find(seq));
  }
  heap.clear();
  if (!queue.grouped && queue.maxPriority === 0) purgePlain(queue);
  queue.readyCount = 0;
  queue.readyBytes = 0;
  if (everything) forgetIds(queue);
  queue.touch();
  return ready;
}

/** Everything plain from the window on, in few ranges; what stands in the table stays. */
function purgePlain(queue: MessageQueue): void {
  const { window, rows, notes, durable, context } = queue;
  const first = window.first;
  for (; window.length > 0; window.shift()) context.memory.freeTransient(window.firstAddress);
  const stay = rows.inState(0).filter((seq) => seq >= first && seq < queue.visibleEnd);
  let from = first;
  for (const seq of [...stay, queue.visibleEnd]) {
    purgeRange(queue, from, seq);
    from = seq + 1;
  }
  if (durable ? notes.pending : queue.spilled) context.journalLater(queue);
  window.reset(queue.visibleEnd);
  if (!queue.retained) queue.windowWhole = true;
}

/** Is done with [from, end) as far as it was not before. */
function purgeRange({ done, notes, durable }: MessageQueue, from: number, end: number): void {
  for (let at = done.nextAbsent(from); at < end; at = done.nextAbsent(at)) {
    let next = at + 1;
    while (next < end && !done.has(next)) next++;
    done.addRange(at, next - 1);
    if (durable) notes.doneRange(at, next - 1);
  }
}

/** The log that the queue works off begins at `start` now: what it had of older records is gone, held or not. */
export function forgetBelow(queue: MessageQueue, start: number): void {
  const { rows, window, done } = queue;
  for (const seq of rows.inState(0)) if (seq < start) queue.drop(rows.find(seq));
  for (; window.length > 0 && window.first < start; window.shift());
  if (window.first < start) window.reset(start);
  const end = Math.min(start, queue.visibleEnd);
  const known = done.floor;
  const gone = Math.max(0, end - known) - done.countIn(known, end - 1);
  for (let i = 0; i < gone; i++) queue.lessReady(Math.round(queue.readyBytes / Math.max(1, queue.readyCount)));
  if (start > 0) done.addRange(0, start - 1);
  queue.touch();
}

function forgetIds(queue: MessageQueue): void {
  if (queue.deduplication === undefined) return;
  queue.deduplication.clear();
  if (!queue.durable) return;
  queue.context.builder.journal.idsForgotten(queue.log, queue.tail);
  queue.context.gathered(false);
}
