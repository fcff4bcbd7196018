import assert from 'node:assert/strict';
import type { Delivered } from './recording-sink.test.js';
import { canTake, type ModelDeath, type ModelMessage, ModelQueue, type ModelTaker } from './model-queue.test.js';

/** What a sink was told, in the order in which all sinks were. */
export type SinkEvent =
  | { readonly kind: 'deliver'; readonly session: number; readonly delivered: Delivered; readonly pauses: boolean }
  | { readonly kind: 'acquired'; readonly token: number; readonly count: number; readonly gone: boolean }
  | { readonly kind: 'cancelled'; readonly token: number };

export interface ModelPublish {
  readonly body: string;
  readonly transient: boolean;
  readonly priority: number;
  readonly group: string;
  readonly ttlMs: number;
  readonly delayMs: number;
}

interface Move {
  readonly source: ModelQueue;
  readonly message: Pick<ModelMessage, 'body' | 'transient' | 'priority' | 'group' | 'attempts' | 'deaths'>;
  readonly reason: ModelDeath['reason'];
}

/** A message from which the model does not know yet whether it may be seen. */
interface Pending {
  readonly dueMs: number;
  readonly timed: boolean;
}

/**
 * The rules of delivery over plain lists. It decides by itself whatever happens by time or by a limit; of deliveries it
 * is told, and says whether each was the right one; see {@link assertNothingMissed} for the ones that did not happen.
 */
export class ModelBroker {
  nowMs: number;
  readonly queues = new Map<number, ModelQueue>();
  readonly takers = new Map<number, ModelTaker>();
  readonly events: SinkEvent[] = [];
  readonly #deliverBeforeSync: boolean;
  readonly #pending = new Map<ModelMessage, Pending>();
  /** Plain messages that were never held: only the queue's own time to live ends them, at the front. */
  readonly #plain = new Set<ModelMessage>();
  readonly #moves: Move[] = [];
  #moving = false;
  /** Queues that are being looked at. */
  readonly #looking = new Set<ModelQueue>();
  /** The flush that the core is gathering. */
  flush = 0;

  constructor(nowMs: number, deliverBeforeSync: boolean) {
    this.nowMs = nowMs;
    this.#deliverBeforeSync = deliverBeforeSync;
  }

  named(name: string): ModelQueue | undefined {
    return [...this.queues.values()].find((queue) => queue.name === name);
  }

  // ---- in

  /** True when it was taken; `refused` otherwise. */
  publish(queue: ModelQueue, message: ModelPublish): boolean {
    const { overflow = 'drop-head', deadLetter } = queue.settings;
    if (overflow !== 'drop-head' && isFull(queue)) {
      const { body, transient, priority, group } = message;
      const refused = { body, transient, priority, group, attempts: 0, deaths: [] };
      if (overflow === 'reject-publish-dlx' && deadLetter !== undefined) this.#send(queue, refused, 'maxlen');
      return false;
    }
    this.#append(queue, message, 0, []);
    return true;
  }

  #append(queue: ModelQueue, message: ModelPublish, attempts: number, deaths: readonly ModelDeath[]): void {
    const { messageTtlMs: queueTtl = -1, delayMs: queueDelay = 0, maxPriority } = queue.settings;
    const own = message.ttlMs >= 0 && (queueTtl < 0 || message.ttlMs < queueTtl);
    const ttl = own ? message.ttlMs : queueTtl;
    const delay = message.delayMs >= 0 ? message.delayMs : queueDelay;
    const dueMs = delay > 0 ? this.nowMs + delay : 0;
    const persistent = queue.durable && !message.transient;
    const timed = ttl >= 0 && (own || dueMs > 0 || maxPriority !== undefined || attempts > 0);
    const seq = queue.tail++;
    const added: ModelMessage = {
      seq,
      body: message.body,
      transient: message.transient,
      persistent,
      priority: message.priority,
      group: message.group,
      expiresMs: ttl < 0 ? 0 : this.nowMs + ttl,
      deaths,
      flush: this.flush,
      state: 'pending',
      place: seq,
      attempts,
      firstMs: 0,
      timeMs: 0,
      holder: undefined,
      deliveryId: 0,
      live: false,
    };
    queue.messages.push(added);
    const waits = persistent && (queue.grouped || !this.#deliverBeforeSync);
    this.#pending.set(added, { dueMs, timed });
    if (waits || queue.inState('pending').length > 1) return;
    this.#enter(added);
    this.dispatch(queue);
    if (timed && ttl === 0) this.#expire(queue, added);
  }

