import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildRecordBatch, RecordCursor, BATCH_HEADER_BYTES, batchRecordCount } from '../bytes/index.js';
import { ErrorCode } from '../protocols/kafka/error-code.js';
import { alterShareGroupOffsets } from '../protocols/kafka/schema/alter-share-group-offsets.js';
import { createTopics } from '../protocols/kafka/schema/create-topics.js';
import { deleteGroups } from '../protocols/kafka/schema/delete-groups.js';
import { deleteShareGroupOffsets } from '../protocols/kafka/schema/delete-share-group-offsets.js';
import { describeShareGroupOffsets } from '../protocols/kafka/schema/describe-share-group-offsets.js';
import { incrementalAlterConfigs } from '../protocols/kafka/schema/incremental-alter-configs.js';
import { metadata } from '../protocols/kafka/schema/metadata.js';
import { produce } from '../protocols/kafka/schema/produce.js';
import { shareAcknowledge } from '../protocols/kafka/schema/share-acknowledge.js';
import { shareFetch } from '../protocols/kafka/schema/share-fetch.js';
import { shareGroupHeartbeat } from '../protocols/kafka/schema/share-group-heartbeat.js';
import { TestClient } from '../protocols/kafka/testing/test-client.test.js';
import { ZERO_UUID } from '../protocols/kafka/wire/wire-reader.js';
import { createBroker, type EmbeddedBroker } from './create-broker.js';

const ACCEPT = 1;
const RELEASE = 2;
const REJECT = 3;
const RENEW = 4;
/** A group, as a resource that has configs. */
const GROUP_RESOURCE = 32;

let broker: EmbeddedBroker;
let admin: TestClient;
let count = 0;

before(async () => {
  broker = await createBroker({ temporary: true, kafkaPort: 0, amqpPort: 'off', sqsPort: 'off', adminPort: 'off' });
  admin = await connect();
});
after(async () => {
  admin.close();
  await broker.close();
});

const connect = async () => await TestClient.connect(broker.ports.kafka ?? 0);

interface Topic {
  readonly name: string;
  readonly topicId: string;
}

async function newTopic(): Promise<Topic> {
  const name = `shared-${++count}`;
  await admin.call(createTopics, 4, {
    topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  });
  const { topics } = await admin.call(metadata, 12, { topics: [{ name, topicId: ZERO_UUID }] });
  return { name, topicId: topics[0].topicId };
}

async function write({ name, topicId }: Topic, ...values: string[]): Promise<void> {
  const records = values.map((value) => ({
    // What is too old goes.
    timestampMs: Date.now(),
    key: null,
    value: new TextEncoder().encode(value),
    headers: [],
  }));
  const buffer = buildRecordBatch(records);
  const slices = [{ buffer, start: 0, end: buffer.length }];
  const topicData = [{ name, topicId, partitionData: [{ index: 0, records: slices }] }];
  const { responses } = await admin.call(produce, 9, { acks: -1, timeoutMs: 1_000, topicData });
  assert.equal(responses[0].partitionResponses[0].errorCode, 0);
}

/** A member of a share group with a connection of its own. */
class Member {
  readonly client: TestClient;
  readonly groupId: string;
  readonly topic: Topic;
  readonly memberId = `member-${++count}`;
  epoch = 0;

  private constructor(client: TestClient, groupId: string, topic: Topic) {
    this.client = client;
    this.groupId = groupId;
    this.topic = topic;
  }

  static async join(groupId: string, topic: Topic): Promise<Member> {
    const member = new Member(await connect(), groupId, topic);
    const { memberId } = member;
    const joined = await member.client.call(shareGroupHeartbeat, 1, {
      groupId,
      memberId,
      memberEpoch: 0,
      subscribedTopicNames: [topic.name],
    });
    assert.equal(joined.errorCode, 0);
    assert.deepEqual(joined.assignment?.topicPartitions[0]?.partitions, [0]);
    return member;
  }

