import {
  HAS_DUE,
  IS_REFERENCE,
  IS_TRANSIENT,
  readU16,
  readU32,
  readU48,
  RECORD_HEADER_BYTES,
} from '../../bytes/index.js';
import type { QueueSettings } from '../broker.js';
import { NOWHERE } from '../log/memory.js';
import { StableEnds } from '../log/stable-ends.js';
import type { DeathReason, Outgoing } from '../message.js';
import type { DeliveryContext } from './delivery-context.js';
import {
  TIMER_DEADLINE,
  TIMER_DUE,
  TIMER_EXPIRE,
  TIMER_GROUP_DUE,
  TIMER_HEAD_EXPIRE,
  TIMER_WAITER,
} from './delivery-context.js';
import { Deduplication } from './deduplication.js';
import { GroupIndex } from './group-index.js';
import { HandedOutMark } from './handed-out-mark.js';
import { InFlightTable } from './in-flight-table.js';
import { JournalNotes } from './journal-notes.js';
import { ReadyHeap } from './ready-heap.js';
import { SequenceSet } from './sequence-set.js';
import type { Session, Subscription, Waiter } from './session.js';
import { ReferenceMarks } from './shared-bodies.js';
import { SKIP, Window } from './window.js';

/** Slots that a window gets from appends at most; what comes later is read back when it is wanted. */
const WINDOW_SLOTS = 16_384;
/** Orders of lower priority lie above those of higher priority. */
const PRIORITY_SPAN = 2 ** 44;
/** How far ahead sequences are reserved. */
const RESERVE_AHEAD = 4096;
export const DEFAULT_GROUP = '';

const NONE = 0;
const FOUND = 1;
const READING = 2;

/** Where a found message waits. */
const IN_WINDOW = 0;
const IN_HEAP = 1;
const IN_GROUPS = 2;

/**
 * The delivery state of one queue. Plain messages are implicit: everything from the window's first sequence on is
 * ready, in the order of the log; only exceptions (returned, delayed, prioritised, grouped, in flight) cost memory.
 */
export class MessageQueue {
  readonly handle: number;
  /** Under which its delivery state is journaled; also the log of its records, unless it is retained. */
  readonly log: number;
  /** The log of its records. */
  readonly source: number;
  /** Appends are journaled and survive; otherwise everything is kept in memory only. */
  readonly durable: boolean;
  readonly groups: GroupIndex | undefined;
  /** Reads from a partition's log: it does not append itself and skips nothing on its own. */
  readonly retained: boolean;
  settings: Partial<QueueSettings>;
  readonly #context: DeliveryContext;

  /** The next sequence. */
  tail = 0;
  /** One past the last sequence that may be seen: behind `tail` where only what is stable is visible. */
  visibleEnd = 0;
  /** Sequences below may have been given out. */
  reserved = 0;
  readonly done = new SequenceSet();
  readonly window = new Window();
  readonly heap = new ReadyHeap();
  readonly inFlight = new InFlightTable();
  readonly notes = new JournalNotes();
  /** For what may only be seen when it is stable. */
  readonly stableEnds = new StableEnds();
  readonly marks = new ReferenceMarks();
  deduplication: Deduplication | undefined = undefined;
  /** Attempts behind messages that are not in memory tables: known from before a restart. */
  readonly attempts = new Map<number, number>();
  /** Sequence of a delayed message to when it is due. */
  readonly delayed = new Map<number, number>();
  /** Where transient messages lie that were delayed, or in the heap: they have no slot, and no log has them. */
  readonly #loose = new Map<number, number>();
  /** Sequence of a message that fell due to its place in the order. */
  readonly dueOrders = new Map<number, number>();
  /** Messages on their way out (dead-letter, expiry) whose record has yet to be read. */
  readonly leaving = new Map<number, { reason: DeathReason; attempts: number }>();
  /** The window has a slot for everything up to the tail. */
  windowWhole = true;
  readyCount = 0;
  readyBytes = 0;
  /** Everything below was handed out at least once before the last start. */
  redeliveredBelow = 0;
  readonly handedOut = new HandedOutMark();
  /** Some records carry a due time, an expiry of their own or a group: their headers must be read at the next start. */
  indexed = false;
  #reading = false;
  /** Where the read that is under way, or was the last, begins. */
  #readFrom = 0;
  /** Where the last read put what waits in the heap. */
  readonly #loaded = new Map<number, number>();
  #dispatching = false;
  #headTimerMs = 0;
  /** When it was last used, for expiry of the queue itself. */
  usedMs = 0;

  /** The next checkpoint must have it. */
  changed = false;

  readonly subscriptions: Subscription[] = [];
  #nextSubscription = 0;
  #takerAt = 0;
  readonly waiters: Waiter[] = [];

  // what #find found
  #source = IN_WINDOW;
  #seq = 0;
  #order = 0;
  #address = NOWHERE;
  #attempts = 0;
  #firstMs = 0;

  constructor(
    context: DeliveryContext,
    handle: number,
    log: number,
    options: { durable: boolean; grouped: boolean; source: number; settings: Partial<QueueSettings> },
  ) {
    this.#context = context;
    this.handle = handle;
    this.log = log;
    this.durable = options.durable;
    this.source = options.source;
    this.retained = options.source !== log;
    this.settings = options.settings;
    this.groups = options.grouped ? new GroupIndex() : undefined;
    this.windowWhole = !this.retained;
    this.usedMs = context.nowMs;
  }

  get grouped(): boolean {
    return this.groups !== undefined;
  }

