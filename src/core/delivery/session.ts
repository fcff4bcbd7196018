import { BrokerError } from '../broker-error.js';
import type { SessionSink } from '../broker.js';
import type { MessageQueue } from './message-queue.js';

/** Who takes messages from a queue: a subscription, or one pull. `holder` tells them apart for message groups. */
export interface Taker {
  readonly holder: number;
  readonly token: number;
  readonly session: Session;
  readonly queue: MessageQueue;
  readonly noAck: boolean;
}

/** A standing order: messages are pushed as long as there is credit. */
export class Subscription implements Taker {
  readonly holder: number;
  readonly token: number;
  readonly session: Session;
  readonly queue: MessageQueue;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly priority: number;
  /** Messages in flight at most; 0: no limit. */
  readonly credit: number;
  inFlight = 0;

  constructor(
    holder: number,
    session: Session,
    queue: MessageQueue,
    options: { token: number; credit: number; noAck: boolean; exclusive: boolean; priority: number },
  ) {
    this.holder = holder;
    this.session = session;
    this.queue = queue;
    this.token = options.token;
    this.credit = options.credit;
    this.noAck = options.noAck;
    this.exclusive = options.exclusive;
    this.priority = options.priority;
  }

  get canTake(): boolean {
    const session = this.session;
    if (session.paused) return false;
    if (this.noAck) return true;
    return (
      (this.credit === 0 || this.inFlight < this.credit) && (session.credit === 0 || session.inFlight < session.credit)
    );
  }
}

/** A message that a pull hands out without holding it. */
export interface ShownMessage {
  readonly seq: number;
  readonly order: number;
  readonly address: number;
  readonly attempts: number;
  readonly sizeBytes: number;
  readonly firstMs: number;
  readonly group: string | undefined;
}

/** One pull of up to `max` messages, which may wait for the first. */
export class Waiter implements Taker {
  readonly holder: number;
  readonly token: number;
  readonly session: Session;
  readonly queue: MessageQueue;
  readonly noAck: boolean;
  readonly max: number;
  readonly visibilityMs: number | undefined;
  readonly deadlineMs: number;
  delivered = 0;
  over = false;
  /** With a hold of no length: what was handed out, to be ready again when the pull is over and not within it. */
  readonly shown: ShownMessage[] = [];

  constructor(
    holder: number,
    session: Session,
    queue: MessageQueue,
    options: { token: number; max: number; noAck: boolean; visibilityMs: number | undefined },
    deadlineMs: number,
  ) {
    this.holder = holder;
    this.session = session;
    this.queue = queue;
    this.token = options.token;
    this.noAck = options.noAck;
    this.max = options.max;
    this.visibilityMs = options.visibilityMs;
    this.deadlineMs = deadlineMs;
  }
}

/** Deliveries under one counter, and what became of each: a ring of (queue, sequence) by delivery id. */
export class Session {
  readonly handle: number;
  readonly sink: SessionSink;
  paused = false;
  /** Over all subscriptions; 0: no limit. */
  credit = 0;
  inFlight = 0;
  readonly subscriptions = new Set<Subscription>();
  readonly waiters = new Set<Waiter>();
  /** The last delivery id that was given out. */
  lastDeliveryId = 0;
  #first = 1;
  #queues: (MessageQueue | undefined)[] = [];
  #seqs = new Float64Array(0);
  #mask = -1;

  constructor(handle: number, sink: SessionSink) {
    this.handle = handle;
    this.sink = sink;
  }

  /** Remembers that the delivery with the next id holds `seq`. */
  hold(queue: MessageQueue, seq: number): number {
    const id = ++this.lastDeliveryId;
    if (this.inFlight === 0) this.#first = id;
    if (id - this.#first >= this.#seqs.length) this.#grow(id);
    this.#queues[id & this.#mask] = queue;
    this.#seqs[id & this.#mask] = seq;
    this.inFlight++;
    return id;
  }

  /** The queue whose message `id` holds; undefined when it is settled or was never held. */
  heldQueue(id: number): MessageQueue | undefined {
    return id < this.#first || id > this.lastDeliveryId || this.#mask < 0 || id - this.#first > this.#mask
      ? undefined
      : this.#queues[id & this.#mask];
  }

  heldSeq(id: number): number {
    return this.#seqs[id & this.#mask];
  }

  /** The lowest id that may still be held. */
  get firstHeld(): number {
    return this.#first;
  }

  forget(id: number): void {
    this.#queues[id & this.#mask] = undefined;
    this.inFlight--;
    while (this.#first <= this.lastDeliveryId && this.#queues[this.#first & this.#mask] === undefined) this.#first++;
  }

  /** Throws unless `id` is held; with `multiple` the ids up to it must not all be unknown, as in AMQP. */
  check(id: number, multiple: boolean): void {
    if (multiple && id === 0) return;
    if (this.heldQueue(id) === undefined) throw new BrokerError('unknown-delivery', `unknown delivery tag ${id}`);
  }

  #grow(id: number): void {
    const length = Math.max(16, 2 ** Math.ceil(Math.log2(id - this.#first + 2)));
    const queues: (MessageQueue | undefined)[] = Array.from({ length });
    const seqs = new Float64Array(length);
    for (let old = this.#first; old < id; old++) {
      queues[old & (length - 1)] = this.#queues[old & this.#mask];
      seqs[old & (length - 1)] = this.#seqs[old & this.#mask]!;
    }
    this.#queues = queues;
    this.#seqs = seqs;
    this.#mask = length - 1;
  }
}
