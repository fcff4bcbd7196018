import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { CreateTopicCommand, DeleteTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import amqp from 'amqplib';
import { HttpEndpoint } from './http-endpoint.js';
import { type Notification, refused, SnsUnderTest } from './sns-under-test.js';

describe('a topic is an exchange', () => {
  const broker = new SnsUnderTest();
  const endpoint = new HttpEndpoint();
  let connection: amqp.ChannelModel;
  let channel: amqp.ConfirmChannel;
  before(async () => {
    await broker.start();
    await endpoint.start();
    connection = await amqp.connect(broker.amqpUrl);
  });
  beforeEach(async () => {
    channel = await connection.createConfirmChannel();
  });
  after(async () => {
    await connection.close();
    await endpoint.stop();
    await broker.stop();
  });

  const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);
  const got = async (queue: string): Promise<amqp.GetMessage> => {
    const message = await channel.get(queue, { noAck: true });
    assert.ok(message);
    return message;
  };

  it('that AMQP binds queues to: one publish reaches both, each in its own form', async () => {
    const topic = await broker.createTopic();
    const queue = await broker.createQueue();
    await broker.subscribe(topic, queue);
    await channel.assertQueue('amqp-side', { durable: true });
    await channel.bindQueue('amqp-side', nameOf(topic), '');
    const { MessageId } = await broker.publish(topic, 'to all é', {
      Subject: 'S',
      MessageAttributes: { n: { DataType: 'Number', StringValue: '7' } },
    });
    const message = await got('amqp-side');
    assert.equal(message.content.toString(), 'to all é');
    assert.equal(message.fields.exchange, nameOf(topic));
    assert.equal(message.properties.messageId, MessageId);
    assert.equal(Number(message.properties.headers?.['n']), 7);
    assert.equal(message.properties.headers?.['rosettamq.subject'], 'S');
    assert.equal((await broker.takeNotification(queue)).Message, 'to all é');
  });

  it('that AMQP reads a subscribed queue of: the message, not its wrapping', async () => {
    const topic = await broker.createTopic();
    const queue = await broker.createQueue();
    await broker.subscribe(topic, queue);
    await broker.publish(topic, 'bare');
    assert.equal((await got(queue)).content.toString(), 'bare');
  });

  it('that AMQP publishes to: subscribed queues and endpoints get a notification, filtered by headers and body', async () => {
    const topic = await broker.createTopic();
    const wrapped = await broker.createQueue();
    const raw = await broker.createQueue();
    const red = await broker.createQueue();
    const body = await broker.createQueue();
    const arn = await broker.subscribe(topic, wrapped);
    await broker.subscribe(topic, raw, { RawMessageDelivery: 'true' });
    await broker.subscribe(topic, red, { RawMessageDelivery: 'true', FilterPolicy: '{"colour":["red"],"size":[7]}' });
    const ofBody = { RawMessageDelivery: 'true', FilterPolicyScope: 'MessageBody', FilterPolicy: '{"a":{"b":[1]}}' };
    await broker.subscribe(topic, body, ofBody);
    await broker.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'http', Endpoint: endpoint.url }));
    await fetch((JSON.parse((await endpoint.next()).body) as Notification).SubscribeURL);

    const publish = (text: string, headers: Record<string, unknown> = {}) =>
      channel.publish(nameOf(topic), 'any.key', Buffer.from(text), { persistent: true, headers });
    publish('from AMQP', { colour: 'red', size: 7 });
    publish('{"a":{"b":1}}', { colour: 'red' });
    await channel.waitForConfirms();

    const first = await broker.takeNotification(wrapped);
    assert.equal(first.Type, 'Notification');
    assert.equal(first.Message, 'from AMQP');
    assert.equal(first.TopicArn, topic);
    assert.ok(first.UnsubscribeURL.endsWith(arn));
    assert.ok(first.Signature.length > 300);
    const attributes = first['MessageAttributes'] as Record<string, unknown>;
    assert.deepEqual(attributes['colour'], { Type: 'String', Value: 'red' });
    assert.deepEqual(await broker.take(raw, 2), ['from AMQP', '{"a":{"b":1}}']);
    assert.deepEqual(await broker.take(red, 1), ['from AMQP']);
    assert.deepEqual(await broker.take(body, 1), ['{"a":{"b":1}}']);
    assert.deepEqual(await broker.bodies(red), []);
    const posted = new Set<string>();
    for (let i = 0; i < 2; i++) posted.add((JSON.parse((await endpoint.next()).body) as Notification).Message);
    assert.deepEqual(posted, new Set(['from AMQP', '{"a":{"b":1}}']));
  });

  it('whose filter policies an AMQP client may use for its own bindings', async () => {
    const topic = await broker.createTopic();
    await channel.assertQueue('red-only', { durable: true });
    const red = { 'x-filter-policy': '{"colour":["red"]}' };
    await channel.bindQueue('red-only', nameOf(topic), '', red);
    const colour = (StringValue: string) => ({ MessageAttributes: { colour: { DataType: 'String', StringValue } } });
    await broker.publish(topic, 'a', colour('blue'));
    await broker.publish(topic, 'b', colour('red'));
    assert.equal((await got('red-only')).content.toString(), 'b');
    assert.equal(await channel.get('red-only'), false);
    const other = await connection.createChannel();
    // The channel ends with the refusal.
    const ended = new Promise<Error>((resolve) => other.on('error', resolve));
    await assert.rejects(other.bindQueue('red-only', nameOf(topic), '', { 'x-filter-policy': '{"a":"b"}' }));
    assert.match((await ended).message, /PRECONDITION_FAILED|INVALID|406/);
  });

  it('whichever of the two declares it first', async () => {
    await channel.assertExchange('amqp-first', 'fanout', { durable: true });
    const { TopicArn = '' } = await broker.sns.send(new CreateTopicCommand({ Name: 'amqp-first' }));
    const sns = nameOf(await broker.createTopic());
    await channel.assertExchange(sns, 'fanout', { durable: true });
    // What was there before the topic is there after it.
    await broker.sns.send(new DeleteTopicCommand({ TopicArn }));
    await channel.checkExchange('amqp-first');
    await channel.assertExchange('direct-one', 'direct', { durable: true });
    await channel.assertExchange('short-lived', 'fanout', { durable: true, autoDelete: true });
    await refused(
      broker.sns.send(new CreateTopicCommand({ Name: 'short-lived' })),
      'InvalidParameter',
      /is not a durable fanout exchange$/,
    );
    await refused(
      broker.sns.send(new CreateTopicCommand({ Name: 'direct-one' })),
      'InvalidParameter',
      'Invalid parameter: Name Reason: the exchange direct-one is not a durable fanout exchange',
    );
  });

  it('that goes when an AMQP client deletes it', async () => {
    const topic = await broker.createTopic();
    const queue = await broker.createQueue();
    await broker.subscribe(topic, queue);
    await channel.deleteExchange(nameOf(topic));
    await refused(broker.publish(topic, 'x'), 'NotFound', 'Topic does not exist', 404);
    const again = await broker.sns.send(new CreateTopicCommand({ Name: nameOf(topic) }));
    await broker.publish(again.TopicArn ?? '', 'nobody listens');
    assert.deepEqual(await broker.bodies(queue), []);
  });

  it('that a queue which AMQP declares later is bound to', async () => {
    const topic = await broker.createTopic();
    await broker.subscribe(topic, 'declared-later', { RawMessageDelivery: 'true' });
    await channel.assertQueue('declared-later', { durable: true });
    channel.publish(nameOf(topic), '', Buffer.from('in time'), { persistent: true });
    await channel.waitForConfirms();
    assert.deepEqual(await broker.take('declared-later', 1), ['in time']);
  });

  it('that a retained queue may be subscribed to', async () => {
    const topic = await broker.createTopic();
    await broker.client.send(new CreateQueueCommand({ QueueName: 'kept', tags: { 'rosettamq:retain': 'true' } }));
    await broker.subscribe(topic, 'kept');
    await broker.publish(topic, 'for ever');
    assert.equal((await broker.takeNotification('kept')).Message, 'for ever');
  });

  it('of which a fanned-out message is one notification per queue, however large it is', async () => {
    const topic = await broker.createTopic();
    const queues = [await broker.createQueue(), await broker.createQueue(), await broker.createQueue()];
    for (const queue of queues) await broker.subscribe(topic, queue);
    const large = 'x'.repeat(100_000);
    await broker.publish(topic, large);
    const links = new Set<string>();
    for (const queue of queues) {
      const notification = await broker.takeNotification(queue);
      assert.equal(notification.Message, large);
      links.add(notification.UnsubscribeURL);
    }
    assert.equal(links.size, 3);
  });
});
