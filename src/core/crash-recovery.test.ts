import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoreRig, TINY_MEMORY } from './testing/core-rig.test.js';

/** All that a queue has, with what each delivery says about itself. */
function drain(rig: CoreRig, name: string): readonly (readonly [body: string, attempts: number])[] {
  const session = rig.session();
  rig.subscribe(session, rig.find(name));
  rig.rest();
  return rig.sink(session).delivered.map(({ body, attempts }) => [body, attempts] as const);
}

describe('after a crash', () => {
  it('what was settled before it does not come back after the clean stop that follows', () => {
    const rig = new CoreRig();
    const queue = rig.queue('orders');
    for (const body of ['a', 'b', 'c']) rig.publish(queue, body);
    const session = rig.session();
    rig.subscribe(session, queue);
    rig.core.acknowledge(session, 2, true);
    rig.flushAll();
    // Nothing happens to the queue in the life between the two.
    const last = rig.crash().restart();
    assert.deepEqual(
      drain(last, 'orders').map(([body]) => body),
      ['c'],
    );
  });

  it('what was handed out comes back with a count that says so, again after a clean stop', () => {
    const rig = new CoreRig();
    const queue = rig.queue('jobs');
    for (const body of ['a', 'b']) rig.publish(queue, body);
    rig.acquire(rig.session(), queue, { max: 2, visibilityMs: 60_000 });
    rig.flushAll();
    const crashed = rig.crash();
    crashed.flushAll();
    const restarted = crashed.restart();
    assert.equal(restarted.core.counts(restarted.find('jobs')).inFlight, 2, 'a hold outlives its holder');
    restarted.advance(60_000);
    assert.deepEqual(drain(restarted, 'jobs'), [
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('whatever was handed out is marked, however far the consumer was ahead of the disk', () => {
    const rig = new CoreRig();
    const queue = rig.queue('orders');
    for (let i = 0; i < 2_000; i++) rig.publish(queue, `before ${i}`);
    rig.flushAll();
    const session = rig.session();
    rig.subscribe(session, queue);
    const { delivered } = rig.sink(session);
    for (let i = 0; i < 4; i++) {
      const seen = new Set(delivered.map(({ body }) => body));
      for (const [body, attempts] of drain(rig.crash(), 'orders')) {
        if (seen.has(body)) assert.equal(attempts, 2, body);
      }
      rig.flush();
      for (let j = 0; j < 100; j++) rig.publish(queue, `in life ${i}, ${j}`);
    }
    rig.flushAll();
    assert.equal(delivered.length, 2_400);
  });

  it('messages that expire at one time are dead-lettered in order', () => {
    const rig = new CoreRig();
    rig.queue('dead');
    const queue = rig.queue('short', { messageTtlMs: 100, deadLetter: { exchange: '', routingKey: 'dead' } });
    const bodies = Array.from({ length: 40 }, (_, i) => `message ${i}`);
    for (const body of bodies) rig.publish(queue, body);
    rig.flushAll();
    const next = rig.crash();
    next.advance(100);
    next.settle();
    assert.deepEqual(
      drain(next, 'dead').map(([body]) => body),
      bodies,
    );
  });

  it('a message that expires before those ahead of it takes none of them along', () => {
    const rig = new CoreRig({ memory: TINY_MEMORY, readBytes: 128 });
    rig.queue('dead');
    const queue = rig.queue('waiting', { deadLetter: { exchange: '', routingKey: 'dead' } });
    for (let i = 0; i < 30; i++) {
      rig.publish(queue, { body: `message ${i}`, ttlMs: i === 20 ? 10 : 60_000 });
      rig.flushAll();
    }
    const next = rig.crash();
    next.advance(10);
    next.settle();
    assert.equal(next.core.counts(next.find('waiting')).ready, 29);
    assert.deepEqual(
      drain(next, 'dead').map(([body]) => body),
      ['message 20'],
    );
    assert.equal(drain(next, 'waiting').length, 29);
  });

  it('counts what is live, when much behind a gap was done with', () => {
    const rig = new CoreRig();
    const queue = rig.queue('orders');
    const crashed = (before: CoreRig, settled: number): CoreRig => {
      for (let i = 0; i < 10; i++) {
        before.publish(before.find('orders'), `${settled} ${i}`);
        before.flushAll();
      }
      const session = before.session();
      before.acquire(session, before.find('orders'), { max: 100 });
      before.flushAll();
      for (let id = 1; id <= settled; id++) before.core.acknowledge(session, id, false);
      before.flushAll();
      return before.crash();
    };
    rig.publish(queue, 'first');
    const last = crashed(crashed(rig, 11), 8);
    assert.equal(last.core.counts(last.find('orders')).ready, 2);
    assert.equal(drain(last, 'orders').length, 2);
    assert.equal(last.core.counts(last.find('orders')).ready, 0);
  });

  it('one read serves many messages of a queue with priorities', () => {
    const rig = new CoreRig({ readBytes: 4096 });
    const queue = rig.queue('urgent', { maxPriority: 2 });
    for (let i = 0; i < 200; i++) rig.publish(queue, { body: `message ${i}`, priority: i % 3 });
    rig.flushAll();
    const next = rig.crash();
    assert.equal(drain(next, 'urgent').length, 200);
    assert.ok(next.answered < 40, `${next.answered} reads`);
  });
});
