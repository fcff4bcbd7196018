import { IS_TRANSIENT } from '../../bytes/index.js';
import type { QueueCounts, QueueSettings } from '../broker.js';
import { NOWHERE } from '../log/memory.js';
import { StableEnds } from '../log/stable-ends.js';
import type { DeathReason, Outgoing } from '../message.js';
import { RUN_VOLATILE } from '../ports.js';
import type { Deduplication } from './deduplication.js';
import { type DeliveryContext, TIMER_DUE, TIMER_EXPIRE } from './delivery-context.js';
import { depart } from './departures.js';
import { Dispatcher } from './dispatcher.js';
import { GroupIndex } from './group-index.js';
import { JournalNotes } from './journal-notes.js';
import { DELAYED, HELD, MessageTable, READY } from './message-table.js';
import { NextMessage } from './next-message.js';
import { PendingMessages } from './pending-messages.js';
import { QueueReader } from './queue-reader.js';
import { ReadyHeap } from './ready-heap.js';
import { RedeliveryMark } from './redelivery-mark.js';
import { SequenceReservation } from './sequence-reservation.js';
import { SequenceSet } from './sequence-set.js';
import { ReferenceMarks } from './shared-bodies.js';
import type { Subscription } from './takers.js';
import type { Tenants } from './tenants.js';
import { expire } from './times.js';
import { SKIP, Window } from './window.js';

/** Orders of lower priority lie above those of higher priority. */
const PRIORITY_SPAN = 2 ** 44;
export const DEFAULT_GROUP = '';

export interface MessageQueueOptions {
  readonly durable: boolean;
  readonly grouped: boolean;
  /** The log of its records. */
  readonly source: number;
  readonly settings: Partial<QueueSettings>;
}

/**
 * The delivery state of one queue: what it holds and where each message stands. Plain messages are implicit:
 * everything from the window's first sequence on is ready, in the order of the log; only exceptions (returned,
 * delayed, prioritised, grouped, held, leaving) stand in the table. What happens to messages lies in the files beside
 * this one: {@link NextMessage} finds them, {@link Dispatcher} hands them out, settling.ts ends them, times.ts moves
 * them when it is time, {@link QueueReader} brings their records into memory, departures.ts sends them elsewhere.
 */
export class MessageQueue {
  readonly context: DeliveryContext;
  readonly handle: number;
  /** Under which its delivery state is journaled; also the log of its records, unless it is retained. */
  readonly log: number;
  readonly source: number;
  /** Appends are journaled and survive; otherwise everything is kept in memory or spilled. */
  readonly durable: boolean;
  /** Works off a partition's log: it appends nothing itself. */
  readonly retained: boolean;
  /** 0: no priorities. */
  readonly maxPriority: number;
  settings: Partial<QueueSettings>;

  /** The next sequence. */
  tail = 0;
  /** One past the last sequence that may be seen: behind `tail` where only what is stable is visible. */
  visibleEnd = 0;
  readonly done = new SequenceSet();
  readonly window = new Window();
  /** The window has a slot for everything that is visible. */
  windowWhole: boolean;
  readonly rows: MessageTable;
  readonly heap = new ReadyHeap();
  readonly groups: GroupIndex | undefined;
  readonly pending = new PendingMessages();
  /** Ends of what is pending, by flush. */
  readonly stableEnds = new StableEnds();
  readonly sequences: SequenceReservation;
  readonly redelivery: RedeliveryMark;
  readonly notes = new JournalNotes();
  readonly marks = new ReferenceMarks();
  /** What leaves, and whether it is on its way already. */
  readonly leaving = new Map<number, { readonly reason: DeathReason; sent: boolean }>();
  deduplication: Deduplication | undefined = undefined;

