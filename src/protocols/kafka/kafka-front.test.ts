import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  BATCH_HEADER_BYTES,
  batchRecordCount,
  buildRecordBatch,
  type NewRecord,
  sealBatch,
  writeInt32,
} from '../../bytes/index.js';
import { ErrorCode } from './error-code.js';
import { KafkaFront } from './kafka-front.js';
import { ALL_APIS } from './schema/all-apis.js';
import { apiVersions } from './schema/api-versions.js';
import { createPartitions } from './schema/create-partitions.js';
import { createTopics } from './schema/create-topics.js';
import { deleteTopics } from './schema/delete-topics.js';
import { describeCluster } from './schema/describe-cluster.js';
import { describeConfigs } from './schema/describe-configs.js';
import { fetch } from './schema/fetch.js';
import { findCoordinator } from './schema/find-coordinator.js';
import { heartbeat } from './schema/heartbeat.js';
import { initProducerId } from './schema/init-producer-id.js';
import { joinGroup } from './schema/join-group.js';
import { listOffsets } from './schema/list-offsets.js';
import { metadata } from './schema/metadata.js';
import { offsetCommit } from './schema/offset-commit.js';
import { offsetFetch } from './schema/offset-fetch.js';
import { offsetForLeaderEpoch } from './schema/offset-for-leader-epoch.js';
import { produce } from './schema/produce.js';
import { saslAuthenticate } from './schema/sasl-authenticate.js';
import { saslHandshake } from './schema/sasl-handshake.js';
import { syncGroup } from './schema/sync-group.js';
import { MemoryHost } from './testing/memory-host.test.js';
import { TestClient } from './testing/test-client.test.js';
import type { ReceivedOf } from './wire/api.js';
import { ZERO_UUID } from './wire/wire-reader.js';

const memory = new MemoryHost();
const front = new KafkaFront(memory.host, memory.groups);
let port = 0;
let client: TestClient;
let topicCount = 0;

before(async () => {
  ({ port } = await front.listen(0, '127.0.0.1'));
});
beforeEach(async () => {
  client?.close();
  client = await TestClient.connect(port);
});
after(async () => {
  client.close();
  await front.stop();
  memory.close();
});

function record(value: string, key: string | null = null, timestampMs = 1_700_000_000_000): NewRecord {
  const encode = (text: string) => new TextEncoder().encode(text);
  return { timestampMs, key: key === null ? null : encode(key), value: encode(value), headers: [] };
}

function batchOf(...records: NewRecord[]): Uint8Array {
  return buildRecordBatch(records);
}

async function newTopic(partitions = 1, configs: Record<string, string> = {}): Promise<string> {
  const name = `topic-${++topicCount}`;
  const { topics } = await client.call(createTopics, 4, {
    topics: [
      {
        name,
        numPartitions: partitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
  });
  assert.equal(topics[0].errorCode, 0);
  return name;
}

function produceRequest(name: string, batch: Uint8Array | null, acks = -1, index = 0) {
  const records = batch === null ? null : [{ buffer: batch, start: 0, end: batch.length }];
  return {
    acks,
    timeoutMs: 1000,
    topicData: [{ name, topicId: ZERO_UUID, partitionData: [{ index, records }] }],
  };
}

async function append(name: string, batch: Uint8Array | null, version = 9) {
  const { responses } = await client.call(produce, version, produceRequest(name, batch));
  return responses[0].partitionResponses[0];
}

function fetchRequest(name: string, fetchOffset: number, options: { maxWaitMs?: number; maxBytes?: number } = {}) {
  return {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: 1,
    maxBytes: options.maxBytes ?? 1_000_000,
    topics: [
      {
        topic: name,
        topicId: ZERO_UUID,
        partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: options.maxBytes ?? 1_000_000 }],
      },
    ],
    forgottenTopicsData: [],
  };
}

function fetched(response: ReceivedOf<typeof fetch>) {
  const partition = response.responses[0].partitions[0];
  const [slice] = partition.records ?? [];
  const bytes = slice === undefined ? Buffer.alloc(0) : Buffer.from(slice.buffer.subarray(slice.start, slice.end));
  return { ...partition, bytes };
}

