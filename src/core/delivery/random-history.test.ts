import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8 } from '../../bytes/index.js';
import type { QueueSettings, SessionSink } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import type { Delivery } from '../message.js';
import { CoreRig, type RigOptions } from '../testing/core-rig.test.js';
import { ModelBroker } from '../testing/model-broker.test.js';
import { ModelQueue, type ModelTaker } from '../testing/model-queue.test.js';
import { ModelSession } from '../testing/model-session.test.js';
import { testMessage } from '../testing/test-message.test.js';

/** Commands happen at multiples of this; what falls due does so in between, each kind and queue at its own moment. */
const STEP_MS = 65_536;
const RESIDUES = {
  ttl: 1_009,
  queueTtl: 4_217,
  delay: 9_551,
  queueDelay: 15_013,
  wait: 22_787,
  hold: 31_159,
  defer: 40_961,
};

/** A length of time of `steps` steps (0: none at all) that ends at the moment of that kind and queue. */
function lengthMs(kind: keyof typeof RESIDUES, queue: number, steps: number): number {
  return steps === 0 ? 0 : (steps - 1) * STEP_MS + RESIDUES[kind] + queue * 131;
}

interface Step {
  readonly kind: string;
  readonly n: readonly number[];
}

/** What a test wants of its queues. */
interface Setup {
  readonly options: RigOptions;
  readonly queues: readonly {
    readonly grouped: boolean;
    readonly durable: boolean;
    readonly settings: Partial<QueueSettings>;
  }[];
}

/** The core and the model side by side: every command goes to both, and they must agree on everything that can be seen. */
class World {
  readonly rig: CoreRig;
  readonly model: ModelBroker;
  readonly #sessions: ModelSession[] = [];
  readonly #room = new Map<number, number>();
  /**
   * With groups and a time to live together it matters whether a message may be handed out yet, which the model does not
   * know: then nothing stays unflushed.
   */
  readonly #eager: boolean;
  #lastToken = 0;
  #bodies = 0;

  constructor({ options, queues }: Setup) {
    this.rig = new CoreRig({ ...options, nowMs: 1_000 * STEP_MS });
    this.model = new ModelBroker(this.rig.core.nowMs, options.deliverBeforeSync ?? true);
    this.#eager = queues.some(({ grouped, settings }) => grouped && settings.messageTtlMs !== undefined);
    for (const [index, { grouped, durable, settings }] of queues.entries()) {
      this.#create(`q${index}`, grouped, durable, settings);
    }
    for (let i = 0; i < 3; i++) this.#openSession();
    this.rig.flushAll();
  }

