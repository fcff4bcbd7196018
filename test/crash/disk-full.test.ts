import assert from 'node:assert/strict';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import amqp from 'amqplib';
import { inCrashFolder } from './crash-folder.js';
import { CrashableBroker, freePorts } from './crashable-broker.js';
import { LoopDisk } from './disks/loop-disk.js';
import { kafkaClient } from './loads/kafka-client.js';
import { queueUrl, sqsClient } from './loads/sqs-load.js';

const DISK_MIB = 96;
/** Left free by what fills the disk: enough for the broker to begin, too little for long. */
const LEFT_FREE_MIB = 24;
const MIB = 1024 * 1024;
const BODY = 'b'.repeat(100_000);
const MOST_MESSAGES = 3_000;
const AGAIN_LIMIT_MS = 30_000;
const ANSWER_LIMIT_MS = 20_000;

const unavailable = await LoopDisk.unavailable();

test('a full disk refuses publishes in each dialect, lets consumers go on, and takes publishes again when there is room', {
  skip: unavailable === undefined ? false : `no small disk can be made here: ${unavailable}`,
}, async (t) => {
  await inCrashFolder(t, async (folder) => {
    const disk = LoopDisk.create(join(folder, 'disk'), DISK_MIB);
    let broker: CrashableBroker | undefined;
    try {
      const ballast = join(disk.mountPoint, 'ballast');
      const { bavail, bsize } = statfsSync(disk.mountPoint);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - LEFT_FREE_MIB * MIB));
      broker = await CrashableBroker.spawn({ dataDir: disk.dataDir, ports: await freePorts() }).ready();
      await fillAndFree(broker, () => rmSync(ballast));
      const { code } = await broker.stop();
      assert.equal(code, 0);
    } finally {
      await broker?.kill();
      disk.remove();
    }
  });
});

async function fillAndFree({ urls }: CrashableBroker, makeRoom: () => void): Promise<void> {
  const connection = await amqp.connect(urls.amqp);
  const told: string[] = [];
  connection.on('blocked', (reason) => told.push(`blocked: ${reason}`));
  connection.on('unblocked', () => told.push('unblocked'));
  const sqs = sqsClient(urls.sqs);
  const kafka = kafkaClient(urls.kafka);
  const producer = kafka.producer({ retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('full', { durable: true });
    await sqs.send(new CreateQueueCommand({ QueueName: 'full-sqs' }));
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'full.topic', numPartitions: 1 }] });
    await producer.connect();

    const publish = () =>
      new Promise<boolean>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error('a publish got no answer')), ANSWER_LIMIT_MS);
        channel.sendToQueue('full', Buffer.from(BODY), { persistent: true }, (error) => {
          clearTimeout(limit);
          resolve(error === null);
        });
      });
    const send = () =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(urls.sqs, 'full-sqs'), MessageBody: BODY }));
    const produce = () => producer.send({ topic: 'full.topic', acks: -1, messages: [{ value: BODY }] });

    await send();
    await produce();
    let confirmed = 0;
    while (await publish()) {
      confirmed++;
      assert.ok(confirmed < MOST_MESSAGES, 'the disk never got full');
    }
    assert.ok(confirmed > 0);
    await assert.rejects(
      send(),
      (error) => error instanceof SQSServiceException && error.name === 'ServiceUnavailable',
    );
    await assert.rejects(produce(), (error) => isStorageError(error));

    // Consumers go on, and what they acknowledge is remembered.
    for (let i = 0; i < confirmed; i++) {
      const message = await channel.get('full');
      assert.ok(message !== false, `message ${i} of ${confirmed} is not there`);
      assert.equal(message.content.toString(), BODY);
      channel.ack(message);
    }
    assert.equal(await channel.get('full'), false);
    const QueueUrl = queueUrl(urls.sqs, 'full-sqs');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages![0].ReceiptHandle }));
    await admin.setOffsets({ groupId: 'full', topic: 'full.topic', partitions: [{ partition: 0, offset: '1' }] });

    makeRoom();
    const deadlineMs = Date.now() + AGAIN_LIMIT_MS;
    while (!(await publish())) {
      assert.ok(Date.now() < deadlineMs, 'there is room, and publishes are still refused');
      await sleep(50);
    }
    await send();
    await produce();
    assert.deepEqual(told, ['blocked: low on disk', 'unblocked']);
  } finally {
    sqs.destroy();
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await connection.close();
  }
}

/** KAFKA_STORAGE_ERROR, perhaps behind the library's "too many retries". */
function isStorageError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('type' in error && error.type === 'KAFKA_STORAGE_ERROR') || isStorageError(error.cause);
}