describe('versions', () => {
  test('ApiVersions newer than ours is answered in version 0 with our range (KIP-511)', async () => {
    client.socket.write(Buffer.from('0000000c0012007f0000002affff0102', 'hex'));
    const [answer] = (await once(client.socket, 'data')) as [Buffer];
    assert.equal(answer.subarray(4).toString('hex'), '0000002a002300000001001200000004');
  });

  test('every version that is advertised works, but for the old Produce versions', async () => {
    const { apiKeys } = await client.call(apiVersions, 3, {
      clientSoftwareName: 'test',
      clientSoftwareVersion: '1.0',
    });
    assert.deepEqual(
      apiKeys.map(({ apiKey }) => apiKey),
      apiKeys.map(({ apiKey }) => apiKey).toSorted((a, b) => a - b),
    );
    for (const { apiKey, minVersion, maxVersion } of apiKeys) {
      const api = ALL_APIS.find(({ key }) => key === apiKey);
      assert.ok(api);
      // A SASL handshake of version 0 changes what may follow on its connection.
      const first = apiKey === produce.key ? 3 : apiKey === saslHandshake.key ? 1 : minVersion;
      for (let version = first; version <= maxVersion; version++) {
        const empty = Object.fromEntries(
          Object.entries(api.request).map(([name, { type, fallback }]) => [name, type === 'array' ? [] : fallback]),
        );
        const named = apiKey === apiVersions.key ? { clientSoftwareName: 'a', clientSoftwareVersion: '1' } : {};
        const request = { ...empty, ...named, sessionTimeoutMs: 10_000, acks: -1 };
        await client.call(api, version, request);
      }
    }
  });

  test('librdkafka 2.0 finds the exact versions that it takes for features', async () => {
    const { apiKeys } = await client.call(apiVersions, 0, {});
    const has = (key: number, version: number) =>
      apiKeys.some((api) => api.apiKey === key && api.minVersion <= version && version <= api.maxVersion);
    const wanted = [
      [0, 0],
      [0, 3],
      [0, 7],
      [1, 4],
      [1, 10],
      [8, 2],
      [9, 1],
      [10, 0],
      [11, 0],
      [12, 0],
      [13, 0],
      [14, 0],
    ];
    for (const [key, version] of [...wanted, [17, 0], [22, 0], [36, 0]])
      assert.ok(has(key, version), `${key} v${version}`);
  });

  test('an unsupported version of another API ends the connection, and the log names it', async () => {
    client.write(metadata, 13, { topics: null });
    const frame = Buffer.from('0000000a0003006300000001ffff', 'hex');
    client.socket.write(frame);
    await client.closed;
    assert.ok(memory.logged.some((line) => line.includes('Metadata version 99 is not supported')));
  });

  test('a client with an impossible software name is told so', async () => {
    const answer = await client.call(apiVersions, 3, { clientSoftwareName: '-', clientSoftwareVersion: '1' });
    assert.equal(answer.errorCode, ErrorCode.invalidRequest);
  });
});

