import {
  HAS_DEDUPLICATION,
  HAS_DUE,
  HAS_EXPIRY,
  HAS_HISTORY,
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
  ENTRY_IDS_FORGOTTEN,
  ENTRY_RELEASED,
  ENTRY_RESERVED,
} from '../log/journal-entry.js';
import { NOWHERE } from '../log/memory.js';
import { forEachRecord } from '../log/record-run.js';
import type { Extent } from '../ports.js';
import { Deduplication, scopedId } from './deduplication.js';
import { TIMER_DEADLINE, TIMER_DUE, TIMER_HEAD_EXPIRE } from './delivery-context.js';
import { DELAYED, HELD, READY } from './message-table.js';
import { DEFAULT_GROUP, type MessageQueue } from './message-queue.js';
import { decodeCheckpoint, type MessageException } from './queue-checkpoint.js';
import { RecordView } from './record-view.js';
import { sharedSequence } from './shared-bodies.js';

/**
 * Brings one durable queue back: its checkpoint, then what the journal and the log say since, then, where only the
 * records' headers tell how they stand (priorities, groups, a limit in bytes), the headers of the live ones.
 */
export class QueueRecovery {
  readonly queue: MessageQueue;
  readonly #view = new RecordView();
  /** Flushes below are in the checkpoint. */
  #since = 0;
  #liveCount = 0;
  #liveBytes = 0;
  #exceptions = new Map<number, MessageException>();
  #scans = false;
  /** Something was replayed: the next checkpoint must have it, for the journal begins behind that. */
  #replayed = false;

  constructor(queue: MessageQueue) {
    this.queue = queue;
  }

  checkpoint(value: Uint8Array): void {
    const { flush, liveCount, liveBytes, exceptions } = decodeCheckpoint(this.queue, value);
    this.#since = flush;
    this.#liveCount = liveCount;
    this.#liveBytes = liveBytes;
    this.#exceptions = exceptions;
  }

  /** One journal entry of the queue; false when its kind is unknown. */
  entry(flush: number, kind: number, bytes: Uint8Array, at: number, end: number): boolean {
    if (flush < this.#since) return true;
    this.#replayed = true;
    const { queue } = this;
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
        this.#attempted(seq, bytes, at, READY, 0);
        return true;
      case ENTRY_HELD:
        this.#attempted(seq, bytes, at, HELD, readU48(bytes, at + 20));
        return true;
      case ENTRY_DEFERRED:
        this.#attempted(seq, bytes, at, DELAYED, readU48(bytes, at + 20));
        return true;
      case ENTRY_DUE: {
        const place = readU48(bytes, at + 6);
        const exception = this.#exception(seq, readU32(bytes, at + 12));
        exception.state = READY;
        exception.timeMs = 0;
        exception.place = queue.retained ? -1 : place;
        if (!queue.retained) this.#done(place, place);
        return true;
      }
      case ENTRY_HANDED_OUT:
        queue.redelivery.restore(seq);
        return true;
      case ENTRY_RESERVED:
        queue.sequences.restore(seq);
        return true;
      case ENTRY_IDS_FORGOTTEN:
        queue.deduplication?.clearBelow(seq);
        return true;
      default:
        return false;
    }
  }

