import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import amqp from 'amqplib';
import { inCrashFolder } from './crash-folder.js';
import { CrashableBroker, freePorts, type Ports } from './crashable-broker.js';
import { kafkaClient } from './loads/kafka-client.js';

const QUEUE = 'damaged';
const TOPIC = 'damaged.topic';
const COUNT = 40;
/** So big that a batch goes to the topic's own segment. */
const BIG = 'x'.repeat(80_000);
const READ_LIMIT_MS = 30_000;

test('a flipped bit in a queue: the message is reported and set aside, all others are served', async (t) => {
  await inCrashFolder(t, async (folder) => {
    const ports = await freePorts();
    const dataDir = join(folder, 'data');
    await withBroker(dataDir, ports, async ({ urls }) => {
      await withChannel(urls.amqp, async (channel) => {
        await channel.assertQueue(QUEUE, { durable: true });
        // Each in a flush of its own, so that one bit touches one of them.
        for (let i = 0; i < COUNT; i++) {
          channel.sendToQueue(QUEUE, Buffer.from(`message ${i}.`), { persistent: true });
          await channel.waitForConfirms();
        }
      });
    });
    flipBit(dataDir, `message ${COUNT / 2}.`);
    const log = await withBroker(dataDir, ports, async ({ urls }) => {
      await withChannel(urls.amqp, async (channel) => {
        const bodies: string[] = [];
        for (let message = await channel.get(QUEUE); message !== false; message = await channel.get(QUEUE)) {
          bodies.push(message.content.toString());
          channel.ack(message);
        }
        const expected = Array.from({ length: COUNT }, (_, i) => `message ${i}.`);
        assert.deepEqual(bodies, expected.toSpliced(COUNT / 2, 1));
        channel.sendToQueue(QUEUE, Buffer.from('one more'), { persistent: true });
        await channel.waitForConfirms();
      });
    });
    assert.match(log, /a damaged part of the store was set aside/);
  });
});

test('a flipped bit in a topic: the batch is reported and skipped, all others are read', async (t) => {
  await inCrashFolder(t, async (folder) => {
    const ports = await freePorts();
    const dataDir = join(folder, 'data');
    await withBroker(dataDir, ports, async ({ urls }) => {
      const client = kafkaClient(urls.kafka);
      const admin = client.admin();
      const producer = client.producer();
      try {
        await admin.connect();
        await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
        await producer.connect();
        for (let i = 0; i < COUNT; i++) {
          await producer.send({ topic: TOPIC, acks: -1, messages: [{ value: `record ${i}.${BIG}` }] });
        }
      } finally {
        await Promise.all([admin.disconnect(), producer.disconnect()]);
      }
    });
    flipBit(dataDir, `record ${COUNT / 2}.`);
    const log = await withBroker(dataDir, ports, async ({ urls }) => {
      const read = await readTopic(urls.kafka, COUNT - 1);
      const expected = Array.from({ length: COUNT }, (_, i) => [String(i), `record ${i}.`]);
      assert.deepEqual(read, expected.toSpliced(COUNT / 2, 1));
    });
    assert.match(log, /damaged/);
  });
});

test('rubbish behind the last flush, as a torn write leaves it, takes nothing that was confirmed', async (t) => {
  await inCrashFolder(t, async (folder) => {
    const ports = await freePorts();
    const dataDir = join(folder, 'data');
    const broker = await CrashableBroker.spawn({ dataDir, ports }).ready();
    await withChannel(broker.urls.amqp, async (channel) => {
      await channel.assertQueue(QUEUE, { durable: true });
      for (let i = 0; i < COUNT; i++) channel.sendToQueue(QUEUE, Buffer.from(`message ${i}.`), { persistent: true });
      await channel.waitForConfirms();
    });
    await broker.kill();
    scribbleBehind(dataDir, `message ${COUNT - 1}.`);
    await withBroker(dataDir, ports, async ({ urls }) => {
      await withChannel(urls.amqp, async (channel) => {
        assert.equal((await channel.checkQueue(QUEUE)).messageCount, COUNT);
      });
    });
  });
});

/** Runs a broker for `use`, and stops it in good order. Returns what it logged. */
async function withBroker(
  dataDir: string,
  ports: Ports,
  use: (broker: CrashableBroker) => Promise<void>,
): Promise<string> {
  const broker = await CrashableBroker.spawn({ dataDir, ports }).ready();
  try {
    await use(broker);
  } catch (error) {
    await broker.kill();
    throw error;
  }
  const { code } = await broker.stop();
  assert.equal(code, 0);
  return broker.log;
}

async function withChannel(url: string, use: (channel: amqp.ConfirmChannel) => Promise<void>): Promise<void> {
  const connection = await amqp.connect(url);
  try {
    await use(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}

/** Offsets, and the values without their filling. */
async function readTopic(broker: string, count: number): Promise<readonly (readonly [string, string])[]> {
  const consumer = kafkaClient(broker).consumer({ groupId: 'damage-readers', maxWaitTimeInMs: 50 });
  const read: (readonly [string, string])[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`read ${read.length} of ${count} records`)), READ_LIMIT_MS);
      const eachMessage = async ({ message }: { message: { offset: string; value: Buffer | null } }) => {
        const value = message.value!.toString();
        read.push([message.offset, value.slice(0, value.indexOf('.') + 1)]);
        if (read.length < count) return;
        clearTimeout(limit);
        resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return read;
}

/** The file that holds the text, and where in it. */
function find(dataDir: string, text: string): { readonly path: string; readonly content: Buffer; readonly at: number } {
  for (const name of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(log|seg)$/.test(name)) continue;
    const path = join(dataDir, name);
    const content = readFileSync(path);
    const at = content.indexOf(text);
    if (at >= 0) return { path, content, at };
  }
  throw new Error(`no file holds '${text}'`);
}

function flipBit(dataDir: string, text: string): void {
  const { path, content, at } = find(dataDir, text);
  content[at + 3] ^= 0x10;
  writeFileSync(path, content);
}

/** Overwrites some sectors behind the frame that holds the text. */
function scribbleBehind(dataDir: string, text: string): void {
  const { path, content, at } = find(dataDir, text);
  const zeros = Buffer.alloc(512);
  let sector = Math.ceil(at / 512) * 512;
  while (!content.subarray(sector, sector + 512).equals(zeros)) sector += 512;
  for (let i = 0; i < 1_500; i++) content[sector + i] = (i * 7 + 1) & 0xff;
  writeFileSync(path, content);
}