describe('the connection', () => {
  test('answers keep the order of the requests even while a fetch is parked', async () => {
    const name = await newTopic();
    const seen = client.answered.length;
    const parked = client.write(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 300 }));
    const cluster = client.call(describeCluster, 0, { includeClusterAuthorizedOperations: false });
    const other = await TestClient.connect(port);
    await other.call(describeCluster, 0, { includeClusterAuthorizedOperations: false });
    other.close();
    assert.deepEqual(client.answered.slice(seen), []);
    await cluster;
    assert.deepEqual(client.answered.slice(seen), [parked, parked + 1]);
  });

  test('garbage, foreign protocols and oversized requests end the connection', async () => {
    for (const [sent, logged] of [
      ['GET / HTTP/1.1\r\n\r\n', 'an HTTP request on the Kafka port'],
      ['\x16\x03\x01\x02\x00', 'a TLS handshake'],
      ['\x7f\xff\xff\xff', 'the limit is'],
      ['\x00\x00\x00\x0a\x00\x03\x00\x01\x00\x00\x00\x01\xff\xff', 'Metadata version 1 is malformed'],
      ['\x00\x00\x00\x0a\x03\xe7\x00\x01\x00\x00\x00\x01\xff\xff', 'unknown API key 999'],
    ] as const) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(Buffer.from(sent, 'latin1'));
      await once(socket, 'close');
      assert.ok(
        memory.logged.some((line) => line.includes(logged)),
        logged,
      );
    }
  });

  test('a client that goes away with a parked fetch leaves nothing behind', async () => {
    const name = await newTopic();
    const other = await TestClient.connect(port);
    other.write(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 60_000 }));
    while (memory.watcherCount(name) === 0) await delay(1);
    other.close();
    while (memory.watcherCount(name) > 0) await delay(1);
  });
});

