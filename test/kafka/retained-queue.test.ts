import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ChannelModel, connect, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';

describe('a topic that is a queue as well', () => {
  let broker: BrokerUnderTest;
  let kafka: Kafka;
  let connection: ChannelModel;
  let channel: ConfirmChannel;

  before(async () => {
    broker = await startBrokerUnderTest();
    kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
    connection = await connect(broker.amqpUrl);
    channel = await connection.createConfirmChannel();
  });
  after(async () => {
    await connection.close();
    await broker.stop();
  });

  async function newRetainedQueue(): Promise<string> {
    const topic = freshName('orders');
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, configEntries: [{ name: 'rosettamq.queue', value: 'true' }] }] });
    await admin.disconnect();
    return topic;
  }

  test('AMQP works off what Kafka sent, compressed or not, with headers as properties', async () => {
    const topic = await newRetainedQueue();
    const producer = kafka.producer();
    await producer.connect();
    for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
      const headers = { colour: 'blue', 'rosettamq.content_type': 'text/plain' };
      await producer.send({ topic, compression, messages: [{ key: 'k1', value: `codec ${compression}`, headers }] });
    }
    await producer.disconnect();
    const received: ConsumeMessage[] = [];
    await new Promise<void>((resolve, reject) => {
      channel
        .consume(topic, (message) => {
          if (message === null) return;
          channel.ack(message);
          if (received.push(message) === 2) resolve();
        })
        .catch(reject);
    });
    assert.deepEqual(
      received.map(({ content, properties, fields }) => [
        content.toString(),
        fields.routingKey,
        properties.contentType,
        properties.headers,
      ]),
      [0, 1].map((codec) => [`codec ${codec}`, 'k1', 'text/plain', { colour: 'blue', 'x-partition-key': 'k1' }]),
    );
  });

  test('Kafka replays what AMQP published and worked off, with properties as headers', async () => {
    const topic = await newRetainedQueue();
    channel.sendToQueue(topic, Buffer.from('from amqp'), { contentType: 'text/plain', priority: 3, headers: { n: 5 } });
    await channel.waitForConfirms();
    const message = await channel.get(topic);
    assert.ok(message !== false);
    channel.ack(message);

    const consumer = kafka.consumer({ groupId: freshName('g'), maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const read = await new Promise<readonly unknown[]>((resolve, reject) => {
      consumer
        .run({
          eachMessage: ({ message: { offset, value, headers } }) => {
            const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
            resolve([offset, value?.toString(), Object.fromEntries(texts)]);
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    const shown = {
      'rosettamq.routing_key': topic,
      'rosettamq.content_type': 'text/plain',
      'rosettamq.priority': '3',
      n: '5',
    };
    assert.deepEqual(read, ['0', 'from amqp', shown]);
  });

  test('a plain queue is no topic, and asking for it creates none', async () => {
    const { queue } = await channel.assertQueue(freshName('plain'));
    const admin = kafka.admin();
    await admin.connect();
    await assert.rejects(admin.fetchTopicMetadata({ topics: [queue] }), /invalid topic/i);
    assert.ok(!(await admin.listTopics()).includes(queue));
    await admin.disconnect();
  });
});
