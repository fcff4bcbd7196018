import assert from 'node:assert/strict';
import { createVerify, X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  type MessageAttributeValue,
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { type Notification, queueArn, refused, SnsUnderTest } from './sns-under-test.js';

const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
const number = (StringValue: string): MessageAttributeValue => ({ DataType: 'Number', StringValue });

describe('publishing to queues', () => {
  const broker = new SnsUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  /** A topic with one subscribed queue. */
  const subscribed = async (
    attributes: Record<string, string> = {},
    ofTopic: Record<string, string> = {},
  ): Promise<{ topic: string; queue: string; subscription: string }> => {
    const topic = await broker.createTopic(ofTopic);
    const queue = await broker.createQueue();
    return { topic, queue, subscription: await broker.subscribe(topic, queue, attributes) };
  };

  const verify = async (notification: Notification, algorithm: string): Promise<boolean> => {
    const pem = await (await fetch(notification.SigningCertURL)).text();
    const fields = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
    const signed = fields
      .filter((name) => name in notification)
      .map((name) => `${name}\n${String(notification[name])}\n`);
    const key = new X509Certificate(pem).publicKey;
    return createVerify(algorithm).update(signed.join('')).verify(key, notification.Signature, 'base64');
  };

  it('brings a notification with every member of the service, in its order, that its certificate verifies', async () => {
    const { topic, queue, subscription } = await subscribed();
    const MessageAttributes = {
      s: text('é'),
      n: number('7'),
      b: { DataType: 'Binary', BinaryValue: Buffer.from([2, 3, 4]) },
    };
    const { MessageId } = await broker.publish(topic, 'hello é\n"', { Subject: 'A subject', MessageAttributes });
    const [message] = await broker.receive(queue, { MessageAttributeNames: ['All'] });
    assert.notEqual(message.MessageId, MessageId);
    assert.equal(message.MessageAttributes, undefined);
    const notification = JSON.parse(message.Body ?? '') as Notification;
    const { Timestamp, Signature, SigningCertURL } = notification;
    assert.deepEqual(Object.entries(notification), [
      ['Type', 'Notification'],
      ['MessageId', MessageId],
      ['TopicArn', topic],
      ['Subject', 'A subject'],
      ['Message', 'hello é\n"'],
      ['Timestamp', Timestamp],
      ['SignatureVersion', '1'],
      ['Signature', Signature],
      ['SigningCertURL', SigningCertURL],
      ['UnsubscribeURL', `${broker.url}/?Action=Unsubscribe&SubscriptionArn=${subscription}`],
      [
        'MessageAttributes',
        {
          s: { Type: 'String', Value: 'é' },
          n: { Type: 'Number', Value: '7' },
          b: { Type: 'Binary', Value: 'AgME' },
        },
      ],
    ]);
    assert.match(Timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(SigningCertURL, /\/SimpleNotificationService-[0-9a-f]{32}\.pem$/);
    assert.ok(await verify(notification, 'RSA-SHA1'));
    assert.ok(!(await verify({ ...notification, Message: 'other' }, 'RSA-SHA1')));
    const unsubscribed = await fetch(notification.UnsubscribeURL);
    assert.equal(unsubscribed.status, 200);
    await broker.publish(topic, 'nobody listens');
    assert.deepEqual(await broker.bodies(queue), []);
  });

  it('signs with SHA-256 where the topic says so', async () => {
    const { topic, queue } = await subscribed({}, { SignatureVersion: '2' });
    await broker.publish(topic, 'hello');
    const notification = await broker.takeNotification(queue);
    assert.equal(notification['SignatureVersion'], '2');
    assert.ok(await verify(notification, 'RSA-SHA256'));
  });

  it('shows the same notification each time that the message comes', async () => {
    const { topic, queue } = await subscribed();
    await broker.publish(topic, 'again');
    const [first] = await broker.receive(queue, { VisibilityTimeout: 0 });
    const [second] = await broker.receive(queue);
    assert.equal(second.Body, first.Body);
    assert.equal(second.MD5OfBody, first.MD5OfBody);
    assert.equal(second.MessageId, first.MessageId);
  });

  it('brings the bare message with its attributes where delivery is raw', async () => {
    const { topic, queue } = await subscribed({ RawMessageDelivery: 'true' });
    const MessageAttributes = { s: text('x'), n: number('7'), a: { DataType: 'String.Array', StringValue: '["a"]' } };
    await broker.publish(topic, 'bare', { Subject: 'not shown', MessageAttributes });
    const [message] = await broker.receive(queue, { MessageAttributeNames: ['All'] });
    assert.equal(message.Body, 'bare');
    assert.deepEqual(message.MessageAttributes, MessageAttributes);
  });

  it('keeps a message as it was delivered when the subscription changes or ends afterwards', async () => {
    const { topic, queue, subscription } = await subscribed();
    await broker.publish(topic, 'before');
    await broker.sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: subscription,
        AttributeName: 'RawMessageDelivery',
        AttributeValue: 'true',
      }),
    );
    await broker.publish(topic, 'after');
    await broker.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }));
    const [before, after] = await broker.take(queue, 2);
    assert.equal((JSON.parse(before) as Notification).Message, 'before');
    assert.equal(after, 'after');
  });

  it('brings each protocol its own text with MessageStructure json', async () => {
    const { topic, queue } = await subscribed();
    const json = (value: unknown) => broker.publish(topic, JSON.stringify(value), { MessageStructure: 'json' });
    await json({ default: 'for all', sqs: 'for queues' });
    assert.equal((await broker.takeNotification(queue)).Message, 'for queues');
    await json({ default: 'for all', sqs: { not: 'text' }, http: 'other' });
    assert.equal((await broker.takeNotification(queue)).Message, 'for all');
    const structure = 'Invalid parameter: Message Structure -';
    await refused(json({ sqs: 'x' }), 'InvalidParameter', `${structure} No default entry in JSON message body`);
    await refused(
      broker.publish(topic, '{', { MessageStructure: 'json' }),
      'InvalidParameter',
      `${structure} JSON message body failed to parse`,
    );
  });

  it('brings what meets the filter policy, by attributes or by body', async () => {
    const topic = await broker.createTopic();
    const all = await broker.createQueue();
    const red = await broker.createQueue();
    const body = await broker.createQueue();
    const raw = { RawMessageDelivery: 'true' };
    await broker.subscribe(topic, all, raw);
    const policy = { colour: [{ prefix: 're' }], size: [{ numeric: ['>', 5] }] };
    await broker.subscribe(topic, red, { ...raw, FilterPolicy: JSON.stringify(policy) });
    const scope = { FilterPolicyScope: 'MessageBody' };
    await broker.subscribe(topic, body, { ...raw, ...scope, FilterPolicy: '{"order":{"id":[7]}}' });
    await broker.publish(topic, 'red', { MessageAttributes: { colour: text('red'), size: number('5.5') } });
    await broker.publish(topic, 'small', { MessageAttributes: { colour: text('red'), size: number('5') } });
    await broker.publish(topic, 'text', { MessageAttributes: { colour: text('red'), size: text('6') } });
    await broker.publish(topic, '{"order":{"id":7}}');
    await broker.publish(topic, '{"order":{"id":8}}');
    assert.equal((await broker.take(all, 5)).length, 5);
    assert.deepEqual(await broker.take(red, 1), ['red']);
    assert.deepEqual(await broker.take(body, 1), ['{"order":{"id":7}}']);
    assert.deepEqual(await broker.bodies(red), []);
    assert.deepEqual(await broker.bodies(body), []);
  });

  it('follows a filter policy that is changed', async () => {
    const { topic, queue, subscription } = await subscribed({
      FilterPolicy: '{"k":["a"]}',
      RawMessageDelivery: 'true',
    });
    const set = (AttributeName: string, AttributeValue: string) =>
      broker.sns.send(
        new SetSubscriptionAttributesCommand({ SubscriptionArn: subscription, AttributeName, AttributeValue }),
      );
    const send = (k: string) => broker.publish(topic, k, { MessageAttributes: { k: text(k) } });
    await send('b');
    await set('FilterPolicy', '{"k":["b"]}');
    await send('a');
    await send('b');
    assert.deepEqual(await broker.take(queue, 1), ['b']);
    await set('FilterPolicy', '{}');
    await send('c');
    assert.deepEqual(await broker.take(queue, 1), ['c']);
  });

  it('publishes up to ten messages at once', async () => {
    const { topic, queue } = await subscribed({ RawMessageDelivery: 'true' });
    const entries = (...ids: string[]): PublishBatchRequestEntry[] => ids.map((Id) => ({ Id, Message: `m-${Id}` }));
    const batch = (PublishBatchRequestEntries: PublishBatchRequestEntry[]) =>
      broker.sns.send(new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries }));
    const { Successful, Failed } = await batch(entries('a', 'b'));
    assert.deepEqual(Failed, []);
    assert.deepEqual(
      Successful?.map(({ Id }) => Id),
      ['a', 'b'],
    );
    assert.ok(Successful.every(({ MessageId }) => MessageId !== undefined));
    assert.deepEqual(new Set(await broker.take(queue, 2)), new Set(['m-a', 'm-b']));

    const eleven = Array.from({ length: 11 }, (_, i) => `e${i}`);
    const what = 'The Id of a batch entry in the batch request';
    await refused(
      batch(entries(...eleven)),
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
    await refused(
      batch(entries('a', 'a')),
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
    await refused(batch(entries('a.b')), 'InvalidBatchEntryId', `${what} contains an impermissible character: a.b`);
    await refused(batch(entries('x'.repeat(81))), 'InvalidBatchEntryId', `${what} is too long: ${'x'.repeat(81)}`);
    await refused(batch([]), 'EmptyBatchRequest', /entries/);
    const large = 'x'.repeat(140_000);
    await refused(
      batch(entries('a', 'b').map((entry) => ({ ...entry, Message: large }))),
      'BatchRequestTooLong',
      'The length of all the messages put together is more than the limit.',
    );
    const invalid = { MessageAttributes: { attr1: { DataType: undefined, StringValue: 'x' } } };
    await refused(
      batch([...entries('a'), { ...entries('b')[0], ...invalid }]),
      'ValidationError',
      "1 validation error detected: Value null at 'publishBatchRequestEntries.2.member.messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
    );
    assert.deepEqual(await broker.bodies(queue), []);
  });

  it('refuses messages in the words of the service', async () => {
    const { topic } = await subscribed();
    const invalid = (promise: Promise<unknown>, message: string) =>
      refused(promise, 'InvalidParameter', `Invalid parameter: ${message}`);
    await invalid(broker.publish(topic, ''), 'Empty message');
    await invalid(broker.publish(topic, 'x', { Subject: '' }), 'Subject');
    await invalid(broker.publish(topic, 'x', { Subject: 'two\nlines' }), 'Subject');
    await invalid(broker.publish(topic, 'x', { Subject: 's'.repeat(101) }), 'Subject');
    await invalid(broker.publish(topic, 'x'.repeat(262_145)), 'Message too long');
    await invalid(
      broker.publish(topic, 'x'.repeat(262_140), { MessageAttributes: { a: text('b') } }),
      'Message too long',
    );
    await invalid(
      broker.publish(topic, 'x', { MessageDeduplicationId: 'd' }),
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
    const target = 'arn:aws:sns:us-east-1:000000000000:endpoint/APNS/abcdef/0000';
    await invalid(
      broker.sns.send(new PublishCommand({ TargetArn: target, Message: 'x' })),
      'TargetArn Reason: No endpoint found for the target arn specified',
    );
    await refused(
      broker.sns.send(new PublishCommand({ PhoneNumber: '+15551234567', Message: 'x' })),
      'UnsupportedOperation',
      /phone/,
    );
    await broker.sns.send(new PublishCommand({ TargetArn: topic, Message: 'x' }));

    const attribute = (name: string, value: MessageAttributeValue) =>
      broker.publish(topic, 'x', { MessageAttributes: { [name]: value } });
    const unusable = (promise: Promise<unknown>, message: string) => refused(promise, 'ParameterValueInvalid', message);
    const binary = { DataType: 'String', BinaryValue: Buffer.from('x') };
    await unusable(
      attribute('attr1', text('')),
      "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'.",
    );
    await unusable(
      attribute('attr1', binary),
      "The message attribute 'attr1' with type 'String' must use field 'String'.",
    );
    await unusable(
      attribute('attr1', { DataType: 'Stringprefixed', StringValue: 'x' }),
      "The message attribute 'attr1' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
    );
    await unusable(attribute('.a', text('x')), "Invalid message attribute name starting with character '.' was found.");
    await unusable(attribute('a.', text('x')), "Invalid message attribute name ending with character '.' was found.");
    await unusable(attribute('a..b', text('x')), "Message attribute name can not have successive '.' character.");
    await unusable(
      attribute('a^b', text('x')),
      "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
    );
    await unusable(
      attribute('x'.repeat(257), text('x')),
      'Length of message attribute name must be less than 256 bytes.',
    );
  });

  it('takes up to one MiB where the topic allows it', async () => {
    const { topic, queue } = await subscribed({ RawMessageDelivery: 'true' }, { MaximumMessageSize: '1048576' });
    const body = 'x'.repeat(1_048_576);
    await broker.publish(topic, body);
    assert.deepEqual(await broker.take(queue, 1), [body]);
    await refused(broker.publish(topic, `${body}x`), 'InvalidParameter', 'Invalid parameter: Message too long');
  });

  it('sends to the dead-letter queue of a subscription what its queue is not there for, and goes on when it is', async () => {
    const dead = await broker.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn(dead) });
    const { topic, queue, subscription } = await subscribed({ RedrivePolicy, FilterPolicy: '{"k":["v"]}' });
    const raw = await broker.createQueue();
    await broker.subscribe(topic, raw, { RedrivePolicy, RawMessageDelivery: 'true' });
    await broker.client.send(new DeleteQueueCommand({ QueueUrl: queue }));
    await broker.client.send(new DeleteQueueCommand({ QueueUrl: raw }));
    await broker.publish(topic, 'one', { MessageAttributes: { k: text('v') } });
    await broker.publish(topic, 'filtered out');
    const bodies = await broker.take(dead, 3);
    const notification = JSON.parse(bodies.find((body) => body.startsWith('{')) ?? '') as Notification;
    assert.equal(notification.Message, 'one');
    assert.ok(notification.UnsubscribeURL.endsWith(subscription));
    assert.deepEqual(new Set(bodies.filter((body) => !body.startsWith('{'))), new Set(['one', 'filtered out']));
    await broker.client.send(new CreateQueueCommand({ QueueName: queue }));
    await broker.publish(topic, 'two', { MessageAttributes: { k: text('v') } });
    assert.equal((await broker.takeNotification(queue)).Message, 'two');
  });

  it('does not deliver more attributes raw than a queue takes', async () => {
    const dead = await broker.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn(dead) });
    const { topic, queue } = await subscribed({ RawMessageDelivery: 'true', RedrivePolicy });
    const wrapped = await broker.createQueue();
    await broker.subscribe(topic, wrapped);
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, text('x')]));
    await broker.publish(topic, 'many', { MessageAttributes: many });
    assert.deepEqual(await broker.take(dead, 1), ['many']);
    assert.equal((await broker.takeNotification(wrapped)).Message, 'many');
    assert.deepEqual(await broker.bodies(queue), []);
  });

  it('leaves what SQS itself sends to the queue as it is', async () => {
    const { queue } = await subscribed();
    await broker.client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'direct' }));
    assert.deepEqual(await broker.take(queue, 1), ['direct']);
  });
});