describe('metadata and topics', () => {
  test('the address that the client dialled is advertised', async () => {
    const { brokers, clusterId, controllerId } = await client.call(metadata, 9, { topics: [] });
    assert.deepEqual(brokers, [{ nodeId: 1, host: '127.0.0.1', port, rack: null }]);
    assert.equal(clusterId?.length, 22);
    assert.equal(controllerId, 1);
  });

  test('a topic that is named is created when the client wants that, and only then', async () => {
    const name = `auto-${++topicCount}`;
    const ask = (allowAutoTopicCreation: boolean) =>
      client.call(metadata, 9, { topics: [{ name, topicId: ZERO_UUID }], allowAutoTopicCreation });
    assert.equal((await ask(false)).topics[0].errorCode, ErrorCode.unknownTopicOrPartition);
    const { topics } = await ask(true);
    assert.equal(topics[0].errorCode, 0);
    assert.equal(topics[0].partitions.length, 1);
  });

  test('illegal names, names of plain queues and colliding names are invalid topics', async () => {
    const first = `dot.${++topicCount}`;
    const names = ['', '..', 'a b', 'x'.repeat(250), 'plain-queue'];
    const { topics } = await client.call(metadata, 9, {
      topics: [first, ...names, first.replace('.', '_')].map((name) => ({ name, topicId: ZERO_UUID })),
    });
    assert.deepEqual(
      topics.map(({ errorCode }) => errorCode),
      [0, ...names.map(() => ErrorCode.invalidTopic), ErrorCode.invalidTopic],
    );
  });

  test('topics are found by id, and an id that is not known is told as such', async () => {
    const name = await newTopic();
    const byName = await client.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
    const { topicId } = byName.topics[0];
    const unknown = 'f'.repeat(32);
    const { topics } = await client.call(metadata, 12, {
      topics: [
        { name: null, topicId },
        { name: null, topicId: unknown },
      ],
    });
    assert.equal(topics[0].name, name);
    assert.deepEqual([topics[1].errorCode, topics[1].name], [ErrorCode.unknownTopicId, null]);
  });

  test('an empty list asks for all topics in version 0 and for none later', async () => {
    await newTopic();
    assert.ok((await client.call(metadata, 0, { topics: [] })).topics.length > 0);
    assert.equal((await client.call(metadata, 1, { topics: [] })).topics.length, 0);
    assert.ok((await client.call(metadata, 1, { topics: null })).topics.length > 0);
  });

  test('CreateTopics refuses what makes no sense, topic by topic', async () => {
    const existing = await newTopic();
    const base = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const asked = [
      { ...base, name: existing },
      { ...base, name: 'bad name' },
      { ...base, name: 'r3', replicationFactor: 3 },
      { ...base, name: 'p0', numPartitions: 0 },
      { ...base, name: 'c1', configs: [{ name: 'no.such.config', value: '1' }] },
      { ...base, name: 'c2', configs: [{ name: 'retention.ms', value: 'soon' }] },
      { ...base, name: 'twice' },
      { ...base, name: 'twice' },
      { ...base, name: 'fine', numPartitions: -1, replicationFactor: -1 },
    ];
    const { topics } = await client.call(createTopics, 7, { topics: asked, validateOnly: true });
    assert.deepEqual(
      topics.map(({ errorCode }) => errorCode),
      [
        ErrorCode.topicAlreadyExists,
        ErrorCode.invalidTopic,
        ErrorCode.invalidReplicationFactor,
        ErrorCode.invalidPartitions,
        ErrorCode.invalidConfig,
        ErrorCode.invalidConfig,
        ErrorCode.invalidRequest,
        ErrorCode.invalidRequest,
        0,
      ],
    );
    const { topics: after } = await client.call(metadata, 9, {
      topics: [{ name: 'fine', topicId: ZERO_UUID }],
      allowAutoTopicCreation: false,
    });
    assert.equal(after[0].errorCode, ErrorCode.unknownTopicOrPartition, 'validateOnly creates nothing');
  });

  test('partitions can be added, not taken away', async () => {
    const name = await newTopic(2);
    const grow = async (count: number) => {
      const { results } = await client.call(createPartitions, 2, {
        topics: [{ name, count, assignments: null }],
        timeoutMs: 1000,
        validateOnly: false,
      });
      return results[0].errorCode;
    };
    assert.equal(await grow(2), ErrorCode.invalidPartitions);
    assert.equal(await grow(5), 0);
    const { topics } = await client.call(metadata, 9, { topics: [{ name, topicId: ZERO_UUID }] });
    assert.equal(topics[0].partitions.length, 5);
  });

  test('a deleted topic is gone by name and by id', async () => {
    const name = await newTopic();
    const { topics } = await client.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
    const { responses } = await client.call(deleteTopics, 6, {
      topics: [{ topicId: topics[0].topicId }, { name: 'never-there', topicId: ZERO_UUID }],
      topicNames: [],
      timeoutMs: 1000,
    });
    assert.deepEqual(
      responses.map(({ errorCode }) => errorCode),
      [0, ErrorCode.unknownTopicOrPartition],
    );
    assert.equal((await append(name, batchOf(record('a')))).errorCode, ErrorCode.unknownTopicOrPartition);
  });

  test('DescribeConfigs lists every configuration with its source, and the broker has some too', async () => {
    const name = await newTopic(1, { 'retention.ms': '1000', 'cleanup.policy': 'compact,delete' });
    const { results } = await client.call(describeConfigs, 4, {
      resources: [
        { resourceType: 2, resourceName: name, configurationKeys: null },
        { resourceType: 4, resourceName: '1', configurationKeys: ['advertised.listeners'] },
        { resourceType: 2, resourceName: 'no-such-topic', configurationKeys: null },
      ],
      includeSynonyms: true,
    });
    const configs = new Map(results[0].configs.map((config) => [config.name, config]));
    assert.ok(configs.size > 25);
    assert.deepEqual([configs.get('retention.ms')?.value, configs.get('retention.ms')?.configSource], ['1000', 1]);
    assert.equal(configs.get('cleanup.policy')?.value, 'compact,delete');
    assert.deepEqual([configs.get('segment.ms')?.configSource, configs.get('segment.ms')?.configType], [5, 5]);
    assert.equal(results[1].configs[0].value, `PLAINTEXT://127.0.0.1:${port}`);
    assert.equal(results[2].errorCode, ErrorCode.unknownTopicOrPartition);
  });
});