  /** What it takes: offset, value and how often it was delivered. */
  async fetch(maxWaitMs = 0, maxRecords = 100): Promise<string[]> {
    const { groupId, memberId, topic } = this;
    const answer = await this.client.call(shareFetch, 2, {
      groupId,
      memberId,
      shareSessionEpoch: this.epoch++,
      maxWaitMs,
      minBytes: 1,
      maxRecords,
      batchSize: 100,
      topics:
        this.epoch === 1
          ? [{ topicId: topic.topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches: [] }] }]
          : [],
      forgottenTopicsData: [],
    });
    assert.equal(answer.errorCode, 0);
    const [partition] = answer.responses[0]?.partitions ?? [];
    if (partition === undefined) return [];
    assert.equal(partition.errorCode, 0);
    const values = valuesIn(partition.records ?? []);
    return partition.acquiredRecords.flatMap(({ firstOffset, lastOffset, deliveryCount }) =>
      Array.from({ length: lastOffset - firstOffset + 1 }, (_, i) => {
        return `${firstOffset + i} ${values.get(firstOffset + i)} ${deliveryCount}`;
      }),
    );
  }

  /** The error codes of the request and of the partition. */
  async say(type: number, firstOffset: number, lastOffset = firstOffset, epoch = this.epoch++) {
    const { groupId, memberId, topic } = this;
    const acknowledgementBatches = [{ firstOffset, lastOffset, acknowledgeTypes: [type] }];
    const answer = await this.client.call(shareAcknowledge, 2, {
      groupId,
      memberId,
      shareSessionEpoch: epoch,
      isRenewAck: type === RENEW,
      topics: [{ topicId: topic.topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches }] }],
    });
    return [answer.errorCode, answer.responses[0]?.partitions[0]?.errorCode ?? 0];
  }

  async leave(): Promise<void> {
    const { groupId, memberId } = this;
    await this.client.call(shareGroupHeartbeat, 1, { groupId, memberId, memberEpoch: -1 });
    this.client.close();
  }
}

function valuesIn(slices: readonly { buffer: Uint8Array; start: number; end: number }[]): Map<number, string> {
  const values = new Map<number, string>();
  for (const { buffer, start, end } of slices) {
    const view = Buffer.from(buffer.subarray(start, end));
    for (let at = 0; at < view.length; at += 12 + view.readInt32BE(at + 8)) {
      const base = Number(view.readBigInt64BE(at));
      const batch = view.subarray(at, at + 12 + view.readInt32BE(at + 8));
      const cursor = new RecordCursor(batch, BATCH_HEADER_BYTES, batch.length, batchRecordCount(batch, 0));
      while (cursor.next()) {
        values.set(base + cursor.offsetDelta, batch.subarray(cursor.valueStart, cursor.valueEnd).toString());
      }
    }
  }
  return values;
}

async function standing(groupId: string) {
  const { groups } = await admin.call(describeShareGroupOffsets, 1, { groups: [{ groupId, topics: null }] });
  const [partition] = groups[0].topics[0]?.partitions ?? [];
  return partition === undefined ? undefined : `${partition.startOffset} lag ${partition.lag}`;
}

test('members share a partition; what is accepted is done, released comes again, rejected never', async () => {
  const [groupId, topic] = [`g-${++count}`, await newTopic()];
  const one = await Member.join(groupId, topic);
  const two = await Member.join(groupId, topic);
  assert.deepEqual(await one.fetch(), [], 'a new group begins at the end');
  assert.deepEqual(await two.fetch(), []);
  await write(topic, 'a', 'b', 'c', 'd');
  assert.deepEqual(await one.fetch(0, 2), ['0 a 1', '1 b 1']);
  assert.deepEqual(await two.fetch(), ['2 c 1', '3 d 1']);
  assert.deepEqual(await one.fetch(), [], 'all of it is held');
  assert.equal(await standing(groupId), '0 lag 4');
  assert.deepEqual(await one.say(ACCEPT, 0), [0, 0]);
  assert.deepEqual(await one.say(RELEASE, 1), [0, 0]);
  assert.deepEqual(await two.say(REJECT, 2), [0, 0]);
  assert.deepEqual(await two.fetch(), ['1 b 2']);
  assert.deepEqual(await two.say(ACCEPT, 1), [0, 0]);
  assert.equal(await standing(groupId), '3 lag 1');
  assert.deepEqual(await two.say(RENEW, 3), [0, 0]);
  assert.deepEqual(await two.say(ACCEPT, 3), [0, 0]);
  assert.equal(await standing(groupId), '4 lag 0');
});

