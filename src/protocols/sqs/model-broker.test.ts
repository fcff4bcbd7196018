import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIALECT_SQS } from '../../bytes/index.js';
import {
  type AcquireOptions,
  type Broker,
  BrokerError,
  type Death,
  type Declared,
  type Delivery,
  type Host,
  type MessageHold,
  type Outgoing,
  type QueueInfo,
  type QueueSettings,
  type QueueSettingsChange,
  type QueueSpec,
  type Route,
  type SessionSink,
} from '../../core/index.js';

interface ModelMessage {
  readonly seq: number;
  readonly sentMs: number;
  readonly dialect: number;
  readonly routing: Uint8Array;
  readonly envelope: Uint8Array;
  readonly body: Uint8Array;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly history: readonly Death[];
  attempts: number;
  firstAcquiredMs: number;
  /** Hidden until then; 0: ready. */
  dueMs: number;
  inFlight: boolean;
}

interface ModelQueue {
  info: QueueInfo;
  readonly messages: ModelMessage[];
  readonly seen: Map<string, { readonly seq: number; readonly acceptedMs: number }>;
  readonly waiters: Waiter[];
}

interface Waiter extends AcquireOptions {
  readonly deadlineMs: number;
}

/**
 * What the SQS front needs of the core, in the plainest way: a list per queue, searched from the front. So the front is tested for its own part, and
 * a difference between this and the core shows in the tests of the whole broker, which run the same requests.
 */
export class ModelBroker {
  /** Stands still between two calls of the host's `enter`. */
  #nowMs = Date.now();
  readonly queuesByName = new Map<string, ModelQueue>();
  readonly #byHandle = new Map<number, ModelQueue>();
  #handles = 0;
  #seq = 0;
  #sink: SessionSink | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly released: number[] = [];
  congested = false;
  readonly #relieved: (() => void)[] = [];
  /** Callbacks that wait for stable storage while the test holds it back. */
  readonly unstable: (() => void)[] | undefined;

  constructor(holdBack = false) {
    this.unstable = holdBack ? [] : undefined;
  }