describe('produce', () => {
  test('a batch gets the next offset and is answered when it is stable', async () => {
    const name = await newTopic();
    assert.equal((await append(name, batchOf(record('a'), record('b')))).baseOffset, 0);
    memory.held = true;
    let answered = false;
    const pending = append(name, batchOf(record('c'))).then((answer) => {
      answered = true;
      return answer;
    });
    await delay(20);
    assert.equal(answered, false);
    memory.held = false;
    memory.settle();
    assert.equal((await pending).baseOffset, 2);
  });

  test('what is wrong with a batch is told by code', async () => {
    const name = await newTopic(1, { 'max.message.bytes': '2000' });
    const damaged = batchOf(record('abc'));
    damaged[damaged.length - 1] ^= 1;
    const control = batchOf(record('abc'));
    control[22] = 0x20;
    sealBatch(control, 0);
    const zstd = batchOf(record('abc'));
    zstd[22] = 4;
    sealBatch(zstd, 0);
    assert.equal((await append(name, damaged)).errorCode, ErrorCode.corruptMessage);
    assert.equal((await append(name, control)).errorCode, ErrorCode.invalidRecord);
    assert.equal((await append(name, null)).errorCode, ErrorCode.invalidRecord);
    assert.equal(
      (await append(name, Buffer.concat([batchOf(record('a')), batchOf(record('b'))]))).errorCode,
      ErrorCode.invalidRecord,
    );
    assert.equal((await append(name, batchOf(record('x'.repeat(3000))))).errorCode, ErrorCode.messageTooLarge);
    assert.equal((await append(name, zstd, 6)).errorCode, ErrorCode.unsupportedCompressionType);
    assert.equal((await append('no-such-topic', batchOf(record('a')))).errorCode, ErrorCode.unknownTopicOrPartition);
    const { responses } = await client.call(produce, 9, produceRequest(name, batchOf(record('a')), 2));
    assert.equal(responses[0].partitionResponses[0].errorCode, ErrorCode.invalidRequiredAcks);
    assert.equal((await append(name, batchOf(record('ok')))).baseOffset, 0, 'nothing of that was appended');
  });

  test('a compacted topic wants keys, in compressed batches too, and names the records without', async () => {
    const name = await newTopic(1, { 'cleanup.policy': 'compact' });
    for (const make of [batchOf, gzipped]) {
      const refused = await append(name, make(record('a', 'k'), record('b'), record('c')));
      assert.equal(refused.errorCode, ErrorCode.invalidRecord);
      assert.deepEqual(
        refused.recordErrors.map(({ batchIndex }) => batchIndex),
        [1, 2],
      );
      assert.equal((await append(name, make(record('a', 'k'), record('b', 'l')))).errorCode, 0);
    }
  });

  test('acks=0 is not answered; an error then ends the connection', async () => {
    const name = await newTopic();
    const seen = client.answered.length;
    const silent = client.write(produce, 9, produceRequest(name, batchOf(record('a')), 0));
    const { responses } = await client.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 1000 }));
    assert.equal(responses[0].partitions[0].errorCode, 0);
    assert.deepEqual(client.answered.slice(seen), [silent + 1]);
    client.write(produce, 9, produceRequest('no-such-topic', batchOf(record('a')), 0));
    await client.closed;
  });

  test('an idempotent producer gets an id of its own', async () => {
    const ask = () => client.call(initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 });
    const [first, second] = [await ask(), await ask()];
    assert.ok(Number.isSafeInteger(first.producerId) && first.producerId >= 0);
    assert.notEqual(first.producerId, second.producerId);
    assert.equal(first.producerEpoch, 0);
  });
});

function gzipped(...records: NewRecord[]): Uint8Array {
  const plain = batchOf(...records);
  const packed = gzipSync(plain.subarray(BATCH_HEADER_BYTES));
  const batch = Buffer.concat([plain.subarray(0, BATCH_HEADER_BYTES), packed]);
  writeInt32(batch, 8, batch.length - 12);
  batch[22] = 1;
  sealBatch(batch, 0);
  return batch;
}