  #create(name: string, grouped: boolean, durable: boolean, settings: Partial<QueueSettings>): void {
    const handle = this.rig.queue(name, settings, { grouped, durable });
    this.model.queues.set(handle, new ModelQueue(handle, name, grouped, durable, settings));
  }

  #openSession(): void {
    const events = this.model.events;
    const room = this.#room;
    let handle = 0;
    const sink: SessionSink = {
      deliver(delivery: Delivery): boolean {
        const left = room.get(handle)! - 1;
        room.set(handle, left);
        const { token, deliveryId, queue, seq, attempts, redelivered, firstAcquiredMs, group } = delivery;
        const body = decodeUtf8(delivery.body, delivery.bodyStart, delivery.bodyEnd);
        const envelope = decodeUtf8(delivery.envelope, delivery.envelopeStart, delivery.envelopeEnd);
        assert.equal(envelope, `envelope of ${body.slice(0, 40)}`);
        const deaths = delivery.history();
        const delivered = {
          token,
          deliveryId,
          queue,
          seq,
          attempts,
          redelivered,
          firstAcquiredMs,
          body,
          group,
          deaths,
        };
        events.push({ kind: 'deliver', session: handle, delivered, pauses: left <= 0 });
        return left > 0;
      },
      acquired(token: number, count: number, gone: boolean): void {
        events.push({ kind: 'acquired', token, count, gone });
      },
      cancelled(token: number): void {
        events.push({ kind: 'cancelled', token });
      },
    };
    handle = this.rig.core.openSession(sink);
    room.set(handle, Number.POSITIVE_INFINITY);
    this.#sessions.push(new ModelSession(handle));
  }

  // ---- one step

  run({ kind, n }: Step): void {
    this.#advance(1); // no two commands at one time, so that what they make falls due in a known order
    this.model.flush = this.rig.core.flush;
    const queues = [...this.model.queues.values()];
    const queue = queues[n[0] % queues.length];
    const session = this.#sessions[n[1] % this.#sessions.length];
    if (kind === 'publish') this.#publish(queue, n);
    else if (kind === 'fanout') this.#fanOut(n);
    else if (kind === 'subscribe') this.#subscribe(queue, session, n);
    else if (kind === 'unsubscribe') this.#unsubscribe(n);
    else if (kind === 'acquire') this.#acquire(queue, session, n);
    else if (kind === 'cancelAcquire') this.#cancelAcquire(n);
    else if (kind === 'settle') this.#settle(session, n);
    else if (kind === 'settleHandle') this.#settleHandle(queue, n);
    else if (kind === 'close') this.#close(session);
    else if (kind === 'credit') this.#credit(session, n[2] % 4);
    else if (kind === 'pause') this.#pause(session, n[2] % 3);
    else if (kind === 'purge') this.#purge(queue, n[2] % 2 === 1);
    else if (kind === 'recreate') this.#recreate(queue);
    else if (kind === 'flush') this.flush();
    else if (kind === 'checkpoint') this.rig.checkpoint();
    else if (kind === 'advance') this.#advance((1 + (n[2] % 3)) * STEP_MS);
    if (this.#eager) this.flush();
    this.#agree();
  }

  /** Reads are answered, what the core told is accounted for, and both say the same of every queue. */
  #agree(): void {
    this.rig.settle();
    this.model.absorbAll();
    const { core } = this.rig;
    for (const queue of this.model.queues.values()) {
      assert.deepEqual(core.peek(queue.handle, 'any', 0, 1_000), queue.peek(), `what ${queue.name} holds`);
      assert.deepEqual(core.counts(queue.handle), queue.counts(), `what ${queue.name} counts`);
    }
  }

  flush(): void {
    do {
      while (this.rig.flush()) this.#flushed();
      this.#advance(0);
    } while (this.rig.core.pending);
    for (const queue of this.model.queues.values()) assert.deepEqual(queue.inState('pending'), []);
  }

  #flushed(): void {
    this.rig.settle();
    for (const queue of this.model.queues.values()) {
      const { visibleEnd } = this.rig.core.destinations.queue(queue.handle).state;
      for (const { flush, seq, persistent } of queue.inState('pending')) {
        if (persistent && seq < visibleEnd) assert.ok(flush <= this.rig.core.stableFlush, 'seen before it was stable');
      }
      this.model.becameVisible(queue, visibleEnd);
    }
    this.model.absorbAll();
    this.model.flush = this.rig.core.flush;
  }

  /** With everything stable, nobody waits for anything that is there. */
  finish(): void {
    this.flush();
    this.#agree();
    this.flush();
    this.model.assertNothingMissed();
  }

  // ---- commands

  #publish(queue: ModelQueue, n: readonly number[]): void {
    const index = n[0] % this.model.queues.size;
    const message = {
      body: this.#body(n[1]),
      transient: n[2] % 3 === 0,
      priority: (n[3] % 5) - 1,
      ttlMs: n[4] % 4 === 0 ? lengthMs('ttl', index, n[5] % 4) : -1,
      delayMs: n[6] % 5 === 0 ? lengthMs('delay', index, 1 + (n[7] % 3)) : -1,
      group: `g${n[8] % 3}`,
    };
    const outcome = { ...this.rig.core.publish(this.rig.core.routeToQueue(queue.handle), testMessage(message)) };
    this.rig.settle();
    const taken = this.model.publish(queue, message);
    assert.deepEqual([outcome.routed, outcome.refused], taken ? [1, 0] : [0, 1]);
  }

  #fanOut(n: readonly number[]): void {
    const queues = [...this.model.queues.values()].filter((_queue, index) => (n[0] & (1 << index)) !== 0);
    const message = {
      body: this.#body(n[1]),
      transient: n[2] % 4 === 0,
      priority: -1,
      ttlMs: -1,
      delayMs: -1,
      group: 'g0',
    };
    const { core } = this.rig;
    const route = {
      ...core.routeToQueue(queues[0]?.handle ?? this.rig.find('q0')),
      queues: queues.map(({ handle }) => handle),
    };
    const outcome = { ...core.publish(route, testMessage(message)) };
    this.rig.settle();
    const taken = queues.filter((queue) => this.model.publish(queue, message)).length;
    assert.deepEqual([outcome.routed, outcome.refused], [taken, queues.length - taken]);
  }

  /** Short, or long enough to be kept once for several queues. */
  #body(n: number): string {
    const body = `m${this.#bodies++}`;
    return n % 4 === 0 ? body.padEnd(520 + (n % 50), '.') : body;
  }

  #taker(queue: ModelQueue, session: ModelSession, rest: Partial<ModelTaker>): ModelTaker {
    return {
      kind: 'pull',
      token: ++this.#lastToken,
      session,
      queue,
      noAck: false,
      priority: 0,
      credit: 0,
      inFlight: 0,
      max: 1,
      visibilityMs: undefined,
      deadlineMs: 0,
      seen: [],
      delivered: 0,
      ...rest,
    };
  }

  readonly #subscriptions: { handle: number; taker: ModelTaker }[] = [];

  #subscribe(queue: ModelQueue, session: ModelSession, n: readonly number[]): void {
    const taker = this.#taker(queue, session, {
      kind: 'subscription',
      noAck: n[2] % 4 === 0,
      credit: n[3] % 4,
      priority: n[4] % 3 === 0 ? n[5] % 3 : 0,
    });
    this.model.takers.set(taker.token, taker);
    let at = queue.subscriptions.length;
    while (at > 0 && queue.subscriptions[at - 1].priority < taker.priority) at--;
    queue.subscriptions.splice(at, 0, taker);
    queue.active ??= taker;
    const { token, credit, noAck, priority } = taker;
    const options = { token, credit, noAck, priority, exclusive: false };
    const handle = this.rig.core.subscribe(session.handle, queue.handle, options);
    this.rig.settle();
    this.#subscriptions.push({ handle, taker });
    this.model.dispatch(queue);
  }

  #unsubscribe(n: readonly number[]): void {
    const [gone] = this.#subscriptions.splice(n[2] % Math.max(1, this.#subscriptions.length), 1);
    if (gone === undefined) return;
    this.rig.core.unsubscribe(gone.handle);
    this.rig.settle();
    this.#drop(gone.taker);
    this.model.dispatch(gone.taker.queue);
  }

  #drop(taker: ModelTaker): void {
    const { queue } = taker;
    const at = queue.subscriptions.indexOf(taker);
    queue.subscriptions.splice(at, 1);
    if (at < queue.turn) queue.turn--;
    if (queue.turn >= queue.subscriptions.length) queue.turn = 0;
    if (queue.active === taker) [queue.active] = queue.subscriptions;
    this.model.takers.delete(taker.token);
    this.model.forgetHolder(taker);
  }

  #acquire(queue: ModelQueue, session: ModelSession, n: readonly number[]): void {
    const index = n[0] % this.model.queues.size;
    const waitMs = n[2] % 3 === 0 ? lengthMs('wait', index, 1 + (n[3] % 3)) : 0;
    const holdMs = n[4] % 3 === 0 ? undefined : lengthMs('hold', index, n[5] % 4);
    const taker = this.#taker(queue, session, {
      noAck: n[6] % 6 === 0,
      max: 1 + (n[7] % 4),
      visibilityMs: holdMs,
      deadlineMs: this.model.nowMs + waitMs,
    });
    this.model.takers.set(taker.token, taker);
    queue.pulls.push(taker);
    const { token, max, noAck, visibilityMs } = taker;
    this.rig.core.acquire(session.handle, queue.handle, { token, max, noAck, visibilityMs, waitMs });
    this.rig.settle();
    this.model.dispatch(queue);
  }

  #cancelAcquire(n: readonly number[]): void {
    const pulls = [...this.model.takers.values()].filter(({ kind }) => kind === 'pull');
    const pull = pulls[n[2] % Math.max(1, pulls.length)];
    if (pull === undefined) return;
    this.rig.core.cancelAcquire(pull.session.handle, pull.token);
    this.rig.settle();
    this.model.endPull(pull);
    this.model.dispatch(pull.queue);
  }

  #settle(session: ModelSession, n: readonly number[]): void {
    const ids = [...session.held.keys()].sort((a, b) => a - b);
    const known = ids.length > 0 && n[2] % 16 !== 0;
    const id = known ? ids[n[3] % ids.length] : n[3] % (session.lastDeliveryId + 2);
    const verb = (['acknowledge', 'release', 'reject'] as const)[n[4] % 3];
    // what several queues get back at once is handed out in an order that nothing promises
    const multiple =
      n[5] % 3 === 0 &&
      (verb === 'acknowledge' || new Set([...session.held.values()].map(({ queue }) => queue)).size === 1);
    const queue = session.held.get(id)?.queue;
    const index = queue === undefined ? 0 : [...this.model.queues.values()].indexOf(queue);
    const delayMs = verb === 'release' && n[6] % 3 === 0 ? lengthMs('defer', index, 1 + (n[7] % 2)) : 0;
    const { core } = this.rig;
    const call = (): void => {
      if (verb === 'acknowledge') core.acknowledge(session.handle, id, multiple);
      else if (verb === 'release') core.release(session.handle, id, multiple, delayMs);
      else core.reject(session.handle, id, multiple);
    };
    if (!session.held.has(id) && !(multiple && id === 0)) {
      assert.throws(call, (error) => error instanceof BrokerError && error.kind === 'unknown-delivery');
      return;
    }
    call();
    this.rig.settle();
    const settled = multiple ? ids.filter((other) => id === 0 || other <= id) : [id];
    let last: ModelQueue | undefined;
    for (const one of settled) {
      const of = session.held.get(one)!.queue;
      if (last !== undefined && last !== of) this.#settledUp(session, last);
      last = of;
      this.#settleOne(session, one, verb, delayMs);
    }
    if (last !== undefined) this.#settledUp(session, last);
  }

  /** Credit came back, perhaps a message too. */
  #settledUp(session: ModelSession, queue: ModelQueue): void {
    if (session.credit > 0) this.#resumed(session);
    this.model.dispatch(queue);
  }

  #settleOne(session: ModelSession, id: number, verb: 'acknowledge' | 'release' | 'reject', delayMs: number): void {
    const { queue, message, taker } = session.held.get(id)!;
    session.held.delete(id);
    if (taker.kind === 'subscription') taker.inFlight--;
    if (
      !queue.messages.includes(message) ||
      message.state !== 'held' ||
      message.deliveryId !== id ||
      message.holder !== taker
    )
      return;
    if (verb === 'acknowledge') this.model.acknowledge(queue, message);
    else if (verb === 'release') this.model.release(queue, message, delayMs);
    else this.model.reject(queue, message);
  }

  #settleHandle(queue: ModelQueue, n: readonly number[]): void {
    const { core } = this.rig;
    const seq = n[2] % (queue.tail + 1);
    const message = queue.messages.find((one) => one.seq === seq && one.state !== 'pending');
    if (message?.attempts === 0) return; // nobody has a receipt for it
    const held = message?.state === 'held';
    const attempts = (message?.attempts ?? 1) - (n[3] % 4 === 0 ? 1 : 0);
    const strict = n[4] % 2 === 0;
    const current = !strict || attempts === message?.attempts;
    const index = n[0] % this.model.queues.size;
    const visibilityMs = lengthMs('hold', index, n[5] % 3);
    const verb = n[6] % 3;
    let answer: string;
    if (verb === 0) answer = core.acknowledgeMessage(queue.handle, seq, attempts, strict);
    else if (verb === 1) answer = core.extendMessage(queue.handle, seq, attempts, visibilityMs, strict);
    else answer = core.rejectMessage(queue.handle, seq, attempts, strict);
    this.rig.settle();
    if (message === undefined) assert.equal(answer, 'gone');
    else if (held && current) {
      assert.equal(answer, 'held');
      if (verb === 0) this.model.acknowledge(queue, message);
      else if (verb === 2) this.model.reject(queue, message);
      else if (visibilityMs === 0) this.model.release(queue, message, 0);
      else message.timeMs = this.model.nowMs + visibilityMs;
    } else if (held || strict || verb !== 0) assert.equal(answer, 'expired');
    else {
      assert.equal(answer, 'held');
      this.model.acknowledge(queue, message);
    }
    this.model.dispatch(queue);
  }

  #close(session: ModelSession): void {
    this.rig.core.closeSession(session.handle);
    this.rig.settle();
    this.#sessions.splice(this.#sessions.indexOf(session), 1);
    const takers = [...this.model.takers.values()].filter((one) => one.session === session);
    const touched = new Set(takers.filter(({ kind }) => kind === 'pull').map(({ queue }) => queue));
    for (const taker of takers) {
      touched.add(taker.queue);
      if (taker.kind === 'pull') this.model.endPull(taker);
      else this.#drop(taker);
    }
    const ended = this.#subscriptions.filter(({ taker }) => taker.session === session);
    for (const one of ended) this.#subscriptions.splice(this.#subscriptions.indexOf(one), 1);
    for (const id of [...session.held.keys()].sort((a, b) => a - b)) {
      touched.add(session.held.get(id)!.queue);
      this.#settleOne(session, id, 'release', 0);
    }
    for (const queue of touched) this.model.dispatch(queue);
    this.#openSession();
  }

  #credit(session: ModelSession, credit: number): void {
    this.rig.core.setSessionCredit(session.handle, credit);
    this.rig.settle();
    session.credit = credit;
    this.#resumed(session);
  }

  /** The session's subscriptions go on one after another; where credit is short, who got something goes last from then on. */
  #resumed(session: ModelSession): void {
    for (const subscription of this.#subscriptions.filter(({ taker }) => taker.session === session)) {
      const before = session.pushed;
      this.model.dispatch(subscription.taker.queue);
      if (session.credit === 0 || session.pushed === before) continue;
      this.#subscriptions.splice(this.#subscriptions.indexOf(subscription), 1);
      this.#subscriptions.push(subscription);
    }
  }

  /** 0: goes on without limit; else it takes that many and then no more. */
  #pause(session: ModelSession, room: number): void {
    this.#room.set(session.handle, room === 0 ? Number.POSITIVE_INFINITY : room);
    this.rig.core.setPaused(session.handle, false);
    this.rig.settle();
    session.paused = false;
    this.#resumed(session);
  }

  #purge(queue: ModelQueue, everything: boolean): void {
    const ready = queue.counts().ready;
    assert.equal(this.rig.core.purgeQueue(queue.handle, everything), ready);
    this.rig.settle();
    const states = everything ? ['ready', 'delayed', 'held'] : ['ready'];
    for (const message of queue.messages.filter(({ state }) => states.includes(state))) queue.remove(message);
    this.model.dispatch(queue);
  }

  /** Deletes the queue, and makes it again under its name. */
  #recreate(queue: ModelQueue): void {
    const ready = queue.counts().ready;
    const takers = [...queue.subscriptions, ...queue.pulls];
    assert.equal(this.rig.core.deleteQueue(queue.handle), ready);
    this.rig.settle();
    const told = this.model.events.splice(0).map((event) => (event.kind === 'deliver' ? -1 : event.token));
    assert.deepEqual(
      told,
      takers.map(({ token }) => token),
      'every subscription and pull is told',
    );
    for (const { token } of takers) this.model.takers.delete(token);
    const left = this.#subscriptions.filter(({ taker }) => taker.queue !== queue);
    this.#subscriptions.splice(0, this.#subscriptions.length, ...left);
    queue.messages = [];
    this.model.queues.delete(queue.handle);
    this.#create(queue.name, queue.grouped, queue.durable, queue.settings);
  }

  #advance(ms: number): void {
    this.#advanceTo(this.rig.core.nowMs + ms);
  }

  /** Through every moment at which something happens. */
  #advanceTo(targetMs: number): void {
    for (let due = this.model.nextDueMs(); due <= targetMs; due = this.model.nextDueMs()) this.#tick(due);
    this.#tick(targetMs);
  }

  #tick(nowMs: number): void {
    this.rig.core.advance(nowMs);
    this.rig.settle();
    this.model.advance(nowMs);
    this.model.absorbAll();
  }
}

