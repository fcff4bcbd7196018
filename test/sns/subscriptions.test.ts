import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ConfirmSubscriptionCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { queueArn, refused, SnsUnderTest } from './sns-under-test.js';

describe('subscriptions', () => {
  const broker = new SnsUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  const attributesOf = async (SubscriptionArn: string): Promise<Record<string, string>> =>
    (await broker.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes ?? {};
  const set = (SubscriptionArn: string, AttributeName: string, AttributeValue: string) =>
    broker.sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));

  it('of a queue are made once and stand at once', async () => {
    const topic = await broker.createTopic();
    const queue = await broker.createQueue();
    const arn = await broker.subscribe(topic, queue, { RawMessageDelivery: 'true' });
    assert.ok(arn.startsWith(`${topic}:`));
    assert.equal(await broker.subscribe(topic, queue), arn);
    assert.equal(await broker.subscribe(topic, queue, { RawMessageDelivery: 'True' }), arn);
    await refused(
      broker.subscribe(topic, queue, { RawMessageDelivery: 'false' }),
      'InvalidParameter',
      'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    );
    assert.deepEqual(await attributesOf(arn), {
      SubscriptionArn: arn,
      TopicArn: topic,
      Owner: '000000000000',
      Protocol: 'sqs',
      Endpoint: queueArn(queue),
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'true',
      SubscriptionPrincipal: 'arn:aws:iam::000000000000:root',
    });
  });

  it('keep every attribute that is set, and refuse what is none', async () => {
    const arn = await broker.subscribe(await broker.createTopic(), await broker.createQueue());
    const attributes = {
      FilterPolicy: '{"a":["b"]}',
      FilterPolicyScope: 'MessageBody',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }),
      DeliveryPolicy: '{"healthyRetryPolicy":{"numRetries":1}}',
    };
    for (const [name, value] of Object.entries(attributes)) await set(arn, name, value);
    const shown = await attributesOf(arn);
    for (const [name, value] of Object.entries(attributes)) assert.equal(shown[name], value);
    await set(arn, 'FilterPolicy', '{}');
    await set(arn, 'RedrivePolicy', '');
    const unset = await attributesOf(arn);
    assert.equal(unset['FilterPolicy'], undefined);
    assert.equal(unset['FilterPolicyScope'], undefined);
    assert.equal(unset['RedrivePolicy'], undefined);

    const faults: [string, string, string][] = [
      ['Nonsense', 'x', 'AttributeName'],
      ['RawMessageDelivery', 'wrong', 'RawMessageDelivery: Invalid value [wrong]. Must be true or false.'],
      ['RawMessageDelivery', '', 'RawMessageDelivery: Invalid value []. Must be true or false.'],
      ['FilterPolicy', '{not', 'FilterPolicy: failed to parse JSON.'],
      ['FilterPolicy', '{"a":"b"}', 'FilterPolicy: "a" must be an object or an array'],
      [
        'FilterPolicyScope',
        'Random',
        'FilterPolicyScope: Invalid value [Random]. Please use either MessageBody or MessageAttributes',
      ],
      ['RedrivePolicy', '{not', 'RedrivePolicy: failed to parse JSON.'],
      ['RedrivePolicy', '{"deadLetterTargetArn":"fake"}', 'RedrivePolicy: deadLetterTargetArn is an invalid arn'],
    ];
    for (const [name, value, message] of faults) {
      await refused(set(arn, name, value), 'InvalidParameter', `Invalid parameter: ${message}`);
      const subscribed = broker.subscribe(await broker.createTopic(), 'q', { [name]: value });
      await refused(subscribed, 'InvalidParameter', `Invalid parameter: Attributes Reason: ${message}`);
    }
    await set(arn, 'FilterPolicyScope', 'MessageAttributes');
    await refused(
      set(arn, 'FilterPolicy', '{"a":{"b":["c"]}}'),
      'InvalidParameter',
      'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
    );
    await refused(attributesOf(`${arn}x`), 'NotFound', 'Subscription does not exist', 404);
    await refused(set(`${arn}x`, 'RawMessageDelivery', 'true'), 'NotFound', 'Subscription does not exist', 404);
  });

  it('name an endpoint that messages can be brought to', async () => {
    const TopicArn = await broker.createTopic();
    const subscribe = (Protocol: string, Endpoint?: string, Topic = TopicArn) =>
      broker.sns.send(new SubscribeCommand({ TopicArn: Topic, Protocol, Endpoint }));
    const invalid = (promise: Promise<unknown>, message: string) =>
      refused(promise, 'InvalidParameter', `Invalid parameter: ${message}`);
    await invalid(subscribe('test', 'x'), 'Amazon SNS does not support this protocol string: test');
    await invalid(subscribe('sqs', `${broker.url}/000000000000/q`), 'SQS endpoint ARN');
    await invalid(subscribe('http', 'https://example.com'), 'Endpoint must match the specified protocol');
    await invalid(
      subscribe('sqs', queueArn('q.fifo')),
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
    await refused(subscribe('sqs'), 'NotFound', 'Endpoint not specified in subscription', 404);
    await refused(subscribe('email', 'a@example.com'), 'UnsupportedOperation', /email/);
    await refused(subscribe('sqs', queueArn('q'), `${TopicArn}x`), 'NotFound', 'Topic does not exist', 404);
    const fifo = await broker.createTopic({ FifoTopic: 'true' });
    await refused(subscribe('http', 'http://localhost/', fifo), 'InvalidParameter', /FIFO/);
    await subscribe('sqs', queueArn('q-that-is-not-there'));
  });

  it('are listed, all or those of a topic, by the hundred', async () => {
    const topic = await broker.createTopic();
    const other = await broker.createTopic();
    const mine = new Set<string | undefined>();
    for (let i = 0; i < 101; i++) mine.add(await broker.subscribe(topic, `listed-${i}`));
    const theirs = await broker.subscribe(other, 'listed-0');
    const first = await broker.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    assert.equal(first.Subscriptions?.length, 100);
    const { NextToken } = first;
    const second = await broker.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic, NextToken }));
    const listed = [...first.Subscriptions, ...(second.Subscriptions ?? [])];
    assert.deepEqual(new Set(listed.map(({ SubscriptionArn }) => SubscriptionArn)), mine);
    const entry = listed.find(({ Endpoint }) => Endpoint === queueArn('listed-0'));
    assert.equal(entry?.TopicArn, topic);
    assert.equal(entry.Protocol, 'sqs');
    const all: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await broker.sns.send(new ListSubscriptionsCommand({ NextToken: token }));
      all.push(...(page.Subscriptions ?? []).map(({ SubscriptionArn }) => SubscriptionArn));
      token = page.NextToken;
    } while (token !== undefined);
    assert.ok(all.includes(theirs) && [...mine].every((arn) => all.includes(arn)));
  });

  it('end, by their ARN or with their topic', async () => {
    const topic = await broker.createTopic();
    const queue = await broker.createQueue();
    const arn = await broker.subscribe(topic, queue);
    const count = async () =>
      (await broker.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }))).Attributes?.[
        'SubscriptionsConfirmed'
      ];
    assert.equal(await count(), '1');
    const unsubscribe = (SubscriptionArn: string) => broker.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await unsubscribe(arn);
    await unsubscribe(arn);
    assert.equal(await count(), '0');
    await broker.publish(topic, 'nobody listens');
    assert.deepEqual(await broker.bodies(queue), []);
    await refused(
      unsubscribe('randomstring'),
      'InvalidParameter',
      'Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1',
    );
    await refused(unsubscribe(topic), 'InvalidParameter', 'Invalid parameter: SubscriptionId');
    const last = await broker.subscribe(topic, queue);
    await broker.sns.send(new DeleteTopicCommand({ TopicArn: topic }));
    await refused(attributesOf(last), 'NotFound', 'Subscription does not exist', 404);
  });

  it('are confirmed only with the token that was sent', async () => {
    const TopicArn = await broker.createTopic();
    await broker.subscribe(TopicArn, 'any');
    const confirm = (Token: string, Topic = TopicArn) =>
      broker.sns.send(new ConfirmSubscriptionCommand({ TopicArn: Topic, Token }));
    await refused(
      confirm('51b2ff3edb475b7d91550e0ab6edf0c1de2a34e6ebaf6'),
      'InvalidParameter',
      'Invalid parameter: Token',
    );
    await refused(confirm('x', 'fake'), 'InvalidParameter', 'Invalid parameter: Topic');
  });
});