  #attempted(seq: number, bytes: Uint8Array, at: number, state: number, timeMs: number): void {
    const exception = this.#exception(seq, readU32(bytes, at + 16));
    exception.attempts = readU32(bytes, at + 6);
    exception.firstMs = readU48(bytes, at + 10);
    exception.state = state === HELD && timeMs === 0 ? READY : state;
    exception.timeMs = timeMs;
    if (state === DELAYED) exception.place = -1;
  }

  #exception(seq: number, sizeBytes: number): MessageException {
    let exception = this.#exceptions.get(seq);
    if (exception === undefined) {
      exception = { attempts: 0, firstMs: 0, sizeBytes, place: -1, state: READY, timeMs: 0, expiresMs: 0 };
      this.#exceptions.set(seq, exception);
    }
    return exception;
  }

  #done(from: number, to: number): void {
    const { queue } = this;
    if (to >= queue.tail) queue.tail = to + 1;
    for (let seq = queue.done.nextAbsent(from); seq <= to; seq = queue.done.nextAbsent(seq + 1)) {
      if (this.#liveCount === 0) break;
      const known = this.#exceptions.get(seq)?.sizeBytes;
      this.#liveBytes -= Math.min(this.#liveBytes, known ?? Math.round(this.#liveBytes / this.#liveCount));
      this.#liveCount--;
    }
    queue.done.addRange(from, to);
    if (this.#exceptions.size === 0) return;
    for (let seq = from; seq <= to; seq++) this.#exceptions.delete(seq);
  }

  /** One run of the queue's log. */
  run(flush: number, firstSeq: number, count: number, buffer: Uint8Array, start: number, end: number): void {
    if (flush < this.#since) return;
    this.#replayed = true;
    const { queue } = this;
    const view = this.#view;
    const windowMs = queue.settings.deduplicationMs;
    forEachRecord(buffer, start, end, firstSeq, (seq, at) => {
      if (seq < queue.tail) return; // in the checkpoint, or written once more
      view.read(buffer, at);
      this.#liveCount++;
      this.#liveBytes += view.sizeBytes;
      const { flags } = view;
      if (flags === 0) return;
      if ((flags & HAS_EXPIRY) !== 0) queue.expiring = true;
      if ((flags & (HAS_DUE | HAS_EXPIRY)) !== 0 && !queue.grouped) {
        const exception = this.#exception(seq, view.sizeBytes);
        exception.expiresMs = view.expiresAtMs;
        if (view.dueMs > 0) exception.state = DELAYED;
        exception.timeMs = view.dueMs;
      }
      if ((flags & IS_REFERENCE) !== 0) queue.marks.add(seq, sharedSequence(buffer, at));
      if ((flags & HAS_DEDUPLICATION) === 0 || (flags & HAS_HISTORY) !== 0 || windowMs === undefined) return;
      queue.deduplication ??= new Deduplication(windowMs);
      const id = scopedId(queue.settings.deduplicationScope, view.deduplicationId!, view.group);
      queue.deduplication.add(id, seq, view.acceptedMs, 0);
    });
    queue.tail = Math.max(queue.tail, firstSeq + count);
  }

  /**
   * All is replayed. `extents` is what the log holds. Returns true when the records' headers must be gone through
   * with {@link header} before {@link ready}.
   */
  settle(extents: readonly Extent[], cleanStop: boolean): boolean {
    const { queue } = this;
    const { done } = queue;
    const last = extents.at(-1);
    if (last !== undefined) queue.tail = Math.max(queue.tail, last.lastSeq + 1);
    if (!cleanStop) queue.tail = Math.max(queue.tail, queue.sequences.end);
    let next = done.floor;
    for (const extent of extents) {
      if (extent.lastSeq < done.floor) continue;
      if (extent.firstSeq > next) done.addRange(next, extent.firstSeq - 1);
      next = extent.lastSeq + 1;
    }
    if (next < queue.tail) done.addRange(next, queue.tail - 1);
    return this.#settled(cleanStop);
  }

  /** The same for a queue over a partition's log, whose records are those from `logStart` to `end`. */
  settleOver(logStart: number, end: number, cleanStop: boolean): void {
    this.queue.tail = end;
    if (logStart > 0) this.queue.done.addRange(0, logStart - 1);
    this.#settled(cleanStop);
  }

  #settled(cleanStop: boolean): boolean {
    const { queue } = this;
    const { done } = queue;
    if (!cleanStop) queue.redelivery.below = Math.max(queue.redelivery.below, queue.redelivery.end);
    const live = Math.max(0, queue.tail - done.floor) - done.countIn(done.floor, queue.tail - 1);
    if (live !== this.#liveCount) {
      this.#liveBytes = this.#liveCount === 0 ? 0 : Math.round((this.#liveBytes * live) / this.#liveCount);
      this.#liveCount = live;
    }
    queue.visibleEnd = queue.tail;
    queue.stableEnds.stable = queue.tail;
    queue.window.reset(live === 0 ? queue.tail : done.floor);
    queue.windowWhole = live === 0 && !queue.retained;
    const ordered = queue.grouped || queue.maxPriority > 0;
    this.#scans = live > 0 && !queue.retained && (ordered || queue.settings.maxLengthBytes !== undefined);
    if (this.#scans) this.#liveBytes = 0;
    if (!ordered)
      for (const [seq, exception] of this.#exceptions) this.#restore(seq, exception, 0, undefined, exception.expiresMs);
    return this.#scans;
  }

  /** One live or dead record of a queue whose headers must be gone through; ascending. */
  header(seq: number, buffer: Uint8Array, at: number): void {
    const { queue } = this;
    if (queue.done.has(seq)) return;
    const view = this.#view;
    view.read(buffer, at);
    this.#liveBytes += view.sizeBytes;
    if (!queue.grouped && queue.maxPriority === 0) return;
    const delayed = queue.grouped && view.dueMs > queue.context.nowMs;
    const exception = this.#exceptions.get(seq) ?? {
      attempts: 0,
      firstMs: 0,
      sizeBytes: view.sizeBytes,
      place: -1,
      state: delayed ? DELAYED : READY,
      timeMs: delayed ? view.dueMs : 0,
      expiresMs: view.expiresAtMs,
    };
    this.#restore(seq, exception, view.priority, view.group ?? DEFAULT_GROUP, view.expiresAtMs);
  }

  /** Puts a message into the table. Whatever was due meanwhile happens when time is moved on next. */
  #restore(
    seq: number,
    exception: MessageException,
    priority: number,
    groupName: string | undefined,
    expiresAtMs: number,
  ): void {
    const { queue } = this;
    if (seq >= queue.visibleEnd || queue.done.has(seq)) return;
    const { rows, groups, context, handle } = queue;
    const { state, timeMs } = exception;
    const order = queue.orderOf(exception.place < 0 ? seq : exception.place, priority);
    const place = rows.add(seq);
    rows.state[place] = state;
    rows.persistent[place] = 1;
    rows.attempts[place] = exception.attempts;
    rows.sizeBytes[place] = exception.sizeBytes;
    rows.order[place] = state === DELAYED ? queue.priorityPart(order) : order;
    rows.address[place] = NOWHERE;
    rows.timeMs[place] = timeMs;
    rows.firstMs[place] = exception.firstMs;
    rows.expiresMs[place] = expiresAtMs;
    if (groups === undefined) queue.timeExpiry(place);
    if (groups !== undefined) {
      const group = groups.group(groupName!);
      rows.group[place] = group;
      groups.insert(group, seq);
      if (state === HELD) groups.takeForeign(group, seq);
    } else if (state === READY) queue.heap.push(order, seq);
    if (state === DELAYED) {
      queue.delayedCount++;
      context.timers.push(timeMs, handle, seq, TIMER_DUE);
    } else if (state === HELD) {
      queue.heldCount++;
      context.timers.push(timeMs, handle, seq, TIMER_DEADLINE);
    }
  }

  /** The queue may be used. */
  ready(cleanStop: boolean): void {
    const { queue } = this;
    const { context, handle } = queue;
    const { rows } = queue;
    rows.forEach((place) => {
      if (rows.state[place] !== READY) this.#liveBytes -= rows.sizeBytes[place];
    });
    queue.readyCount = this.#liveCount - queue.delayedCount - queue.heldCount;
    queue.readyBytes = queue.readyCount === 0 ? 0 : Math.max(0, this.#liveBytes);
    if (queue.grouped || queue.maxPriority > 0) {
      queue.window.reset(queue.tail);
      queue.windowWhole = true;
    }
    if (queue.expiring) context.timers.push(context.nowMs, handle, 0, TIMER_HEAD_EXPIRE);
    if (queue.deduplication !== undefined) queue.deduplication.windowMs = queue.settings.deduplicationMs ?? 0;
    if (this.#replayed || !cleanStop) queue.touch();
    queue.sequences.reserve();
  }
}
