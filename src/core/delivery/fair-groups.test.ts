import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CoreRig, type RigOptions, TINY_MEMORY } from '../testing/core-rig.test.js';

const groups = ['a', 'b', 'c', undefined] as const;

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('publish' as const), n: fc.nat(39), group: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pull' as const), n: fc.nat(19), group: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), n: fc.nat(39), group: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('giveBack' as const), n: fc.nat(9), group: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), n: fc.nat(59), group: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rest' as const), n: fc.nat(1), group: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), n: fc.nat(1), group: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('purge' as const), n: fc.nat(19), group: fc.nat(3) }) },
);

/** Far beyond what a test lets pass, so that only what the test does ends a hold. */
const holdMs = 1e9;

/** A queue with fair groups beside the bare facts about it: what is in it, and what of that is held. */
class World {
  rig: CoreRig;
  queue: number;
  session: number;
  readonly live = new Set<string>();
  readonly held = new Map<string, { readonly seq: number; readonly attempts: number }>();
  #published = 0;

  constructor(options: RigOptions) {
    this.rig = new CoreRig(options);
    this.queue = this.rig.queue('q', { fairGroups: true });
    this.session = this.rig.session();
  }

  publish(count: number, group: string | undefined): void {
    for (let i = 0; i <= count; i++) {
      const body = `${group ?? 'none'} ${this.#published++}`;
      this.live.add(body);
      this.rig.publish(this.queue, { body, group, delayMs: i % 7 === 3 ? 2_000 : -1 });
    }
  }

  pull(max: number): void {
    this.rig.acquire(this.session, this.queue, { max: max + 1, visibilityMs: holdMs });
    this.rig.rest();
    for (const { body, seq, attempts } of this.rig.sink(this.session).take()) {
      assert.ok(this.live.has(body), `${body} was done with`);
      assert.ok(!this.held.has(body), `${body} is held`);
      this.held.set(body, { seq, attempts });
    }
  }

  settle(count: number, visibilityMs: number | undefined): void {
    for (const [body, { seq, attempts }] of [...this.held].slice(0, count + 1)) {
      const { core } = this.rig;
      if (visibilityMs === undefined) {
        assert.equal(core.acknowledgeMessage(this.queue, seq, attempts, true), 'held');
        this.live.delete(body);
      } else assert.equal(core.extendMessage(this.queue, seq, attempts, visibilityMs, true), 'held');
      this.held.delete(body);
    }
  }

  restart(): void {
    this.rig.rest();
    this.rig = this.rig.restart();
    this.queue = this.rig.find('q');
    this.session = this.rig.session();
  }

  purge(): void {
    this.rig.rest();
    this.rig.core.purgeQueue(this.queue, true);
    this.live.clear();
    this.held.clear();
  }

  check(): void {
    const { ready, inFlight, delayed } = this.rig.core.counts(this.queue);
    assert.equal(inFlight, this.held.size);
    assert.equal(ready + delayed, this.live.size - this.held.size);
  }

  /** What is left comes, every message of it, and then there is nothing. */
  drain(): void {
    this.rig.rest();
    this.rig.advance(3_000);
    for (let left = this.live.size - this.held.size; left > 0; left = this.live.size - this.held.size) {
      this.pull(19);
      assert.ok(this.live.size - this.held.size < left, 'what is ready does not come');
    }
    this.settle(this.held.size, undefined);
    assert.equal(this.live.size, 0);
    this.rig.rest();
    assert.deepEqual(this.rig.core.counts(this.queue), { ready: 0, inFlight: 0, delayed: 0, readyBytes: 0 });
  }
}

describe('fair groups', () => {
  for (const [what, options] of [
    ['with all in memory', {}],
    ['with next to nothing in memory', { memory: TINY_MEMORY }],
  ] as const) {
    it(`neither lose nor double a message, ${what}`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const world = new World(options);
          for (const { kind, n, group } of steps) {
            if (kind === 'publish') world.publish(n, groups[group]);
            else if (kind === 'pull') world.pull(n);
            else if (kind === 'acknowledge') world.settle(n, undefined);
            else if (kind === 'giveBack') world.settle(n, 0);
            else if (kind === 'advance') world.rig.advance(n * 1_000);
            else if (kind === 'rest') world.rig.rest();
            else if (kind === 'restart') world.restart();
            else if (n === 0) world.purge();
            world.check();
          }
          world.drain();
        }),
        { numRuns: 150 },
      );
    });
  }

  it('look past a thousand messages of a busy group in one turn, and no further', () => {
    const world = new World({});
    world.publish(39, 'a');
    world.pull(39);
    world.publish(2_199, 'a');
    world.publish(0, 'b');
    world.rig.rest();
    world.rig.advance(3_000);
    const first = (): string => {
      const before = new Set(world.held.keys());
      world.pull(0);
      return [...world.held.keys()].find((body) => !before.has(body))!.split(' ')[0]!;
    };
    assert.deepEqual([first(), first(), first()], ['a', 'b', 'a']);
  });
});
