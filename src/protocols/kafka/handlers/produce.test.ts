import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sealBatch } from '../../../bytes/index.js';
import { ErrorCode } from '../error-code.js';
import { fetch } from '../schema/fetch.js';
import { initProducerId } from '../schema/init-producer-id.js';
import { produce } from '../schema/produce.js';
import { batchOf, fetchRequest, FrontFixture, gzipped, produceRequest, record } from '../testing/front-fixture.test.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

test('a batch gets the next offset and is answered when it is stable', async () => {
  const name = await front.newTopic();
  assert.equal((await front.append(name, batchOf(record('a'), record('b')))).baseOffset, 0);
  front.memory.held = true;
  let answered = false;
  const pending = front.append(name, batchOf(record('c'))).then((answer) => {
    answered = true;
    return answer;
  });
  await delay(20);
  assert.equal(answered, false);
  front.memory.held = false;
  front.memory.settle();
  assert.equal((await pending).baseOffset, 2);
});

test('what is wrong with a batch is told by code', async () => {
  const name = await front.newTopic(1, { 'max.message.bytes': '2000' });
  const damaged = batchOf(record('abc'));
  damaged[damaged.length - 1] ^= 1;
  const control = batchOf(record('abc'));
  control[22] = 0x20;
  sealBatch(control, 0);
  const zstd = batchOf(record('abc'));
  zstd[22] = 4;
  sealBatch(zstd, 0);
  assert.equal((await front.append(name, damaged)).errorCode, ErrorCode.corruptMessage);
  assert.equal((await front.append(name, control)).errorCode, ErrorCode.invalidRecord);
  assert.equal((await front.append(name, null)).errorCode, ErrorCode.invalidRecord);
  assert.equal(
    (await front.append(name, Buffer.concat([batchOf(record('a')), batchOf(record('b'))]))).errorCode,
    ErrorCode.invalidRecord,
  );
  assert.equal((await front.append(name, batchOf(record('x'.repeat(3000))))).errorCode, ErrorCode.messageTooLarge);
  assert.equal((await front.append(name, zstd, 6)).errorCode, ErrorCode.unsupportedCompressionType);
  assert.equal(
    (await front.append('no-such-topic', batchOf(record('a')))).errorCode,
    ErrorCode.unknownTopicOrPartition,
  );
  const { responses } = await front.client.call(produce, 9, produceRequest(name, batchOf(record('a')), 2));
  assert.equal(responses[0].partitionResponses[0].errorCode, ErrorCode.invalidRequiredAcks);
  assert.equal((await front.append(name, batchOf(record('ok')))).baseOffset, 0, 'nothing of that was appended');
});

test('a compacted topic wants keys, in compressed batches too, and names the records without', async () => {
  const name = await front.newTopic(1, { 'cleanup.policy': 'compact' });
  for (const make of [batchOf, gzipped]) {
    const refused = await front.append(name, make(record('a', 'k'), record('b'), record('c')));
    assert.equal(refused.errorCode, ErrorCode.invalidRecord);
    assert.deepEqual(
      refused.recordErrors.map(({ batchIndex }) => batchIndex),
      [1, 2],
    );
    assert.equal((await front.append(name, make(record('a', 'k'), record('b', 'l')))).errorCode, 0);
  }
});

test('acks=0 is not answered; an error then ends the connection', async () => {
  const name = await front.newTopic();
  const seen = front.client.answered.length;
  const silent = front.client.write(produce, 9, produceRequest(name, batchOf(record('a')), 0));
  const { responses } = await front.client.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 1000 }));
  assert.equal(responses[0].partitions[0].errorCode, 0);
  assert.deepEqual(front.client.answered.slice(seen), [silent + 1]);
  front.client.write(produce, 9, produceRequest('no-such-topic', batchOf(record('a')), 0));
  await front.client.closed;
});

test('an idempotent producer gets an id of its own', async () => {
  const ask = () => front.client.call(initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 });
  const [first, second] = [await ask(), await ask()];
  assert.ok(Number.isSafeInteger(first.producerId) && first.producerId >= 0);
  assert.notEqual(first.producerId, second.producerId);
  assert.equal(first.producerEpoch, 0);
});