describe('fetch', () => {
  test('the batch that holds the offset comes whole, as it was sent but for its place', async () => {
    const name = await newTopic();
    const sent = gzipped(record('a'), record('b'), record('c'));
    await append(name, batchOf(record('first')));
    await append(name, sent);
    const { bytes, highWatermark, errorCode } = fetched(await client.call(fetch, 11, fetchRequest(name, 2)));
    assert.equal(errorCode, 0);
    assert.equal(highWatermark, 4);
    assert.equal(bytes.readBigInt64BE(0), 1n);
    assert.deepEqual(bytes.subarray(16), Buffer.from(sent.subarray(16)));
  });

  test('at least one batch comes however small the limit, and no more than fits', async () => {
    const name = await newTopic();
    for (const value of ['a', 'b', 'c']) await append(name, batchOf(record(value.repeat(500))));
    const one = fetched(await client.call(fetch, 11, fetchRequest(name, 0, { maxBytes: 1 })));
    assert.ok(one.bytes.length > 500 && one.bytes.length < 700);
    const two = fetched(await client.call(fetch, 11, fetchRequest(name, 0, { maxBytes: 1300 })));
    assert.ok(two.bytes.length > 1000 && two.bytes.length < 1300);
  });

  test('offsets outside the log are out of range; its end is not', async () => {
    const name = await newTopic();
    await append(name, batchOf(record('a')));
    const code = async (offset: number) => fetched(await client.call(fetch, 11, fetchRequest(name, offset))).errorCode;
    assert.equal(await code(-1), ErrorCode.offsetOutOfRange);
    assert.equal(await code(2), ErrorCode.offsetOutOfRange);
    assert.equal(await code(1), 0);
  });

  test('a fetch at the end waits, and is woken by what becomes stable, not by what is merely appended', async () => {
    const name = await newTopic();
    const consumer = await TestClient.connect(port);
    const pending = consumer.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 10_000 }));
    while (memory.watcherCount(name) === 0) await delay(1);
    memory.held = true;
    const appended = append(name, batchOf(record('a')));
    await delay(20);
    assert.deepEqual(consumer.answered, []);
    memory.held = false;
    memory.settle();
    await appended;
    const { bytes, highWatermark } = fetched(await pending);
    assert.equal(batchRecordCount(bytes, 0), 1);
    assert.equal(highWatermark, 1);
    consumer.close();
  });

  test('a wait that is over is answered empty', async () => {
    const name = await newTopic();
    const startedMs = performance.now();
    const { bytes, errorCode } = fetched(await client.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 60 })));
    assert.ok(performance.now() - startedMs >= 50);
    assert.deepEqual([bytes.length, errorCode], [0, 0]);
  });

  test('minBytes gathers over several appends without reading anything twice', async () => {
    const name = await newTopic();
    const consumer = await TestClient.connect(port);
    const request = { ...fetchRequest(name, 0, { maxWaitMs: 10_000 }), minBytes: 1500 };
    const pending = consumer.call(fetch, 11, request);
    for (const value of ['a', 'b', 'c']) await append(name, batchOf(record(value.repeat(500))));
    const { bytes } = fetched(await pending);
    const bases: bigint[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readInt32BE(at + 8) + 12) bases.push(bytes.readBigInt64BE(at));
    assert.deepEqual(bases, [0n, 1n, 2n]);
    consumer.close();
  });

  test('a topic that is deleted under a waiting fetch is told at once', async () => {
    const name = await newTopic();
    const consumer = await TestClient.connect(port);
    const pending = consumer.call(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 60_000 }));
    while (memory.watcherCount(name) === 0) await delay(1);
    await client.call(deleteTopics, 5, { topics: [], topicNames: [name], timeoutMs: 1000 });
    assert.equal(fetched(await pending).errorCode, ErrorCode.unknownTopicOrPartition);
    consumer.close();
  });

  test('a client that knows another leader epoch is told', async () => {
    const name = await newTopic();
    memory.setLeaderEpoch(name, 3);
    const withEpoch = async (currentLeaderEpoch: number) => {
      const request = fetchRequest(name, 0);
      const [topic] = request.topics;
      const partitions = topic.partitions.map((partition) => ({ ...partition, currentLeaderEpoch }));
      return fetched(await client.call(fetch, 11, { ...request, topics: [{ ...topic, partitions }] })).errorCode;
    };
    assert.equal(await withEpoch(2), ErrorCode.fencedLeaderEpoch);
    assert.equal(await withEpoch(4), ErrorCode.unknownLeaderEpoch);
    assert.equal(await withEpoch(3), 0);
    await append(name, batchOf(record('a')));
    const { topics } = await client.call(offsetForLeaderEpoch, 4, {
      topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 2 }] }],
    });
    assert.deepEqual(topics[0].partitions, [{ errorCode: 0, partition: 0, leaderEpoch: 2, endOffset: 1 }]);
  });

  test('fetch sessions are declined, and one that we never gave is unknown', async () => {
    const name = await newTopic();
    const opened = await client.call(fetch, 11, { ...fetchRequest(name, 0), sessionId: 0, sessionEpoch: 0 });
    assert.equal(opened.sessionId, 0);
    const unknown = await client.call(fetch, 11, { ...fetchRequest(name, 0), sessionId: 7, sessionEpoch: 1 });
    assert.equal(unknown.errorCode, ErrorCode.fetchSessionIdNotFound);
  });

  test('topics are fetched by id from version 13 on', async () => {
    const name = await newTopic();
    await append(name, batchOf(record('a')));
    const { topics } = await client.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
    const request = fetchRequest('', 0);
    const byId = (topicId: string) =>
      client.call(fetch, 17, { ...request, topics: [{ ...request.topics[0], topicId }] }).then(fetched);
    assert.equal(batchRecordCount((await byId(topics[0].topicId)).bytes, 0), 1);
    assert.equal((await byId('e'.repeat(32))).errorCode, ErrorCode.unknownTopicId);
  });
});