  relieve(): void {
    this.congested = false;
    for (const callback of this.#relieved.splice(0)) callback();
  }

  get host(): Host {
    const isCongested = (): boolean => this.congested;
    const host: Partial<Host> = {
      broker: this.broker,
      enter: () => {
        this.#nowMs = Date.now();
      },
      whenStable: (_flush, callback) => (this.unstable === undefined ? callback() : void this.unstable.push(callback)),
      randomUuid: () => crypto.randomUUID(),
      get congested() {
        return isCongested();
      },
      onStable: () => {},
      whenRelieved: (callback) => void this.#relieved.push(callback),
      log: (_level, message, fields) => assert.fail(`${message} ${JSON.stringify(fields)}`),
    };
    return host as Host;
  }

  get broker(): Broker {
    const now = (): number => this.#nowMs;
    const broker: Partial<Broker> = {
      get nowMs() {
        return now();
      },
      flush: 1,
      hasVirtualHost: () => true,
      virtualHosts: () => ['/'],
      exchange: () => undefined,
      exchanges: () => [],
      createQueue: (virtualHost, name, spec) => this.#create(virtualHost, name, spec),
      findQueue: (_virtualHost, name) => this.queuesByName.get(name)?.info.handle ?? -1,
      queue: (handle) => this.#queue(handle).info,
      queues: () => [...this.#byHandle.keys()],
      configureQueue: (handle, dialect, declared, settings) => this.#configure(handle, dialect, declared, settings),
      deleteQueue: (handle) => this.#delete(handle),
      purgeQueue: (handle) => this.#purge(handle),
      counts: (handle) => {
        this.#expire(this.#queue(handle));
        const { messages } = this.#queue(handle);
        const inFlight = messages.filter((message) => message.inFlight).length;
        const delayed = messages.filter((message) => !message.inFlight && message.dueMs > 0).length;
        return { ready: messages.length - inFlight - delayed, inFlight, delayed, readyBytes: 0 };
      },
      routeToQueue: (handle) => ({
        version: 1,
        cacheable: true,
        exchange: '',
        routingKey: '',
        queues: [handle],
        topics: [],
      }),
      publish: (route, message) => this.#publish(route, message),
      openSession: (sink) => {
        this.#sink = sink;
        return 1;
      },
      acquire: (_session, handle, options) => this.#acquire(handle, options),
      cancelAcquire: (_session, token) => this.#cancel(token),
      acknowledgeMessage: (handle, seq, attempts, strict) => this.#acknowledge(handle, seq, attempts, strict),
      extendMessage: (handle, seq, attempts, visibilityMs, strict) =>
        this.#extend(handle, seq, attempts, visibilityMs, strict),
    };
    return broker as Broker;
  }

  /** Puts a message of another dialect in. */
  plant(name: string, dialect: number, routing: Uint8Array, body: Uint8Array): void {
    const queue = this.queuesByName.get(name);
    assert.ok(queue);
    this.#append(
      queue,
      {
        dialect,
        routing,
        envelope: new Uint8Array(0),
        body,
        sentMs: Date.now(),
        group: undefined,
        deduplicationId: undefined,
        history: [],
        attempts: 0,
        firstAcquiredMs: 0,
      },
      0,
    );
  }

  #create(virtualHost: string, name: string, spec: QueueSpec): number {
    this.#handles += 1;
    const handle = this.#handles;
    const now = Date.now();
    const info = {
      ...spec,
      handle,
      virtualHost,
      name,
      createdMs: now,
      modifiedMs: now,
      declaredBy: new Map([[spec.dialect, spec.declared]]),
      log: handle + 100,
      partition: -1,
      consumers: 0,
      exclusiveConsumer: false,
    };
    const queue = { info, messages: [], seen: new Map(), waiters: [] };
    this.queuesByName.set(name, queue);
    this.#byHandle.set(handle, queue);
    return handle;
  }

