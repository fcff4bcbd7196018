import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { ask, forms, type Input } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

const maxBytes = 1_048_576;
const invalid = (message: string): readonly unknown[] => [400, 'InvalidParameterValue', message];

/** What other servers for SQS got wrong about digests, serialisation and errors, in both forms. */
for (const form of forms) {
  describe(`SQS on the wire (${form})`, () => {
    const broker = new BrokerUnderTest();
    before(() => broker.start());
    after(() => broker.stop());
    const queue = async (attributes: Record<string, string> = {}): Promise<QueueInForm> =>
      new QueueInForm(broker.url, form, await broker.createQueue(attributes));
    const fifo = { FifoQueue: 'true' };

    const vectors: readonly (readonly [string, Input, string])[] = [
      ['text', { Foo: { DataType: 'String', StringValue: 'Bar' } }, 'ae7155c6026991b6d54b11589678bf9c'],
      [
        'bytes',
        {
          attr1: {
            DataType: 'Binary',
            BinaryValue: Buffer.from(
              'traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01',
            ).toString('base64'),
          },
        },
        '8cbe4db156db8a94db8b801b7addb984',
      ],
      [
        'a labelled number and bytes',
        {
          b: { DataType: 'Binary', BinaryValue: 'AP8=' },
          a: { DataType: 'Number.int', StringValue: '1' },
        },
        '39e137422f3c2cb48ea563a234f4eb06',
      ],
    ];
    for (const [what, MessageAttributes, digest] of vectors) {
      it(`digests attributes: ${what}`, async () => {
        const q = await queue();
        assert.equal((await q.send('x', { MessageAttributes })).MD5OfMessageAttributes, digest);
        const [message] = await q.receive({ MessageAttributeNames: ['All'] });
        assert.equal(message.MD5OfMessageAttributes, digest);
        assert.deepEqual(message.MessageAttributes, MessageAttributes);
      });
    }

    it('digests of the attributes only those that are shown', async () => {
      const q = await queue();
      const Foo = { DataType: 'String', StringValue: 'Bar' };
      await q.send('x', { MessageAttributes: { Foo, 'o.a': Foo, 'o.b': Foo } });
      const shown = async (names: readonly string[]): Promise<readonly unknown[]> => {
        const [message] = await q.receive({ MessageAttributeNames: names, VisibilityTimeout: 0 });
        return [message.MD5OfMessageAttributes, Object.keys(message.MessageAttributes ?? {}).sort()];
      };
      assert.deepEqual(await shown(['Foo']), ['ae7155c6026991b6d54b11589678bf9c', ['Foo']]);
      assert.deepEqual(await shown([]), [undefined, []]);
      for (const all of ['All', '.*', '*']) assert.deepEqual((await shown([all]))[1], ['Foo', 'o.a', 'o.b']);
      assert.deepEqual((await shown(['o.*']))[1], ['o.a', 'o.b']);
    });

    it('digests system attributes apart from the others', async () => {
      const q = await queue();
      const trace = {
        DataType: 'String',
        StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      };
      const sent = await q.send('x', {
        MessageAttributes: { Foo: { DataType: 'String', StringValue: 'Bar' } },
        MessageSystemAttributes: { AWSTraceHeader: trace },
      });
      assert.equal(sent.MD5OfMessageAttributes, 'ae7155c6026991b6d54b11589678bf9c');
      assert.equal(sent.MD5OfMessageSystemAttributes, '5ae4d5d7636402d80f4eb6d213245a88');
      const [message] = await q.receive({ MessageSystemAttributeNames: ['AWSTraceHeader'] });
      assert.deepEqual(message.Attributes, { AWSTraceHeader: trace.StringValue });
    });

    it('leaves out what is empty', async () => {
      const q = await queue();
      assert.deepEqual(await q.call('ReceiveMessage'), {});
      assert.deepEqual(await q.call('GetQueueAttributes'), {});
      assert.deepEqual(await q.call('ListQueueTags'), {});
      assert.deepEqual(await q.call('ListQueues', { QueueNamePrefix: 'no-such-queue' }), {});
      const { Failed, Successful } = await q.call('SendMessageBatch', { Entries: [{ Id: 'a', MessageBody: 'x' }] });
      assert.deepEqual([Failed, Successful.length], [undefined, 1]);
      const { output } = await q.ask('ListDeadLetterSourceQueues');
      assert.deepEqual(output, form === 'json' ? { queueUrls: [] } : {});
    });

    it('carries every character that a body may have', async () => {
      const q = await queue();
      const body = '\t\n\r <&>"\' ]]> \u00e9 \ud7ff \ue000 \ufffd \u{10000} \u{10ffff} &#xD; %41+';
      await q.send(body);
      assert.deepEqual(await q.bodies(), [body]);
      for (const character of ['\u0000', '\u0008', '\u001f', '\ufffe', '\uffff']) {
        const [status, code] = await q.refused('SendMessage', { MessageBody: `x${character}` });
        assert.deepEqual([status, code], [400, 'InvalidMessageContents']);
      }
    });

    it('takes bodies of a mebibyte, however their bytes are written', async () => {
      const q = await queue();
      const body = '\u00e9'.repeat(maxBytes / 2);
      await q.send(body);
      assert.deepEqual(await q.bodies(), [body]);
      assert.deepEqual(
        await q.refused('SendMessage', { MessageBody: `${body}x` }),
        invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`),
      );
      const MessageAttributes = { a: { DataType: 'String', StringValue: 'b' } };
      const room = maxBytes - 'aStringb'.length;
      await q.send('x'.repeat(room), { MessageAttributes });
      const [status] = await q.refused('SendMessage', { MessageBody: 'x'.repeat(room + 1), MessageAttributes });
      assert.equal(status, 400);
    });

    it('reads numbers that are written as text, and lists of more than nine', async () => {
      const q = await queue();
      const Entries = Array.from({ length: 10 }, (_, place) => ({ Id: `e${place}`, MessageBody: `${place}` }));
      const { Successful } = await q.call('SendMessageBatch', { Entries });
      assert.deepEqual(
        Successful.map(({ Id }: { Id: string }) => Id),
        Entries.map(({ Id }) => Id),
      );
      assert.equal((await q.receive({ MaxNumberOfMessages: '10', VisibilityTimeout: '0' })).length, 10);
    });

    const ranges: readonly (readonly [string, number, string])[] = [
      ['MaxNumberOfMessages', 0, 'Must be between 1 and 10, if provided.'],
      ['MaxNumberOfMessages', 11, 'Must be between 1 and 10, if provided.'],
      ['WaitTimeSeconds', -1, 'Must be >= 0 and <= 20, if provided.'],
      ['WaitTimeSeconds', 21, 'Must be >= 0 and <= 20, if provided.'],
      ['VisibilityTimeout', 43_201, 'Must be >= 0 and <= 43200, if provided.'],
    ];
    for (const [name, value, reason] of ranges) {
      it(`refuses a receive with ${name} ${value}`, async () => {
        assert.deepEqual(
          await (await queue()).refused('ReceiveMessage', { [name]: value }),
          invalid(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}`),
        );
      });
    }

    it('tells what is missing from what is wrong, alone and in a batch', async () => {
      const q = await queue();
      const f = await queue(fifo);
      const missing = (name: string): string => `The request must contain the parameter ${name}.`;
      assert.deepEqual(await q.refused('SendMessage', { MessageBody: '' }), [
        400,
        'MissingParameter',
        missing('MessageBody'),
      ]);
      const noGroup = { MessageBody: 'x', MessageDeduplicationId: 'd' };
      assert.deepEqual(await f.refused('SendMessage', noGroup), [400, 'MissingParameter', missing('MessageGroupId')]);
      assert.deepEqual(
        await f.refused('SendMessageBatch', { Entries: [{ Id: 'a', ...noGroup }] }),
        invalid(missing('MessageGroupId')),
      );
      const noId = { MessageBody: 'x', MessageGroupId: 'g' };
      const text =
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
      assert.deepEqual(await f.refused('SendMessage', noId), invalid(text));
      assert.deepEqual(await f.refused('SendMessageBatch', { Entries: [{ Id: 'a', ...noId }] }), invalid(text));
    });

    for (const id of ['', 'a b', 'x'.repeat(129), 'é']) {
      it(`refuses the group id '${id.slice(0, 8)}', on a standard queue, too`, async () => {
        const reason = 'MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.';
        const expected = invalid(`Value ${id} for parameter MessageGroupId is invalid. Reason: ${reason}`);
        for (const q of [await queue(), await queue({ ...fifo, ContentBasedDeduplication: 'true' })]) {
          assert.deepEqual(await q.refused('SendMessage', { MessageBody: 'x', MessageGroupId: id }), expected);
        }
      });
    }

    it('checks a batch as a whole before its entries', async () => {
      const q = await queue({ MaximumMessageSize: '1024' });
      const entry = (Id: string, MessageBody = 'x'): Input => ({ Id, MessageBody });
      const refused = async (Entries: readonly Input[]): Promise<readonly unknown[]> =>
        q.refused('SendMessageBatch', { Entries });
      const code = (name: string): string => `AWS.SimpleQueueService.${name}`;
      assert.deepEqual((await refused([])).slice(0, 2), [400, code('EmptyBatchRequest')]);
      const eleven = Array.from({ length: 11 }, () => entry('a b'));
      assert.deepEqual((await refused(eleven)).slice(0, 2), [400, code('TooManyEntriesInBatchRequest')]);
      assert.deepEqual((await refused([entry('a b'), entry('a b')])).slice(0, 2), [400, code('InvalidBatchEntryId')]);
      assert.deepEqual(await refused([entry('a'), entry('a')]), [
        400,
        code('BatchEntryIdsNotDistinct'),
        'Id a repeated.',
      ]);
      const half = 'x'.repeat(maxBytes / 2);
      assert.deepEqual(await refused([entry('a', half), entry('b', `${half}x`)]), [
        400,
        code('BatchRequestTooLong'),
        `Batch requests cannot be longer than ${maxBytes} bytes. You have sent ${maxBytes + 1} bytes.`,
      ]);
      const { Successful, Failed } = await q.call('SendMessageBatch', {
        Entries: [entry('good'), entry('bad', 'x'.repeat(1025))],
      });
      assert.deepEqual(
        Successful.map(({ Id }: { Id: string }) => Id),
        ['good'],
      );
      assert.deepEqual(Failed, [
        {
          Id: 'bad',
          SenderFault: 'true',
          Code: 'InvalidParameterValue',
          Message: 'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
        },
      ]);
    });

    it('finds a queue by a bare name and by the URL of any host, and tells when there is none', async () => {
      const { name } = await queue();
      const urls = [
        name,
        `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`,
        `http://queue.example/queue/eu-west-1/000000000000/${name}/`,
        `/queue/${name}`,
      ];
      for (const QueueUrl of urls) {
        assert.equal((await ask(broker.url, form, 'GetQueueAttributes', { QueueUrl })).status, 200, QueueUrl);
      }
      const { status, code, message } = await ask(broker.url, form, 'PurgeQueue', { QueueUrl: `${name}x` });
      assert.deepEqual([status, code], [400, 'AWS.SimpleQueueService.NonExistentQueue']);
      assert.equal(
        message,
        form === 'json'
          ? 'The specified queue does not exist.'
          : 'The specified queue does not exist for this wsdl version.',
      );
    });

    it('builds queue URLs from the host that was called', async () => {
      const { name } = await queue();
      const { host } = new URL(broker.url);
      for (const [headers, origin] of [
        [{}, `http://${host}`],
        [{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'sqs.test' }, 'https://sqs.test'],
      ] as const) {
        const { output } = await ask(broker.url, form, 'GetQueueUrl', { QueueName: name }, '/', headers);
        assert.equal(output.QueueUrl, `${origin}/000000000000/${name}`);
      }
    });

    it('serves every path and content type that clients send', async () => {
      const { name } = await queue();
      for (const path of [
        '/',
        `/000000000000/${name}`,
        `/queue/us-east-1/000000000000/${name}`,
        `/queue/${name}`,
        `/${name}/`,
      ]) {
        const { status } = await ask(broker.url, form, 'GetQueueAttributes', { QueueUrl: name }, path);
        assert.equal(status, 200, path);
      }
    });

    it('answers an action that it does not know in the form that it was asked in', async () => {
      const { status, code, message } = await ask(broker.url, form, 'FooBar');
      assert.equal(status, 400);
      if (form === 'json') assert.equal(code, 'UnknownOperationException');
      else assert.deepEqual([code, message], ['InvalidAction', 'The action FooBar is not valid for this endpoint.']);
    });

    it('has a request id in every answer', async () => {
      for (const action of ['ListQueues', 'FooBar']) {
        const { headers } = await ask(broker.url, form, action);
        assert.match(headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
      }
    });

    it('keeps names with Latin letters, whose digest is over their bytes', async () => {
      const q = await queue();
      const MessageAttributes = {
        'attr.1øßä': { DataType: 'String', StringValue: 'v' },
        b: { DataType: 'String', StringValue: 'w' },
      };
      const sent = await q.send('x', { MessageAttributes });
      const [message] = await q.receive({ MessageAttributeNames: ['All'] });
      assert.deepEqual(message.MessageAttributes, MessageAttributes);
      assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    });

    it('takes a request in pieces, with Expect, chunks and a charset, on one connection', async () => {
      const { name } = await queue();
      const type = form === 'json' ? 'application/x-amz-json-1.0; charset=UTF-8' : 'application/x-www-form-urlencoded';
      const body =
        form === 'json'
          ? JSON.stringify({ QueueName: name })
          : `Action=GetQueueUrl&Version=2012-11-05&QueueName=${name}`;
      const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.GetQueueUrl\r\nContent-Type: ${type}\r\n`;
      const lines = form === 'json' ? head : head.replace(/X-Amz-Target.*?\r\n/, '');
      const { hostname, port } = new URL(broker.url);
      const socket = connect(Number(port), hostname);
      let text = '';
      const until = async (pattern: RegExp): Promise<void> => {
        for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
          text += String(chunk);
          if (pattern.test(text)) return;
        }
      };
      const url = new RegExp(`http://x/000000000000/${name}`);
      socket.write(`${lines}Content-Length: ${body.length}\r\n\r\n${body}`);
      await until(url);
      text = '';
      socket.write(`${lines}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
      await until(/100 Continue/);
      socket.write(body);
      await until(url);
      text = '';
      socket.write(`${lines}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      await until(url);
      socket.destroy();
    });
  });
}
