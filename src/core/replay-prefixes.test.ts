import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DIALECT_NATIVE } from '../bytes/index.js';
import type { QueueSettings } from './broker.js';
import { CoreRig, TINY_MEMORY } from './testing/core-rig.test.js';
import { testMessage } from './testing/test-message.test.js';

const QUEUES: readonly {
  readonly name: string;
  readonly grouped: boolean;
  readonly settings: Partial<QueueSettings>;
}[] = [
  {
    name: 'plain',
    grouped: false,
    settings: { messageTtlMs: 5_000, deadLetter: { exchange: '', routingKey: 'dead' } },
  },
  { name: 'urgent', grouped: false, settings: { maxPriority: 3, deliveryLimit: 2, deadLetter: { queue: 'dead' } } },
  { name: 'short', grouped: false, settings: { maxLength: 4, deadLetter: { exchange: '', routingKey: 'dead' } } },
  {
    name: 'groups',
    grouped: true,
    settings: { deduplicationMs: 60_000, maxReceiveCount: 3, deadLetter: { queue: 'dead' } },
  },
  { name: 'dead', grouped: false, settings: {} },
];
const SHARE = 'workers';

interface Step {
  readonly kind: string;
  readonly n: readonly number[];
}

const stepOf: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    'publish',
    'publish',
    'publish',
    'produce',
    'acquire',
    'acquire',
    'hold',
    'hold',
    'share',
    'settle',
    'settle',
    'settle',
    'settleHandle',
    'settleHandle',
    'advance',
    'close',
    'purge',
    'flush',
    'flush',
    'flush',
    'checkpoint',
  ),
  n: fc.array(fc.nat(1_000), { minLength: 6, maxLength: 6 }),
});

/** One queue after another, message by message, without what a session alone knows. */
type Snapshot = readonly (readonly [queue: string, messages: readonly string[]])[];

/** A broker to which things happen, and what it looked like whenever everything was stable. */
class Life {
  readonly rig: CoreRig;
  readonly stable = new Map<number, Snapshot>();
  #session: number;
  #bodies = 0;

  constructor(memory: object) {
    this.rig = new CoreRig({ memory });
    for (const { name, grouped, settings } of QUEUES) this.rig.queue(name, settings, { grouped });
    const spec = { partitions: 1, dialect: DIALECT_NATIVE, declared: {}, settings: {} };
    this.rig.core.createTopic('/', 'log', { id: '0'.repeat(32), ...spec });
    this.rig.core.openShare(partitionOf(this.rig), SHARE, 0, { maxAttempts: 2, uncommitted: false });
    this.#session = this.rig.session();
    this.flush();
  }