  #queue(handle: number): ModelQueue {
    const queue = this.#byHandle.get(handle);
    if (queue === undefined) throw new BrokerError('not-found', 'no such queue');
    return queue;
  }

  #configure(handle: number, dialect: number, declared: Declared, change: QueueSettingsChange): void {
    const queue = this.#queue(handle);
    const settings = Object.fromEntries(
      Object.entries({ ...queue.info.settings, ...change }).filter(([, value]) => value !== undefined),
    ) as Partial<QueueSettings>;
    const declaredBy = new Map([...queue.info.declaredBy, [dialect, declared] as const]);
    queue.info = { ...queue.info, settings, declaredBy, modifiedMs: Date.now() };
  }

  #delete(handle: number): number {
    const queue = this.#queue(handle);
    this.#byHandle.delete(handle);
    this.queuesByName.delete(queue.info.name);
    for (const { token } of queue.waiters.splice(0)) this.#sink?.acquired(token, 0, true);
    return queue.messages.length;
  }

  #purge(handle: number): number {
    const queue = this.#queue(handle);
    queue.seen.clear();
    return queue.messages.splice(0).length;
  }

  #append(queue: ModelQueue, message: Omit<ModelMessage, 'seq' | 'dueMs' | 'inFlight'>, dueMs: number): number {
    this.#seq += 1;
    queue.messages.push({ ...message, seq: this.#seq, dueMs, inFlight: false });
    this.#wake(queue);
    return this.#seq;
  }

  #publish(route: Route, message: Outgoing): ReturnType<Broker['publish']> {
    const queue = this.#queue(route.queues[0]);
    const { info } = queue;
    const now = this.#nowMs;
    const id = message.deduplicationId;
    const key =
      id === undefined ? '' : JSON.stringify([id, info.settings.deduplicationScope === 'group' ? message.group : '']);
    const seen = queue.seen.get(key);
    if (id !== undefined && seen !== undefined && now < seen.acceptedMs + (info.settings.deduplicationMs ?? 0)) {
      return { routed: 1, refused: 0, flush: 1, seq: seen.seq, duplicate: true, acceptedMs: seen.acceptedMs };
    }
    const routing = new Uint8Array(message.routingLength);
    const envelope = new Uint8Array(message.envelopeLength + 2);
    const body = new Uint8Array(message.bodyLength + 2);
    message.copyRouting(routing, 0);
    message.copyEnvelope(envelope, 1);
    message.copyBody(body, 1);
    const { dialect, group, deduplicationId } = message;
    const delayMs = message.delayMs < 0 ? (info.settings.delayMs ?? 0) : message.delayMs;
    const kept = {
      dialect,
      group,
      deduplicationId,
      routing,
      envelope: envelope.subarray(1, -1),
      body: body.subarray(1, -1),
    };
    const seq = this.#append(
      queue,
      { ...kept, sentMs: now, history: [], attempts: 0, firstAcquiredMs: 0 },
      delayMs === 0 ? 0 : now + delayMs,
    );
    if (id !== undefined) queue.seen.set(key, { seq, acceptedMs: now });
    return { routed: 1, refused: 0, flush: 1, seq, duplicate: false, acceptedMs: now };
  }

  #expire(queue: ModelQueue): void {
    const now = Date.now();
    for (const message of queue.messages) {
      if (message.dueMs > 0 && message.dueMs <= now) {
        message.dueMs = 0;
        message.inFlight = false;
      }
    }
  }

  #acquire(handle: number, options: AcquireOptions): void {
    const queue = this.#queue(handle);
    if (this.#serve(queue, options)) return;
    if (options.waitMs === 0) this.#sink?.acquired(options.token, 0, false);
    else {
      queue.waiters.push({ ...options, deadlineMs: Date.now() + options.waitMs });
      this.#schedule();
    }
  }

  #serve(queue: ModelQueue, options: AcquireOptions): boolean {
    this.#expire(queue);
    const now = Date.now();
    const locked = new Set(queue.messages.filter((message) => message.inFlight).map((message) => message.group));
    const taken: ModelMessage[] = [];
    for (const message of queue.messages.slice()) {
      if (taken.length === options.max) break;
      if (message.dueMs > 0 || (queue.info.grouped && locked.has(message.group))) continue;
      const { deadLetter, maxReceiveCount } = queue.info.settings;
      if (deadLetter !== undefined && 'queue' in deadLetter && message.attempts >= (maxReceiveCount ?? Infinity)) {
        this.#bury(queue, message, deadLetter.queue);
        continue;
      }
      message.attempts += 1;
      message.firstAcquiredMs ||= now;
      taken.push(message);
    }
    if (taken.length === 0) return false;
    for (const message of taken) {
      message.dueMs = options.visibilityMs === 0 ? 0 : now + (options.visibilityMs ?? 0);
      message.inFlight = message.dueMs > 0;
      this.#sink?.deliver(this.#delivery(queue, message, options.token));
    }
    this.#schedule();
    this.#sink?.acquired(options.token, taken.length, false);
    return true;
  }

  #bury(queue: ModelQueue, message: ModelMessage, target: string): void {
    queue.messages.splice(queue.messages.indexOf(message), 1);
    const grave = this.queuesByName.get(target);
    if (grave === undefined) return;
    const death: Death = {
      queue: queue.info.name,
      reason: 'delivery_limit',
      count: 1,
      timeMs: Date.now(),
      exchange: '',
      routingKeys: [],
      originalTtlMs: -1,
    };
    this.#append(grave, { ...message, history: [death, ...message.history] }, 0);
  }

  #delivery(queue: ModelQueue, message: ModelMessage, token: number): Delivery {
    const { routing, envelope, body } = message;
    const bytes = new Uint8Array([...routing, ...envelope, 0]);
    return {
      token,
      deliveryId: 1,
      queue: queue.info.handle,
      seq: message.seq,
      attempts: message.attempts,
      redelivered: message.attempts > 1,
      firstAcquiredMs: message.firstAcquiredMs,
      dialect: message.dialect,
      timestampMs: message.sentMs,
      envelope: bytes,
      routingStart: 0,
      routingEnd: routing.length,
      envelopeStart: routing.length,
      envelopeEnd: routing.length + envelope.length,
      body,
      bodyStart: 0,
      bodyEnd: body.length,
      priority: -1,
      expiresAtMs: 0,
      group: message.group,
      deduplicationId: message.deduplicationId,
      history: () => message.history,
    };
  }

  #cancel(token: number): void {
    for (const { waiters } of this.#byHandle.values()) {
      const place = waiters.findIndex((waiter) => waiter.token === token);
      if (place >= 0) waiters.splice(place, 1);
    }
  }

  #wake(queue: ModelQueue): void {
    const now = Date.now();
    for (const waiter of queue.waiters.slice()) {
      const over = now >= waiter.deadlineMs;
      if (!this.#serve(queue, waiter) && !over) continue;
      queue.waiters.splice(queue.waiters.indexOf(waiter), 1);
      if (over) this.#sink?.acquired(waiter.token, 0, false);
    }
    this.#schedule();
  }

  /** Looks again when the next message falls due or the next wait is over, if anybody waits. */
  #schedule(): void {
    clearTimeout(this.#timer);
    let next = Infinity;
    for (const { messages, waiters } of this.#byHandle.values()) {
      if (waiters.length === 0) continue;
      next = Math.min(
        next,
        ...waiters.map((waiter) => waiter.deadlineMs),
        ...messages.filter((m) => m.dueMs > 0).map((m) => m.dueMs),
      );
    }
    if (next === Infinity) return;
    this.#timer = setTimeout(
      () => {
        for (const queue of this.#byHandle.values()) this.#wake(queue);
      },
      Math.max(0, next - Date.now()),
    );
  }

  #held(queue: ModelQueue, seq: number, attempts: number): readonly [ModelMessage | undefined, MessageHold] {
    this.#expire(queue);
    const message = queue.messages.find((each) => each.seq === seq);
    if (message === undefined) return [undefined, 'gone'];
    return [message, message.inFlight && message.attempts === attempts ? 'held' : 'expired'];
  }

  #acknowledge(handle: number, seq: number, attempts: number, strict: boolean): MessageHold {
    const queue = this.#queue(handle);
    const [message, hold] = this.#held(queue, seq, attempts);
    if (message === undefined || (hold === 'expired' && strict)) return hold;
    queue.messages.splice(queue.messages.indexOf(message), 1);
    this.#wake(queue);
    return 'held';
  }

  #extend(handle: number, seq: number, attempts: number, visibilityMs: number, strict: boolean): MessageHold {
    const queue = this.#queue(handle);
    const [message, hold] = this.#held(queue, seq, attempts);
    if (message === undefined || (hold !== 'held' && (strict || !message.inFlight))) return hold;
    message.dueMs = visibilityMs === 0 ? 0 : Date.now() + visibilityMs;
    message.inFlight = visibilityMs > 0;
    if (visibilityMs === 0) this.released.push(seq);
    this.#wake(queue);
    return hold;
  }
}

describe('the model that the front is tested with', () => {
  it('refuses a queue that is not there as the core does', () => {
    const { broker } = new ModelBroker();
    assert.throws(
      () => broker.counts(7),
      (error: unknown) => error instanceof BrokerError && error.kind === 'not-found',
    );
    assert.equal(broker.findQueue('/', 'q'), -1);
    const spec = {
      durable: true,
      autoDelete: false,
      owner: 0,
      grouped: false,
      retainMs: undefined,
      dialect: DIALECT_SQS,
      declared: {},
      settings: {},
    };
    const handle = broker.createQueue('/', 'q', spec);
    assert.equal(broker.findQueue('/', 'q'), handle);
  });
});
