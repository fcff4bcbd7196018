import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoreRig } from './testing/core-rig.test.js';

test('a message goes to whoever waits and is gone when it is acknowledged', () => {
  const rig = new CoreRig();
  const queue = rig.queue('orders');
  const session = rig.session();
  rig.publish(queue, 'first');
  rig.subscribe(session, queue, { credit: 1 });
  rig.publish(queue, 'second');
  assert.deepEqual(rig.sink(session).bodies, ['first']);
  assert.deepEqual(rig.core.counts(queue), { ready: 1, inFlight: 1, delayed: 0, readyBytes: 6 });
  rig.core.acknowledge(session, 1, false);
  assert.deepEqual(rig.sink(session).bodies, ['first', 'second']);
  rig.core.acknowledge(session, 2, false);
  assert.deepEqual(rig.core.counts(queue), { ready: 0, inFlight: 0, delayed: 0, readyBytes: 0 });
});

test('what was stable and not settled is there after a crash, marked as handed out before', () => {
  const rig = new CoreRig();
  const queue = rig.queue('orders');
  const session = rig.session();
  for (const body of ['a', 'b', 'c']) rig.publish(queue, body);
  rig.subscribe(session, queue);
  rig.core.acknowledge(session, 2, false);
  rig.flushAll();
  const next = rig.crash();
  const other = next.session();
  next.subscribe(other, next.find('orders'));
  next.settle();
  assert.deepEqual(
    next.sink(other).delivered.map(({ body, redelivered }) => [body, redelivered]),
    [
      ['a', true],
      ['c', true],
    ],
  );
});
