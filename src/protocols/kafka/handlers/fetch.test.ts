import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { batchRecordCount } from '../../../bytes/index.js';
import { ErrorCode } from '../error-code.js';
import { deleteTopics } from '../schema/delete-topics.js';
import { fetch } from '../schema/fetch.js';
import { metadata } from '../schema/metadata.js';
import { offsetForLeaderEpoch } from '../schema/offset-for-leader-epoch.js';
import { batchOf, fetched, fetchRequest, FrontFixture, gzipped, record } from '../testing/front-fixture.test.js';
import { ZERO_UUID } from '../wire/wire-reader.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

test('the batch that holds the offset comes whole, as it was sent but for its place', async () => {
  const name = await front.newTopic();
  const sent = gzipped(record('a'), record('b'), record('c'));
  await front.append(name, batchOf(record('first')));
  await front.append(name, sent);
  const { bytes, highWatermark, errorCode } = fetched(await front.client.call(fetch, 11, fetchRequest(name, 2)));
  assert.equal(errorCode, 0);
  assert.equal(highWatermark, 4);
  assert.equal(bytes.readBigInt64BE(0), 1n);
  assert.deepEqual(bytes.subarray(16), Buffer.from(sent.subarray(16)));
});

test('at least one batch comes however small the limit, and no more than fits', async () => {
  const name = await front.newTopic();
  for (const value of ['a', 'b', 'c']) await front.append(name, batchOf(record(value.repeat(500))));
  const one = fetched(await front.client.call(fetch, 11, fetchRequest(name, 0, { maxBytes: 1 })));
  assert.ok(one.bytes.length > 500 && one.bytes.length < 700);
  const two = fetched(await front.client.call(fetch, 11, fetchRequest(name, 0, { maxBytes: 1300 })));
  assert.ok(two.bytes.length > 1000 && two.bytes.length < 1300);
});

test('offsets outside the log are out of range; its end is not', async () => {
  const name = await front.newTopic();
  await front.append(name, batchOf(record('a')));
  const code = async (offset: number) =>
    fetched(await front.client.call(fetch, 11, fetchRequest(name, offset))).errorCode;
  assert.equal(await code(-1), ErrorCode.offsetOutOfRange);
  assert.equal(await code(2), ErrorCode.offsetOutOfRange);
  assert.equal(await code(1), 0);
});

test('a fetch at the end waits, and is woken by what becomes stable, not by what is merely appended', async () => {
  const name = await front.newTopic();
  const consumer = await front.connect();
  const pending = consumer.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 10_000 }));
  while (front.memory.watcherCount(name) === 0) await delay(1);
  front.memory.held = true;
  const appended = front.append(name, batchOf(record('a')));
  await delay(20);
  assert.deepEqual(consumer.answered, []);
  front.memory.held = false;
  front.memory.settle();
  await appended;
  const { bytes, highWatermark } = fetched(await pending);
  assert.equal(batchRecordCount(bytes, 0), 1);
  assert.equal(highWatermark, 1);
  consumer.close();
});

test('a wait that is over is answered empty', async () => {
  const name = await front.newTopic();
  const startedMs = performance.now();
  const { bytes, errorCode } = fetched(await front.client.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 60 })));
  assert.ok(performance.now() - startedMs >= 50);
  assert.deepEqual([bytes.length, errorCode], [0, 0]);
});

test('minBytes gathers over several appends without reading anything twice', async () => {
  const name = await front.newTopic();
  const consumer = await front.connect();
  const request = { ...fetchRequest(name, 0, { maxWaitMs: 10_000 }), minBytes: 1500 };
  const pending = consumer.call(fetch, 11, request);
  for (const value of ['a', 'b', 'c']) await front.append(name, batchOf(record(value.repeat(500))));
  const { bytes } = fetched(await pending);
  const bases: bigint[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32BE(at + 8) + 12) bases.push(bytes.readBigInt64BE(at));
  assert.deepEqual(bases, [0n, 1n, 2n]);
  consumer.close();
});

test('a topic that is deleted under a waiting fetch is told at once', async () => {
  const name = await front.newTopic();
  const consumer = await front.connect();
  const pending = consumer.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 60_000 }));
  while (front.memory.watcherCount(name) === 0) await delay(1);
  await front.client.call(deleteTopics, 5, { topics: [], topicNames: [name], timeoutMs: 1000 });
  assert.equal(fetched(await pending).errorCode, ErrorCode.unknownTopicOrPartition);
  consumer.close();
});