test('what cannot be said is refused: of records that are not held, in no order, in another session', async () => {
  const [groupId, topic] = [`g-${++count}`, await newTopic()];
  const member = await Member.join(groupId, topic);
  assert.deepEqual(await member.say(ACCEPT, 0, 0, 1), [ErrorCode.shareSessionNotFound, 0]);
  member.epoch = 0;
  await member.fetch();
  await write(topic, 'a', 'b');
  await member.fetch();
  assert.deepEqual(await member.say(ACCEPT, 0, 5), [0, ErrorCode.invalidRecordState]);
  assert.deepEqual(await member.say(ACCEPT, 1, 0), [0, ErrorCode.invalidRequest]);
  assert.deepEqual(await member.say(9, 0), [0, ErrorCode.invalidRequest]);
  assert.deepEqual(await member.say(ACCEPT, 0, 0, 77), [ErrorCode.invalidShareSessionEpoch, 0]);
  assert.deepEqual(await member.say(ACCEPT, 0, 1), [0, 0]);
  assert.deepEqual(await member.say(ACCEPT, 0, 1), [0, ErrorCode.invalidRecordState]);
});

test('a fetch waits for what is written; with a connection goes what it held, and after five deliveries a record is given up', async () => {
  const [groupId, topic] = [`g-${++count}`, await newTopic()];
  const first = await Member.join(groupId, topic);
  await first.fetch();
  const waiting = first.fetch(5_000);
  await write(topic, 'a');
  assert.deepEqual(await waiting, ['0 a 1']);
  first.client.close();
  for (let delivery = 2; delivery <= 5; delivery++) {
    const next = await Member.join(groupId, topic);
    assert.deepEqual(await next.fetch(5_000), [`0 a ${delivery}`]);
    next.client.close();
  }
  const last = await Member.join(groupId, topic);
  await write(topic, 'b');
  assert.deepEqual(await last.fetch(5_000), ['1 b 1']);
});

test('a group begins, and gives up, where its configs say', async () => {
  const [groupId, topic] = [`g-${++count}`, await newTopic()];
  await write(topic, 'a');
  const values = { 'share.auto.offset.reset': 'earliest', 'share.delivery.count.limit': '2' };
  const configs = Object.entries(values).map(([name, value]) => ({ name, configOperation: 0, value }));
  const resources = [{ resourceType: GROUP_RESOURCE, resourceName: groupId, configs }];
  const { responses } = await admin.call(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  assert.equal(responses[0].errorCode, 0);
  const member = await Member.join(groupId, topic);
  assert.deepEqual(await member.fetch(), ['0 a 1']);
  assert.deepEqual(await member.say(RELEASE, 0), [0, 0]);
  assert.deepEqual(await member.fetch(), ['0 a 2']);
  assert.deepEqual(await member.say(RELEASE, 0), [0, 0]);
  assert.deepEqual(await member.fetch(), []);
  assert.equal(await standing(groupId), '1 lag 0');
});

test('an empty group is moved by hand, forgets a topic, and is deleted; one with members is not', async () => {
  const [groupId, topic] = [`g-${++count}`, await newTopic()];
  await write(topic, 'a', 'b', 'c');
  const member = await Member.join(groupId, topic);
  await member.fetch();
  const moveTo = async (startOffset: number) => {
    const topics = [{ topicName: topic.name, partitions: [{ partitionIndex: 0, startOffset }] }];
    return (await admin.call(alterShareGroupOffsets, 0, { groupId, topics })).errorCode;
  };
  assert.equal(await moveTo(1), ErrorCode.nonEmptyGroup);
  await member.leave();
  assert.equal(await moveTo(1), 0);
  assert.equal(await standing(groupId), '1 lag 2');
  const again = await Member.join(groupId, topic);
  assert.deepEqual(await again.fetch(), ['1 b 1', '2 c 1']);
  await again.leave();
  for (let left = 50; left > 0 && (await standing(groupId)) === undefined; left--) await sleep(20);
  const forgotten = await admin.call(deleteShareGroupOffsets, 0, { groupId, topics: [{ topicName: topic.name }] });
  assert.deepEqual([forgotten.errorCode, forgotten.responses[0].errorCode], [0, 0]);
  assert.equal(await standing(groupId), undefined);
  const deleted = await admin.call(deleteGroups, 2, { groupsNames: [groupId] });
  assert.equal(deleted.results[0].errorCode, 0);
  assert.equal(await moveTo(0), ErrorCode.groupIdNotFound);
});
