import { IS_TRANSIENT } from '../../bytes/index.js';
import { TIMER_DEADLINE, TIMER_WAITER } from './delivery-context.js';
import { departFound } from './departures.js';
import { HeadExpiry } from './head-expiry.js';
import { limitLength } from './max-length.js';
import { HELD } from './message-table.js';
import type { MessageQueue } from './message-queue.js';
import { FOUND, NONE, READING } from './next-message.js';
import type { Session } from './session.js';
import { journalHold } from './settling.js';
import { Tenants } from './tenants.js';
import type { Subscription, Waiter } from './takers.js';

const HANDED = 1;
/** It was past its time, or came too often, and left instead; or it stands aside. */
const LEFT = 2;
/** It may not leave yet; the queue is told when it may. */
const UNCOVERED = 3;

/** Hands the messages of one queue to those who take them: pulls first, then subscriptions by priority, in turns. */
export class Dispatcher {
  readonly subscriptions: Subscription[] = [];
  readonly waiters: Waiter[] = [];
  readonly expiry: HeadExpiry;
  readonly #queue: MessageQueue;
  /** Whose turn it is among the subscriptions. */
  #turn = 0;
  /** With a single active consumer: which one it is. */
  #active: Subscription | undefined;
  #running = false;
  #again = false;
  /** A pull may have waited long enough. */
  #overdue = false;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
    this.expiry = new HeadExpiry(queue);
  }

  get hasTakers(): boolean {
    return this.subscriptions.length + this.waiters.length > 0;
  }

  /** Hands out as much as there are takers for, then ends what must not stay. */
  run(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    const { tenants } = this.#queue;
    if (tenants !== undefined) {
      tenants.beginTurn(this.#queue.context.nowMs);
      this.#queue.callBack(tenants);
    }
    do {
      this.#again = false;
      if (this.waiters.length === 0 || this.#serveWaiters()) this.#serveSubscriptions();
      const expired = this.#queue.expiring && this.expiry.run();
      const dropped = limitLength(this.#queue);
      if ((expired || dropped) && this.hasTakers) this.#again = true;
    } while (this.#again);
    this.#running = false;
  }

  // ---- subscriptions

  add(subscription: Subscription): void {
    let at = this.subscriptions.length;
    while (at > 0 && this.subscriptions[at - 1].priority < subscription.priority) at--;
    this.subscriptions.splice(at, 0, subscription);
    this.#active ??= subscription;
  }

  remove(subscription: Subscription): void {
    const at = this.subscriptions.indexOf(subscription);
    this.subscriptions.splice(at, 1);
    if (at < this.#turn) this.#turn--;
    if (this.#turn >= this.subscriptions.length) this.#turn = 0;
    if (this.#active === subscription) [this.#active] = this.subscriptions;
    this.#queue.groups?.forgetHolder(subscription.holder);
  }

  #serveSubscriptions(): void {
    if (this.subscriptions.length === 0) return;
    if (this.#queue.grouped) {
      while (this.#serveGroups());
      return;
    }
    const { next } = this.#queue;
    for (;;) {
      const at = this.#nextTaker();
      if (at < 0 || next.find(0) !== FOUND) return;
      const subscription = this.subscriptions[at];
      const result = this.#hand(subscription.session, subscription, undefined);
      if (result === UNCOVERED) return;
      if (result === HANDED) this.#hadTurn(at);
    }
  }

  /** Only who got something has had its turn. */
  #hadTurn(at: number): void {
    this.#turn = at + 1 === this.subscriptions.length ? 0 : at + 1;
  }

  /** The index of who takes next: in turns among those of the highest priority that can; -1 when nobody can. */
  #nextTaker(): number {
    const { subscriptions } = this;
    const { length } = subscriptions;
    if (this.#queue.settings.singleActiveConsumer === true) {
      return this.#active!.canTake ? subscriptions.indexOf(this.#active!) : -1;
    }
    const highest = subscriptions[0].priority;
    let best = -1;
    for (let i = 0; i < length; i++) {
      let at = this.#turn + i;
      if (at >= length) at -= length;
      const candidate = subscriptions[at];
      if (best >= 0 && candidate.priority <= subscriptions[best].priority) continue;
      if (!candidate.canTake) continue;
      best = at;
      if (candidate.priority === highest) break;
    }
    return best;
  }

  /** With groups, what there is depends on who asks. True when something went out, or left. */
  #serveGroups(): boolean {
    const { next, settings } = this.#queue;
    const candidates = settings.singleActiveConsumer === true ? [this.#active!] : this.#inTurn();
    for (const subscription of candidates) {
      if (!subscription.canTake) continue;
      const found = next.find(subscription.holder);
      if (found === READING) return false;
      if (found === NONE) continue;
      const result = this.#hand(subscription.session, subscription, undefined);
      if (result === HANDED) this.#hadTurn(this.subscriptions.indexOf(subscription));
      return result !== UNCOVERED;
    }
    return false;
  }

  /** All subscriptions, higher priorities first, and within one from whose turn it is. */
  #inTurn(): Subscription[] {
    const rotated = [...this.subscriptions.slice(this.#turn), ...this.subscriptions.slice(0, this.#turn)];
    return rotated.sort((a, b) => b.priority - a.priority);
  }

  // ---- pulls

  pull(waiter: Waiter): void {
    const { context, handle } = this.#queue;
    this.#queue.usedMs = context.nowMs;
    this.waiters.push(waiter);
    waiter.session.waiters.add(waiter);
    if (waiter.deadlineMs <= context.nowMs) this.#overdue = true;
    this.run();
    if (!waiter.over && waiter.deadlineMs > context.nowMs) {
      context.timers.push(waiter.deadlineMs, handle, waiter.holder, TIMER_WAITER);
    }
  }

  /** The pull has waited long enough. */
  pullEnds(holder: number): void {
    if (!this.waiters.some((waiter) => waiter.holder === holder)) return;
    this.#overdue = true;
    this.run();
  }

  /** Ends a pull; `answer`: its session is told. */
  end(waiter: Waiter, answer: boolean, gone = false): void {
    if (waiter.over) return;
    const { rows, groups } = this.#queue;
    waiter.over = true;
    waiter.session.waiters.delete(waiter);
    this.waiters.splice(this.waiters.indexOf(waiter), 1);
    groups?.forgetHolder(waiter.holder);
    if (answer) waiter.session.sink.acquired(waiter.token, waiter.delivered, gone);
    for (const seq of waiter.seen) {
      const place = rows.find(seq);
      if (place < 0 || rows.state[place] !== HELD || rows.deliveryId[place] !== -waiter.holder) continue;
      this.#queue.noLongerHeld(seq);
      this.#queue.giveBack(place);
      this.#again = true;
    }
  }

  /** False when something is there that cannot be handed out right now. */
  #serveWaiters(): boolean {
    const { next } = this.#queue;
    while (this.waiters.length > 0) {
      const waiter = this.waiters[0];
      let found = FOUND;
      while (waiter.delivered < waiter.max) {
        found = next.find(waiter.holder);
        if (found !== FOUND) break;
        if (this.#hand(waiter.session, undefined, waiter) === UNCOVERED) return false;
      }
      if (found === READING) return false;
      if (waiter.delivered > 0) this.end(waiter, true);
      else break;
    }
    if (this.#overdue) this.#endOverdue();
    return true;
  }

  /** There is nothing for those who wait. */
  #endOverdue(): void {
    this.#overdue = false;
    const { nowMs } = this.#queue.context;
    for (const waiter of this.waiters.filter(({ deadlineMs }) => deadlineMs <= nowMs)) this.end(waiter, true);
  }

  // ---- handing out

  /** Hands what {@link MessageQueue.next} has found to one taker. */
  #hand(session: Session, subscription: Subscription | undefined, waiter: Waiter | undefined): number {
    const queue = this.#queue;
    const { context, next, settings } = queue;
    const { memory, delivery: view } = context;
    const { seq, address } = next;
    view.read(memory.resolve(address)!, memory.offset);
    if (view.expiresAtMs !== 0 && view.expiresAtMs < context.nowMs) {
      departFound(queue, 'expired');
      return LEFT;
    }
    const { maxReceiveCount } = settings;
    if (maxReceiveCount !== undefined && next.attempts >= maxReceiveCount && settings.deadLetter !== undefined) {
      departFound(queue, 'delivery_limit');
      return LEFT;
    }
    if (queue.tenants !== undefined && this.#standsAside(queue.tenants)) return LEFT;
    const persistent = queue.durable && (view.flags & IS_TRANSIENT) === 0;
    if (persistent && !this.#isCovered(seq, waiter)) return UNCOVERED;
    const reference = view.reference;
    if (reference >= 0) {
      const shared = memory.resolve(context.shared.address(reference))!;
      view.readShared(shared, memory.offset);
    }
    // what was handed out before a crash counts as handed out once: how often it was is not known
    const attempts = Math.max(next.attempts, seq < queue.redelivery.below ? 1 : 0) + 1;
    view.token = (subscription ?? waiter)!.token;
    view.queue = queue.handle;
    view.seq = seq;
    view.attempts = attempts;
    view.redelivered = attempts > 1;
    view.firstAcquiredMs = next.firstMs === 0 ? context.nowMs : next.firstMs;
    queue.lessReady(view.sizeBytes);
    if ((subscription ?? waiter)!.noAck) {
      this.#takeForGood(seq, address, persistent);
      view.deliveryId = ++session.lastDeliveryId;
    } else this.#hold(session, subscription, waiter, persistent);
    if (waiter !== undefined) waiter.delivered++;
    queue.handedOut++;
    if (!session.sink.deliver(view)) session.paused = true;
    return HANDED;
  }

  /** Puts the found message aside where its tenant is noisy. */
  #standsAside(tenants: Tenants): boolean {
    const { next, context } = this.#queue;
    const { group } = context.delivery;
    // Who stands aside already has waited until there was nobody else.
    if (
      group === undefined ||
      next.order >= this.#queue.orderAside(0) ||
      tenants.full ||
      !tenants.isNoisy(group, this.#queue.heldCount)
    )
      return false;
    this.#queue.putAside(tenants, group);
    return true;
  }

  /** For queues without group order: notes down whose message is held, and that it does not stand aside any more. */
  #noteTenant(seq: number, place: number): void {
    const queue = this.#queue;
    const { context, rows } = queue;
    const { group } = context.delivery;
    if (queue.tenants === undefined) {
      if (group === undefined || queue.settings.fairGroups !== true) return;
      if (queue.retained || queue.maxPriority > 0) return;
      queue.tenants = new Tenants(context.nowMs);
    }
    queue.tenants.takeBack(seq);
    if (rows.order[place] === queue.orderAside(seq)) rows.order[place] = seq;
    queue.tenants.held(seq, group, context.nowMs);
  }

  /** With groups a pull's answer waits for its holds to be stable; everything else needs the mark. */
  #isCovered(seq: number, waiter: Waiter | undefined): boolean {
    const { grouped, redelivery } = this.#queue;
    return (grouped && waiter?.visibilityMs !== undefined) || redelivery.covers(seq);
  }

  #takeForGood(seq: number, address: number, persistent: boolean): void {
    const { next, rows, groups, window, heap } = this.#queue;
    const { place } = next;
    if (place < 0) window.shift();
    else {
      if (groups === undefined) {
        heap.pop();
        this.#queue.tenants?.takeBack(seq);
      } else groups.remove(rows.group[place]!, seq);
      rows.remove(place);
    }
    this.#queue.settled(seq, address, persistent);
  }

  /** The found message is held from now on, under the view's delivery. */
  #hold(
    session: Session,
    subscription: Subscription | undefined,
    waiter: Waiter | undefined,
    persistent: boolean,
  ): void {
    const queue = this.#queue;
    const { context, next, rows, groups } = queue;
    const { delivery: view } = context;
    const { seq } = next;
    const visibilityMs = waiter?.visibilityMs;
    const deadlineMs = visibilityMs === undefined || visibilityMs === 0 ? 0 : context.nowMs + visibilityMs;
    let { place } = next;
    if (place < 0) {
      queue.window.shift();
      place = rows.add(seq);
      rows.persistent[place] = persistent ? 1 : 0;
      rows.sizeBytes[place] = view.sizeBytes;
      rows.order[place] = seq;
      rows.address[place] = next.address;
      rows.expiresMs[place] = view.expiresAtMs;
    } else if (groups === undefined) queue.heap.pop();
    else groups.take(rows.group[place]!, seq, (subscription ?? waiter)!.holder);
    rows.state[place] = HELD;
    rows.attempts[place] = view.attempts;
    rows.firstMs[place] = view.firstAcquiredMs;
    rows.timeMs[place] = deadlineMs;
    queue.heldCount++;
    if (groups === undefined) this.#noteTenant(seq, place);
    queue.touch(); // how often it was handed out stands in the checkpoint only
    if (visibilityMs === undefined) {
      view.deliveryId = session.hold(queue, seq, subscription);
      rows.session[place] = session.handle;
      rows.deliveryId[place] = view.deliveryId;
      return;
    }
    view.deliveryId = ++session.lastDeliveryId;
    rows.session[place] = 0;
    rows.deliveryId[place] = deadlineMs === 0 ? -waiter!.holder : 0;
    if (deadlineMs === 0) waiter!.seen.push(seq);
    else context.timers.push(deadlineMs, queue.handle, seq, TIMER_DEADLINE);
    if (persistent) journalHold(queue, place);
  }
}
