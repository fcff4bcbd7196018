import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetDataProtectionPolicyCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PutDataProtectionPolicyCommand,
  RemovePermissionCommand,
  SetTopicAttributesCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { refused, SnsUnderTest } from './sns-under-test.js';

describe('topics', () => {
  const broker = new SnsUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  const attributesOf = async (TopicArn: string): Promise<Record<string, string>> =>
    (await broker.sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};
  const set = (TopicArn: string, AttributeName: string, AttributeValue: string) =>
    broker.sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));

  it('are created once, and again only with what is in force already', async () => {
    const create = (Attributes?: Record<string, string>, Tags?: { Key: string; Value: string }[]) =>
      broker.sns.send(new CreateTopicCommand({ Name: 'once', Attributes, Tags }));
    const { TopicArn } = await create({ DisplayName: 'Once' }, [{ Key: 'a', Value: 'b' }]);
    assert.equal(TopicArn, 'arn:aws:sns:us-east-1:000000000000:once');
    assert.equal((await create()).TopicArn, TopicArn);
    assert.equal((await create({ DisplayName: 'Once' })).TopicArn, TopicArn);
    assert.equal((await create(undefined, [{ Key: 'a', Value: 'b' }])).TopicArn, TopicArn);
    await refused(
      create({ DisplayName: 'Twice' }),
      'InvalidParameter',
      'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    );
    await refused(
      create(undefined, [{ Key: 'a', Value: 'c' }]),
      'InvalidParameter',
      'Invalid parameter: Tags Reason: Topic already exists with different tags',
    );
  });

  it('have names of letters, digits, hyphens and underscores; FIFO topics end in .fifo', async () => {
    const create = (Name: string, FifoTopic?: string) =>
      broker.sns.send(new CreateTopicCommand({ Name, ...(FifoTopic && { Attributes: { FifoTopic } }) }));
    for (const name of ['a b', 'a.b', 'a.fifo', 'ä', 'x'.repeat(256)]) {
      await refused(create(name), 'InvalidParameter', 'Invalid parameter: Topic Name');
    }
    await refused(create('plain', 'true'), 'InvalidParameter', 'Invalid parameter: Topic Name');
    await create('x'.repeat(255));
    await create('well.fifo', 'true');
  });

  it('show all that the service shows of them', async () => {
    const plain = await attributesOf(await broker.createTopic());
    assert.deepEqual(Object.keys(plain).sort(), [
      'DisplayName',
      'EffectiveDeliveryPolicy',
      'Owner',
      'Policy',
      'SubscriptionsConfirmed',
      'SubscriptionsDeleted',
      'SubscriptionsPending',
      'TopicArn',
    ]);
    assert.deepEqual(JSON.parse(plain['EffectiveDeliveryPolicy']), {
      http: {
        defaultHealthyRetryPolicy: {
          minDelayTarget: 20,
          maxDelayTarget: 20,
          numRetries: 3,
          numMaxDelayRetries: 0,
          numNoDelayRetries: 0,
          numMinDelayRetries: 0,
          backoffFunction: 'linear',
        },
        disableSubscriptionOverrides: false,
        defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      },
    });
    const fifo = await attributesOf(await broker.createTopic({ FifoTopic: 'true' }));
    assert.equal(fifo['FifoTopic'], 'true');
    assert.equal(fifo['ContentBasedDeduplication'], 'false');
  });

  it('keep every attribute that is set, and refuse what is none', async () => {
    const TopicArn = await broker.createTopic();
    const DeliveryPolicy = JSON.stringify({
      http: { defaultHealthyRetryPolicy: { numRetries: 1, minDelayTarget: 5 } },
    });
    const attributes = {
      DisplayName: 'News',
      DeliveryPolicy,
      KmsMasterKeyId: 'alias/aws/sns',
      SignatureVersion: '2',
      TracingConfig: 'Active',
      MaximumMessageSize: '1048576',
      SQSSuccessFeedbackRoleArn: 'arn:aws:iam::000000000000:role/r',
      SQSSuccessFeedbackSampleRate: '100',
    };
    for (const [name, value] of Object.entries(attributes)) await set(TopicArn, name, value);
    const shown = await attributesOf(TopicArn);
    for (const [name, value] of Object.entries(attributes)) {
      if (name !== 'DeliveryPolicy') assert.equal(shown[name], value, name);
    }
    assert.deepEqual(JSON.parse(shown['DeliveryPolicy']), {
      http: { ...JSON.parse(DeliveryPolicy).http, disableSubscriptionOverrides: false },
    });
    const effective = JSON.parse(shown['EffectiveDeliveryPolicy']) as {
      http: { defaultHealthyRetryPolicy: Record<string, unknown> };
    };
    assert.equal(effective.http.defaultHealthyRetryPolicy['numRetries'], 1);
    assert.equal(effective.http.defaultHealthyRetryPolicy['maxDelayTarget'], 20);
    await set(TopicArn, 'DeliveryPolicy', '');
    assert.equal((await attributesOf(TopicArn))['DeliveryPolicy'], undefined);

    await refused(set(TopicArn, 'FifoTopic', 'false'), 'InvalidParameter', 'Invalid parameter: AttributeName');
    await refused(set(TopicArn, 'Nonsense', 'x'), 'InvalidParameter', 'Invalid parameter: AttributeName');
    await refused(set(TopicArn, 'MaximumMessageSize', '1000'), 'InvalidParameter', /MaximumMessageSize/);
    await refused(set(TopicArn, 'Policy', 'no JSON'), 'InvalidParameter', /^Invalid parameter: Policy/);
    const bad = (retry: unknown) =>
      set(TopicArn, 'DeliveryPolicy', JSON.stringify({ http: { defaultHealthyRetryPolicy: retry } }));
    await refused(bad({ numRetries: 101 }), 'InvalidParameter', /numRetries/);
    await refused(bad({ minDelayTarget: 30 }), 'InvalidParameter', /minDelayTarget/);
    await refused(bad({ backoffFunction: 'slow' }), 'InvalidParameter', /backoffFunction/);
    await refused(bad({ numRetries: 100, minDelayTarget: 60, maxDelayTarget: 60 }), 'InvalidParameter', /3600/);
    await refused(bad({ numRetries: 1, numNoDelayRetries: 2 }), 'InvalidParameter', /numRetries/);
  });

  it('are not there when they are not, and are deleted as often as one likes', async () => {
    const TopicArn = await broker.createTopic();
    await broker.sns.send(new DeleteTopicCommand({ TopicArn }));
    await broker.sns.send(new DeleteTopicCommand({ TopicArn }));
    await refused(attributesOf(TopicArn), 'NotFound', 'Topic does not exist', 404);
    await refused(broker.publish(TopicArn, 'x'), 'NotFound', 'Topic does not exist', 404);
    await refused(
      attributesOf('randomtopic'),
      'InvalidParameter',
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    );
    const broken = TopicArn.replace('us-east-1', 'us\r\nX: y');
    await refused(attributesOf(broken), 'InvalidParameter', 'Invalid parameter: TopicArn');
    await refused(
      attributesOf('arn:aws:sqs:us-east-1:000000000000:q'),
      'InvalidParameter',
      'Invalid parameter: TopicArn',
    );
  });

  it('are listed by the hundred', async () => {
    const names = Array.from({ length: 105 }, (_, i) => `listed-${i}`);
    for (const Name of names) await broker.sns.send(new CreateTopicCommand({ Name }));
    const first = await broker.sns.send(new ListTopicsCommand({}));
    assert.equal(first.Topics?.length, 100);
    const second = await broker.sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    assert.equal(second.NextToken, undefined);
    const arns = [...first.Topics, ...(second.Topics ?? [])].map(({ TopicArn }) => TopicArn);
    assert.equal(new Set(arns).size, arns.length);
    for (const name of names) assert.ok(arns.includes(`arn:aws:sns:us-east-1:000000000000:${name}`));
    await refused(broker.sns.send(new ListTopicsCommand({ NextToken: '###' })), 'InvalidParameter', /token/);
  });

  it('have tags', async () => {
    const ResourceArn = await broker.createTopic();
    const tags = async () => (await broker.sns.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;
    assert.deepEqual(await tags(), []);
    const put = (...Tags: { Key: string; Value: string }[]) =>
      broker.sns.send(new TagResourceCommand({ ResourceArn, Tags }));
    await put({ Key: 'a', Value: '1' }, { Key: 'b', Value: '' });
    await put({ Key: 'a', Value: '2' });
    assert.deepEqual(await tags(), [
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '' },
    ]);
    await broker.sns.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'c'] }));
    assert.deepEqual(await tags(), [{ Key: 'b', Value: '' }]);
    await refused(
      put({ Key: 'c', Value: '1' }, { Key: 'c', Value: '2' }),
      'InvalidParameter',
      'Invalid parameter: Duplicated keys are not allowed.',
    );
    const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: 'v' }));
    await refused(put(...many), 'TagLimitExceeded', /quota/);
    await refused(
      broker.sns.send(new ListTagsForResourceCommand({ ResourceArn: `${ResourceArn}x` })),
      'ResourceNotFound',
      'Resource does not exist',
      404,
    );
  });

  it('show the permissions that were added to them', async () => {
    const TopicArn = await broker.createTopic();
    const add = (Label: string, ActionName: string[]) =>
      broker.sns.send(new AddPermissionCommand({ TopicArn, Label, AWSAccountId: ['000000000001'], ActionName }));
    const statements = async () =>
      (JSON.parse((await attributesOf(TopicArn))['Policy']) as { Statement: unknown[] }).Statement;
    await add('one', ['Publish']);
    assert.deepEqual((await statements())[1], {
      Sid: 'one',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000001:root' },
      Action: 'SNS:Publish',
      Resource: TopicArn,
    });
    await refused(add('one', ['Publish']), 'InvalidParameter', 'Invalid parameter: Statement already exists');
    await refused(
      add('two', ['SendMessage']),
      'InvalidParameter',
      'Invalid parameter: Policy statement action out of service scope!',
    );
    await broker.sns.send(new RemovePermissionCommand({ TopicArn, Label: 'one' }));
    assert.equal((await statements()).length, 1);
  });

  it('keep a data protection policy, which has no effect', async () => {
    const ResourceArn = await broker.createTopic();
    const get = async () => {
      const answer = await broker.sns.send(new GetDataProtectionPolicyCommand({ ResourceArn }));
      return answer.DataProtectionPolicy;
    };
    const put = (DataProtectionPolicy: string) =>
      broker.sns.send(new PutDataProtectionPolicyCommand({ ResourceArn, DataProtectionPolicy }));
    assert.equal(await get(), undefined);
    await put('{"Name":"p"}');
    assert.equal(await get(), '{"Name":"p"}');
    assert.equal((await attributesOf(ResourceArn))['DataProtectionPolicy'], undefined);
    await refused(put('no JSON'), 'InvalidParameter', 'Invalid parameter: DataProtectionPolicy');
    await put('');
    assert.equal(await get(), undefined);
  });

  it('are told from queues by how a request is signed, by the version it names, by its host, or by its action', async () => {
    const ask = async (parameters: Record<string, string>, headers: Record<string, string> = {}) => {
      const body = new URLSearchParams(parameters).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await fetch(`${broker.url}/`, { method: 'POST', headers: { ...type, ...headers }, body });
      return { status: answer.status, text: await answer.text() };
    };
    const scope = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, Signature=x`,
    });
    const ofSns = /xmlns="http:\/\/sns.amazonaws.com\/doc\/2010-03-31\/"/;
    const ofSqs = /xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"/;
    const permission = { Action: 'AddPermission', Label: 'l' };
    assert.match((await ask(permission, scope('sns'))).text, ofSns);
    assert.match((await ask(permission, scope('sqs'))).text, ofSqs);
    assert.match((await ask({ ...permission, Version: '2010-03-31' })).text, ofSns);
    assert.match((await ask({ ...permission, Version: '2012-11-05' })).text, ofSqs);
    assert.match((await ask(permission)).text, ofSqs);
    assert.match((await ask({ Action: 'ListTopics' })).text, ofSns);
    assert.match((await ask({ Action: 'ListQueues' })).text, ofSqs);
    const unknown = await ask({ Action: 'Nonsense', Version: '2010-03-31' });
    assert.equal(unknown.status, 400);
    assert.match(unknown.text, /<Code>InvalidAction<\/Code>/);
    const unserved = await ask({ Action: 'CreatePlatformApplication', Version: '2010-03-31' });
    assert.match(unserved.text, /<Code>UnsupportedOperation<\/Code>/);
    const absent = await ask({ Action: 'GetTopicAttributes' });
    assert.match(absent.text, /<Code>ValidationError<\/Code>.*Value null at &apos;topicArn&apos;/);
  });
});
