import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { RunningCommand } from '../house/running-command.js';
import { HttpEndpoint } from './http-endpoint.js';
import { type Notification, queueArn, refused, SnsUnderTest } from './sns-under-test.js';

const clientOf = (broker: SnsUnderTest, accessKeyId: string, secretAccessKey: string, region = 'us-east-1') =>
  new SNSClient({ endpoint: broker.url, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });

describe('topics of a definitions file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-sns-'));
  const file = join(folder, 'definitions.json');
  const write = (definitions: object): void => writeFileSync(file, JSON.stringify(definitions));
  const topic = 'arn:aws:sns:us-east-1:000000000000:defined';
  const endpoint = new HttpEndpoint();
  const broker = new SnsUnderTest('--definitions', file);
  before(() => endpoint.start());
  after(async () => {
    await broker.stop();
    await endpoint.stop();
    rmSync(folder, { recursive: true });
  });

  it('are there from the start, with their subscriptions, and take on what the file says later', async () => {
    const subscription = { protocol: 'sqs', endpoint: queueArn('defined'), attributes: { RawMessageDelivery: true } };
    const defined = { name: 'defined', attributes: { DisplayName: 'One' }, tags: { a: 'b' } };
    write({ sqs: { queues: [{ name: 'defined' }] }, sns: { topics: [{ ...defined, subscriptions: [subscription] }] } });
    await broker.start();
    await broker.publish(topic, 'hello');
    assert.deepEqual(await broker.take('defined', 1), ['hello']);
    const tags = await broker.sns.send(new ListTagsForResourceCommand({ ResourceArn: topic }));
    assert.deepEqual(tags.Tags, [{ Key: 'a', Value: 'b' }]);

    const filtered = { ...subscription, attributes: { FilterPolicy: { k: ['v'] } } };
    const http = { protocol: 'http', endpoint: endpoint.url };
    const changed = { ...defined, attributes: { DisplayName: 'Two' }, subscriptions: [filtered, http] };
    write({ sns: { topics: [changed, { name: 'order.fifo', attributes: { FifoTopic: true } }] } });
    await broker.restart();
    const { Attributes } = await broker.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }));
    assert.equal(Attributes?.['DisplayName'], 'Two');
    await broker.publish(topic, 'filtered out');
    const MessageAttributes = { k: { DataType: 'String', StringValue: 'v' } };
    await broker.publish(topic, 'still raw', { MessageAttributes });
    assert.deepEqual(await broker.take('defined', 1), ['still raw']);
    const { SubscribeURL } = JSON.parse((await endpoint.next()).body) as Notification;
    assert.equal((await fetch(SubscribeURL)).status, 200);
    const { Subscriptions } = await broker.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    assert.equal(Subscriptions?.length, 2);
  });

  for (const [what, topics, message] of [
    ['a topic without a name', [{}], /topic 1 of sns needs a name/],
    ['a name that is none', [{ name: 'a b' }], /topic 1 of sns \(a b\) cannot be had: Invalid parameter: Topic Name/],
    [
      'an endpoint that is none',
      [{ name: 'a', subscriptions: [{ protocol: 'sqs', endpoint: 'q' }] }],
      /subscription 1 of topic 1 of sns \(a\) cannot be had: Invalid parameter: SQS endpoint ARN/,
    ],
    ['a misspelt field', [{ name: 'a', subscription: [] }], /has a field that is not known: subscription/],
  ] as const) {
    it(`end the start with ${what}`, async () => {
      const other = join(folder, 'bad.json');
      writeFileSync(other, JSON.stringify({ sns: { topics } }));
      const data = mkdtempSync(join(folder, 'data-'));
      const off = ['--amqp-port', 'off', '--kafka-port', 'off', '--admin-port', 'off', '--sqs-port', '0'];
      const command = new RunningCommand(process.execPath, [
        'dist/cli/main.js',
        '--data-dir',
        data,
        '--definitions',
        other,
        ...off,
      ]);
      const { code, stderr } = await command.ended;
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});

describe('SNS with access keys', () => {
  const broker = new SnsUnderTest('--sqs-access-keys', 'ours:secret');
  const endpoint = new HttpEndpoint();
  before(async () => {
    await endpoint.start();
    await broker.start();
  });
  after(async () => {
    await broker.stop();
    await endpoint.stop();
  });

  it('serves who signs, refuses who does not, and lets the links in messages work', async () => {
    const list = new ListTopicsCommand({});
    await refused(clientOf(broker, 'theirs', 'x').send(list), 'InvalidClientTokenId', /security token/, 403);
    await refused(clientOf(broker, 'ours', 'wrong').send(list), 'SignatureDoesNotMatch', /signature/, 403);
    const unsigned = await fetch(`${broker.url}/?Action=ListTopics&Version=2010-03-31`);
    assert.equal(unsigned.status, 403);
    assert.match(await unsigned.text(), /sns.amazonaws.com.*<Code>MissingAuthenticationToken<\/Code>/);

    const sns = clientOf(broker, 'ours', 'secret');
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'guarded' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint.url }));
    const asked = JSON.parse((await endpoint.next()).body) as Notification;
    assert.equal((await fetch(asked.SigningCertURL)).status, 200);
    assert.equal((await fetch(asked.SubscribeURL)).status, 200);
    const { SubscriptionArn } = await sns.send(
      new ConfirmSubscriptionCommand({ TopicArn, Token: String(asked['Token']) }),
    );
    const link = `${broker.url}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`;
    assert.equal((await fetch(link)).status, 200);
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    assert.deepEqual(Subscriptions, []);
    sns.destroy();
  });
});

describe('topics of accounts and regions that are kept apart', () => {
  const broker = new SnsUnderTest('--sqs-namespaces', 'accounts-and-regions');
  before(() => broker.start());
  after(() => broker.stop());

  it('are other topics under the same names', async () => {
    const here = clientOf(broker, 'test', 'x');
    const there = clientOf(broker, 'test', 'x', 'eu-west-1');
    const other = clientOf(broker, '222222222222', 'x');
    const arns: (string | undefined)[] = [];
    for (const sns of [here, there, other]) {
      assert.deepEqual((await sns.send(new ListTopicsCommand({}))).Topics, []);
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'same' }));
      arns.push(TopicArn);
      assert.deepEqual((await sns.send(new ListTopicsCommand({}))).Topics, [{ TopicArn }]);
    }
    assert.deepEqual(arns, [
      'arn:aws:sns:us-east-1:000000000000:same',
      'arn:aws:sns:eu-west-1:000000000000:same',
      'arn:aws:sns:us-east-1:222222222222:same',
    ]);
    for (const sns of [here, there, other]) sns.destroy();
  });
});
