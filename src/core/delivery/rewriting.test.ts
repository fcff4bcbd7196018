import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogChunk } from '../ports.js';
import { CoreRig, TINY_MEMORY } from '../testing/core-rig.test.js';
import { testMessage } from '../testing/test-message.test.js';
import { forEachRecord } from '../log/record-run.js';
import type { SharedRecord } from './rewriting.js';
import { SHARED_LOG } from './shared-bodies.js';

/** Writes everything between the queue's oldest message and its newest one once more, as the shell would piece by piece. */
function rewriteAll(rig: CoreRig, queue: number): void {
  const { core, store } = rig;
  for (const { handle, log } of core.sparseQueues(1)) {
    if (handle !== queue) continue;
    const extents = store.extents(log);
    const { firstSeq: from } = extents[0];
    const { lastSeq } = extents.at(-1)!;
    const chunks = store.read(log, from, Number.POSITIVE_INFINITY);
    const shared = new Map<number, SharedRecord>();
    for (const seq of core.referencesIn(queue, chunks)) {
      for (const { buffer, start, end, firstSeq } of store.read(SHARED_LOG, seq, 1)) {
        forEachRecord(buffer, start, end, firstSeq, (other, at) => {
          if (other === seq) shared.set(seq, { buffer, at });
        });
      }
    }
    assert.ok(core.rewrite(queue, from, lastSeq, chunks, shared) > from);
  }
  rig.flushAll();
}

/** Everything that is left, as it comes. */
function drain(rig: CoreRig, queue: number): string[] {
  const session = rig.session();
  rig.subscribe(session, queue);
  rig.rest();
  return [...rig.sink(session).bodies];
}

/** A queue with `count` messages of which those stay that are named. */
function sparse(
  rig: CoreRig,
  queue: number,
  count: number,
  stay: readonly number[],
  body: (i: number) => string,
): void {
  const session = rig.session();
  for (let i = 0; i < count; i++) rig.publish(queue, body(i));
  rig.flushAll();
  rig.acquire(session, queue, { max: count });
  rig.rest();
  for (const { deliveryId, seq } of rig.sink(session).take()) {
    if (!stay.includes(seq)) rig.core.acknowledge(session, deliveryId, false);
  }
  rig.core.closeSession(session);
  rig.flushAll();
}

describe('a queue of which little lives, written once more', () => {
  for (const [name, memory] of [
    ['in memory', {}],
    ['read back', TINY_MEMORY],
  ] as const) {
    it(`has the same messages, and the store gets its room back, ${name}`, () => {
      const rig = new CoreRig({ memory });
      const queue = rig.queue('orders');
      const stay = [3, 50, 51, 199];
      sparse(rig, queue, 200, stay, (i) => `message ${i}`);
      const before = rig.store.usedBytes;
      rewriteAll(rig, queue);
      assert.ok(rig.store.usedBytes < before / 10, `${rig.store.usedBytes} of ${before} bytes`);
      for (const next of [rig.crash(), rig.restart()]) {
        assert.deepEqual(
          drain(next, next.find('orders')),
          stay.map((i) => `message ${i}`),
        );
      }
    });
  }

  it('needs the shared bodies of a fan-out no more', () => {
    const rig = new CoreRig({ memory: TINY_MEMORY });
    const slow = rig.queue('slow');
    const fast = rig.queue('fast');
    const { core } = rig;
    const bodyOf = (i: number): string => `message ${i} `.padEnd(600, '.');
    const session = rig.session();
    for (let i = 0; i < 300; i++) {
      core.publish({ ...core.routeToQueue(slow), queues: [slow, fast] }, testMessage({ body: bodyOf(i) }));
      if (i % 20 === 0) rig.flushAll();
    }
    for (const queue of [slow, fast]) {
      rig.acquire(session, queue, { max: 300 });
      rig.rest();
      for (const { deliveryId, seq, queue: of } of rig.sink(session).take()) {
        if (of === fast || seq !== 100) core.acknowledge(session, deliveryId, false);
      }
    }
    rig.flushAll();
    core.sharedFloor();
    assert.ok(core.sharedFloor() <= 100);
    rewriteAll(rig, slow);
    core.sharedFloor(); // counts when the flush is stable that is gathering now
    rig.publish(fast, 'next');
    rig.flushAll();
    assert.ok(core.sharedFloor() > 190, `the shared log begins at ${core.sharedFloor()}`);
    rig.store.trim(SHARED_LOG, core.sharedFloor());
    core.closeSession(session);
    assert.deepEqual(drain(rig, slow), [bodyOf(100)]);
    const next = rig.crash();
    assert.deepEqual(drain(next, next.find('slow')), [bodyOf(100)]);
  });

  it('is left alone when a record could not be read', () => {
    const rig = new CoreRig();
    const queue = rig.queue('orders');
    sparse(rig, queue, 20, [3, 10], (i) => `message ${i}`);
    assert.equal(rig.core.rewrite(queue, 3, 19, [], new Map<number, SharedRecord>()), -1);
    assert.deepEqual(drain(rig, queue), ['message 3', 'message 10']);
  });

  it('may be written again and again, in pieces, with crashes in between', () => {
    const piece = fc.tuple(fc.nat(59), fc.nat(59), fc.boolean());
    const stays = fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(stays, fc.array(piece, { maxLength: 6 }), (stay, pieces) => {
        let rig = new CoreRig({ memory: TINY_MEMORY, readBytes: 64 });
        sparse(rig, rig.queue('orders'), 60, stay, (i) => `message ${i}`);
        for (const [a, b, crash] of pieces) {
          const queue = rig.find('orders');
          const { log } = rig.core.queue(queue);
          const chunks: LogChunk[] = rig.store.read(log, 0, Number.POSITIVE_INFINITY);
          rig.core.rewrite(queue, Math.min(a, b), Math.max(a, b), chunks, new Map<number, SharedRecord>());
          if (crash) rig = rig.crash();
          else rig.flushAll();
        }
        assert.deepEqual(
          drain(rig, rig.find('orders')),
          stay.sort((a, b) => a - b).map((i) => `message ${i}`),
        );
      }),
      { numRuns: 200 },
    );
  });
});
