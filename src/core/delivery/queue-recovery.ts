import {
  HAS_DEDUPLICATION,
  HAS_DUE,
  HAS_EXPIRY,
  HAS_GROUP,
  IS_REFERENCE,
  readU32,
  readU48,
} from '../../bytes/index.js';
import {
  ENTRY_DEFERRED,
  ENTRY_DONE,
  ENTRY_DUE,
  ENTRY_HANDED_OUT,
  ENTRY_HELD,
  ENTRY_RELEASED,
  ENTRY_RESERVED,
} from '../log/journal-entry.js';
import { NOWHERE } from '../log/memory.js';
import type { Extent } from '../ports.js';
import { Deduplication, deduplicationKey } from './deduplication.js';
import type { DeliveryContext } from './delivery-context.js';
import { TIMER_DEADLINE, TIMER_DUE, TIMER_EXPIRE } from './delivery-context.js';
import { type MessageQueue, DEFAULT_GROUP, sharedSequence } from './message-queue.js';
import { decodeCheckpoint, type RestoredHold } from './queue-checkpoint.js';
import { RecordView } from './record-view.js';

/**
 * Brings one durable queue back: its checkpoint, then what the journal and the log say since, then, for queues whose
 * messages are not simply in order, the headers of the live records.
 */
export class QueueRecovery {
  readonly queue: MessageQueue;
  readonly #context: DeliveryContext;
  readonly #view = new RecordView();
  /** Flushes below are in the checkpoint. */
  #since = 0;
  readonly #held = new Map<number, RestoredHold>();

  constructor(context: DeliveryContext, queue: MessageQueue) {
    this.#context = context;
    this.queue = queue;
  }

  checkpoint(value: Uint8Array): void {
    this.#since = decodeCheckpoint(this.queue, value, this.#held);
  }

  /** One journal entry of the queue; false when its kind is unknown. */
  entry(flush: number, kind: number, bytes: Uint8Array, at: number, end: number): boolean {
    if (flush < this.#since) return true;
    const queue = this.queue;
    if (kind === ENTRY_DONE) {
      for (let place = at; place < end; place += 10) {
        const first = readU48(bytes, place);
        this.#done(first, first + readU32(bytes, place + 6) - 1);
      }
      return true;
    }
    const seq = readU48(bytes, at);
    switch (kind) {
      case ENTRY_RELEASED:
        queue.attempts.set(seq, readU32(bytes, at + 6));
        this.#held.delete(seq);
        return true;
      case ENTRY_HANDED_OUT:
        queue.handedOutReserved = Math.max(queue.handedOutReserved, seq);
        return true;
      case ENTRY_DUE:
        queue.delayed.delete(seq);
        queue.dueOrders.set(seq, readU48(bytes, at + 6));
        queue.tail = Math.max(queue.tail, readU48(bytes, at + 6) + 1);
        queue.done.addRange(readU48(bytes, at + 6), readU48(bytes, at + 6));
        return true;
      case ENTRY_HELD: {
        const attempts = readU32(bytes, at + 6);
        queue.attempts.set(seq, attempts);
        this.#held.set(seq, { attempts, deadlineMs: readU48(bytes, at + 10) });
        return true;
      }
      case ENTRY_RESERVED:
        queue.reserved = Math.max(queue.reserved, seq);
        return true;
      case ENTRY_DEFERRED:
        queue.delayed.set(seq, readU48(bytes, at + 6));
        queue.attempts.set(seq, readU32(bytes, at + 12));
        this.#held.delete(seq);
        return true;
      default:
        return false;
    }
  }

  #done(from: number, to: number): void {
    const queue = this.queue;
    queue.done.addRange(from, to);
    if (queue.attempts.size > 0 || queue.delayed.size > 0 || queue.dueOrders.size > 0 || this.#held.size > 0) {
      for (let seq = from; seq <= to; seq++) {
        queue.attempts.delete(seq);
        queue.delayed.delete(seq);
        queue.dueOrders.delete(seq);
        this.#held.delete(seq);
      }
    }
  }

