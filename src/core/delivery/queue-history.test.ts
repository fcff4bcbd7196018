import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CoreRig, type RigOptions, TINY_MEMORY } from '../testing/core-rig.test.js';

/** A message as the model knows it. */
interface ModelMessage {
  readonly body: string;
  readonly priority: number;
  readonly group: string | undefined;
  /** The flush that carries it. */
  readonly flush: number;
  state: 'ready' | 'held';
  attempts: number;
}

interface Held {
  readonly message: ModelMessage;
  readonly session: number;
  readonly deliveryId: number;
}

type Kind = 'standard' | 'priority' | 'fifo';

type Step =
  | { readonly do: 'publish'; readonly count: number; readonly priority: number; readonly group: number }
  | { readonly do: 'take'; readonly session: number; readonly max: number }
  | { readonly do: 'acknowledge' | 'release' | 'reject'; readonly which: number }
  | { readonly do: 'closeSession'; readonly session: number }
  | { readonly do: 'flush' | 'checkpoint' | 'restart' | 'crash' };

const stepOf = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      count: fc.integer({ min: 1, max: 4 }),
      priority: fc.integer({ min: 0, max: 4 }),
      group: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      session: fc.integer({ min: 0, max: 2 }),
      max: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom('acknowledge' as const, 'release' as const, 'reject' as const),
      which: fc.nat(50),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('closeSession' as const), session: fc.integer({ min: 0, max: 2 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('flush' as const, 'flush' as const, 'checkpoint' as const, 'restart' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'crash' as const }) },
);

/** Drives one durable queue and a list side by side; whatever the queue hands out must be what the list says. */
class History {
  readonly #kind: Kind;
  #rig: CoreRig;
  #queue: number;
  #sessions: number[] = [];
  #messages: ModelMessage[] = [];
  #held: Held[] = [];
  /** What is done with, and in which flush that is journaled. */
  #done = new Map<string, { flush: number; message: ModelMessage }>();
  #count = 0;

  constructor(kind: Kind, options: RigOptions) {
    this.#kind = kind;
    this.#rig = new CoreRig(options);
    const settings = kind === 'priority' ? { maxPriority: 4 } : {};
    this.#queue = this.#rig.queue('q', settings, { grouped: kind === 'fifo' });
    this.#rig.flushAll();
    this.#openSessions();
  }

  step(step: Step): void {
    if (step.do === 'publish') this.#publish(step.count, step.priority, step.group);
    else if (step.do === 'take') this.#take(step.session, step.max);
    else if (step.do === 'closeSession') this.#closeSession(step.session);
    else if (step.do === 'flush') this.#rig.flushAll();
    else if (step.do === 'checkpoint') this.#checkpoint();
    else if (step.do === 'restart') this.#restart();
    else if (step.do === 'crash') this.#crash();
    else if ('which' in step) this.#settle(step.do, step.which);
    this.#compareCounts();
  }

