import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ListDeadLetterSourceQueuesCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { DIALECT_AMQP } from '../../bytes/index.js';
import { FrontHarness, md5, refused } from './front-harness.test.js';

describe('messages of SQS', () => {
  const h = new FrontHarness();
  h.runAround();

  let QueueUrl: string;
  beforeEach(async () => {
    QueueUrl = await h.createQueue();
  });

  it('come back as they were sent, with digests', async () => {
    const MessageBody = 'héllo\r\n\t<"&\'>\u{1f600}';
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'ä' },
      number: { DataType: 'Number.int', StringValue: '1' },
      bytes: { DataType: 'Binary.png', BinaryValue: Buffer.from([0, 255]) },
    };
    const sent = await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    assert.equal(sent.MD5OfMessageBody, md5(MessageBody));
    assert.match(sent.MessageId ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(sent.SequenceNumber, undefined);
    const [message] = await h.receive(QueueUrl, { MessageAttributeNames: ['All'] });
    assert.equal(message?.Body, MessageBody);
    assert.equal(message.MessageId, sent.MessageId);
    assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.equal(message.Attributes, undefined);
    assert.deepEqual(message.MessageAttributes?.['text'], { DataType: 'String', StringValue: 'ä' });
    assert.deepEqual(message.MessageAttributes?.['number'], { DataType: 'Number.int', StringValue: '1' });
    assert.deepEqual(Buffer.from(message.MessageAttributes?.['bytes']?.BinaryValue ?? []), Buffer.from([0, 255]));
  });

  for (const [names, expected, digest] of [
    [[], undefined, undefined],
    [['All'], ['General', 'Hello', 'Help.Me'], '4c360f3fdafd970e05fae2f149d997f5'],
    [['.*'], ['General', 'Hello', 'Help.Me'], '4c360f3fdafd970e05fae2f149d997f5'],
    [['*'], ['General', 'Hello', 'Help.Me'], '4c360f3fdafd970e05fae2f149d997f5'],
    [['Hel.*'], ['Hello', 'Help.Me'], '83fee93c1bcd8b9a5a923ffacdc636c7'],
    [['Hello', 'General'], ['General', 'Hello'], 'fca026605781cb4126a1e9044df24232'],
    [['Hello', 'Nobody'], ['Hello'], 'a311262e065454b75da111d535b8dacd'],
    [['Nobody'], undefined, undefined],
  ] as const) {
    it(`show of their attributes ${names.join(' and ') || 'none'}, with the digest of these`, async () => {
      const value = (StringValue: string) => ({ DataType: 'String', StringValue });
      const MessageAttributes = { Hello: value('There'), General: value('Kenobi'), 'Help.Me': value('Me') };
      await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'msg', MessageAttributes }));
      const [message] = await h.receive(QueueUrl, { MessageAttributeNames: [...names] });
      assert.deepEqual(message?.MessageAttributes && Object.keys(message.MessageAttributes).sort(), expected);
      assert.equal(message?.MD5OfMessageAttributes, digest);
    });
  }

  it('show the system attributes that were asked for', async () => {
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String', StringValue: trace } };
    const before_ = Date.now();
    const sent = await h.client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageSystemAttributes, MessageGroupId: 'tenant' }),
    );
    assert.equal(sent.MD5OfMessageSystemAttributes?.length, 32);
    assert.equal(sent.MD5OfMessageAttributes, undefined);
    const [message] = await h.receive(QueueUrl, { MessageSystemAttributeNames: ['All'], VisibilityTimeout: 0 });
    const { SentTimestamp, ApproximateFirstReceiveTimestamp, ...rest } = message?.Attributes ?? {};
    assert.ok(Number(SentTimestamp) >= before_ && Number(SentTimestamp) <= Date.now());
    assert.ok(Number(ApproximateFirstReceiveTimestamp) >= Number(SentTimestamp));
    assert.deepEqual(rest, {
      SenderId: '000000000000',
      ApproximateReceiveCount: '1',
      AWSTraceHeader: trace,
      MessageGroupId: 'tenant',
    });
    const [again] = await h.receive(QueueUrl, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    assert.deepEqual(again?.Attributes, { ApproximateReceiveCount: '2' });
  });

  it('take the trace header of the request', async () => {
    await h.raw('/', {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.SendMessage', 'x-amzn-trace-id': 'Root=1-2' },
      body: JSON.stringify({ QueueUrl, MessageBody: 'x' }),
    });
    const [message] = await h.receive(QueueUrl, { MessageSystemAttributeNames: ['AWSTraceHeader'] });
    assert.deepEqual(message?.Attributes, { AWSTraceHeader: 'Root=1-2' });
  });

  for (const [what, input, code, message] of [
    ['an empty body', { MessageBody: '' }, 'MissingParameter', 'The request must contain the parameter MessageBody.'],
    ['a control character', { MessageBody: 'a\u0001' }, 'InvalidMessageContents', /^Invalid characters found/],
    ['half a surrogate pair', { MessageBody: 'a\ud800' }, 'InvalidMessageContents', /^Invalid characters found/],
    [
      'too long a delay',
      { MessageBody: 'x', DelaySeconds: 901 },
      'InvalidParameterValue',
      /^Value 901 for parameter DelaySeconds is invalid/,
    ],
    [
      'a deduplication id',
      { MessageBody: 'x', MessageDeduplicationId: 'd' },
      'InvalidParameterValue',
      /not valid for this queue type/,
    ],
    [
      'a group with a space',
      { MessageBody: 'x', MessageGroupId: 'group 123' },
      'InvalidParameterValue',
      'Value group 123 for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    ],
    [
      'an empty attribute',
      { MessageBody: 'x', MessageAttributes: { ErrorDetails: { DataType: 'String', StringValue: '' } } },
      'InvalidParameterValue',
      "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
    ],
    [
      'an attribute of a type that is none',
      { MessageBody: 'x', MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } },
      'InvalidParameterValue',
      /type/,
    ],
    [
      'a number that is none',
      { MessageBody: 'x', MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } },
      'InvalidParameterValue',
      /number/,
    ],
    [
      'a reserved attribute name',
      { MessageBody: 'x', MessageAttributes: { 'aWs.a': { DataType: 'String', StringValue: 'x' } } },
      'InvalidParameterValue',
      /AWS\./,
    ],
    [
      'eleven attributes',
      {
        MessageBody: 'x',
        MessageAttributes: Object.fromEntries(
          'abcdefghijk'.split('').map((name) => [name, { DataType: 'String', StringValue: 'x' }]),
        ),
      },
      'InvalidParameterValue',
      /exceeds the allowed maximum \[10\]/,
    ],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      const sending = h.client.send(new SendMessageCommand({ QueueUrl, ...input }));
      await refused(sending, code, code, 400, message);
    });
  }

  it('may be as long as the limit, attributes included, and not a byte longer', async () => {
    const MessageAttributes = { ab: { DataType: 'String', StringValue: 'cdé' } };
    const MessageBody = 'é'.repeat((1_048_576 - 12) / 2);
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    assert.deepEqual(await h.bodies(QueueUrl), [MessageBody]);
    await refused(
      h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: `${MessageBody}x`, MessageAttributes })),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    );
  });

  it('are hidden for the visibility timeout and come again', async () => {
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [first] = await h.receive(QueueUrl, { VisibilityTimeout: 1 });
    assert.deepEqual(await h.bodies(QueueUrl), []);
    const [second] = await h.receive(QueueUrl, { WaitTimeSeconds: 5 });
    assert.equal(second?.MessageId, first?.MessageId);
    assert.notEqual(second?.ReceiptHandle, first?.ReceiptHandle);
  });

  it('are deleted by any of their handles, and once more without complaint', async () => {
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [first] = await h.receive(QueueUrl, { VisibilityTimeout: 0 });
    await h.receive(QueueUrl, { VisibilityTimeout: 0 });
    await h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    assert.deepEqual(await h.bodies(QueueUrl), []);
    await h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    await refused(
      h.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 1 }),
      ),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      `Value ${first?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  });

  it("are not touched by a handle that is none, or another queue's", async () => {
    const other = await h.createQueue();
    await h.client.send(new SendMessageCommand({ QueueUrl: other, MessageBody: 'x' }));
    const [message] = await h.receive(other, { VisibilityTimeout: 0 });
    for (const ReceiptHandle of ['garbage', message?.ReceiptHandle]) {
      await refused(
        h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
        'ReceiptHandleIsInvalid',
        'ReceiptHandleIsInvalid',
        404,
        `The input receipt handle "${ReceiptHandle}" is not a valid receipt handle.`,
      );
    }
  });

  it('become visible at once when their timeout is set to 0, and later when it is extended', async () => {
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [first] = await h.receive(QueueUrl);
    await h.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    const [second] = await h.receive(QueueUrl, { VisibilityTimeout: 1 });
    await h.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 60 }),
    );
    assert.deepEqual(await h.bodies(QueueUrl, { WaitTimeSeconds: 2 }), []);
    assert.equal(await h.attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible'), '1');
  });

  it('are delayed by their own wish or their queue, whose wish a 0 overrides', async () => {
    const slow = await h.createQueue({ DelaySeconds: '1' });
    await h.client.send(new SendMessageCommand({ QueueUrl: slow, MessageBody: 'queue' }));
    await h.client.send(new SendMessageCommand({ QueueUrl: slow, MessageBody: 'now', DelaySeconds: 0 }));
    assert.equal(await h.attribute(slow, 'ApproximateNumberOfMessagesDelayed'), '1');
    assert.deepEqual(await h.bodies(slow), ['now']);
    assert.deepEqual(await h.bodies(slow, { WaitTimeSeconds: 5 }), ['queue']);
  });

  it('are sent, deleted and hidden in batches, each entry with its own outcome', async () => {
    const small = await h.createQueue({ MaximumMessageSize: '1024' });
    const Entries = [
      { Id: 'big', MessageBody: 'x'.repeat(1025) },
      { Id: 'ok', MessageBody: 'y' },
      { Id: 'ok2', MessageBody: 'z' },
    ];
    const sent = await h.client.send(new SendMessageBatchCommand({ QueueUrl: small, Entries }));
    assert.deepEqual(
      sent.Successful?.map(({ Id, MD5OfMessageBody }) => [Id, MD5OfMessageBody]),
      [
        ['ok', md5('y')],
        ['ok2', md5('z')],
      ],
    );
    assert.deepEqual(sent.Failed, [
      {
        Id: 'big',
        SenderFault: true,
        Code: 'InvalidParameterValue',
        Message: 'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
      },
    ]);
    const [first, second] = await h.receive(small);
    const shown = await h.client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: small,
        Entries: [
          { Id: 'a', ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: 'b', ReceiptHandle: 'garbage', VisibilityTimeout: 0 },
        ],
      }),
    );
    assert.deepEqual(shown.Successful, [{ Id: 'a' }]);
    assert.deepEqual(
      shown.Failed?.map(({ Id, Code }) => [Id, Code]),
      [['b', 'ReceiptHandleIsInvalid']],
    );
    const deleted = await h.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: small,
        Entries: [first, second].map((message, i) => ({ Id: String(i), ReceiptHandle: message?.ReceiptHandle })),
      }),
    );
    assert.deepEqual(deleted.Successful, [{ Id: '0' }, { Id: '1' }]);
    assert.equal(deleted.Failed, undefined);
    assert.deepEqual(await h.bodies(small), []);
  });

  const entries = (count: number, id = (i: number): string => String(i)): { Id: string; MessageBody: string }[] =>
    Array.from({ length: count }, (_, i) => ({ Id: id(i), MessageBody: 'x' }));
  for (const [what, batch, shape, message] of [
    [
      'without entries',
      [],
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    ],
    [
      'of twenty',
      entries(20),
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 20.',
    ],
    ['with an id that is none', entries(1, () => 'a:b'), 'InvalidBatchEntryId', /^A batch entry id can only contain/],
    ['with an empty id', entries(1, () => ''), 'InvalidBatchEntryId', /^A batch entry id can only contain/],
    ['with an id twice', entries(2, () => 'same'), 'BatchEntryIdsNotDistinct', 'Id same repeated.'],
    [
      'of more than 1 MiB',
      [
        { Id: '1', MessageBody: 'x'.repeat(524_288) },
        { Id: '2', MessageBody: 'x'.repeat(524_289) },
      ],
      'BatchRequestTooLong',
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    ],
  ] as const) {
    it(`are refused in a batch ${what}`, async () => {
      const sending = h.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...batch] }));
      await refused(sending, shape, `AWS.SimpleQueueService.${shape}`, 400, message);
    });
  }

  for (const [name, value, reason] of [
    ['MaxNumberOfMessages', 0, 'Must be between 1 and 10, if provided.'],
    ['MaxNumberOfMessages', 11, 'Must be between 1 and 10, if provided.'],
    ['WaitTimeSeconds', -1, 'Must be >= 0 and <= 20, if provided.'],
    ['WaitTimeSeconds', 21, 'Must be >= 0 and <= 20, if provided.'],
    ['VisibilityTimeout', 43_201, /is invalid/],
  ] as const) {
    it(`are not received with ${name} ${value}`, async () => {
      const message =
        typeof reason === 'string' ? `Value ${value} for parameter ${name} is invalid. Reason: ${reason}` : reason;
      await refused(
        h.receive(QueueUrl, { [name]: value }),
        'InvalidParameterValueException',
        'InvalidParameterValue',
        400,
        message,
      );
    });
  }

  it('wake a waiting receive', async () => {
    const waiting = h.bodies(QueueUrl, { WaitTimeSeconds: 20 });
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'wake' }));
    assert.deepEqual(await waiting, ['wake']);
  });

  it('wait as long as the queue says when the receive does not', async () => {
    const patient = await h.createQueue({ ReceiveMessageWaitTimeSeconds: '20' });
    const waiting = h.bodies(patient);
    await h.client.send(new SendMessageCommand({ QueueUrl: patient, MessageBody: 'wake' }));
    assert.deepEqual(await waiting, ['wake']);
    assert.deepEqual(await h.bodies(patient, { WaitTimeSeconds: 0 }), []);
  });

  it('go to the dead-letter queue after as many receives as allowed, and keep what they are', async () => {
    const grave = await h.createQueue();
    const deadLetterTargetArn = (await h.attribute(grave, 'QueueArn')) ?? '';
    const policy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: '1' });
    const source = await h.createQueue({ RedrivePolicy: policy });
    assert.equal(await h.attribute(source, 'RedrivePolicy'), policy);
    await h.client.send(
      new CreateQueueCommand({
        QueueName: source.split('/').at(-1),
        Attributes: { RedrivePolicy: JSON.stringify({ maxReceiveCount: 1, deadLetterTargetArn }) },
      }),
    );
    const sent = await h.client.send(new SendMessageCommand({ QueueUrl: source, MessageBody: 'poison' }));
    await h.client.send(new SendMessageCommand({ QueueUrl: source, MessageBody: 'fine' }));
    assert.deepEqual(await h.bodies(source, { VisibilityTimeout: 0, MaxNumberOfMessages: 1 }), ['poison']);
    assert.deepEqual(await h.bodies(source, { MaxNumberOfMessages: 1 }), ['fine']);
    const [dead] = await h.receive(grave, { AttributeNames: ['All'] });
    assert.equal(dead?.MessageId, sent.MessageId);
    assert.equal(dead?.Attributes?.ApproximateReceiveCount, '2');
    assert.equal(dead?.Attributes?.DeadLetterQueueSourceArn, await h.attribute(source, 'QueueArn'));
    assert.deepEqual((await h.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: grave }))).queueUrls, [
      source,
    ]);
    assert.deepEqual((await h.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: source }))).queueUrls, []);
    await h.client.send(new SetQueueAttributesCommand({ QueueUrl: source, Attributes: { RedrivePolicy: '' } }));
    assert.equal(await h.attribute(source, 'RedrivePolicy'), undefined);
    assert.equal(h.model.queuesByName.get(source.split('/').at(-1) ?? '')?.info.settings.deadLetter, undefined);
  });

  for (const [what, policy, reason] of [
    ['no JSON', 'x', 'Redrive policy is not a valid JSON map.'],
    [
      'no count',
      '{"deadLetterTargetArn":"arn:aws:sqs:r:0:x"}',
      'Redrive policy does not contain mandatory attribute: maxReceiveCount.',
    ],
    [
      'no target',
      '{"maxReceiveCount":"1"}',
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    ],
    [
      'a count of 0',
      '{"maxReceiveCount":0,"deadLetterTargetArn":"arn:aws:sqs:r:0:x"}',
      'Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.',
    ],
    [
      'a target that does not exist',
      '{"maxReceiveCount":1,"deadLetterTargetArn":"arn:aws:sqs:r:0:nowhere"}',
      'Dead letter target does not exist.',
    ],
    [
      'an ARN that is none',
      '{"maxReceiveCount":1,"deadLetterTargetArn":"dummy"}',
      'Dead letter target does not exist.',
    ],
  ] as const) {
    it(`have no dead-letter queue by a policy with ${what}`, async () => {
      await refused(
        h.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy: policy } })),
        'InvalidParameterValueException',
        'InvalidParameterValue',
        400,
        `Value ${policy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
      );
    });
  }

  it('may be kept out of a dead-letter queue that does not allow their queue', async () => {
    const grave = await h.createQueue({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const policy = JSON.stringify({ deadLetterTargetArn: await h.attribute(grave, 'QueueArn'), maxReceiveCount: 1 });
    const set = (): Promise<unknown> =>
      h.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy: policy } }));
    await refused(set(), 'InvalidParameterValueException', 'InvalidParameterValue', 400, /does not allow/);
    const sourceQueueArns = [await h.attribute(QueueUrl, 'QueueArn')];
    const allow = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns });
    await h.client.send(new SetQueueAttributesCommand({ QueueUrl: grave, Attributes: { RedriveAllowPolicy: allow } }));
    await set();
  });

  it('are all purged', async () => {
    await h.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(3) }));
    await h.receive(QueueUrl, { MaxNumberOfMessages: 1 });
    await h.client.send(new PurgeQueueCommand({ QueueUrl }));
    await h.client.send(new PurgeQueueCommand({ QueueUrl }));
    assert.equal(await h.attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible'), '0');
    assert.deepEqual(await h.bodies(QueueUrl), []);
  });

  it('of another dialect are translated, and bytes that are no text come as base64', async () => {
    const name = QueueUrl.split('/').at(-1) ?? '';
    const routing = Buffer.from([2, 0x65, 0x78, 1, 0x6b]);
    h.model.plant(name, DIALECT_AMQP, routing, Buffer.from('text'));
    h.model.plant(name, DIALECT_AMQP, Buffer.alloc(2), Buffer.from([0, 255]));
    const [first, second] = await h.receive(QueueUrl, { MessageAttributeNames: ['All'], VisibilityTimeout: 0 });
    assert.equal(first?.Body, 'text');
    assert.deepEqual(
      Object.entries(first.MessageAttributes ?? {}).map(([key, value]) => [key, value.DataType, value.StringValue]),
      [
        ['rosettamq.content_type', 'String', 'text/plain'],
        ['rosettamq.exchange', 'String', 'ex'],
        ['rosettamq.routing_key', 'String', 'k'],
        ['n', 'Number', '7'],
      ],
    );
    assert.equal(second?.Body, Buffer.from([0, 255]).toString('base64'));
    assert.equal(second.MessageAttributes?.['rosettamq.body_encoding']?.StringValue, 'base64');
    const [again] = await h.receive(QueueUrl, { MaxNumberOfMessages: 1 });
    assert.equal(again?.MessageId, first.MessageId);
  });
});
