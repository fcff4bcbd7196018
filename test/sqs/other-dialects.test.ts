import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import amqp from 'amqplib';
import { BrokerUnderTest } from './broker-under-test.js';

describe('one queue in two languages', () => {
  const broker = new BrokerUnderTest();
  let connection: amqp.ChannelModel;
  let channel: amqp.ConfirmChannel;
  before(async () => {
    await broker.start();
    connection = await amqp.connect(broker.amqpUrl);
    channel = await connection.createConfirmChannel();
  });
  after(async () => {
    await connection.close();
    await broker.stop();
  });

  it('is sent to with SQS and worked off with AMQP', async () => {
    const QueueUrl = await broker.createQueue();
    const sent = await broker.client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'two espressos',
        MessageAttributes: {
          table: { DataType: 'Number', StringValue: '7' },
          name: { DataType: 'String', StringValue: 'é' },
          'rosettamq.content_type': { DataType: 'String', StringValue: 'text/plain' },
        },
      }),
    );
    const message = await channel.get(QueueUrl);
    assert.ok(message);
    assert.equal(message.content.toString(), 'two espressos');
    assert.equal(message.properties.messageId, sent.MessageId);
    assert.equal(message.properties.contentType, 'text/plain');
    assert.equal(Number(message.properties.headers?.['table']), 7);
    assert.equal(message.properties.headers?.['name'], 'é');
    channel.ack(message);
  });

  it('is published to with AMQP and worked off with SQS', async () => {
    await channel.assertQueue('cups', { durable: true });
    await channel.assertExchange('kitchen', 'topic');
    await channel.bindQueue('cups', 'kitchen', 'wash.#');
    const headers = { n: 7, ok: true, nested: { a: [1, 'x'] } };
    channel.publish('kitchen', 'wash.now', Buffer.from('cup'), {
      persistent: true,
      contentType: 'text/plain',
      correlationId: 'c1',
      headers,
    });
    channel.publish('kitchen', 'wash.now', Buffer.from([0xff, 0]), { persistent: true });
    await channel.waitForConfirms();
    const [text, bytes] = await broker.receive('cups', {
      MessageAttributeNames: ['All'],
      AttributeNames: ['All'],
      WaitTimeSeconds: 5,
    });
    assert.equal(text?.Body, 'cup');
    const shown = Object.fromEntries(
      Object.entries(text.MessageAttributes ?? {}).map(([name, value]) => [name, value.StringValue]),
    );
    assert.equal(shown['rosettamq.content_type'], 'text/plain');
    assert.equal(shown['rosettamq.correlation_id'], 'c1');
    assert.equal(shown['rosettamq.exchange'], 'kitchen');
    assert.equal(shown['rosettamq.routing_key'], 'wash.now');
    assert.equal(shown['n'], '7');
    assert.equal(shown['ok'], 'true');
    assert.deepEqual(JSON.parse(shown['nested'] ?? ''), { a: [1, 'x'] });
    assert.equal(bytes?.Body, Buffer.from([0xff, 0]).toString('base64'));
    assert.equal(bytes.MessageAttributes?.['rosettamq.body_encoding']?.StringValue, 'base64');
    for (const { ReceiptHandle } of [text, bytes])
      await broker.client.send(new DeleteMessageCommand({ QueueUrl: 'cups', ReceiptHandle }));
    assert.equal((await channel.checkQueue('cups')).messageCount, 0);
  });

  it('gives back a message that an AMQP consumer rejects to the next receive, counted', async () => {
    const QueueUrl = await broker.createQueue();
    await broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const message = await channel.get(QueueUrl);
    assert.ok(message);
    channel.nack(message, false, true);
    const [again] = await broker.receive(QueueUrl, { AttributeNames: ['All'], WaitTimeSeconds: 5 });
    assert.equal(again?.Attributes?.ApproximateReceiveCount, '2');
  });

  it('shows SQS what AMQP set, and keeps its declaration equal for AMQP when SQS adds its own', async () => {
    await channel.assertQueue('shared', { durable: true, messageTtl: 120_000 });
    const get = async () =>
      (await broker.client.send(new GetQueueAttributesCommand({ QueueUrl: 'shared', AttributeNames: ['All'] })))
        .Attributes;
    assert.equal((await get())?.['MessageRetentionPeriod'], '120');
    await broker.client.send(
      new SetQueueAttributesCommand({ QueueUrl: 'shared', Attributes: { VisibilityTimeout: '5' } }),
    );
    assert.equal((await get())?.['VisibilityTimeout'], '5');
    await channel.assertQueue('shared', { durable: true, messageTtl: 120_000 });
  });
});
