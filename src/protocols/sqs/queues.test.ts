import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddPermissionCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  RemovePermissionCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { amqpQueue, FrontHarness, refused } from './front-harness.test.js';

describe('queues of SQS', () => {
  const h = new FrontHarness();
  h.runAround();

  it('are created under a URL of the host that the client knows, and again with the same attributes', async () => {
    const name = h.newName();
    const first = await h.client.send(
      new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '20' } }),
    );
    assert.equal(first.QueueUrl, `${h.url}/000000000000/${name}`);
    for (const Attributes of [undefined, { VisibilityTimeout: '20' }, { DelaySeconds: '0' }]) {
      assert.equal(
        (await h.client.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl,
        first.QueueUrl,
      );
    }
    assert.equal((await h.client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl, first.QueueUrl);
  });

  it('are not created again with an attribute that differs from the one in force', async () => {
    const QueueUrl = await h.createQueue({ VisibilityTimeout: '20' });
    const QueueName = QueueUrl.split('/').at(-1);
    const differs = (name: string): string =>
      `A queue already exists with the same name and a different value for attribute ${name}`;
    const create = (Attributes: Record<string, string>): Promise<unknown> =>
      h.client.send(new CreateQueueCommand({ QueueName, Attributes }));
    await refused(
      create({ VisibilityTimeout: '21' }),
      'QueueNameExists',
      'QueueAlreadyExists',
      400,
      differs('VisibilityTimeout'),
    );
    await refused(create({ DelaySeconds: '1' }), 'QueueNameExists', 'QueueAlreadyExists', 400, differs('DelaySeconds'));
    await h.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '1' } }));
    await create({ DelaySeconds: '1' });
  });

  for (const [name, attributes, message] of [
    ['a b', {}, 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'],
    ['x'.repeat(81), {}, 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'],
    ['x.fifo', {}, 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'],
    ['x', { FifoQueue: 'true' }, /must end with .fifo suffix/],
  ] as const) {
    it(`are not called ${name.slice(0, 10)} with ${JSON.stringify(attributes)}`, async () => {
      const create = h.client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
      await refused(create, 'InvalidParameterValueException', 'InvalidParameterValue', 400, message);
    });
  }

  for (const [attributes, code, message] of [
    [{ Foobar: '1' }, 'InvalidAttributeName', 'Unknown Attribute Foobar.'],
    [{ QueueArn: '1' }, 'InvalidAttributeName', 'Unknown Attribute QueueArn.'],
    [{ FifoQueue: 'false' }, 'InvalidAttributeName', 'Unknown Attribute FifoQueue.'],
    [{ ContentBasedDeduplication: 'true' }, 'InvalidAttributeName', 'Unknown Attribute ContentBasedDeduplication.'],
    [
      { DeduplicationScope: 'queue' },
      'InvalidAttributeName',
      'You can specify the DeduplicationScope only when FifoQueue is set to true.',
    ],
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue', 'Invalid value for the parameter VisibilityTimeout.'],
    [{ MaximumMessageSize: '1023' }, 'InvalidAttributeValue', 'Invalid value for the parameter MaximumMessageSize.'],
    [{ DelaySeconds: 'x' }, 'InvalidAttributeValue', 'Invalid value for the parameter DelaySeconds.'],
    [{ Policy: '{' }, 'InvalidAttributeValue', 'Invalid value for the parameter Policy.'],
  ] as const) {
    it(`are not created with ${JSON.stringify(attributes)}`, async () => {
      const create = h.client.send(
        new CreateQueueCommand({ QueueName: 'never', Attributes: attributes as Record<string, string> }),
      );
      await refused(create, code, code, 400, message);
    });
  }

  it('show the attributes that were asked for', async () => {
    const before_ = Math.floor(Date.now() / 1000);
    const QueueUrl = await h.createQueue({ DelaySeconds: '2', MaximumMessageSize: '2048' });
    const get = async (...AttributeNames: string[]): Promise<Record<string, string> | undefined> =>
      (
        await h.client.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: AttributeNames as QueueAttributeName[] }),
        )
      ).Attributes;
    assert.equal(await get(), undefined);
    assert.deepEqual(await get('DelaySeconds', 'Policy', 'VisibilityTimeout'), {
      DelaySeconds: '2',
      VisibilityTimeout: '30',
    });
    const { CreatedTimestamp, LastModifiedTimestamp, ...rest } = (await get('All')) ?? {};
    assert.ok(Number(CreatedTimestamp) >= before_ && Number(CreatedTimestamp) <= before_ + 5);
    assert.equal(LastModifiedTimestamp, CreatedTimestamp);
    assert.deepEqual(rest, {
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      DelaySeconds: '2',
      MaximumMessageSize: '2048',
      MessageRetentionPeriod: '345600',
      QueueArn: `arn:aws:sqs:eu-central-1:000000000000:${QueueUrl.split('/').at(-1)}`,
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
    });
    await refused(get('Foobar'), 'InvalidAttributeName', 'InvalidAttributeName', 400, 'Unknown Attribute Foobar.');
  });

  it('keep what SetQueueAttributes says, and forget what it empties', async () => {
    const QueueUrl = await h.createQueue();
    const set = (Attributes: Record<string, string>): Promise<unknown> =>
      h.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await set({
      VisibilityTimeout: '69',
      KmsMasterKeyId: 'k',
      KmsDataKeyReusePeriodSeconds: '6000',
      Policy: '{"Version":"2012-10-17"}',
    });
    assert.equal(await h.attribute(QueueUrl, 'VisibilityTimeout'), '69');
    assert.equal(await h.attribute(QueueUrl, 'SqsManagedSseEnabled'), 'false');
    assert.equal(await h.attribute(QueueUrl, 'Policy'), '{"Version":"2012-10-17"}');
    await set({ KmsMasterKeyId: '', KmsDataKeyReusePeriodSeconds: '300', Policy: '' });
    for (const name of ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'Policy'] as const) {
      assert.equal(await h.attribute(QueueUrl, name), undefined);
    }
    assert.equal(await h.attribute(QueueUrl, 'SqsManagedSseEnabled'), 'false');
    await refused(
      set({ KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' }),
      'InvalidAttributeName',
      'InvalidAttributeName',
      400,
      /^You can use one type of server-side encryption/,
    );
  });

  it('of FIFO kind have their own attributes', async () => {
    const QueueUrl = await h.createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    assert.equal(await h.attribute(QueueUrl, 'FifoQueue'), 'true');
    assert.equal(await h.attribute(QueueUrl, 'DeduplicationScope'), 'queue');
    assert.equal(await h.attribute(QueueUrl, 'FifoThroughputLimit'), 'perQueue');
    const set = (Attributes: Record<string, string>): Promise<unknown> =>
      h.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await refused(
      set({ FifoQueue: 'false' }),
      'InvalidAttributeValue',
      'InvalidAttributeValue',
      400,
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
    await set({ ContentBasedDeduplication: 'false' });
    assert.equal(await h.attribute(QueueUrl, 'ContentBasedDeduplication'), 'false');
  });

  it('are listed by prefix and in pages', async () => {
    const names = ['page-a', 'page-b', 'page-c'];
    for (const QueueName of names) await h.client.send(new CreateQueueCommand({ QueueName }));
    const list = (more: object) => h.client.send(new ListQueuesCommand({ QueueNamePrefix: 'page-', ...more }));
    const all = names.map((name) => `${h.url}/000000000000/${name}`);
    assert.deepEqual((await list({})).QueueUrls, all);
    const first = await list({ MaxResults: 2 });
    assert.deepEqual(first.QueueUrls, all.slice(0, 2));
    assert.ok(first.NextToken);
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    assert.deepEqual([second.QueueUrls, second.NextToken], [all.slice(2), undefined]);
    assert.equal((await list({ QueueNamePrefix: 'none' })).QueueUrls, undefined);
    await refused(
      list({ MaxResults: 1001 }),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      /MaxResults/,
    );
  });

  it('are gone after DeleteQueue, for a waiting receive, too', async () => {
    const QueueUrl = await h.createQueue();
    const waiting = h.receive(QueueUrl, { WaitTimeSeconds: 20 });
    const outcome = refused(
      waiting,
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      400,
      'The specified queue does not exist.',
    );
    while (h.model.queuesByName.get(QueueUrl.split('/').at(-1) ?? '')?.waiters.length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await h.client.send(new DeleteQueueCommand({ QueueUrl }));
    await outcome;
    await refused(
      h.client.send(new GetQueueUrlCommand({ QueueName: QueueUrl.split('/').at(-1) })),
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      400,
      'The specified queue does not exist.',
    );
  });

  it('have tags', async () => {
    const { QueueUrl } = await h.client.send(
      new CreateQueueCommand({ QueueName: h.newName(), tags: { a: '1', b: '' } }),
    );
    const tags = async () => (await h.client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags;
    await h.client.send(new TagQueueCommand({ QueueUrl, Tags: { a: '2', c: '3' } }));
    assert.deepEqual(await tags(), { a: '2', b: '', c: '3' });
    await h.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a', 'b', 'c', 'd'] }));
    assert.equal(await tags(), undefined);
  });

  it('declared in another dialect take on what SQS declares, and show the settings in force', async () => {
    const spec = { ...amqpQueue, settings: { messageTtlMs: 90_000 } };
    h.model.broker.createQueue('/', 'from.amqp', spec);
    const QueueUrl = (await h.client.send(new GetQueueUrlCommand({ QueueName: 'from.amqp' }))).QueueUrl ?? '';
    assert.equal(await h.attribute(QueueUrl, 'MessageRetentionPeriod'), '90');
    await h.client.send(
      new CreateQueueCommand({ QueueName: 'from.amqp', Attributes: { VisibilityTimeout: '5', DelaySeconds: '1' } }),
    );
    assert.equal(await h.attribute(QueueUrl, 'VisibilityTimeout'), '5');
    assert.equal(h.model.queuesByName.get('from.amqp')?.info.settings.delayMs, 1000);
    const again = new CreateQueueCommand({ QueueName: 'from.amqp', Attributes: { VisibilityTimeout: '6' } });
    await refused(h.client.send(again), 'QueueNameExists', 'QueueAlreadyExists', 400, /VisibilityTimeout/);
  });

  it('of one AMQP connection alone are not there', async () => {
    const spec = { ...amqpQueue, durable: false, owner: 5 };
    h.model.broker.createQueue('/', 'private', spec);
    await assert.rejects(h.client.send(new GetQueueUrlCommand({ QueueName: 'private' })), {
      name: 'QueueDoesNotExist',
    });
    assert.ok(!(await h.client.send(new ListQueuesCommand({}))).QueueUrls?.some((each) => each.endsWith('/private')));
  });

  it('with spaces and slashes in their names are reached percent-encoded', async () => {
    h.model.broker.createQueue('/', 'a/b c%', amqpQueue);
    const { QueueUrl } = await h.client.send(new GetQueueUrlCommand({ QueueName: 'a/b c%' }));
    assert.equal(QueueUrl, `${h.url}/000000000000/a%2Fb%20c%25`);
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    assert.deepEqual(await h.bodies(QueueUrl), ['x']);
  });

  it('keep the permissions that are added to their policy', async () => {
    const QueueUrl = await h.createQueue();
    const add = (Label: string, AWSAccountIds: string[], Actions: string[]): Promise<unknown> =>
      h.client.send(new AddPermissionCommand({ QueueUrl, Label, AWSAccountIds, Actions }));
    const remove = (Label: string): Promise<unknown> => h.client.send(new RemovePermissionCommand({ QueueUrl, Label }));
    const policy = async (): Promise<unknown> => JSON.parse((await h.attribute(QueueUrl, 'Policy')) ?? 'null');
    const Resource = await h.attribute(QueueUrl, 'QueueArn');
    await add('one', ['111111111111'], ['SendMessage']);
    const one = {
      Sid: 'one',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'SQS:SendMessage',
      Resource,
    };
    assert.deepEqual(await policy(), { Version: '2008-10-17', Id: `${Resource}/SQSDefaultPolicy`, Statement: [one] });
    await add('two', ['111111111111', '222222222222'], ['SendMessage', 'ReceiveMessage']);
    const already = 'Value two for parameter Label is invalid. Reason: Already exists.';
    const parameter = ['InvalidParameterValueException', 'InvalidParameterValue', 400] as const;
    await refused(add('two', ['111111111111'], ['SendMessage']), ...parameter, already);
    await refused(
      add('three', ['111111111111'], ['Nothing']),
      ...parameter,
      /^Value SQS:Nothing for parameter ActionName/,
    );
    await refused(
      add('three', ['111111111111'], Array(8).fill('*')),
      'OverLimit',
      'OverLimit',
      403,
      /maximum allowed is 7/,
    );
    await remove('two');
    assert.deepEqual(((await policy()) as { Statement: unknown }).Statement, [one]);
    await remove('one');
    assert.equal(await policy(), null);
    const missing = "Value one for parameter Label is invalid. Reason: can't find label.";
    await refused(remove('one'), ...parameter, missing);
  });
});