  get prioritised(): boolean {
    return this.settings.maxPriority !== undefined && this.settings.maxPriority > 0;
  }

  /** What is answered here waits for its sync. */
  get waits(): boolean {
    const { durability } = this.settings;
    return this.durable && durability !== 'os' && durability !== 'interval';
  }

  get nowMs(): number {
    return this.#context.nowMs;
  }

  /** Where the record of a waiting message is in memory, as far as the queue knows. */
  addressOf(seq: number): number {
    if (this.heap.size > 0 && this.heap.topSeq === seq) return this.heap.topAddress;
    return this.groups?.message(seq)?.address ?? this.window.at(seq);
  }

  /** The queue is gone: lets go of transient messages. */
  freeMemory(): void {
    const { memory } = this.#context;
    while (this.window.length > 0) {
      memory.freeTransient(this.window.firstAddress);
      this.window.shift();
    }
    this.inFlight.forEach((place) => {
      this.#loose.delete(this.inFlight.seq(place));
      memory.freeTransient(this.inFlight.address(place));
    });
    for (const address of this.#loose.values()) memory.freeTransient(address);
    this.#loose.clear();
  }

  // ---- in

  /**
   * Takes a message in and hands it out where somebody waits. Returns the flush to wait for, 0 for none. `attempts` is
   * what a message brings along from the queue that it was moved from.
   */
  append(message: Outgoing, history: Uint8Array | undefined, reference: number, attempts: number): number {
    const context = this.#context;
    const settings = this.settings;
    const now = context.nowMs;
    const seq = this.tail++;
    const persistent = this.durable && !message.transient;
    const waits = persistent && this.waits;
    const queueTtl = settings.messageTtlMs ?? -1;
    const ownTtl = message.ttlMs;
    const ttl = ownTtl < 0 ? queueTtl : queueTtl < 0 ? ownTtl : Math.min(ownTtl, queueTtl);
    const expiresAtMs = ttl < 0 ? 0 : now + ttl;
    const delay = message.delayMs >= 0 ? message.delayMs : (settings.delayMs ?? 0);
    const dueMs = delay > 0 ? now + delay : 0;
    const writer = context.writer;
    writer.prepare(message, now, expiresAtMs, dueMs, history, reference);
    const size = writer.sizeBytes;
    let address: number;
    if (persistent) {
      const builder = context.builder;
      builder.append(this.log, seq, size, 0, writer.timestampMs);
      address = builder.address;
      writer.write(builder.buffer, builder.place);
      if (seq + RESERVE_AHEAD / 2 > this.reserved) this.#reserve();
      if (this.groups === undefined) {
        const goesOut = this.readyCount === 0 && this.subscriptions.length + this.waiters.length > 0;
        if (goesOut && this.handedOut.isShort(seq)) this.#reserveHandedOut(seq);
        this.handedOut.appended(seq, context.builder.number);
      }
      this.#gathered(waits);
    } else {
      address = context.memory.allocateTransient(size);
      const buffer = context.memory.resolve(address)!;
      writer.write(buffer, context.memory.offset);
    }
    if (reference >= 0) this.marks.add(seq, reference);
    const bytes = message.bodyLength;
    if (attempts > 0) {
      this.attempts.set(seq, attempts);
      if (persistent) context.builder.journal.released(this.log, seq, attempts);
    }
    this.#enter(seq, address, bytes, dueMs, message.priority, message.group);
    if (expiresAtMs > 0) this.#timeExpiry(seq, expiresAtMs, ttl < queueTtl || queueTtl < 0, persistent);
    if (dueMs > 0 || this.groups !== undefined) this.indexed = true;
    if (this.stableEnds.pending || (persistent && (this.groups !== undefined || !context.deliverBeforeSync))) {
      this.stableEnds.append(context.builder.number, this.tail);
      context.awaitStable(this);
    } else {
      this.visibleEnd = this.tail;
      this.dispatch();
      if (ttl === 0) this.expire(seq);
    }
    this.#limitLength();
    return waits ? context.builder.number : 0;
  }

  /** Something of the queue is part of the gathering flush. */
  #gathered(waits: boolean): void {
    this.change();
    this.#context.gathered(waits);
  }

  /** The queue is not what its last checkpoint says. */
  change(): void {
    if (this.changed) return;
    this.changed = true;
    this.#context.changed(this);
  }

