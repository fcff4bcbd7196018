import assert from 'node:assert/strict';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import amqp from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';

/** One message through RabbitMQ's dialect with amqplib: confirmed, taken back out, acknowledged. */
export async function oneMessageThroughAmqp(url: string, queue = 'one-amqp-message', body = 'hello'): Promise<void> {
  const connection = await amqp.connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    // What the server closes a channel for also rejects the call that it was for.
    channel.on('error', () => {});
    await channel.assertQueue(queue, { durable: true });
    channel.sendToQueue(queue, Buffer.from(body), { persistent: true });
    await channel.waitForConfirms();
    const message = await channel.get(queue);
    assert.ok(message !== false, 'the confirmed message is not there');
    assert.equal(message.content.toString(), body);
    channel.ack(message);
    await channel.close();
  } finally {
    await connection.close();
  }
}

/** One message through SQS with Amazon's SDK. */
export async function oneMessageThroughSqs(endpoint: string, queue = 'one-sqs-message'): Promise<void> {
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  try {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: queue }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    assert.equal(Messages?.[0]?.Body, 'hello');
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  } finally {
    client.destroy();
  }
}

/** One message through Kafka with KafkaJS: produced with acks from all, consumed in a group. */
export async function oneMessageThroughKafka(url: string, topic = 'one-kafka-message'): Promise<void> {
  const kafka = new Kafka({
    brokers: [url.replace(/^\w+:\/\//, '')],
    logLevel: logLevel.NOTHING,
    retry: { retries: 2 },
  });
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: `${topic}-readers` });
  const admin = kafka.admin();
  try {
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    await producer.send({ topic, acks: -1, messages: [{ key: 'greeting', value: 'hello' }] });
    await consumer.subscribe({ topic, fromBeginning: true });
    const value = await new Promise<string | undefined>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }) =>
        resolve(message.value?.toString());
      consumer.run({ eachMessage }).catch(reject);
    });
    assert.equal(value, 'hello');
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()]);
  }
}
