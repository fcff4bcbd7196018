import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from '../error-code.js';
import { listOffsets } from '../schema/list-offsets.js';
import { batchOf, FrontFixture, gzipped, record } from '../testing/front-fixture.test.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

test('the answer is exact to the record, also within compressed batches', async () => {
  const name = await front.newTopic();
  await front.append(name, gzipped(record('a', null, 1000), record('b', null, 3000), record('c', null, 2000)));
  await front.append(name, batchOf(record('d', null, 5000), record('e', null, 4000)));
  const ask = async (timestamp: number) => {
    const { topics } = await front.client.call(listOffsets, 7, {
      topics: [{ name, partitions: [{ partitionIndex: 0, timestamp }] }],
    });
    const { offset, timestamp: found, errorCode } = topics[0].partitions[0];
    return [offset, found, errorCode];
  };
  assert.deepEqual(await ask(-1), [5, -1, 0]);
  assert.deepEqual(await ask(-2), [0, -1, 0]);
  assert.deepEqual(await ask(-3), [3, 5000, 0]);
  assert.deepEqual(await ask(-4), [0, -1, 0]);
  assert.deepEqual(await ask(0), [0, 1000, 0]);
  assert.deepEqual(await ask(1500), [1, 3000, 0]);
  assert.deepEqual(await ask(3001), [3, 5000, 0]);
  assert.deepEqual(await ask(5001), [-1, -1, 0]);
  assert.deepEqual(await ask(-99), [-1, -1, ErrorCode.invalidRequest]);
});

test('the latest timestamp is found when the newest record is not at the end', async () => {
  const name = await front.newTopic();
  for (const timestampMs of [10, 900, 20, 500, 30]) await front.append(name, batchOf(record('x', null, timestampMs)));
  const { topics } = await front.client.call(listOffsets, 7, {
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -3 }] }],
  });
  assert.deepEqual([topics[0].partitions[0].offset, topics[0].partitions[0].timestamp], [1, 900]);
});