describe('offsets by time', () => {
  test('the answer is exact to the record, also within compressed batches', async () => {
    const name = await newTopic();
    await append(name, gzipped(record('a', null, 1000), record('b', null, 3000), record('c', null, 2000)));
    await append(name, batchOf(record('d', null, 5000), record('e', null, 4000)));
    const ask = async (timestamp: number) => {
      const { topics } = await client.call(listOffsets, 7, {
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
    const name = await newTopic();
    for (const timestampMs of [10, 900, 20, 500, 30]) await append(name, batchOf(record('x', null, timestampMs)));
    const { topics } = await client.call(listOffsets, 7, {
      topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -3 }] }],
    });
    assert.deepEqual([topics[0].partitions[0].offset, topics[0].partitions[0].timestamp], [1, 900]);
  });
});

describe('groups', () => {
  const joining = (groupId: string, memberId = '') => ({
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Uint8Array.of(1, 2) }],
  });

  test('a member joins, is assigned, commits, and a stranger cannot', async () => {
    const topic = await newTopic();
    const first = await client.call(joinGroup, 5, joining('g1'));
    assert.equal(first.errorCode, ErrorCode.memberIdRequired);
    const { memberId, generationId, leader, members, protocolName } = await client.call(
      joinGroup,
      7,
      joining('g1', first.memberId),
    );
    assert.deepEqual([leader, generationId, protocolName], [memberId, 1, 'range']);
    assert.deepEqual([...members[0].metadata], [1, 2]);
    const synced = await client.call(syncGroup, 5, {
      groupId: 'g1',
      generationId,
      memberId,
      assignments: [{ memberId, assignment: Uint8Array.of(9) }],
    });
    assert.deepEqual([...synced.assignment], [9]);
    const beat = await client.call(heartbeat, 4, { groupId: 'g1', generationId, memberId });
    assert.equal(beat.errorCode, 0);

    const commit = async (member: string, name = topic) => {
      const { topics } = await client.call(offsetCommit, 8, {
        groupId: 'g1',
        generationId,
        memberId: member,
        topics: [
          {
            name,
            topicId: ZERO_UUID,
            partitions: [{ partitionIndex: 0, committedOffset: 42, committedMetadata: 'm' }],
          },
        ],
      });
      return topics[0].partitions[0].errorCode;
    };
    assert.equal(await commit(memberId), 0);
    assert.equal(await commit('stranger'), ErrorCode.unknownMemberId);
    assert.equal(await commit(memberId, 'no-such-topic'), ErrorCode.unknownTopicOrPartition);

    const { groups } = await client.call(offsetFetch, 8, {
      topics: [],
      groups: [
        { groupId: 'g1', topics: null },
        { groupId: 'nobody', topics: [{ name: topic, topicId: ZERO_UUID, partitionIndexes: [0] }] },
      ],
    });
    assert.equal(groups[0].topics[0].name, topic);
    assert.deepEqual(groups[0].topics[0].partitions, [
      { partitionIndex: 0, committedOffset: 42, committedLeaderEpoch: -1, metadata: 'm', errorCode: 0 },
    ]);
    assert.deepEqual(groups[1].topics[0].partitions, [
      { partitionIndex: 0, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    ]);
    assert.equal(groups[1].errorCode, 0);

    await client.call(deleteTopics, 5, { topics: [], topicNames: [topic], timeoutMs: 1000 });
    const after = await client.call(offsetFetch, 8, { topics: [], groups: [{ groupId: 'g1', topics: null }] });
    assert.deepEqual(after.groups[0].topics, [], 'the offsets went with the topic');
  });

  test('every group and transaction is coordinated here, in both forms of the question', async () => {
    const old = await client.call(findCoordinator, 0, { key: 'g', coordinatorKeys: [] });
    assert.deepEqual([old.nodeId, old.host, old.port, old.errorCode], [1, '127.0.0.1', port, 0]);
    const { coordinators } = await client.call(findCoordinator, 4, { keyType: 0, coordinatorKeys: ['a', 'b'] });
    assert.deepEqual(
      coordinators.map(({ key, nodeId }) => [key, nodeId]),
      [
        ['a', 1],
        ['b', 1],
      ],
    );
  });
});