test('a client that knows another leader epoch is told', async () => {
  const name = await front.newTopic();
  front.memory.setLeaderEpoch(name, 3);
  const withEpoch = async (currentLeaderEpoch: number) => {
    const request = fetchRequest(name, 0);
    const [topic] = request.topics;
    const partitions = topic.partitions.map((partition) => ({ ...partition, currentLeaderEpoch }));
    return fetched(await front.client.call(fetch, 11, { ...request, topics: [{ ...topic, partitions }] })).errorCode;
  };
  assert.equal(await withEpoch(2), ErrorCode.fencedLeaderEpoch);
  assert.equal(await withEpoch(4), ErrorCode.unknownLeaderEpoch);
  assert.equal(await withEpoch(3), 0);
  await front.append(name, batchOf(record('a')));
  const { topics } = await front.client.call(offsetForLeaderEpoch, 4, {
    topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 2 }] }],
  });
  assert.deepEqual(topics[0].partitions, [{ errorCode: 0, partition: 0, leaderEpoch: 2, endOffset: 1 }]);
});

test('a session remembers what is fetched, and tells only what is new', async () => {
  const [first, second] = [await front.newTopic(), await front.newTopic()];
  const ask = (
    names: readonly string[],
    sessionId: number,
    sessionEpoch: number,
    fetchOffset = 0,
    forgotten: string[] = [],
  ) =>
    front.client.call(fetch, 11, {
      ...fetchRequest('', 0),
      sessionId,
      sessionEpoch,
      topics: names.map((name) => ({ ...fetchRequest(name, fetchOffset).topics[0] })),
      forgottenTopicsData: forgotten.map((topic) => ({ topic, topicId: ZERO_UUID, partitions: [0] })),
    });
  const told = ({ responses }: Awaited<ReturnType<typeof ask>>) => responses.map(({ topic }) => topic);
  const opened = await ask([first, second], 0, 0);
  const { sessionId } = opened;
  assert.notEqual(sessionId, 0);
  assert.deepEqual(told(opened), [first, second], 'a full fetch tells of everything');
  assert.deepEqual(told(await ask([], sessionId, 1)), [], 'nothing is new');

  await front.append(second, batchOf(record('a')));
  const grown = await ask([], sessionId, 2);
  assert.deepEqual([told(grown), grown.sessionId], [[second], sessionId]);
  assert.equal(batchRecordCount(fetched(grown).bytes, 0), 1);
  assert.deepEqual(told(await ask([second], sessionId, 3, 1)), [], 'from its new place on there is nothing');

  assert.equal((await ask([], sessionId, 3)).errorCode, ErrorCode.invalidFetchSessionEpoch);
  assert.deepEqual(told(await ask([second], sessionId, 4, 7)), [second], 'an error is always told');
  assert.deepEqual(told(await ask([second], sessionId, 5, 1)), [second], 'what is no longer wrong is new');
  await front.append(second, batchOf(record('b')));
  assert.deepEqual(told(await ask([], sessionId, 6, 0, [second])), [], 'what is forgotten is not fetched');
  const emptied = await ask([], sessionId, 7, 0, [first]);
  assert.deepEqual([emptied.sessionId, emptied.errorCode], [0, 0], 'a session about nothing ends');
  assert.equal((await ask([], sessionId, 8)).errorCode, ErrorCode.fetchSessionIdNotFound);
});

test('a session stays with names or with ids, and ends when the client wants none', async () => {
  const name = await front.newTopic();
  const open = () => front.client.call(fetch, 11, { ...fetchRequest(name, 0), sessionId: 0, sessionEpoch: 0 });
  const { sessionId } = await open();
  const byId = await front.client.call(fetch, 13, { ...fetchRequest('', 0), topics: [], sessionId, sessionEpoch: 1 });
  assert.equal(byId.errorCode, ErrorCode.fetchSessionTopicIdError);
  await front.client.call(fetch, 11, { ...fetchRequest(name, 0), sessionId, sessionEpoch: -1 });
  const gone = await front.client.call(fetch, 11, { ...fetchRequest(name, 0), sessionId, sessionEpoch: 1 });
  assert.equal(gone.errorCode, ErrorCode.fetchSessionIdNotFound);
  const unknown = await front.client.call(fetch, 11, { ...fetchRequest(name, 0), sessionId: 7, sessionEpoch: 1 });
  assert.equal(unknown.errorCode, ErrorCode.fetchSessionIdNotFound);
});

test('topics are fetched by id from version 13 on', async () => {
  const name = await front.newTopic();
  await front.append(name, batchOf(record('a')));
  const { topics } = await front.client.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
  const request = fetchRequest('', 0);
  const byId = (topicId: string) =>
    front.client.call(fetch, 17, { ...request, topics: [{ ...request.topics[0], topicId }] }).then(fetched);
  assert.equal(batchRecordCount((await byId(topics[0].topicId)).bytes, 0), 1);
  assert.equal((await byId('e'.repeat(32))).errorCode, ErrorCode.unknownTopicId);
});