  /** Puts a new message where it will wait. */
  #enter(
    seq: number,
    address: number,
    sizeBytes: number,
    dueMs: number,
    priority: number,
    group: string | undefined,
  ): void {
    const context = this.#context;
    if (this.groups !== undefined) {
      const attempts = this.attempts.get(seq) ?? 0;
      this.groups.add({ seq, address, attempts, sizeBytes, firstMs: 0, dueMs }, group ?? DEFAULT_GROUP);
      if (dueMs > 0) context.timers.push(dueMs, this.handle, 0, TIMER_GROUP_DUE);
      this.window.reset(this.tail);
    } else if (dueMs > 0) {
      this.delayed.set(seq, dueMs);
      this.#keepLoose(seq, address);
      context.timers.push(dueMs, this.handle, seq, TIMER_DUE);
      this.#pushSlot(seq, SKIP);
      return;
    } else if (this.prioritised) {
      this.#keepLoose(seq, address);
      this.heap.push(this.orderOf(seq, priority), seq, address, this.attempts.get(seq) ?? 0, sizeBytes, 0);
      this.window.reset(this.tail);
    } else {
      this.#pushSlot(seq, address);
    }
    this.readyCount++;
    this.readyBytes += sizeBytes;
  }

  #keepLoose(seq: number, address: number): void {
    if (this.#context.memory.isTransient(address)) this.#loose.set(seq, address);
  }

  #pushSlot(seq: number, address: number): void {
    if (!this.windowWhole) return;
    if (this.window.length === 0) this.window.reset(seq);
    if (this.window.length < WINDOW_SLOTS || this.#context.memory.isTransient(address)) this.window.push(address);
    else this.windowWhole = false;
  }

  orderOf(seq: number, priority: number): number {
    if (!this.prioritised) return seq;
    const max = this.settings.maxPriority!;
    return (max - Math.min(max, Math.max(0, priority))) * PRIORITY_SPAN + seq;
  }

  #reserve(): void {
    this.reserved = this.tail + RESERVE_AHEAD;
    this.#context.builder.journal.reserved(this.log, this.reserved);
  }

  #timeExpiry(seq: number, expiresAtMs: number, own: boolean, persistent: boolean): void {
    const context = this.#context;
    if (own || this.prioritised || this.groups !== undefined) {
      context.timers.push(expiresAtMs, this.handle, seq, TIMER_EXPIRE);
      if (persistent) this.indexed = true;
    } else this.timeHead(expiresAtMs);
  }

  timeHead(atMs: number): void {
    if (this.#headTimerMs !== 0 && this.#headTimerMs <= atMs) return;
    this.#headTimerMs = atMs;
    this.#context.timers.push(atMs, this.handle, 0, TIMER_HEAD_EXPIRE);
  }

  /** Would one more message be over the limit, for queues that refuse then? */
  refuses(): boolean {
    const { overflow, maxLength, maxLengthBytes } = this.settings;
    if (overflow === undefined || overflow === 'drop-head') return false;
    return (
      (maxLength !== undefined && this.readyCount >= maxLength) ||
      (maxLengthBytes !== undefined && this.readyBytes >= maxLengthBytes)
    );
  }

  #limitLength(): void {
    const { overflow, maxLength, maxLengthBytes } = this.settings;
    if ((maxLength === undefined && maxLengthBytes === undefined) || (overflow ?? 'drop-head') !== 'drop-head') return;
    while (
      this.readyCount > 0 &&
      ((maxLength !== undefined && this.readyCount > maxLength) ||
        (maxLengthBytes !== undefined && this.readyBytes > maxLengthBytes))
    ) {
      if (this.#find(0) !== FOUND) return;
      this.#leave('maxlen');
    }
  }

  // ---- finding what is next

  /** Finds the next ready message that `holder` may take; READING when something must come from the store first. */
  #find(holder: number): number {
    const { nowMs } = this.#context;
    if (this.groups !== undefined) {
      const message = this.groups.next(holder, this.visibleEnd, nowMs);
      if (message === undefined) return NONE;
      this.#source = IN_GROUPS;
      this.#seq = this.#order = message.seq;
      this.#address = message.address;
      this.#attempts = message.attempts;
      this.#firstMs = message.firstMs;
      return this.#foundOrReading();
    }
    const { heap, window } = this;
    while (heap.size > 0 && (this.leaving.has(heap.topSeq) || this.done.has(heap.topSeq))) heap.pop();
    while (window.length > 0 && (window.firstAddress === SKIP || this.done.has(window.first))) window.shift();
    if (window.length === 0 && this.windowWhole) window.reset(this.tail);
    // with priorities everything is in the heap, in an order that does not compare with sequences
    if (heap.size > 0 && (this.prioritised || heap.topOrder < window.first)) {
      if (this.#loaded.size > 0 && this.#context.memory.resolve(heap.topAddress) === undefined) {
        heap.topAddress = this.#loaded.get(heap.topSeq) ?? heap.topAddress;
      }
      this.#source = IN_HEAP;
      this.#seq = heap.topSeq;
      this.#order = heap.topOrder;
      this.#address = heap.topAddress;
      this.#attempts = heap.topAttempts;
      this.#firstMs = heap.topFirstMs;
      return this.#isMarked(holder) ? this.#foundOrReading() : READING;
    }
    if (window.first >= this.visibleEnd) return NONE;
    if (window.length === 0) {
      this.#read(window.first);
      return READING;
    }
    this.#source = IN_WINDOW;
    this.#seq = this.#order = window.first;
    this.#address = window.firstAddress;
    this.#attempts = this.attempts.size > 0 ? (this.attempts.get(this.#seq) ?? 0) : 0;
    this.#firstMs = 0;
    return this.#isMarked(holder) ? this.#foundOrReading() : READING;
  }

  /** Is the found record in memory, with the shared one that it may refer to? */
  #foundOrReading(): number {
    const { memory, shared } = this.#context;
    const buffer = memory.resolve(this.#address);
    if (buffer !== undefined) {
      const at = memory.offset;
      if ((buffer[at + 5]! & IS_REFERENCE) === 0) return FOUND;
      const reference = sharedSequence(buffer, at);
      if (shared.address(reference) !== NOWHERE) return FOUND;
    }
    this.#read(this.#seq);
    return READING;
  }

  #read(fromSeq: number): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#readFrom = fromSeq;
    this.#loaded.clear();
    this.#context.need(this, fromSeq);
  }

  /**
   * Answers {@link DeliveryContext.need}: records in buffer[start, end), one after another; their sequences are
   * firstSeq, firstSeq + 1 … or as `seqs` says.
   */
  loadedChunk(
    buffer: Uint8Array,
    start: number,
    end: number,
    firstSeq: number,
    seqs: readonly number[] | undefined,
  ): void {
    const base = this.#context.memory.addRead({ buffer, start, end }) - start;
    const view = this.#context.scratch;
    const { heap, window } = this;
    let index = 0;
    for (let at = start; at < end; index++) {
      const seq = seqs === undefined ? firstSeq + index : seqs[index]!;
      const address = base + at;
      if (this.leaving.has(seq)) {
        view.read(buffer, at);
        this.#finishLeaving(seq, view);
      } else if (heap.size > 0 && (seq < window.first || this.prioritised)) this.#loaded.set(seq, address);
      else if (this.groups !== undefined) {
        const message = this.groups.message(seq);
        if (message !== undefined) message.address = address;
      }
      if (this.groups === undefined && !this.prioritised && seq < this.visibleEnd)
        this.#fillSlot(seq, address, buffer, at);
      at += 4 + readU32(buffer, at);
    }
    if (!this.retained && window.end >= this.tail) this.windowWhole = true;
  }

  /**
   * All chunks of an answer are in. `found` is false when the log holds nothing at or above what was asked for. `end`,
   * for a partition's log: one past what the answer tells of. What it left out up to there is no message.
   */
  loaded(found: boolean, end: number): void {
    this.#reading = false;
    if (this.retained && this.#readFrom <= this.window.end) {
      if (!found) this.window.reset(this.#readFrom);
      this.#passOver(Math.min(end, this.visibleEnd));
    }
    if (!found && this.leaving.size > 0) this.leaving.clear();
    if (
      !found &&
      this.groups === undefined &&
      this.window.length === 0 &&
      !this.windowWhole &&
      this.#readFrom <= this.window.first &&
      !this.retained
    ) {
      this.#lost(this.window.first, this.tail - 1);
      this.window.reset(this.tail);
      this.windowWhole = true;
    }
    this.dispatch();
    this.expireHead();
    for (const seq of this.leaving.keys()) {
      this.#read(seq);
      break;
    }
  }

  #fillSlot(seq: number, address: number, buffer: Uint8Array, at: number): void {
    const { window } = this;
    if (seq < window.first) return;
    const known = window.at(seq);
    if (known !== NOWHERE || seq < window.end) {
      if (known !== SKIP) window.set(seq, address);
      return;
    }
    if (seq > window.end) {
      if (this.#readFrom > window.end) return; // it says nothing about what lies between
      if (window.length > 0) {
        if (seq - window.end > WINDOW_SLOTS) return;
        if (!this.retained) this.#lost(window.end, seq - 1);
        while (window.end < seq) window.push(SKIP);
      } else {
        if (!this.retained) this.#lost(window.first, seq - 1);
        else this.done.addRange(window.first, seq - 1);
        window.reset(seq);
      }
    }
    const skip =
      (buffer[at + 5]! & HAS_DUE) !== 0 ||
      this.done.has(seq) ||
      this.leaving.has(seq) ||
      this.delayed.has(seq) ||
      this.dueOrders.has(seq);
    window.push(skip ? SKIP : address);
  }

  /** Control records, aborted ones, and what was trimmed away. */
  #passOver(end: number): void {
    const { window } = this;
    if (window.end >= end) return;
    this.#lost(window.end, end - 1);
    if (window.length === 0) window.reset(end);
    else while (window.end < end) window.push(SKIP);
  }

  /** Sequences that the log turned out not to have. */
  #lost(from: number, to: number): void {
    const missing = to + 1 - from - this.done.countIn(from, to);
    this.done.addRange(from, to);
    this.readyCount = Math.max(0, this.readyCount - missing);
  }

  // ---- out

  /** Hands out as much as there are takers for. */
  dispatch(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    let again = true;
    while (again) again = this.#serveWaiters() && this.#serveSubscriptions();
    this.#dispatching = false;
    if (this.readyCount === 0) this.readyBytes = 0;
  }

  /** False when there is nothing (more) to be had right now. */
  #serveSubscriptions(): boolean {
    const subscriptions = this.subscriptions;
    if (subscriptions.length === 0) return false;
    for (;;) {
      const subscription = this.#nextTaker();
      if (subscription === undefined) return false;
      const found = this.#find(subscription.holder);
      if (found !== FOUND) {
        if (this.groups !== undefined) {
          this.#timeGroups();
          if (found === NONE && this.#tryOthers(subscription)) continue;
        }
        return false;
      }
      // only who got something has had its turn
      this.#nextSubscription = this.#takerAt + 1;
      if (this.#hand(subscription.session, subscription, undefined) && this.waiters.length > 0) return true;
    }
  }

  /** With groups, another subscription may hold the group that has something ready. */
  #tryOthers(except: Subscription): boolean {
    for (const other of this.subscriptions) {
      if (other === except || !other.canTake || this.#find(other.holder) !== FOUND) continue;
      this.#hand(other.session, other, undefined);
      return true;
    }
    return false;
  }

  /** Round robin among those of the highest priority that can take one; only the first with a single active consumer. */
  #nextTaker(): Subscription | undefined {
    const subscriptions = this.subscriptions;
    const length = subscriptions.length;
    if (this.settings.singleActiveConsumer === true) return subscriptions[0]!.canTake ? subscriptions[0] : undefined;
    if (this.#nextSubscription >= length) this.#nextSubscription = 0;
    let best: Subscription | undefined;
    let bestAt = 0;
    for (let i = 0; i < length; i++) {
      let at = this.#nextSubscription + i;
      if (at >= length) at -= length;
      const candidate = subscriptions[at]!;
      if (best !== undefined && candidate.priority <= best.priority) continue;
      if (!candidate.canTake) continue;
      best = candidate;
      bestAt = at;
      if (candidate.priority === subscriptions[0]!.priority) break; // they stand in order of priority
    }
    this.#takerAt = bestAt;
    return best;
  }

  /** False when subscriptions have nothing to get either. */
  #serveWaiters(): boolean {
    while (this.waiters.length > 0) {
      const waiter = this.waiters[0]!;
      let found = NONE;
      while (waiter.delivered < waiter.max && !waiter.session.paused) {
        found = this.#find(waiter.holder);
        if (found !== FOUND) break;
        this.#hand(waiter.session, undefined, waiter);
      }
      if (found === READING) return false;
      if (waiter.delivered > 0 || waiter.deadlineMs <= this.#context.nowMs) {
        this.finishWaiter(waiter, false);
        // What was only shown is ready again now.
        if (found === NONE && waiter.delivered < waiter.max && waiter.visibilityMs !== 0) return this.#finishOverdue();
        continue;
      }
      this.#timeGroups();
      return this.#finishOverdue() && false;
    }
    return true;
  }

  /** Nothing is ready: pulls that do not wait (longer) end empty. */
  #finishOverdue(): boolean {
    const now = this.#context.nowMs;
    for (const waiter of this.waiters.filter((other) => other.deadlineMs <= now)) this.finishWaiter(waiter, false);
    return false;
  }

  #timeGroups(): void {
    const soonest = this.groups?.soonestDueMs ?? Number.POSITIVE_INFINITY;
    if (soonest !== Number.POSITIVE_INFINITY) this.#context.timers.push(soonest, this.handle, 0, TIMER_GROUP_DUE);
  }

  finishWaiter(waiter: Waiter, gone: boolean): void {
    if (waiter.over) return;
    this.#dropWaiter(waiter);
    waiter.session.sink.acquired(waiter.token, waiter.delivered, gone);
  }

  /** Ends a pull without an answer. */
  cancelWaiter(waiter: Waiter): void {
    if (!waiter.over) this.#dropWaiter(waiter);
  }

  #dropWaiter(waiter: Waiter): void {
    waiter.over = true;
    waiter.session.waiters.delete(waiter);
    const at = this.waiters.indexOf(waiter);
    if (at >= 0) this.waiters.splice(at, 1);
    this.groups?.forgetHolder(waiter.holder);
    for (const { seq, order, address, attempts, sizeBytes, firstMs, group } of waiter.shown) {
      if (!this.done.has(seq)) this.#putBack(seq, order, address, attempts, sizeBytes, firstMs, group, 0);
    }
    waiter.shown.length = 0;
  }

  addWaiter(waiter: Waiter): void {
    this.usedMs = this.#context.nowMs;
    this.waiters.push(waiter);
    waiter.session.waiters.add(waiter);
    this.dispatch();
    if (!waiter.over && waiter.deadlineMs > this.#context.nowMs) {
      this.#context.timers.push(waiter.deadlineMs, this.handle, waiter.holder, TIMER_WAITER);
    }
  }

  /** Hands the found message to one taker. False when it turned out to be past its time and left instead. */
  #hand(session: Session, subscription: Subscription | undefined, waiter: Waiter | undefined): boolean {
    const context = this.#context;
    const memory = context.memory;
    const view = context.delivery;
    const seq = this.#seq;
    const address = this.#address;
    const buffer = memory.resolve(address)!;
    view.read(buffer, memory.offset);
    // a message with no time to live at all may still go to someone who waits
    if (view.expiresAtMs !== 0 && view.expiresAtMs < context.nowMs) {
      this.#leave('expired');
      return false;
    }
    const { maxReceiveCount } = this.settings;
    if (maxReceiveCount !== undefined && this.#attempts >= maxReceiveCount && this.settings.deadLetter !== undefined) {
      this.#leave('delivery_limit');
      return false;
    }
    const reference = view.reference;
    if (reference >= 0) {
      const shared = memory.resolve(context.shared.address(reference))!;
      view.readShared(shared, memory.offset);
    }
    const noAck = (subscription ?? waiter)!.noAck;
    // What was handed out before a crash counts as handed out once: how often it was is not known.
    const attempts = Math.max(this.#attempts, seq < this.redeliveredBelow ? 1 : 0) + 1;
    const firstMs = this.#firstMs === 0 ? context.nowMs : this.#firstMs;
    const persistent = this.durable && (view.flags & IS_TRANSIENT) === 0;
    const order = this.#order;
    const visibilityMs = waiter?.visibilityMs;
    view.token = (subscription ?? waiter)!.token;
    view.queue = this.handle;
    view.seq = seq;
    view.attempts = attempts;
    view.redelivered = attempts > 1;
    view.firstAcquiredMs = firstMs;
    this.#take((subscription ?? waiter)!.holder, view.sizeBytes);
    if (noAck) {
      view.deliveryId = ++session.lastDeliveryId;
      this.#settled(seq, address, persistent);
    } else if (waiter?.visibilityMs === 0) {
      view.deliveryId = ++session.lastDeliveryId;
      const { sizeBytes, group } = view;
      waiter.shown.push({ seq, order, address, attempts, sizeBytes, firstMs, group });
      if (persistent) {
        context.builder.journal.released(this.log, seq, attempts);
        this.#gathered(false);
      }
    } else {
      const deadlineMs = visibilityMs === undefined ? 0 : context.nowMs + visibilityMs;
      if (deadlineMs === 0) {
        view.deliveryId = session.hold(this, seq);
        if (subscription !== undefined) subscription.inFlight++;
      } else {
        view.deliveryId = ++session.lastDeliveryId;
        context.timers.push(deadlineMs, this.handle, seq, TIMER_DEADLINE);
      }
      this.inFlight.add(
        seq,
        order,
        deadlineMs === 0 ? session.handle : 0,
        subscription?.holder ?? 0,
        view.deliveryId,
        attempts,
        view.sizeBytes,
        address,
        deadlineMs,
        firstMs,
      );
      if (this.groups !== undefined) this.heldGroups.set(seq, view.group ?? DEFAULT_GROUP);
      if (persistent) {
        this.change();
        this.#journalHandedOut(seq, attempts, deadlineMs);
      }
    }
    if (waiter !== undefined) waiter.delivered++;
    if (!session.sink.deliver(view)) session.paused = true;
    return true;
  }

  /** With groups: which group a held sequence belongs to. */
  readonly heldGroups = new Map<number, string>();

  #journalHandedOut(seq: number, attempts: number, deadlineMs: number): void {
    const { builder } = this.#context;
    if (this.groups !== undefined) {
      builder.journal.held(this.log, seq, attempts, deadlineMs);
      this.#gathered(false);
    } else if (this.handedOut.isShort(seq)) this.#reserveHandedOut(seq);
  }

  #reserveHandedOut(seq: number): void {
    const { builder } = this.#context;
    builder.journal.handedOut(this.log, this.handedOut.reserve(seq, builder.number));
    this.#context.awaitStable(this);
    this.#gathered(this.waits);
  }

  /**
   * Would a crash right after the found message was handed out leave it marked? If not the mark is on its way, and
   * {@link flushed} goes on.
   */
  #isMarked(holder: number): boolean {
    const { handedOut } = this;
    if (handedOut.covers(this.#seq) || holder === 0 || !this.waits) return true;
    if (this.#context.memory.isTransient(this.#address)) return true;
    if (this.#seq >= handedOut.reserved) {
      handedOut.outrun();
      this.#reserveHandedOut(this.#seq);
    }
    return handedOut.covers(this.#seq);
  }

  /** Takes the found message out of where it waits. */
  #take(holder: number, sizeBytes: number): void {
    if (this.#source === IN_WINDOW) this.window.shift();
    else if (this.#source === IN_HEAP) this.heap.pop();
    else this.groups!.take(this.groups!.message(this.#seq)!, holder);
    if (this.attempts.size > 0) this.attempts.delete(this.#seq);
    this.readyCount--;
    this.readyBytes -= sizeBytes;
  }

  /** A message that was found or held is ready again. */
  #putBack(
    seq: number,
    order: number,
    address: number,
    attempts: number,
    sizeBytes: number,
    firstMs: number,
    group: string | undefined,
    dueMs: number,
  ): void {
    if (this.groups !== undefined) {
      const name = group ?? DEFAULT_GROUP;
      this.groups.letGo(name, seq);
      this.groups.add({ seq, address, attempts, sizeBytes, firstMs, dueMs }, name, this.tail);
    } else {
      this.#keepLoose(seq, address);
      this.heap.push(order, seq, address, attempts, sizeBytes, firstMs);
    }
    this.readyCount++;
    this.readyBytes += sizeBytes;
  }

  /** The found message leaves: dead-lettered or dropped. */
  #leave(reason: DeathReason): void {
    const { memory, scratch } = this.#context;
    const seq = this.#seq;
    const attempts = this.#attempts;
    const address = this.#address;
    const buffer = memory.resolve(address)!;
    scratch.read(buffer, memory.offset);
    this.#take(0, scratch.sizeBytes);
    if (this.groups !== undefined) this.groups.letGo(scratch.group ?? DEFAULT_GROUP, seq);
    this.#sendOff(seq, attempts, reason, address);
  }

  /** Dead-letters a message that waits nowhere any more; reads its record first where that is not in memory. */
  #sendOff(seq: number, attempts: number, reason: DeathReason, address: number): void {
    const context = this.#context;
    if (this.settings.deadLetter !== undefined) {
      const buffer = context.memory.resolve(address);
      const view = context.scratch;
      if (buffer !== undefined) view.read(buffer, context.memory.offset);
      if (buffer === undefined || !this.#resolveReference()) {
        this.leaving.set(seq, { reason, attempts });
        this.#read(seq);
        return;
      }
      context.deadLetter(this, view, attempts, reason);
    }
    this.#settled(seq, address, this.durable && !context.memory.isTransient(address));
  }

  /** For the scratch view: false when the shared record must be read first. */
  #resolveReference(): boolean {
    const { memory, scratch, shared } = this.#context;
    const reference = scratch.reference;
    if (reference < 0) return true;
    const buffer = memory.resolve(shared.address(reference));
    if (buffer === undefined) return false;
    scratch.readShared(buffer, memory.offset);
    return true;
  }

  #finishLeaving(seq: number, view: { reference: number }): void {
    const entry = this.leaving.get(seq)!;
    if (view.reference >= 0 && !this.#resolveReference()) return;
    this.leaving.delete(seq);
    this.#context.deadLetter(this, this.#context.scratch, entry.attempts, entry.reason);
    this.#settled(seq, NOWHERE, this.durable);
  }

  /** Nothing more will happen with the message. */
  #settled(seq: number, address: number, persistent: boolean): void {
    this.done.add(seq);
    if (this.dueOrders.size > 0) this.dueOrders.delete(seq);
    const loose = this.#loose.size === 0 ? undefined : this.#loose.get(seq);
    if (loose !== undefined) {
      this.#loose.delete(seq);
      this.#context.memory.freeTransient(loose);
    } else if (persistent) {
      if (this.notes.done(seq)) this.#context.journalLater(this);
    } else this.#context.memory.freeTransient(address);
  }

  // ---- settling what is held

  acknowledge(seq: number): void {
    const place = this.inFlight.find(seq);
    if (place < 0) return;
    const address = this.inFlight.address(place);
    this.inFlight.remove(place);
    this.#letGo(seq);
    this.#settled(seq, address, this.durable && !this.#context.memory.isTransient(address));
  }

  /** Back to where it was, or dead-lettered when it came too often. */
  release(seq: number, delayMs: number, countsAsReturn: boolean): void {
    const place = this.inFlight.find(seq);
    if (place < 0) return;
    const context = this.#context;
    const table = this.inFlight;
    const address = table.address(place);
    const attempts = table.attempts(place);
    const order = table.order(place);
    const sizeBytes = table.sizeBytes(place);
    const firstMs = table.firstMs(place);
    table.remove(place);
    const group = this.heldGroups.get(seq);
    const { deliveryLimit } = this.settings;
    if (countsAsReturn && deliveryLimit !== undefined && deliveryLimit >= 0 && attempts > deliveryLimit) {
      this.#letGo(seq);
      this.#sendOff(seq, attempts, 'delivery_limit', address);
      return;
    }
    const persistent = this.durable && !context.memory.isTransient(address);
    const dueMs = delayMs > 0 ? context.nowMs + delayMs : 0;
    if (persistent) {
      if (dueMs > 0) context.builder.journal.deferred(this.log, seq, dueMs, attempts);
      else context.builder.journal.released(this.log, seq, attempts);
      this.#gathered(false);
    }
    if (dueMs > 0 && this.groups === undefined) {
      this.attempts.set(seq, attempts);
      this.delayed.set(seq, dueMs);
      this.#keepLoose(seq, address);
      context.timers.push(dueMs, this.handle, seq, TIMER_DUE);
      return;
    }
    this.heldGroups.delete(seq);
    this.#putBack(seq, order, address, attempts, sizeBytes, firstMs, group, dueMs);
    if (context.memory.resolve(address) !== undefined) {
      const at = context.memory.offset;
      context.scratch.read(context.memory.resolve(address)!, at);
      if (context.scratch.expiresAtMs > 0) {
        context.timers.push(context.scratch.expiresAtMs, this.handle, seq, TIMER_EXPIRE);
      }
    }
  }

  reject(seq: number): void {
    const place = this.inFlight.find(seq);
    if (place < 0) return;
    const address = this.inFlight.address(place);
    const attempts = this.inFlight.attempts(place);
    this.inFlight.remove(place);
    this.#letGo(seq);
    this.#sendOff(seq, attempts, 'rejected', address);
  }

  #letGo(seq: number): void {
    if (this.groups === undefined) return;
    const group = this.heldGroups.get(seq);
    this.heldGroups.delete(seq);
    if (group !== undefined) this.groups.letGo(group, seq);
  }

  /** Sets the hold's end; the message must be in flight. */
  extend(seq: number, deadlineMs: number): void {
    const place = this.inFlight.find(seq);
    this.inFlight.setDeadline(place, deadlineMs);
    this.#context.timers.push(deadlineMs, this.handle, seq, TIMER_DEADLINE);
    if (this.groups !== undefined && this.durable) {
      this.#context.builder.journal.held(this.log, seq, this.inFlight.attempts(place), deadlineMs);
      this.#gathered(false);
    }
  }

  /** Settles a message that is ready again though its receiver is late (an old receipt handle on a standard queue). */
  acknowledgeReady(seq: number): void {
    if (this.groups !== undefined) {
      const message = this.groups.remove(seq);
      if (message !== undefined) this.#forgetReady(seq, message.address, message.sizeBytes);
      return;
    }
    const address = this.window.at(seq);
    this.window.set(seq, SKIP);
    if (this.delayed.delete(seq)) this.#settled(seq, NOWHERE, this.durable);
    else this.#forgetReady(seq, address, 0);
  }

  #forgetReady(seq: number, address: number, sizeBytes: number): void {
    this.readyCount--;
    this.readyBytes = Math.max(0, this.readyBytes - sizeBytes);
    this.attempts.delete(seq);
    this.#settled(seq, address, this.durable && !this.#context.memory.isTransient(address));
  }

  /** Ready or delayed, and not on its way out. */
  isWaiting(seq: number): boolean {
    return seq < this.tail && !this.done.has(seq) && !this.leaving.has(seq) && this.inFlight.find(seq) < 0;
  }

  // ---- time

  /** A delayed message is due: it takes a new place in the order. */
  due(seq: number): void {
    const dueMs = this.delayed.get(seq);
    if (dueMs === undefined || dueMs > this.#context.nowMs) return;
    this.delayed.delete(seq);
    const context = this.#context;
    const order = this.tail++;
    this.done.add(order);
    this.#pushSlot(order, SKIP);
    this.visibleEnd = this.tail;
    this.dueOrders.set(seq, order);
    if (this.durable) {
      context.builder.journal.due(this.log, seq, order);
      if (order + RESERVE_AHEAD / 2 > this.reserved) this.#reserve();
      this.#gathered(false);
    }
    const attempts = this.attempts.get(seq) ?? 0;
    this.heap.push(this.orderOf(order, 0), seq, this.#loose.get(seq) ?? NOWHERE, attempts, 0, 0);
    this.readyCount++;
    this.dispatch();
  }

  /** The hold of a message has ended without being settled. */
  deadline(seq: number): void {
    const place = this.inFlight.find(seq);
    if (place < 0) return;
    const deadlineMs = this.inFlight.deadlineMs(place);
    if (deadlineMs === 0 || deadlineMs > this.#context.nowMs) return;
    this.release(seq, 0, true);
    this.dispatch();
  }

  /** A message's own time is over; nothing happens while it is in flight. */
  expire(seq: number): void {
    if (!this.isWaiting(seq)) return;
    let attempts = this.attempts.get(seq) ?? 0;
    let address = NOWHERE;
    if (this.groups !== undefined) {
      const message = this.groups.remove(seq);
      if (message === undefined) return;
      attempts = message.attempts;
      address = message.address;
      this.readyBytes -= message.sizeBytes;
    } else {
      address = this.window.at(seq);
      if (address === SKIP || address === NOWHERE) address = this.#loose.get(seq) ?? NOWHERE;
      this.window.set(seq, SKIP);
      if (this.delayed.delete(seq)) this.readyCount++;
      const { memory, scratch } = this.#context;
      const buffer = memory.resolve(address);
      if (buffer !== undefined) {
        scratch.read(buffer, memory.offset);
        this.readyBytes = Math.max(0, this.readyBytes - scratch.sizeBytes);
      }
    }
    this.readyCount--;
    this.#sendOff(seq, attempts, 'expired', address);
  }

  /** Expires from the head as far as the queue's own time to live reaches. */
  expireHead(): void {
    if (this.settings.messageTtlMs === undefined || this.groups !== undefined || this.prioritised) return;
    this.#headTimerMs = 0;
    const { memory, scratch, nowMs } = this.#context;
    while (this.readyCount > 0 && this.#find(0) === FOUND) {
      scratch.read(memory.resolve(this.#address)!, memory.offset);
      if (scratch.expiresAtMs === 0) return;
      if (scratch.expiresAtMs > nowMs) {
        this.timeHead(scratch.expiresAtMs);
        return;
      }
      this.#leave('expired');
    }
  }

  /** Everything up to this flush is stable. False when the queue waits for no other. */
  flushed(flush: number): boolean {
    if (this.stableEnds.flushed(flush)) this.becameStable(this.stableEnds.stable);
    if (this.handedOut.flushed(flush)) this.dispatch();
    return this.stableEnds.pending || this.handedOut.pending;
  }

  /** For queues that show only what is stable. */
  becameStable(end: number): void {
    if (end <= this.visibleEnd) return;
    this.visibleEnd = end;
    this.dispatch();
  }

  /** Removes what is ready, or everything. Returns how many were ready. */
  purge(everything: boolean): number {
    const ready = this.readyCount;
    const drop = (seq: number, address: number): void =>
      this.#settled(seq, address, this.durable && !this.#context.memory.isTransient(address));
    this.groups?.forEachWaiting((message) => {
      this.groups!.remove(message.seq);
      drop(message.seq, message.address);
    });
    this.heap.forEach((_order, seq) => {
      if (!this.done.has(seq) && !this.leaving.has(seq)) drop(seq, NOWHERE);
    });
    this.heap.clear();
    if (this.groups === undefined) this.#purgeWindow();
    if (everything) {
      for (const seq of this.delayed.keys()) drop(seq, NOWHERE);
      this.delayed.clear();
      const held: number[] = [];
      this.inFlight.forEach((place) => held.push(this.inFlight.seq(place)));
      for (const seq of held) this.acknowledge(seq);
    }
    this.attempts.clear();
    this.readyCount = 0;
    this.readyBytes = 0;
    return ready;
  }

  /** Everything plain from the window on, in few ranges: delayed messages among them stay. */
  #purgeWindow(): void {
    const { window, notes } = this;
    let from = window.first;
    while (window.length > 0) {
      if (this.#context.memory.isTransient(window.firstAddress)) {
        this.done.add(window.first);
        this.#context.memory.freeTransient(window.firstAddress);
      }
      window.shift();
    }
    const stay = [...this.delayed.keys(), ...this.leaving.keys()].filter((seq) => seq >= from).sort((a, b) => a - b);
    for (const seq of [...stay, this.tail]) {
      for (let at = this.done.nextAbsent(from); at < seq; at = this.done.nextAbsent(at)) {
        let end = at;
        while (end < seq && !this.done.has(end) && this.inFlight.find(end) < 0) end++;
        if (end > at) {
          this.done.addRange(at, end - 1);
          if (this.durable) notes.doneRange(at, end - 1);
        }
        at = Math.max(end, at + 1);
      }
      from = seq + 1;
    }
    if (this.durable && notes.pending) this.#context.journalLater(this);
    window.reset(this.tail);
    if (!this.retained) this.windowWhole = true;
  }

  counts(): { ready: number; inFlight: number; delayed: number; readyBytes: number } {
    return {
      ready: this.readyCount,
      inFlight: this.inFlight.size,
      delayed: this.delayed.size,
      readyBytes: this.readyBytes,
    };
  }
}

/** The shared sequence that the record at `at` refers to: its body. */
export function sharedSequence(buffer: Uint8Array, at: number): number {
  return readU48(buffer, at + RECORD_HEADER_BYTES + readU16(buffer, at + 6));
}
