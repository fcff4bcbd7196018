import assert from 'node:assert/strict';
import { createVerify, X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  ConfirmSubscriptionCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { HttpEndpoint, type Posted } from './http-endpoint.js';
import { type Notification, queueArn, SnsUnderTest } from './sns-under-test.js';

const typeOf = ({ headers }: Posted) => headers['x-amz-sns-message-type'];
const notificationIn = ({ body }: Posted) => JSON.parse(body) as Notification;
/** Retries as soon as they may be: after a second. */
const quick = (numRetries: number, more: object = {}) => ({
  healthyRetryPolicy: { numRetries, minDelayTarget: 1, maxDelayTarget: 1, ...more },
});

describe('HTTP endpoints', () => {
  const broker = new SnsUnderTest();
  const endpoint = new HttpEndpoint();
  before(async () => {
    await broker.start();
    await endpoint.start();
  });
  after(async () => {
    await broker.stop();
    await endpoint.stop();
  });

  /** Subscribes the endpoint and follows the link that it is sent. */
  const subscribe = async (
    Attributes: Record<string, string> = {},
    topic?: string,
  ): Promise<{ topic: string; arn: string; request: Posted }> => {
    endpoint.answer = () => 200;
    const TopicArn = topic ?? (await broker.createTopic());
    const subscription = { TopicArn, Protocol: 'http', Endpoint: endpoint.url, Attributes };
    const { SubscriptionArn } = await broker.sns.send(
      new SubscribeCommand({ ...subscription, ReturnSubscriptionArn: true }),
    );
    const request = await endpoint.next();
    assert.equal(typeOf(request), 'SubscriptionConfirmation');
    assert.equal((await fetch(notificationIn(request).SubscribeURL)).status, 200);
    return { topic: TopicArn, arn: SubscriptionArn ?? '', request };
  };

  it('are asked to confirm, and get nothing before they have', async () => {
    const TopicArn = await broker.createTopic();
    const input = { TopicArn, Protocol: 'http', Endpoint: endpoint.url };
    const { SubscriptionArn } = await broker.sns.send(new SubscribeCommand(input));
    assert.equal(SubscriptionArn, 'pending confirmation');
    const request = await endpoint.next();
    await broker.publish(TopicArn, 'too early');
    const listed = async () =>
      (await broker.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions?.[0]?.SubscriptionArn;
    assert.equal(await listed(), 'PendingConfirmation');

    const { headers } = request;
    const asked = notificationIn(request);
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(headers['user-agent'], 'Amazon Simple Notification Service Agent');
    assert.equal(headers['x-amz-sns-topic-arn'], TopicArn);
    assert.equal(headers['x-amz-sns-message-id'], asked.MessageId);
    assert.equal(headers['x-amz-sns-subscription-arn'], undefined);
    const token = String(asked['Token']);
    assert.match(token, /^[0-9a-f]{288}$/);
    assert.equal(asked.Type, 'SubscriptionConfirmation');
    assert.equal(
      asked.Message,
      `You have chosen to subscribe to the topic ${TopicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    );
    assert.equal(asked.SubscribeURL, `${broker.url}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=${token}`);
    const fields = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
    const signed = fields.map((name) => `${name}\n${String(asked[name])}\n`).join('');
    const key = new X509Certificate(await (await fetch(asked.SigningCertURL)).text()).publicKey;
    assert.ok(createVerify('RSA-SHA1').update(signed).verify(key, asked.Signature, 'base64'));

    for (const link of [asked.SubscribeURL, asked.SubscribeURL]) {
      const confirmed = await fetch(link);
      assert.equal(confirmed.status, 200);
      assert.match(await confirmed.text(), new RegExp(`<SubscriptionArn>${TopicArn}:[0-9a-f-]{36}</SubscriptionArn>`));
    }
    await broker.publish(TopicArn, 'in time');
    assert.equal(notificationIn(await endpoint.next()).Message, 'in time');
    const arn = await listed();
    const attributes = await broker.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }));
    assert.equal(attributes.Attributes?.['PendingConfirmation'], 'false');
    assert.equal(attributes.Attributes['ConfirmationWasAuthenticated'], 'false');
  });

  it('are sent the notification that queues get, with headers that say what it is', async () => {
    const { topic, arn } = await subscribe();
    const MessageAttributes = { k: { DataType: 'String', StringValue: 'v' } };
    const { MessageId } = await broker.publish(topic, 'hello é', { Subject: 'S', MessageAttributes });
    const posted = await endpoint.next();
    const notification = notificationIn(posted);
    assert.equal(typeOf(posted), 'Notification');
    assert.equal(posted.headers['x-amz-sns-message-id'], MessageId);
    assert.equal(posted.headers['x-amz-sns-subscription-arn'], arn);
    assert.equal(posted.headers['x-amz-sns-rawdelivery'], undefined);
    assert.equal(notification.Message, 'hello é');
    assert.equal(notification['Subject'], 'S');
    assert.deepEqual(notification['MessageAttributes'], { k: { Type: 'String', Value: 'v' } });
    assert.ok(notification.UnsubscribeURL.endsWith(arn));
  });

  it('get the bare message, as the type they want, where they ask for it', async () => {
    const { topic } = await subscribe({
      RawMessageDelivery: 'true',
      DeliveryPolicy: '{"requestPolicy":{"headerContentType":"application/json"}}',
      FilterPolicy: '{"k":["v"]}',
    });
    await broker.publish(topic, 'filtered out');
    await broker.publish(topic, '{"a":1}', { MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } } });
    const posted = await endpoint.next();
    assert.equal(posted.body, '{"a":1}');
    assert.equal(posted.headers['content-type'], 'application/json');
    assert.equal(posted.headers['x-amz-sns-rawdelivery'], 'true');
  });

  it('are told when they are not subscribed any more, and may come back', async () => {
    const { topic, arn } = await subscribe();
    await broker.sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
    const told = await endpoint.next();
    assert.equal(typeOf(told), 'UnsubscribeConfirmation');
    assert.match(notificationIn(told).Message, /^You have chosen to deactivate subscription/);
    await broker.publish(topic, 'nobody listens');
    await subscribe({}, topic);
    await broker.publish(topic, 'again');
    assert.equal(notificationIn(await endpoint.next()).Message, 'again');
  });

  it('stay subscribed to who has only the link, where they confirmed so', async () => {
    const TopicArn = await broker.createTopic();
    const input = { TopicArn, Protocol: 'http', Endpoint: endpoint.url };
    await broker.sns.send(new SubscribeCommand(input));
    const asked = notificationIn(await endpoint.next());
    const { SubscriptionArn } = await broker.sns.send(
      new ConfirmSubscriptionCommand({ TopicArn, Token: String(asked['Token']), AuthenticateOnUnsubscribe: 'true' }),
    );
    await broker.publish(TopicArn, 'x');
    const link = notificationIn(await endpoint.next()).UnsubscribeURL;
    const refusal = await fetch(link);
    assert.equal(refusal.status, 403);
    assert.match(await refusal.text(), /<Code>AuthorizationError<\/Code>/);
    await broker.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    assert.equal(typeOf(await endpoint.next()), 'UnsubscribeConfirmation');
  });

  it('get what they did not take again, first at once, then after the delays of the policy', async () => {
    const { topic } = await subscribe({ DeliveryPolicy: JSON.stringify(quick(3, { numNoDelayRetries: 1 })) });
    const statuses = [500, 429, 503, 204];
    endpoint.answer = () => statuses.shift() ?? 200;
    const { MessageId } = await broker.publish(topic, 'persistent');
    const posts: Posted[] = [];
    for (let i = 0; i < 4; i++) posts.push(await endpoint.next());
    assert.ok(posts.every(({ headers }) => headers['x-amz-sns-message-id'] === MessageId));
    assert.ok(posts.every(({ body }) => body === posts[0].body));
    const gaps = posts.slice(1).map(({ atMs }, i) => atMs - posts[i].atMs);
    assert.ok(gaps[0] < 900, `the first retry came after ${gaps[0]} ms`);
    assert.ok(gaps[1] >= 990 && gaps[2] >= 990, `retries came after ${gaps.join(' and ')} ms`);
  });

  it('lose to the dead-letter queue what they do not take at all, at once when they refuse it', async () => {
    const dead = await broker.createQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn(dead) });
    const { topic, arn } = await subscribe({ RedrivePolicy, DeliveryPolicy: JSON.stringify(quick(1)) });
    endpoint.answer = () => 500;
    await broker.publish(topic, 'unwanted', { MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } } });
    const lost = await broker.takeNotification(dead);
    assert.equal(lost.Message, 'unwanted');
    assert.deepEqual(lost['MessageAttributes'], { k: { Type: 'String', Value: 'v' } });
    assert.ok(lost.UnsubscribeURL.endsWith(arn));
    assert.equal(endpoint.count, 2);
    await endpoint.next();
    await endpoint.next();
    endpoint.answer = () => 403;
    await broker.publish(topic, 'forbidden');
    assert.equal((await broker.takeNotification(dead)).Message, 'forbidden');
    await endpoint.next();
    assert.equal(endpoint.count, 0);
  });

  it('get no more per second than they want', async () => {
    const throttlePolicy = { maxReceivesPerSecond: 5 };
    const { topic } = await subscribe({ DeliveryPolicy: JSON.stringify({ ...quick(0), throttlePolicy }) });
    for (let i = 0; i < 6; i++) await broker.publish(topic, `m${i}`);
    const posts: Posted[] = [];
    for (let i = 0; i < 6; i++) posts.push(await endpoint.next());
    const tookMs = posts[5].atMs - posts[0].atMs;
    assert.ok(tookMs >= 900, `six posts took ${tookMs} ms`);
  });

  it('are no queues to whoever lists queues', async () => {
    await subscribe();
    const { QueueUrls } = await broker.client.send(new ListQueuesCommand({}));
    assert.ok(!(QueueUrls ?? []).some((url) => url.includes('amq.sns')));
  });

  it('are let go of with their topic, also while they take their time', async () => {
    const { topic } = await subscribe();
    endpoint.answer = () => undefined;
    await broker.publish(topic, 'under way');
    await endpoint.next();
    await broker.sns.send(new DeleteTopicCommand({ TopicArn: topic }));
    const { topic: other } = await subscribe();
    await broker.publish(other, 'to the next');
    assert.equal(notificationIn(await endpoint.next()).Message, 'to the next');
  });

  for (const end of ['restart', 'crash'] as const) {
    it(`get after a ${end} what they have not had, and are still subscribed`, async () => {
      const { topic, arn } = await subscribe({ DeliveryPolicy: JSON.stringify(quick(5)) });
      await endpoint.stop();
      for (let i = 0; i < 20; i++) await broker.publish(topic, `m${i}`);
      await broker[end]();
      await endpoint.start();
      const expected = new Set(Array.from({ length: 20 }, (_, i) => `m${i}`));
      while (expected.size > 0) expected.delete(notificationIn(await endpoint.next()).Message);
      await broker.publish(topic, 'afterwards');
      let last: Posted;
      do last = await endpoint.next();
      while (notificationIn(last).Message !== 'afterwards');
      assert.equal(last.headers['x-amz-sns-subscription-arn'], arn);
    });

    it(`are asked to confirm after a ${end} when they had not taken the question`, async () => {
      const TopicArn = await broker.createTopic({
        DeliveryPolicy: JSON.stringify({ http: { defaultHealthyRetryPolicy: quick(5).healthyRetryPolicy } }),
      });
      endpoint.answer = () => 500;
      await broker.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint.url }));
      assert.equal(typeOf(await endpoint.next()), 'SubscriptionConfirmation');
      endpoint.answer = () => 200;
      await broker[end]();
      const asked = notificationIn(await endpoint.next());
      const link = new URL(asked.SubscribeURL);
      // The port is another one now.
      const confirmed = await fetch(`${broker.url}${link.pathname}${link.search}`);
      assert.equal(confirmed.status, 200);
      await broker.publish(TopicArn, 'welcome');
      assert.equal(notificationIn(await endpoint.next()).Message, 'welcome');
    });
  }
});