  run({ kind, n }: Step): void {
    const { rig } = this;
    const { core } = rig;
    const queue = rig.find(QUEUES[n[0] % QUEUES.length].name);
    if (kind === 'publish') {
      const own = n[1] % 3 === 0;
      rig.publish(queue, {
        body: `m${this.#bodies++}`,
        priority: (n[2] % 5) - 1,
        ttlMs: own ? 1_000 * (n[3] % 4) : -1,
        delayMs: n[4] % 4 === 0 ? 1_500 * (1 + (n[5] % 3)) : -1,
        group: `g${n[1] % 3}`,
        ...(n[2] % 2 === 0 ? { deduplicationId: `id${n[3] % 20}` } : {}),
      });
    } else if (kind === 'produce') {
      core.publish(core.routeToTopic(core.findTopic('/', 'log')), testMessage({ body: `r${this.#bodies++}` }));
    } else if (kind === 'acquire') rig.acquire(this.#session, queue, { max: 1 + (n[1] % 3) });
    else if (kind === 'hold')
      rig.acquire(this.#session, queue, { max: 1 + (n[1] % 3), visibilityMs: 1_000 * (1 + (n[2] % 5)) });
    else if (kind === 'share') rig.acquire(this.#session, shareOf(rig), { max: 1 + (n[1] % 3), visibilityMs: 2_000 });
    else if (kind === 'settle') this.#settle(n);
    else if (kind === 'settleHandle') this.#settleHandle(n[5] % 4 === 0 ? shareOf(rig) : queue, n);
    else if (kind === 'advance') rig.advance(1 + 700 * (n[1] % 5));
    else if (kind === 'close') {
      core.closeSession(this.#session);
      this.#session = rig.session();
    } else if (kind === 'purge' && n[1] % 4 === 0) core.purgeQueue(queue, n[2] % 2 === 0);
    else if (kind === 'checkpoint') rig.checkpoint(1 + (n[1] % 3));
    else if (kind === 'flush') this.flush();
    rig.settle();
  }

  #settle(n: readonly number[]): void {
    const { core } = this.rig;
    const delivered = this.rig.sink(this.#session).delivered.filter(({ deliveryId }) => deliveryId > 0);
    const one = delivered[n[1] % Math.max(1, delivered.length)];
    if (one === undefined) return;
    try {
      if (n[2] % 3 === 0) core.acknowledge(this.#session, one.deliveryId, false);
      else if (n[2] % 3 === 1) core.release(this.#session, one.deliveryId, false, n[3] % 3 === 0 ? 1_200 : 0);
      else core.reject(this.#session, one.deliveryId, false);
    } catch {
      // settled before, or held by a deadline
    }
  }

  #settleHandle(queue: number, n: readonly number[]): void {
    const { core } = this.rig;
    const held = core.peek(queue, 'in-flight', 0, 100).filter(({ dueMs }) => dueMs > 0);
    const one = held[n[1] % Math.max(1, held.length)];
    if (one === undefined) return;
    if (n[2] % 3 === 0) core.acknowledgeMessage(queue, one.seq, one.attempts, true);
    else if (n[2] % 3 === 1) core.extendMessage(queue, one.seq, one.attempts, n[3] % 2 === 0 ? 0 : 3_000, true);
    else core.rejectMessage(queue, one.seq, one.attempts, true);
  }

  flush(): void {
    this.rig.rest();
    this.stable.set(this.rig.store.lastFlush, snapshot(this.rig));
  }
}

function partitionOf(rig: CoreRig): number {
  return rig.core.topic(rig.core.findTopic('/', 'log')).partitionHandles[0];
}

function shareOf(rig: CoreRig): number {
  return rig.core.findShare(partitionOf(rig), SHARE);
}

function snapshot(rig: CoreRig): Snapshot {
  const queues = [...QUEUES.map(({ name }) => [name, rig.find(name)] as const), [SHARE, shareOf(rig)] as const];
  return queues.map(([name, queue]) => [
    name,
    rig.core.peek(queue, 'any', 0, 10_000).map(({ seq, state, dueMs }) => {
      const held = state === 'in-flight' && dueMs === 0;
      return `${seq} ${held ? 'ready' : state} ${dueMs}`;
    }),
  ]);
}

describe('every prefix of what was written', () => {
  for (const [name, memory] of [
    ['in memory', {}],
    ['read back', TINY_MEMORY],
  ] as const) {
    it(`brings the same state back, with and without a checkpoint, as it was then, ${name}`, () => {
      fc.assert(
        fc.property(fc.array(stepOf, { minLength: 1, maxLength: 60 }), (steps) => {
          const life = new Life(memory);
          for (const step of steps) life.run(step);
          life.flush();
          for (let flush = life.rig.store.flushes[0].number; flush <= life.rig.store.lastFlush; flush++) {
            if (flush < firstWhole(life)) continue;
            const replayed = life.rig.crash(flush);
            const found = snapshot(replayed);
            assert.deepEqual(snapshot(life.rig.crash(flush)), found, `flush ${flush} replayed again`);
            assert.deepEqual(snapshot(replayed.restart()), found, `flush ${flush} from a checkpoint`);
            const then = life.stable.get(flush);
            if (then !== undefined) assert.deepEqual(found, then, `flush ${flush} as it was`);
          }
        }),
        { numRuns: 60, includeErrorInReport: true, seed: Number(process.env['SEED'] ?? 1) },
      );
    });
  }
});

/** The flush with which everything is declared. */
function firstWhole(life: Life): number {
  return Math.min(...life.stable.keys());
}