  readyCount = 0;
  readyBytes = 0;
  heldCount = 0;
  /** Deliveries since the broker started, for whoever counts. */
  handedOut = 0;
  delayedCount = 0;
  /** Who has what in flight, once a message that names its group was handed out; with group order groups do that. */
  tenants: Tenants | undefined = undefined;
  /** Some records may expire. */
  expiring = false;
  /** Transient messages lie in the log. */
  spilled = false;
  /** Not in its last checkpoint as it is now. */
  changed = false;
  /** Deleted: what is still held of it is nobody's business. */
  gone = false;
  /** When it was last used, for expiry of the queue itself. */
  usedMs: number;

  readonly next: NextMessage;
  readonly dispatcher: Dispatcher;
  readonly reader: QueueReader;

  constructor(context: DeliveryContext, handle: number, log: number, options: MessageQueueOptions) {
    this.context = context;
    this.handle = handle;
    this.log = log;
    this.durable = options.durable;
    this.source = options.source;
    this.retained = options.source !== log;
    this.settings = options.settings;
    this.maxPriority = options.settings.maxPriority ?? 0;
    this.windowWhole = !this.retained;
    this.rows = new MessageTable(options.grouped);
    this.groups = options.grouped ? new GroupIndex(this.rows) : undefined;
    this.usedMs = context.nowMs;
    this.sequences = new SequenceReservation(this);
    this.redelivery = new RedeliveryMark(this);
    this.next = new NextMessage(this);
    this.dispatcher = new Dispatcher(this);
    this.reader = new QueueReader(this);
  }

  get subscriptions(): readonly Subscription[] {
    return this.dispatcher.subscriptions;
  }

  get grouped(): boolean {
    return this.groups !== undefined;
  }

  /** What was appended is only confirmed when it is stable. */
  get confirmsWait(): boolean {
    const { durability } = this.settings;
    return durability === undefined || durability === 'sync';
  }

  counts(): QueueCounts {
    return {
      ready: this.readyCount,
      inFlight: this.heldCount,
      delayed: this.delayedCount,
      readyBytes: this.readyBytes,
    };
  }

  // ---- in

  /**
   * Takes a message in and hands it out where somebody waits. Returns the flush to wait for, 0 for none. `reference` is
   * the shared record that holds its body, negative: none. `attempts` is what a message brings along from the queue
   * that it was moved from. Throws `invalid-argument` before anything has happened.
   */
  append(message: Outgoing, history: Uint8Array | undefined, reference: number, attempts: number): number {
    const { context, settings } = this;
    const now = context.nowMs;
    const queueTtl = settings.messageTtlMs ?? -1;
    const own = message.ttlMs >= 0 && (queueTtl < 0 || message.ttlMs < queueTtl);
    const ttl = own ? message.ttlMs : queueTtl;
    const expiresAtMs = ttl < 0 ? 0 : now + ttl;
    const delay = message.delayMs >= 0 ? message.delayMs : (settings.delayMs ?? 0);
    const dueMs = delay > 0 ? now + delay : 0;
    context.writer.prepare(message, now, expiresAtMs, dueMs, history, reference);
    const seq = this.tail;
    const persistent = this.durable && !message.transient;
    const apart = own || dueMs > 0 || this.maxPriority > 0 || attempts > 0;
    const timed = ttl >= 0 && apart;
    const inRows = this.grouped || timed || dueMs > 0 || this.maxPriority > 0 || attempts > 0;
    const address = persistent ? this.#store(seq, 0) : this.#keep(seq, inRows);
    const flush = persistent && this.confirmsWait ? context.builder.number : 0;
    if (persistent) context.gathered(flush > 0);
    this.tail = seq + 1;
    this.sequences.reserve();
    this.touch();
    if (reference >= 0) this.marks.add(seq, reference);
    if (attempts > 0 && persistent) context.builder.journal.released(this.log, seq, attempts, 0, message.bodyLength);
    if (ttl >= 0) this.expiring = true;
    const { bodyLength, priority, group } = message;
    const visibleIn = this.#visibleIn(seq, persistent);
    if (visibleIn > 0) {
      this.stableEnds.append(visibleIn, this.tail);
      this.pending.add({ seq, address, persistent, bodyLength, dueMs, expiresAtMs, timed, priority, group, attempts });
      context.awaitStable(this);
    } else {
      this.visibleEnd = this.tail;
      this.#enter(seq, address, persistent, bodyLength, dueMs, expiresAtMs, timed, priority, group, attempts);
      this.dispatcher.run();
      if (timed && ttl === 0) expire(this, seq); // who waited for it has it now
    }
    return flush;
  }