const WEIGHTS: readonly (readonly [string, number])[] = [
  ['publish', 24],
  ['fanout', 6],
  ['subscribe', 5],
  ['unsubscribe', 2],
  ['acquire', 14],
  ['cancelAcquire', 1],
  ['settle', 20],
  ['settleHandle', 8],
  ['close', 1],
  ['credit', 2],
  ['pause', 3],
  ['purge', 1],
  ['recreate', 1],
  ['flush', 10],
  ['checkpoint', 1],
  ['advance', 8],
];

const stepOf: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(...WEIGHTS.map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) }))),
  n: fc.array(fc.nat(10_000), { minLength: 9, maxLength: 9 }),
});

/** Memory in which only a few messages per queue stay, but a whole flush fits. */
const SMALL_MEMORY = { chunkBytes: 16_384, ringChunks: 2, windowSlots: 3, transientBytes: 4_096 };

function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 });
}

function settingsOf(index: number, deadLetters: readonly string[]): fc.Arbitrary<Partial<QueueSettings>> {
  return fc
    .record({
      messageTtlMs: maybe(fc.integer({ min: 0, max: 4 }).map((steps) => lengthMs('queueTtl', index, steps))),
      delayMs: maybe(fc.integer({ min: 1, max: 2 }).map((steps) => lengthMs('queueDelay', index, steps))),
      maxLength: maybe(fc.integer({ min: 0, max: 4 })),
      maxLengthBytes: maybe(fc.integer({ min: 0, max: 1200 })),
      overflow: fc.constantFrom('drop-head' as const, 'reject-publish' as const, 'reject-publish-dlx' as const),
      maxPriority: maybe(fc.integer({ min: 1, max: 3 })),
      singleActiveConsumer: maybe(fc.boolean()),
      deliveryLimit: maybe(fc.integer({ min: 0, max: 3 })),
      maxReceiveCount: maybe(fc.integer({ min: 1, max: 3 })),
      deadLetter: maybe(
        fc.oneof(
          fc.record({ exchange: fc.constant(''), routingKey: fc.constantFrom(...deadLetters) }),
          fc.record({ queue: fc.constantFrom(...deadLetters) }),
        ),
      ),
    })
    .map(withoutUndefined);
}