  /** One run of the queue's log. */
  run(flush: number, firstSeq: number, count: number, buffer: Uint8Array, start: number, end: number): void {
    if (flush < this.#since) return;
    const queue = this.queue;
    queue.tail = Math.max(queue.tail, firstSeq + count);
    const windowMs = queue.settings.deduplicationMs;
    let seq = firstSeq;
    for (let at = start; at < end; at += 4 + readU32(buffer, at), seq++) {
      const flags = buffer[at + 5]!;
      if (flags === 0) continue;
      if ((flags & (HAS_DUE | HAS_EXPIRY | HAS_GROUP)) !== 0) queue.indexed = true;
      if ((flags & IS_REFERENCE) !== 0) queue.marks.add(seq, sharedSequence(buffer, at));
      if ((flags & HAS_DEDUPLICATION) === 0 || windowMs === undefined) continue;
      const view = this.#view;
      view.read(buffer, at);
      queue.deduplication ??= new Deduplication(windowMs);
      queue.deduplication.add(deduplicationKey(queue.settings, view), seq, view.timestampMs);
    }
  }

  /**
   * All is replayed. `extents` is what the log holds. Returns true when the records' headers must be gone through
   * with {@link header} before {@link ready}.
   */
  settle(extents: readonly Extent[], cleanStop: boolean): boolean {
    const queue = this.queue;
    const last = extents.at(-1);
    if (last !== undefined) queue.tail = Math.max(queue.tail, last.lastSeq + 1);
    if (!cleanStop) {
      queue.tail = Math.max(queue.tail, queue.reserved);
      queue.redeliveredBelow = queue.handedOutReserved;
    }
    let next = queue.done.floor;
    let live = 0;
    for (const extent of extents) {
      if (extent.lastSeq < queue.done.floor) continue;
      if (extent.firstSeq > next) queue.done.addRange(next, extent.firstSeq - 1);
      // The gap before it may have been the last thing between the floor and much that was done behind it.
      const from = Math.max(extent.firstSeq, queue.done.floor);
      if (from <= extent.lastSeq) live += extent.lastSeq + 1 - from - queue.done.countIn(from, extent.lastSeq);
      queue.readyBytes += extent.sizeBytes;
      next = extent.lastSeq + 1;
    }
    queue.done.addRange(next, queue.tail - 1);
    queue.readyCount = live;
    queue.window.reset(queue.done.floor);
    queue.windowWhole = live === 0;
    queue.visibleEnd = queue.tail;
    queue.stableEnds.stable = queue.tail;
    return live > 0 && (queue.indexed || queue.grouped || queue.prioritised);
  }

  /** The same for a retained queue, whose records are those of a partition from `logStart` to `end`. */
  settleRetained(logStart: number, end: number, cleanStop: boolean): void {
    const queue = this.queue;
    queue.tail = end;
    queue.done.addRange(0, logStart - 1);
    if (!cleanStop) queue.redeliveredBelow = queue.handedOutReserved;
    const { floor } = queue.done;
    queue.readyCount = Math.max(0, end - floor - queue.done.countIn(floor, end - 1));
    queue.window.reset(floor);
    queue.visibleEnd = end;
  }

  /** One live or dead record of a queue that is not simply in order; ascending. */
  header(seq: number, buffer: Uint8Array, at: number): void {
    const queue = this.queue;
    if (queue.done.has(seq)) return;
    const view = this.#view;
    view.read(buffer, at);
    const context = this.#context;
    const attempts = queue.attempts.get(seq) ?? 0;
    const dueMs = queue.delayed.get(seq) ?? (queue.dueOrders.has(seq) ? 0 : view.dueMs);
    if (view.expiresAtMs > 0) context.timers.push(view.expiresAtMs, queue.handle, seq, TIMER_EXPIRE);
    if (queue.groups !== undefined) {
      const message = { seq, address: NOWHERE, attempts, sizeBytes: view.sizeBytes, firstMs: 0, dueMs };
      queue.groups.add(message, view.group ?? DEFAULT_GROUP);
      this.#hold(seq, view);
    } else if (dueMs > 0) {
      queue.delayed.set(seq, dueMs);
      queue.readyCount--;
      context.timers.push(dueMs, queue.handle, seq, TIMER_DUE);
    } else if (queue.dueOrders.has(seq) || queue.prioritised) {
      const order = queue.orderOf(queue.dueOrders.get(seq) ?? seq, view.priority);
      queue.heap.push(order, seq, NOWHERE, attempts, view.sizeBytes, 0);
    }
  }

  /** A message of a group that was held until a deadline which has not come: it stays held. */
  #hold(seq: number, view: RecordView): void {
    const queue = this.queue;
    const hold = this.#held.get(seq);
    if (hold === undefined || hold.deadlineMs <= this.#context.nowMs) return;
    const message = queue.groups!.message(seq)!;
    queue.groups!.take(message, -1);
    queue.heldGroups.set(seq, view.group ?? DEFAULT_GROUP);
    queue.readyCount--;
    queue.inFlight.add(seq, seq, 0, 0, 0, hold.attempts, view.sizeBytes, NOWHERE, hold.deadlineMs, 0);
    this.#context.timers.push(hold.deadlineMs, queue.handle, seq, TIMER_DEADLINE);
  }

  /** The queue may be used. */
  ready(): void {
    const queue = this.queue;
    if (queue.grouped || queue.prioritised) {
      queue.window.reset(queue.tail);
      queue.windowWhole = true;
    }
    if (queue.settings.messageTtlMs !== undefined) queue.timeHead(this.#context.nowMs);
  }
}