  /** The flush that must be stable before the message may be seen; 0: it may be seen at once. */
  #visibleIn(seq: number, persistent: boolean): number {
    const { context } = this;
    const unreserved = this.sequences.flushOf(seq);
    const waits = persistent && (this.grouped || !context.deliverBeforeSync);
    if (!waits && unreserved === 0 && !this.stableEnds.pending) return 0;
    return Math.max(this.stableEnds.lastFlush, unreserved, waits ? context.builder.number : 0);
  }

  /** Writes the prepared record into the gathering flush. Returns its address. */
  #store(seq: number, flags: number): number {
    const { builder, writer } = this.context;
    builder.append(this.log, seq, writer.sizeBytes, flags, writer.timestampMs);
    const { address } = builder;
    writer.write(builder.buffer, builder.place);
    this.redelivery.appended(builder.number, seq);
    return address;
  }

  /** Keeps a transient record in memory as long as there is room and its address is remembered; else spills it. */
  #keep(seq: number, inRows: boolean): number {
    const { memory, writer } = this.context;
    const size = writer.sizeBytes;
    if ((inRows || this.windowWhole) && memory.transientBytes + size <= memory.limits.transientBytes) {
      const address = memory.allocateTransient(size);
      const buffer = memory.resolve(address)!;
      writer.write(buffer, memory.offset);
      return address;
    }
    this.spilled = true;
    const address = this.#store(seq, RUN_VOLATILE);
    this.context.gathered(false);
    return address;
  }

  /** Puts a message that may be seen where it will wait. */
  #enter(
    seq: number,
    address: number,
    persistent: boolean,
    sizeBytes: number,
    dueMs: number,
    expiresAtMs: number,
    timed: boolean,
    priority: number,
    groupName: string | undefined,
    attempts: number,
  ): void {
    const { groups } = this;
    const delayed = dueMs > this.context.nowMs;
    const ordered = this.maxPriority > 0 || groups !== undefined;
    if (!ordered && !delayed && !timed && attempts === 0) {
      this.pushSlot(seq, address);
      this.readyCount++;
      this.readyBytes += sizeBytes;
      return;
    }
    const { rows } = this;
    const order = this.orderOf(seq, priority);
    const place = rows.add(seq);
    rows.state[place] = delayed ? DELAYED : READY;
    rows.persistent[place] = persistent ? 1 : 0;
    rows.attempts[place] = attempts;
    rows.sizeBytes[place] = sizeBytes;
    rows.order[place] = delayed ? order - seq : order;
    rows.address[place] = address;
    rows.timeMs[place] = delayed ? dueMs : 0;
    rows.expiresMs[place] = expiresAtMs;
    if (timed) this.timeExpiry(place);
    if (groups !== undefined) {
      const group = groups.group(groupName ?? DEFAULT_GROUP);
      rows.group[place] = group;
      groups.insert(group, seq);
      if (expiresAtMs > 0 && !timed) this.dispatcher.expiry.expect(expiresAtMs);
    } else if (!delayed) this.heap.push(order, seq);
    if (ordered) this.window.reset(this.visibleEnd);
    else this.pushSlot(seq, SKIP);
    if (delayed) {
      this.delayedCount++;
      this.context.timers.push(dueMs, this.handle, seq, TIMER_DUE);
    } else {
      this.readyCount++;
      this.readyBytes += sizeBytes;
    }
  }

  /** The window's slot for a sequence that becomes visible: `address`, or {@link SKIP}. */
  pushSlot(seq: number, address: number): void {
    if (!this.windowWhole) return;
    const { window } = this;
    const { memory } = this.context;
    if (window.length === 0) window.reset(seq);
    if (window.length < memory.limits.windowSlots || memory.isTransient(address)) window.push(address);
    else this.windowWhole = false;
  }

  /** Flush `number` is stable: more may be seen, and handed out. */
  flushed(number: number): void {
    this.sequences.flushed(number);
    let moved = this.redelivery.flushed(number);
    if (this.stableEnds.flushed(number)) {
      const end = this.stableEnds.stable;
      this.pending.takeBelow(end, (seq, message) => {
        this.visibleEnd = seq + 1;
        if (message === undefined) {
          this.pushSlot(seq, SKIP);
          return;
        }
        const { address, persistent, bodyLength, dueMs, expiresAtMs, timed, priority, group, attempts } = message;
        this.#enter(seq, address, persistent, bodyLength, dueMs, expiresAtMs, timed, priority, group, attempts);
      });
      moved = true;
    }
    if (moved) this.dispatcher.run();
  }

  /** Something still waits for a flush. */
  get unstable(): boolean {
    return this.stableEnds.pending || this.sequences.pending || this.redelivery.pending;
  }

  /** The log that it works off ends at `end` now. */
  extend(end: number): void {
    if (end <= this.tail) return;
    this.readyCount += end - this.tail;
    this.tail = end;
    this.visibleEnd = end;
    this.touch();
    this.dispatcher.run();
  }

  /** Its next checkpoint must be written. */
  touch(): void {
    if (this.changed || !this.durable) return;
    this.changed = true;
    this.context.changed(this);
  }

  // ---- order

  /** Where a message of that priority stands that came as `seq`. */
  orderOf(seq: number, priority: number): number {
    if (this.maxPriority === 0) return seq;
    return (this.maxPriority - Math.min(this.maxPriority, Math.max(0, priority))) * PRIORITY_SPAN + seq;
  }

  /** The part of an order that comes from the priority. */
  priorityPart(order: number): number {
    return order - (order % PRIORITY_SPAN);
  }

  /** The order of a message that stands aside: behind all that do not. Not for queues with priorities. */
  orderAside(seq: number): number {
    return PRIORITY_SPAN + seq;
  }

  /** The other part of an order: the sequence or the place that it came from. */
  sequencePart(order: number): number {
    return order % PRIORITY_SPAN;
  }

  // ---- changes that several files need

  /** A message of the table waits again, where it stood. */
  giveBack(place: number): void {
    const { rows } = this;
    const seq = rows.seq(place);
    rows.state[place] = READY;
    rows.session[place] = 0;
    rows.timeMs[place] = 0;
    if (this.groups !== undefined) this.groups.giveBack(rows.group[place]!, seq, this.tail);
    else this.heap.push(rows.order[place], seq);
    this.readyCount++;
    this.readyBytes += rows.sizeBytes[place];
    if (rows.expiresMs[place] === 0) return;
    if (rows.expiresMs[place] <= this.context.nowMs) depart(this, place, 'expired');
    else if (this.groups === undefined) this.timeExpiry(place);
    else this.dispatcher.expiry.expect(rows.expiresMs[place]);
  }

  /** Has the message of the table looked at when its time is over. */
  timeExpiry(place: number): void {
    const { rows } = this;
    if (rows.timed[place] === 1 || rows.expiresMs[place] === 0) return;
    rows.timed[place] = 1;
    this.context.timers.push(rows.expiresMs[place], this.handle, rows.seq(place), TIMER_EXPIRE);
  }

  /** A message of the table stops counting as what it is, and waits nowhere any more. */
  withdraw(place: number): void {
    const { rows } = this;
    const state = rows.state[place];
    const seq = rows.seq(place);
    if (state === READY) {
      this.lessReady(rows.sizeBytes[place]);
      this.tenants?.takeBack(seq);
      if (this.groups === undefined) this.heap.markStale((order, other) => this.#counts(order, other));
    } else if (state === HELD) this.noLongerHeld(seq);
    else if (state === DELAYED) this.delayedCount--;
    else this.leaving.delete(seq);
    if (this.groups === undefined) return;
    const group = rows.group[place]!;
    if (state === HELD) this.groups.letGo(group, seq);
    else if (state === READY || state === DELAYED) this.groups.remove(group, seq);
  }

  /** A held message is not held any more, whatever becomes of it. */
  noLongerHeld(seq: number): void {
    this.heldCount--;
    this.tenants?.letGo(seq, this.context.nowMs);
  }

  /** What {@link next} has found, and the context's delivery shows, is a noisy tenant's: it stands aside. */
  putAside(tenants: Tenants, tenant: string): void {
    const { next, rows, context } = this;
    const { delivery: view } = context;
    const { seq } = next;
    let { place } = next;
    if (place >= 0) this.heap.pop();
    else {
      this.window.shift();
      place = rows.add(seq);
      rows.state[place] = READY;
      rows.persistent[place] = this.durable && (view.flags & IS_TRANSIENT) === 0 ? 1 : 0;
      rows.sizeBytes[place] = view.sizeBytes;
      rows.address[place] = next.address;
      rows.expiresMs[place] = view.expiresAtMs;
    }
    rows.order[place] = this.orderAside(seq);
    this.heap.push(rows.order[place], seq);
    this.timeExpiry(place);
    tenants.putAside(tenant, seq);
  }

  /** Messages of tenants that are not noisy any more are back in their own places. */
  callBack(tenants: Tenants): void {
    const { rows, heap } = this;
    for (const seq of tenants.quietAgain(this.heldCount)) {
      rows.order[rows.find(seq)] = seq;
      heap.markStale((order, other) => this.#counts(order, other));
      heap.push(seq, seq);
    }
  }

  #counts(order: number, seq: number): boolean {
    const place = this.rows.find(seq);
    return place >= 0 && this.rows.state[place] === READY && this.rows.order[place] === order;
  }

  lessReady(sizeBytes: number): void {
    this.readyCount--;
    this.readyBytes = this.readyCount === 0 ? 0 : Math.max(0, this.readyBytes - sizeBytes);
  }

  /** Nothing more will happen with the message, which stands nowhere any more. */
  settled(seq: number, address: number, persistent: boolean): void {
    this.done.add(seq);
    if (persistent) {
      if (this.notes.done(seq)) this.context.journalLater(this);
      return;
    }
    this.context.memory.freeTransient(address);
    if (this.spilled) this.context.journalLater(this);
  }

  /** Takes a message out of the table and is done with it. */
  drop(place: number): void {
    const { rows } = this;
    const seq = rows.seq(place);
    const address = rows.address[place];
    const persistent = rows.persistent[place] === 1;
    this.withdraw(place);
    rows.remove(place);
    this.settled(seq, address, persistent);
  }

  /** Ready or delayed, and not on its way out. */
  isWaiting(seq: number): boolean {
    if (seq >= this.visibleEnd || this.done.has(seq)) return false;
    const place = this.rows.find(seq);
    return place < 0 || this.rows.state[place] === READY || this.rows.state[place] === DELAYED;
  }

  /** Where the record of a message is in memory, as far as the queue knows. */
  addressOf(seq: number): number {
    const place = this.rows.find(seq);
    if (place >= 0) return this.rows.address[place];
    const address = this.window.at(seq);
    return address === SKIP ? NOWHERE : address;
  }

  /** The queue is gone: lets go of everything. */
  free(): void {
    const { memory } = this.context;
    this.gone = true;
    for (; this.window.length > 0; this.window.shift()) memory.freeTransient(this.window.firstAddress);
    this.rows.forEach((place) => memory.freeTransient(this.rows.address[place]));
    this.rows.clear();
    this.pending.takeBelow(Number.POSITIVE_INFINITY, (_seq, message) =>
      memory.freeTransient(message?.address ?? NOWHERE),
    );
    this.heap.clear();
    this.leaving.clear();
  }
}
