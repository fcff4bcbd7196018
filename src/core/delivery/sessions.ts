import type { AcquireOptions, SessionSink, SubscribeOptions } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import type { QueueEntry } from '../catalog/queue-entry.js';
import { depart } from './departures.js';
import type { MessageQueue } from './message-queue.js';
import { Session } from './session.js';
import { release, retryDelayMs } from './settling.js';
import { Subscription, Waiter } from './takers.js';

const ACKNOWLEDGE = 0;
const RELEASE = 1;
const REJECT = 2;

/** Who takes messages, and the settling of what they hold by delivery id. */
export class Sessions {
  readonly #sessions = new Map<number, Session>();
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #left: (queue: MessageQueue) => void;
  #nextSession = 1;
  /** One space for subscriptions and pulls: message groups tell takers apart by it. */
  #nextHolder = 1;

  /** `left` is told of every queue that a subscription left by itself. */
  constructor(left: (queue: MessageQueue) => void) {
    this.#left = left;
  }

  open(sink: SessionSink): number {
    const session = new Session(this.#nextSession++, sink);
    this.#sessions.set(session.handle, session);
    return session.handle;
  }

  /** Deliveries of a session that are not settled; 0 when it is closed. */
  held(handle: number): number {
    return this.#sessions.get(handle)?.held ?? 0;
  }

  close(handle: number): void {
    const session = this.#sessions.get(handle);
    if (session === undefined) return;
    this.#sessions.delete(handle);
    session.paused = true;
    const touched = new Set<MessageQueue>();
    for (const waiter of [...session.waiters]) {
      waiter.queue.dispatcher.end(waiter, false);
      touched.add(waiter.queue);
    }
    const left = new Set<MessageQueue>();
    for (const subscription of [...session.subscriptions]) {
      this.#remove(subscription);
      left.add(subscription.queue);
      touched.add(subscription.queue);
    }
    for (let id = session.firstHeld; id <= session.lastDeliveryId; id++) {
      const queue = session.heldQueue(id);
      if (queue === undefined) continue;
      this.#settleOne(session, id, queue, RELEASE, 0);
      touched.add(queue);
    }
    for (const queue of touched) queue.dispatcher.run();
    for (const queue of left) this.#left(queue);
  }

  #session(handle: number): Session {
    const session = this.#sessions.get(handle);
    if (session === undefined) throw new BrokerError('not-found', `no session ${handle}`);
    return session;
  }

  // ---- taking

  subscribe(handle: number, entry: QueueEntry, options: SubscribeOptions, nowMs: number): number {
    const session = this.#session(handle);
    const queue = entry.state;
    if (queue.subscriptions.length > 0 && (options.exclusive || entry.exclusiveConsumer)) {
      throw new BrokerError(
        'exclusive-use',
        `queue '${entry.name}' in virtual host '${entry.virtualHost}' in exclusive use`,
      );
    }
    const subscription = new Subscription(this.#nextHolder++, session, queue, options);
    this.#subscriptions.set(subscription.holder, subscription);
    session.subscriptions.add(subscription);
    queue.dispatcher.add(subscription);
    queue.usedMs = nowMs;
    entry.consumed = true;
    queue.dispatcher.run();
    return subscription.holder;
  }

  unsubscribe(holder: number): void {
    const subscription = this.#subscriptions.get(holder);
    if (subscription === undefined) throw new BrokerError('not-found', `no subscription ${holder}`);
    this.#remove(subscription);
    this.#left(subscription.queue);
    subscription.queue.dispatcher.run();
  }

  #remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription.holder);
    subscription.session.subscriptions.delete(subscription);
    const { queue } = subscription;
    queue.dispatcher.remove(subscription);
    queue.usedMs = queue.context.nowMs;
  }