function withoutUndefined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>;
}

const rigOptions = fc.record({
  deliverBeforeSync: fc.constant(true),
  memory: fc.constantFrom(undefined, SMALL_MEMORY).map((memory) => memory ?? {}),
});

function explore(setup: fc.Arbitrary<Setup>, numRuns: number): void {
  fc.assert(
    fc.property(setup, fc.array(stepOf, { minLength: 1, maxLength: 120, size: 'max' }), (given, steps) => {
      const world = new World(given);
      for (const step of steps) world.run(step);
      world.finish();
    }),
    {
      numRuns,
      includeErrorInReport: true,
      // always the same ones, unless others are asked for
      seed: Number(process.env['SEED'] ?? 1),
    },
  );
}

describe('random histories of queues agree with plain lists', () => {
  it('when messages come and go', () => {
    const queue = fc.boolean().map((durable) => ({ grouped: false, durable, settings: {} }));
    explore(fc.record({ options: rigOptions, queues: fc.array(queue, { minLength: 1, maxLength: 3 }) }), 150);
  });

  it('when queues have settings, and send their dead letters around', () => {
    const queueOf = (index: number) =>
      fc.record({
        grouped: fc.constant(false),
        durable: fc.boolean(),
        settings: settingsOf(index, ['q0', 'q1', 'q2']),
      });
    // A limit drops from the head, which may have to be read first: what happens meanwhile changes what is dropped.
    const setup = fc.record({ options: rigOptions, queues: fc.tuple(queueOf(0), queueOf(1), queueOf(2)) });
    const limited = ({ queues }: Setup): boolean =>
      queues.some(({ settings: { maxLength, maxLengthBytes } }) => (maxLength ?? maxLengthBytes) !== undefined);
    explore(
      setup.map((one) => (limited(one) ? { ...one, options: { ...one.options, memory: {} } } : one)),
      300,
    );
  });

  it('when they have message groups', () => {
    const queueOf = (index: number) =>
      fc.record({
        grouped: fc.constant(true),
        durable: fc.boolean(),
        settings: settingsOf(index, ['q0', 'q1']).map(({ messageTtlMs, deliveryLimit, deadLetter, delayMs }) =>
          withoutUndefined<QueueSettings>({ messageTtlMs, deliveryLimit, deadLetter, delayMs } as QueueSettings),
        ),
      });
    explore(fc.record({ options: rigOptions, queues: fc.tuple(queueOf(0), queueOf(1)) }), 200);
  });
});