describe('authentication', () => {
  const token = (password: string) => Buffer.from(`\0alice\0${password}`);

  async function secured(check: (client: TestClient) => Promise<void>): Promise<void> {
    const guarded = new KafkaFront(memory.host, memory.groups, { anonymousUser: undefined });
    const address = await guarded.listen(0, '127.0.0.1');
    const guest = await TestClient.connect(address.port);
    try {
      await check(guest);
    } finally {
      guest.close();
      await guarded.stop();
    }
  }

  test('PLAIN lets the right password in', () =>
    secured(async (guest) => {
      await guest.call(apiVersions, 0, {});
      const handshake = await guest.call(saslHandshake, 1, { mechanism: 'PLAIN' });
      assert.deepEqual([handshake.errorCode, handshake.mechanisms], [0, ['PLAIN']]);
      const answer = await guest.call(saslAuthenticate, 2, { authBytes: token('alice-secret') });
      assert.equal(answer.errorCode, 0);
      assert.equal((await guest.call(metadata, 9, { topics: [] })).brokers.length, 1);
    }));

  test('a wrong password and an unknown mechanism are refused', () =>
    secured(async (guest) => {
      const unknown = await guest.call(saslHandshake, 1, { mechanism: 'GSSAPI' });
      assert.equal(unknown.errorCode, ErrorCode.unsupportedSaslMechanism);
      await guest.call(saslHandshake, 1, { mechanism: 'PLAIN' });
      const answer = await guest.call(saslAuthenticate, 2, { authBytes: token('wrong') });
      assert.equal(answer.errorCode, ErrorCode.saslAuthenticationFailed);
      guest.write(metadata, 9, { topics: [] });
      await guest.closed;
    }));

  test('nothing else is served before', () =>
    secured(async (guest) => {
      guest.write(metadata, 9, { topics: [] });
      await guest.closed;
    }));

  test('after a handshake of version 0 the token comes bare', () =>
    secured(async (guest) => {
      await guest.call(saslHandshake, 0, { mechanism: 'PLAIN' });
      const bare = token('alice-secret');
      const prefix = Buffer.alloc(4);
      prefix.writeInt32BE(bare.length, 0);
      guest.socket.removeAllListeners('data');
      guest.socket.write(Buffer.concat([prefix, bare]));
      const [answer] = (await once(guest.socket, 'data')) as [Buffer];
      assert.equal(answer.toString('hex'), '00000000');
    }));
});
