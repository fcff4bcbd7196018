import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECT_NATIVE } from '../../bytes/index.js';
import { CoreRig } from '../testing/core-rig.test.js';
import { testMessage } from '../testing/test-message.test.js';

function rigWithTopic(): { rig: CoreRig; topic: number; partition: number; publish: (...bodies: string[]) => void } {
  const rig = new CoreRig();
  const spec = { partitions: 1, dialect: DIALECT_NATIVE, declared: {}, settings: {} };
  const topic = rig.core.createTopic('/', 'log', { id: '0'.repeat(32), ...spec });
  const publish = (...bodies: string[]): void => {
    for (const body of bodies) rig.core.publish(rig.core.routeToTopic(topic), testMessage({ body }));
  };
  return { rig, topic, partition: rig.core.topic(topic).partitionHandles[0]!, publish };
}

test('a stream begins at its offset, shows only what is stable, and goes on with what comes', () => {
  const { rig, partition, publish } = rigWithTopic();
  publish('a', 'b', 'c');
  rig.flushAll();
  publish('unstable');
  const session = rig.session();
  rig.subscribe(session, rig.core.openStream(partition, 1));
  rig.settle();
  assert.deepEqual(
    rig.sink(session).delivered.map(({ seq, body }) => [seq, body]),
    [
      [1, 'b'],
      [2, 'c'],
    ],
  );
  rig.flushAll();
  rig.settle();
  assert.deepEqual(rig.sink(session).bodies, ['b', 'c', 'unstable']);
});

test('however a record is settled, its stream goes on and every other one still has it', () => {
  const { rig, partition, publish } = rigWithTopic();
  publish('a', 'b', 'c', 'd');
  rig.flushAll();
  const session = rig.session();
  rig.subscribe(session, rig.core.openStream(partition, 0), { credit: 1 });
  rig.settle();
  rig.core.release(session, 1, false);
  rig.core.reject(session, 2, false);
  rig.core.acknowledge(session, 3, false);
  rig.settle();
  assert.deepEqual(rig.sink(session).bodies, ['a', 'b', 'c', 'd']);
  const other = rig.session();
  rig.subscribe(other, rig.core.openStream(partition, 0));
  rig.settle();
  assert.deepEqual(rig.sink(other).bodies, ['a', 'b', 'c', 'd']);
});

test('a stream begins no earlier than its log', () => {
  const { rig, partition, publish } = rigWithTopic();
  publish('a', 'b', 'c');
  rig.flushAll();
  rig.core.deleteRecords(partition, 2);
  const session = rig.session();
  rig.subscribe(session, rig.core.openStream(partition, 0));
  rig.settle();
  assert.deepEqual(rig.sink(session).bodies, ['c']);
});

test('streams are counted but not listed, end with their topic, and leave nothing behind', () => {
  const { rig, topic, partition, publish } = rigWithTopic();
  const session = rig.session();
  rig.flushAll();
  const first = rig.core.openStream(partition, 0);
  rig.core.openStream(partition, 0);
  rig.subscribe(session, first, { token: 7 });
  publish('a');
  rig.flushAll();
  rig.settle();
  rig.core.acknowledge(session, 1, false);
  rig.checkpoint();
  rig.flushAll();
  assert.equal(rig.core.partition(partition).streams, 2);
  assert.deepEqual(rig.core.queues('/'), []);
  const keys = [...rig.store.metadata()].map(([key]) => key).filter((key) => key.startsWith('q/') || key === 's/-1');
  assert.deepEqual(keys, []);
  rig.core.deleteTopic(topic);
  assert.deepEqual(rig.sink(session).cancellations, [7]);
  assert.throws(() => rig.core.queue(first), { kind: 'not-found' });
});