  #enter(message: ModelMessage): void {
    const { dueMs, timed } = this.#pending.get(message)!;
    this.#pending.delete(message);
    message.state = dueMs > this.nowMs ? 'delayed' : 'ready';
    message.timeMs = message.state === 'delayed' ? dueMs : 0;
    if (!timed) this.#plain.add(message);
  }

  /** The queue shows everything below `visibleEnd` now. */
  becameVisible(queue: ModelQueue, visibleEnd: number): void {
    const shown = queue.inState('pending').filter(({ seq }) => seq < visibleEnd);
    for (const message of shown) this.#enter(message);
    this.dispatch(queue);
  }

  // ---- out

  /** Everything that the core may do when it looks at a queue: hand out, expire, keep to the length. */
  dispatch(queue: ModelQueue): void {
    if (this.#looking.has(queue)) return; // it goes on looking, and will see what came
    this.#looking.add(queue);
    do {
      this.#prune(queue);
      while (this.#absorbOne(queue)) this.#prune(queue);
    } while (this.#expireFront(queue) || this.#limit(queue));
    this.#looking.delete(queue);
  }

  #limit(queue: ModelQueue): boolean {
    const { maxLength = Number.POSITIVE_INFINITY, maxLengthBytes = Number.POSITIVE_INFINITY } = queue.settings;
    const { overflow = 'drop-head' } = queue.settings;
    const { ready, readyBytes } = queue.counts();
    if (overflow !== 'drop-head' || ready === 0 || (ready <= maxLength && readyBytes <= maxLengthBytes)) return false;
    this.#leave(queue, queue.candidates(undefined)[0], 'maxlen');
    return true;
  }

  /** Deliveries that came late: after a read, or a flush. Each must be the right one now. */
  absorbAll(): void {
    for (let event = this.events[0]; event !== undefined; event = this.events[0]) {
      const queue = this.#queueOf(event);
      if (queue === undefined) assert.fail(`nobody asked for ${JSON.stringify(event)}`);
      this.dispatch(queue);
      if (this.events[0] === event) this.#absorb(queue, this.events.shift()!);
    }
  }

  #queueOf(event: SinkEvent): ModelQueue | undefined {
    return event.kind === 'deliver' ? this.queues.get(event.delivered.queue) : this.takers.get(event.token)?.queue;
  }

  /** Accounts for the next event if it is one of this queue that can be explained now. */
  #absorbOne(queue: ModelQueue): boolean {
    const event = this.events[0];
    if (event === undefined || this.#queueOf(event) !== queue) return false;
    if (event.kind === 'deliver') {
      const { seq } = event.delivered;
      if (queue.nextDelivery()?.candidates.some((message) => message.seq === seq) !== true) return false;
    } else {
      const taker = this.takers.get(event.token)!;
      if (taker.delivered > 0 && canTake(taker) && queue.candidates(taker).length > 0) return false;
    }
    this.#absorb(queue, this.events.shift()!);
    return true;
  }

  #absorb(queue: ModelQueue, event: SinkEvent): void {
    if (event.kind === 'deliver') this.#delivered(queue, event.session, event.delivered, event.pauses);
    else if (event.kind === 'acquired') this.#acquired(queue, event.token, event.count, event.gone);
    else assert.fail('a subscription was cancelled');
  }

  /** What is past its time or came too often leaves as soon as somebody could have it. */
  #prune(queue: ModelQueue): void {
    for (;;) {
      const next = queue.nextDelivery();
      if (next === undefined) return;
      const message = next.candidates[0];
      const { maxReceiveCount, deadLetter } = queue.settings;
      if (message.expiresMs !== 0 && message.expiresMs < this.nowMs) this.#leave(queue, message, 'expired');
      else if (maxReceiveCount !== undefined && deadLetter !== undefined && message.attempts >= maxReceiveCount) {
        this.#leave(queue, message, 'delivery_limit');
      } else return;
    }
  }

  #delivered(queue: ModelQueue, session: number, delivered: Delivered, pauses: boolean): void {
    const next = queue.nextDelivery();
    assert.ok(next !== undefined, `nothing of ${queue.name} was to be handed out, ${delivered.body} was`);
    const { taker, candidates } = next;
    const message = candidates.find(({ seq }) => seq === delivered.seq);
    const expected = candidates.map(({ seq, body }) => `${seq} ${body}`).join(' or ');
    assert.ok(message !== undefined, `${queue.name}: ${expected} is next, ${delivered.seq} ${delivered.body} came`);
    message.attempts++;
    if (message.firstMs === 0) message.firstMs = this.nowMs;
    taker.session.lastDeliveryId++;
    assert.deepEqual(
      {
        session,
        token: delivered.token,
        deliveryId: delivered.deliveryId,
        body: delivered.body,
        attempts: delivered.attempts,
        redelivered: delivered.redelivered,
        firstAcquiredMs: delivered.firstAcquiredMs,
        deaths: delivered.deaths.map(({ queue: name, reason, count }) => ({ queue: name, reason, count })),
      },
      {
        session: taker.session.handle,
        token: taker.token,
        deliveryId: taker.session.lastDeliveryId,
        body: message.body,
        attempts: message.attempts,
        redelivered: message.attempts > 1,
        firstAcquiredMs: message.firstMs,
        deaths: message.deaths,
      },
    );
    if (taker.kind === 'subscription')
      queue.turn = (queue.subscriptions.indexOf(taker) + 1) % queue.subscriptions.length;
    taker.delivered++;
    if (pauses) taker.session.paused = true;
    if (!queue.grouped) this.#plain.delete(message);
    if (taker.noAck) queue.remove(message);
    else this.#hold(message, taker);
  }

  #hold(message: ModelMessage, taker: ModelTaker): void {
    const { session, queue, visibilityMs } = taker;
    message.state = 'held';
    message.holder = taker;
    message.deliveryId = session.lastDeliveryId;
    message.live = true;
    message.timeMs = visibilityMs === undefined || visibilityMs === 0 ? 0 : this.nowMs + visibilityMs;
    if (visibilityMs === undefined) {
      session.held.set(session.lastDeliveryId, { queue, message, taker });
      if (taker.kind === 'subscription') taker.inFlight++;
    } else if (visibilityMs === 0) taker.seen.push(message);
  }

  #acquired(queue: ModelQueue, token: number, count: number, gone: boolean): void {
    const taker = this.takers.get(token)!;
    assert.equal(gone, false);
    assert.equal(count, taker.delivered, 'as many as were delivered');
    if (count === 0) assert.ok(taker.deadlineMs <= this.nowMs, 'a pull ends empty before its time');
    else {
      assert.equal(queue.pulls[0], taker, 'pulls are served one after another');
      assert.ok(!canTake(taker) || queue.candidates(taker).length === 0, 'a pull ends although there is more');
    }
    this.endPull(taker);
  }

  /** The pull is over, answered or not. */
  endPull(taker: ModelTaker): void {
    const { queue } = taker;
    this.takers.delete(taker.token);
    queue.pulls = queue.pulls.filter((pull) => pull !== taker);
    this.forgetHolder(taker);
    for (const message of taker.seen) {
      if (queue.messages.includes(message) && message.holder === taker) this.#giveBack(queue, message);
    }
  }

  forgetHolder(taker: ModelTaker): void {
    for (const message of taker.queue.messages) if (message.holder === taker) message.live = false;
  }

  // ---- settling

  acknowledge(queue: ModelQueue, message: ModelMessage): void {
    queue.remove(message);
  }

  release(queue: ModelQueue, message: ModelMessage, delayMs: number): void {
    const { deliveryLimit } = queue.settings;
    if (deliveryLimit !== undefined && message.attempts > deliveryLimit) {
      this.#leave(queue, message, 'delivery_limit');
      return;
    }
    if (message.expiresMs !== 0 && message.expiresMs <= this.nowMs) {
      this.#leave(queue, message, 'expired');
      return;
    }
    if (delayMs === 0) {
      this.#giveBack(queue, message);
      return;
    }
    message.state = 'delayed';
    message.holder = undefined;
    message.timeMs = this.nowMs + delayMs;
    if (queue.grouped) queue.behind.set(message.group, queue.tail);
  }

  reject(queue: ModelQueue, message: ModelMessage): void {
    this.#leave(queue, message, 'rejected');
  }

  #giveBack(queue: ModelQueue, message: ModelMessage): void {
    message.state = 'ready';
    message.holder = undefined;
    message.timeMs = 0;
    if (queue.grouped) queue.behind.set(message.group, queue.tail);
    this.#expire(queue, message);
  }

  // ---- leaving

  #expire(queue: ModelQueue, message: ModelMessage): void {
    if (!queue.messages.includes(message) || (message.state !== 'ready' && message.state !== 'delayed')) return;
    if (message.expiresMs !== 0 && message.expiresMs <= this.nowMs) this.#leave(queue, message, 'expired');
  }

  /** What no timer of its own ends: the first one, if its time is over. */
  #expireFront(queue: ModelQueue): boolean {
    for (const message of [...queue.messages].sort((a, b) => a.seq - b.seq)) {
      if (message.state === 'pending') return false;
      if (!this.#plain.has(message) || message.state === 'held') continue;
      if (message.state === 'delayed' && !queue.grouped) continue;
      if (message.expiresMs === 0 || message.expiresMs > this.nowMs) return false;
      this.#leave(queue, message, 'expired');
      return true;
    }
    return false;
  }

  #leave(queue: ModelQueue, message: ModelMessage, reason: ModelDeath['reason']): void {
    queue.remove(message);
    const { deadLetter } = queue.settings;
    if (deadLetter === undefined || ('queue' in deadLetter && reason === 'expired')) return;
    this.#send(queue, message, reason);
  }

  #send(source: ModelQueue, message: Move['message'], reason: Move['reason']): void {
    this.#moves.push({ source, message, reason });
    if (this.#moving) return;
    this.#moving = true;
    for (let move = this.#moves.shift(); move !== undefined; move = this.#moves.shift()) this.#forward(move);
    this.#moving = false;
  }

  #forward({ source, message, reason }: Move): void {
    const target = source.settings.deadLetter;
    if (target === undefined) return;
    const earlier = message.deaths.find((death) => death.queue === source.name && death.reason === reason);
    const rest = message.deaths.filter((death) => death !== earlier);
    const deaths = [{ queue: source.name, reason, count: (earlier?.count ?? 0) + 1 }, ...rest];
    const queue = this.named('queue' in target ? target.queue : (target.routingKey ?? ''));
    if (queue === undefined) return;
    const circle = isCircle(deaths, queue.name);
    if (circle && (!('queue' in target) || reason === 'maxlen')) return;
    const again = message.deaths.some((death) => death.queue === queue.name && death.reason === 'delivery_limit');
    const attempts = 'queue' in target && !again ? message.attempts : 0;
    const { body, transient, priority, group } = message;
    this.#append(queue, { body, transient, priority, group, ttlMs: -1, delayMs: 0 }, attempts, deaths);
  }

  // ---- time

  /** When something happens by itself next. */
  nextDueMs(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const queue of this.queues.values()) {
      for (const { state, timeMs, expiresMs } of queue.messages) {
        if (timeMs > this.nowMs) least = Math.min(least, timeMs);
        if (state !== 'held' && expiresMs > this.nowMs) least = Math.min(least, expiresMs);
      }
      for (const { deadlineMs } of queue.pulls) if (deadlineMs > this.nowMs) least = Math.min(least, deadlineMs);
    }
    return least;
  }

  /** It is `nowMs` now, and nothing was due before. */
  advance(nowMs: number): void {
    this.nowMs = nowMs;
    for (const queue of this.queues.values()) {
      if (!this.#isDue(queue)) continue;
      for (const message of [...queue.messages].sort((a, b) => nextMs(a) - nextMs(b) || a.seq - b.seq)) {
        const { state, timeMs } = message;
        if (state === 'delayed' && timeMs <= nowMs) this.#fallDue(queue, message);
        else if (state === 'held' && timeMs !== 0 && timeMs <= nowMs) {
          this.release(queue, message, 0);
          this.dispatch(queue);
        } else if (!queue.grouped || !this.#plain.has(message)) {
          const before = queue.messages.length;
          this.#expire(queue, message);
          if (queue.messages.length < before) this.dispatch(queue);
        }
      }
      this.dispatch(queue);
    }
  }

  #isDue({ messages, pulls }: ModelQueue): boolean {
    const { nowMs } = this;
    return (
      pulls.some(({ deadlineMs }) => deadlineMs <= nowMs) ||
      messages.some(
        ({ state, timeMs, expiresMs }) =>
          (timeMs !== 0 && timeMs <= nowMs) || (state !== 'held' && expiresMs !== 0 && expiresMs <= nowMs),
      )
    );
  }

  #fallDue(queue: ModelQueue, message: ModelMessage): void {
    message.state = 'ready';
    message.timeMs = 0;
    if (!queue.grouped) message.place = queue.tail++;
    this.dispatch(queue);
  }

  /** Nobody waits for what is there. */
  assertNothingMissed(): void {
    for (const queue of this.queues.values()) {
      const next = queue.nextDelivery();
      if (next !== undefined) {
        assert.fail(
          `${next.candidates[0].body} of ${queue.name} waits although taker ${next.taker.token} could have it`,
        );
      }
      for (const pull of queue.pulls) {
        assert.equal(pull.delivered, 0, 'a pull that got something is not over');
        assert.ok(pull.deadlineMs > this.nowMs, 'a pull waits too long');
      }
    }
  }
}

function isFull(queue: ModelQueue): boolean {
  const { maxLength = Number.POSITIVE_INFINITY, maxLengthBytes = Number.POSITIVE_INFINITY } = queue.settings;
  const waiting = [...queue.inState('ready'), ...queue.inState('pending')];
  return waiting.length >= maxLength || waiting.reduce((sum, { body }) => sum + body.length, 0) >= maxLengthBytes;
}

/** It died in that queue before, and nobody rejected it since. */
function isCircle(deaths: readonly ModelDeath[], queue: string): boolean {
  const last = deaths.findIndex((death) => death.queue === queue);
  return last >= 0 && deaths.slice(0, last + 1).every(({ reason }) => reason !== 'rejected');
}

/** When something happens to the message by itself. */
function nextMs({ state, timeMs, expiresMs }: ModelMessage): number {
  const changesMs = timeMs === 0 ? Number.MAX_VALUE : timeMs;
  return state === 'held' || expiresMs === 0 ? changesMs : Math.min(changesMs, expiresMs);
}
