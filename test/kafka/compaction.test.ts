import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { RunningCommand } from '../house/running-command.js';
import { freshName } from './broker-under-test.js';

const PATIENCE_MS = 60_000;
const dataDir = mkdtempSync(join(tmpdir(), 'rosettamq-compaction-'));
let command: RunningCommand;

before(async () => {
  await start();
});
after(async () => {
  await command.stop();
  rmSync(dataDir, { recursive: true });
});

async function start(): Promise<void> {
  const fronts = ['--kafka-port', '0', '--amqp-port', 'off', '--sqs-port', 'off', '--admin-port', 'off'];
  command = new RunningCommand(process.execPath, ['dist/cli/main.js', '--data-dir', dataDir, ...fronts]);
  await command.ready();
}

function client(): Kafka {
  return new Kafka({ brokers: [command.url('Kafka').replace('kafka://', '')], logLevel: logLevel.NOTHING });
}

interface Found {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

async function createTopic(configs: Readonly<Record<string, string>>): Promise<string> {
  const topic = freshName('compacted');
  const admin = client().admin();
  await admin.connect();
  const all = { 'cleanup.policy': 'compact', 'segment.ms': '1', 'min.cleanable.dirty.ratio': '0', ...configs };
  const configEntries = Object.entries(all).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
  await admin.disconnect();
  return topic;
}

/** Everything in the topic up to its end, as a reader of committed data sees it. */
async function readAll(topic: string): Promise<Found[]> {
  const found: Found[] = [];
  const admin = client().admin();
  await admin.connect();
  const [{ high }] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const consumer = client().consumer({ groupId: freshName('reader'), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: false,
      eachMessage: ({ message }) => {
        const { offset, key, value } = message;
        found.push({ offset: Number(offset), key: String(key), value: value === null ? null : String(value) });
        if (Number(offset) + 1 >= Number(high)) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return found;
}

/** Reads again and again until what is found is as it should be. */
async function until(topic: string, holds: (found: readonly Found[]) => boolean): Promise<readonly Found[]> {
  let found: readonly Found[] = [];
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await sleep(250)) {
    found = await readAll(topic);
    if (holds(found)) return found;
  }
  assert.fail(`not compacted: ${JSON.stringify(found)}`);
}

test('only the newest record of each key stays, at its offset, over kills in between', async () => {
  const topic = await createTopic({});
  const producer = client().producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let round = 0; round < 6; round++) {
    const messages = ['a', 'b', 'c'].map((key) => ({ key, value: `${key}${round}` }));
    await producer.send({
      topic,
      compression: round % 2 === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
      messages,
    });
  }
  await producer.send({ topic, messages: [{ key: 'end', value: 'end' }] });
  await producer.disconnect();
  const expected = [
    { offset: 15, key: 'a', value: 'a5' },
    { offset: 16, key: 'b', value: 'b5' },
    { offset: 17, key: 'c', value: 'c5' },
    { offset: 18, key: 'end', value: 'end' },
  ];
  assert.deepEqual(await until(topic, ({ length }) => length === expected.length), expected);
  await command.stop('SIGKILL');
  await start();
  assert.deepEqual(await readAll(topic), expected);
});

test('the mark of a deleted key goes too when its time is over; aborted records go at once', async () => {
  const topic = await createTopic({ 'delete.retention.ms': '0' });
  const producer = client().producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: freshName('tx') });
  await producer.connect();
  const write = async (commits: boolean, ...messages: { key: string; value: string | null }[]) => {
    const transaction = await producer.transaction();
    for (const message of messages) await transaction.send({ topic, messages: [message] });
    await (commits ? transaction.commit() : transaction.abort());
  };
  await write(true, { key: 'kept', value: 'kept' }, { key: 'gone', value: 'was here' });
  await write(false, { key: 'kept', value: 'never' });
  await write(true, { key: 'gone', value: null });
  await producer.disconnect();
  const plain = client().producer();
  await plain.connect();
  const end = async () => await plain.send({ topic, messages: [{ key: 'end', value: 'end' }] });
  await end();
  const marked = await until(topic, (found) => !found.some(({ value }) => value === 'was here'));
  assert.deepEqual(
    marked.map(({ key, value }) => `${key} ${value}`),
    ['kept kept', 'gone null', 'end end'],
  );
  // A second round drops the mark: it begins when there is something new to clean.
  await end();
  const found = await until(topic, (all) => !all.some(({ key }) => key === 'gone'));
  assert.equal(found[0].value, 'kept');
  await plain.disconnect();
});

test('compact,delete does both: what is too old goes, whatever its key', async () => {
  const topic = await createTopic({ 'cleanup.policy': 'compact,delete', 'retention.ms': '60000' });
  const producer = client().producer();
  await producer.connect();
  const old = String(Date.now() - 3_600_000);
  await producer.send({ topic, messages: [{ key: 'old', value: 'old', timestamp: old }] });
  await producer.send({ topic, messages: [{ key: 'a', value: 'a0' }] });
  await producer.send({ topic, messages: [{ key: 'a', value: 'a1' }] });
  await producer.send({ topic, messages: [{ key: 'end', value: 'end' }] });
  await producer.disconnect();
  const found = await until(topic, ({ length }) => length === 2);
  assert.deepEqual(
    found.map(({ offset, value }) => `${offset} ${value}`),
    ['2 a1', '3 end'],
  );
});
