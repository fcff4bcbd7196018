import { BrokerError } from '../broker-error.js';
import type { SessionSink } from '../broker.js';
import type { MessageQueue } from './message-queue.js';
import type { Subscription, Waiter } from './takers.js';

/** Deliveries under one counter, and what became of each: a ring of (queue, sequence, subscription) by delivery id. */
export class Session {
  readonly handle: number;
  readonly sink: SessionSink;
  paused = false;
  /** Over all subscriptions; 0: no limit. */
  credit = 0;
  /** Deliveries to subscriptions that are not settled: what counts against {@link credit}. */
  pushed = 0;
  readonly subscriptions = new Set<Subscription>();
  readonly waiters = new Set<Waiter>();
  /** The last delivery id that was given out. */
  lastDeliveryId = 0;
  #held = 0;
  #first = 1;
  #queues: (MessageQueue | undefined)[] = [];
  #subscriptions: (Subscription | undefined)[] = [];
  #seqs = new Float64Array(0);
  #mask = -1;

  constructor(handle: number, sink: SessionSink) {
    this.handle = handle;
    this.sink = sink;
  }

  /** Remembers that the delivery with the next id holds `seq`. */
  hold(queue: MessageQueue, seq: number, subscription: Subscription | undefined): number {
    const id = ++this.lastDeliveryId;
    if (this.#held === 0) this.#first = id;
    if (id - this.#first > this.#mask) this.#grow(id);
    const place = id & this.#mask;
    this.#queues[place] = queue;
    this.#subscriptions[place] = subscription;
    this.#seqs[place] = seq;
    this.#held++;
    if (subscription !== undefined) {
      subscription.inFlight++;
      this.pushed++;
    }
    return id;
  }

  /** The queue whose message `id` holds; undefined when it is settled or was never held. */
  heldQueue(id: number): MessageQueue | undefined {
    return id < this.#first || id > this.lastDeliveryId || id - this.#first > this.#mask
      ? undefined
      : this.#queues[id & this.#mask];
  }

  heldSeq(id: number): number {
    return this.#seqs[id & this.#mask];
  }

  /** Deliveries that are not settled. */
  get held(): number {
    return this.#held;
  }

  /** The lowest id that may still be held. */
  get firstHeld(): number {
    return this.#first;
  }

  /** The delivery is settled: its credit is free again. */
  forget(id: number): void {
    const place = id & this.#mask;
    const subscription = this.#subscriptions[place];
    if (subscription !== undefined) {
      subscription.inFlight--;
      this.pushed--;
      this.#subscriptions[place] = undefined;
    }
    this.#queues[place] = undefined;
    this.#held--;
    if (this.#held === 0) this.#first = this.lastDeliveryId + 1;
    else while (this.#queues[this.#first & this.#mask] === undefined) this.#first++;
  }

  /** Throws unless `id` is held; with `multiple` the ids up to it must not all be unknown, as in AMQP. */
  check(id: number, multiple: boolean): void {
    if (multiple && id === 0) return;
    if (this.heldQueue(id) === undefined) throw new BrokerError('unknown-delivery', `unknown delivery tag ${id}`);
  }

  #grow(id: number): void {
    const length = Math.max(16, 2 ** Math.ceil(Math.log2(id - this.#first + 2)));
    const queues: (MessageQueue | undefined)[] = Array.from({ length });
    const subscriptions: (Subscription | undefined)[] = Array.from({ length });
    const seqs = new Float64Array(length);
    const end = Math.min(id - 1, this.#first + this.#mask);
    for (let old = this.#first; old <= end; old++) {
      const from = old & this.#mask;
      const to = old & (length - 1);
      queues[to] = this.#queues[from];
      subscriptions[to] = this.#subscriptions[from];
      seqs[to] = this.#seqs[from];
    }
    this.#queues = queues;
    this.#subscriptions = subscriptions;
    this.#seqs = seqs;
    this.#mask = length - 1;
  }
}