  acquire(handle: number, queue: MessageQueue, options: AcquireOptions, nowMs: number): void {
    const session = this.#session(handle);
    queue.dispatcher.pull(new Waiter(this.#nextHolder++, session, queue, options, nowMs + options.waitMs));
  }

  cancelAcquire(handle: number, token: number): void {
    for (const waiter of [...(this.#sessions.get(handle)?.waiters ?? [])]) {
      if (waiter.token !== token) continue;
      waiter.queue.dispatcher.end(waiter, false);
      waiter.queue.dispatcher.run();
    }
  }

  /** The queue is gone: nobody takes from it any more, and all are told. */
  dismiss(queue: MessageQueue): void {
    for (const subscription of [...queue.subscriptions]) {
      this.#remove(subscription);
      subscription.session.sink.cancelled(subscription.token);
    }
    for (const waiter of [...queue.dispatcher.waiters]) queue.dispatcher.end(waiter, true, true);
  }

  // ---- credit

  setCredit(handle: number, messages: number): void {
    const session = this.#session(handle);
    session.credit = messages;
    this.#resume(session);
  }

  setPaused(handle: number, paused: boolean): void {
    const session = this.#sessions.get(handle);
    if (session === undefined || session.paused === paused) return;
    session.paused = paused;
    if (!paused) this.#resume(session);
  }

  #resume(session: Session): void {
    // whoever is served goes to the end of the line, so that with little credit every queue has its turn
    for (const subscription of [...session.subscriptions]) {
      const before = session.pushed;
      subscription.queue.dispatcher.run();
      if (session.credit === 0 || session.pushed === before || !session.subscriptions.delete(subscription)) continue;
      session.subscriptions.add(subscription);
    }
  }

  // ---- settling

  inFlight(handle: number, from: number, to: number): number[] {
    const session = this.#session(handle);
    const ids: number[] = [];
    for (let id = Math.max(from, session.firstHeld); id <= Math.min(to, session.lastDeliveryId); id++) {
      if (session.heldQueue(id) !== undefined) ids.push(id);
    }
    return ids;
  }

  acknowledge(handle: number, deliveryId: number, multiple: boolean): void {
    this.#settle(handle, deliveryId, multiple, ACKNOWLEDGE, 0);
  }

  release(handle: number, deliveryId: number, multiple: boolean, delayMs: number | undefined): void {
    this.#settle(handle, deliveryId, multiple, RELEASE, delayMs);
  }

  reject(handle: number, deliveryId: number, multiple: boolean): void {
    this.#settle(handle, deliveryId, multiple, REJECT, 0);
  }

  #settle(handle: number, deliveryId: number, multiple: boolean, verb: number, delayMs: number | undefined): void {
    const session = this.#session(handle);
    session.check(deliveryId, multiple);
    if (!multiple) {
      const queue = session.heldQueue(deliveryId)!;
      this.#settleOne(session, deliveryId, queue, verb, delayMs);
      this.#settled(session, queue);
      return;
    }
    const last = deliveryId === 0 ? session.lastDeliveryId : deliveryId;
    let queue: MessageQueue | undefined;
    for (let id = session.firstHeld; id <= last; id++) {
      const held = session.heldQueue(id);
      if (held === undefined) continue;
      if (queue !== undefined && held !== queue) this.#settled(session, queue);
      queue = held;
      this.#settleOne(session, id, held, verb, delayMs);
    }
    if (queue !== undefined) this.#settled(session, queue);
  }

  /** The hold may have ended meanwhile: purged, deleted, or settled under a receipt handle. Then only credit comes back. */
  #settleOne(session: Session, id: number, queue: MessageQueue, verb: number, delayMs: number | undefined): void {
    const seq = session.heldSeq(id);
    session.forget(id);
    const { rows } = queue;
    const place = rows.find(seq);
    if (place < 0 || rows.deliveryId[place] !== id || rows.session[place] !== session.handle) return;
    if (verb === ACKNOWLEDGE) queue.drop(place);
    else if (verb === RELEASE) release(queue, place, delayMs ?? retryDelayMs(queue, place));
    else depart(queue, place, 'rejected');
  }

  /** Credit came back, perhaps a message too. */
  #settled(session: Session, queue: MessageQueue): void {
    if (session.credit > 0) this.#resume(session);
    if (queue.readyCount > 0 || queue.expiring) queue.dispatcher.run();
  }
}