  /** Everything that is left comes out once, in order. */
  drain(): void {
    for (const session of [0, 1, 2]) this.#closeSession(session);
    this.#rig.flushAll();
    while (this.#messages.length > 0) {
      const before = this.#messages.length;
      this.#take(0, 3);
      while (this.#held.length > 0) this.#settle('acknowledge', 0);
      assert.ok(this.#messages.length < before, 'a message that nobody can have');
    }
    this.#compareCounts();
  }

  #openSessions(): void {
    this.#sessions = [0, 1, 2].map(() => this.#rig.session());
  }

  #publish(count: number, priority: number, group: number): void {
    for (let i = 0; i < count; i++) {
      const body = `m${this.#count++}`;
      const groupName = this.#kind === 'fifo' ? `g${group}` : undefined;
      const flush = this.#rig.core.flush;
      this.#rig.publish(this.#queue, { body, priority: this.#kind === 'priority' ? priority : -1, group: groupName });
      const message: ModelMessage = { body, priority, group: groupName, flush, state: 'ready', attempts: 0 };
      this.#messages.push(message);
    }
    // What comes in order of groups is seen only when it is stable.
    if (this.#kind === 'fifo') this.#rig.flushAll();
  }

  /** The messages that a pull gets now, at most `max`. */
  #expected(max: number, session: number): ModelMessage[] {
    if (this.#kind !== 'fifo') {
      const ready = this.#messages.filter(({ state }) => state === 'ready');
      if (this.#kind === 'priority') ready.sort((a, b) => b.priority - a.priority);
      return ready.slice(0, max);
    }
    assert.ok(session >= 0);
    // One at a time: which groups a longer pull goes through next is the queue's own choice.
    const free = this.#messages.filter(
      (message) =>
        message.state === 'ready' &&
        !this.#messages.some(
          (other) =>
            other !== message &&
            other.group === message.group &&
            this.#messages.indexOf(other) < this.#messages.indexOf(message),
        ),
    );
    return free.slice(0, 1);
  }

  #take(index: number, max: number): void {
    const session = this.#sessions[index];
    const sink = this.#rig.sink(session);
    const expected = this.#expected(max, index);
    const wanted = this.#kind === 'fifo' ? 1 : max;
    this.#rig.acquire(session, this.#queue, { max: wanted });
    this.#rig.settle();
    for (let flushes = 0; sink.acquires.length === 0 && flushes < max; flushes++) {
      // A message is not handed out before its mark is on the way to the disk with it.
      this.#rig.flushAll();
      this.#rig.settle();
    }
    // A receive of a group is answered when it is stable.
    if (this.#kind === 'fifo') this.#rig.flushAll();
    assert.equal(sink.acquires.splice(0).length, 1, 'a pull that does not wait is answered once');
    const got = sink.take();
    if (this.#kind === 'fifo') {
      // Any free group's first message will do.
      assert.equal(got.length, expected.length);
      for (const { body } of got) {
        const message = this.#messages.find((other) => other.body === body)!;
        const first = this.#messages.find((other) => other.group === message.group);
        assert.equal(first, message, `${body} overtook another message of its group`);
        assert.equal(message.state, 'ready');
      }
    } else {
      assert.deepEqual(
        got.map(({ body }) => body),
        expected.map(({ body }) => body),
      );
    }
    for (const delivered of got) {
      const message = this.#messages.find((other) => other.body === delivered.body)!;
      message.state = 'held';
      message.attempts++;
      if (message.attempts > 1) assert.ok(delivered.redelivered, `${message.body} came before and is not marked`);
      this.#held.push({ message, session, deliveryId: delivered.deliveryId });
    }
  }

  #settle(how: 'acknowledge' | 'release' | 'reject', which: number): void {
    if (this.#held.length === 0) return;
    const [held] = this.#held.splice(which % this.#held.length, 1);
    const { message } = held;
    if (how === 'release') {
      this.#rig.core.release(held.session, held.deliveryId, false);
      message.state = 'ready';
      return;
    }
    this.#forget(message);
    this.#rig.core[how](held.session, held.deliveryId, false);
  }

  #forget(message: ModelMessage): void {
    this.#done.set(message.body, { flush: this.#rig.core.flush, message });
    this.#messages.splice(this.#messages.indexOf(message), 1);
  }

  #closeSession(index: number): void {
    const session = this.#sessions[index];
    for (const held of this.#held.filter((other) => other.session === session)) held.message.state = 'ready';
    this.#held = this.#held.filter((other) => other.session !== session);
    this.#rig.core.closeSession(session);
    this.#sessions[index] = this.#rig.session();
  }

  #checkpoint(): void {
    const from = this.#rig.checkpoint(1);
    this.#rig.flushAll();
    this.#rig.store.trimJournal(from);
  }

  #restart(): void {
    this.#rig = this.#rig.restart();
    this.#started();
  }

  /** What is not flushed yet is lost: messages, and the ends of others. */
  #crash(): void {
    const flush = this.#rig.store.lastFlush;
    this.#rig = this.#rig.crash();
    const undone = [...this.#done.values()].filter((entry) => entry.flush > flush).map(({ message }) => message);
    this.#messages = [...this.#messages, ...undone].filter((message) => message.flush <= flush);
    this.#messages.sort((a, b) => Number(a.body.slice(1)) - Number(b.body.slice(1)));
    for (const message of undone) this.#done.delete(message.body);
    this.#started();
  }

  #started(): void {
    this.#queue = this.#rig.find('q');
    this.#rig.flushAll();
    for (const message of this.#messages) message.state = 'ready';
    this.#held = [];
    this.#openSessions();
  }

  #compareCounts(): void {
    const { ready, inFlight } = this.#rig.core.counts(this.#queue);
    const held = this.#messages.filter(({ state }) => state === 'held').length;
    assert.deepEqual({ ready, inFlight }, { ready: this.#messages.length - held, inFlight: held });
  }
}

describe('A queue does what a list would do, over restarts and crashes', () => {
  for (const kind of ['standard', 'priority', 'fifo'] as const) {
    for (const [name, memory] of [
      ['in memory', {}],
      ['read back from the store', TINY_MEMORY],
    ] as const) {
      it(`${kind}, ${name}`, () => {
        fc.assert(
          fc.property(fc.array(stepOf, { minLength: 1, maxLength: 60 }), (steps) => {
            const history = new History(kind, { memory });
            for (const step of steps) history.step(step);
            history.drain();
          }),
          { numRuns: 300, includeErrorInReport: true },
        );
      });
    }
  }
});
