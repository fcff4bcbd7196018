import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { FrontHarness, element, md5 } from './front-harness.test.js';

describe('the two forms of SQS', () => {
  const h = new FrontHarness();
  h.runAround();

  describe('both forms', () => {
    it('answer the same, each in its own way', async () => {
      const QueueUrl = await h.createQueue();
      const sent = await h.query('SendMessage', {
        QueueUrl,
        MessageBody: 'a\r\n<&>"\'',
        'MessageAttribute.3.Name': 'b',
        'MessageAttribute.3.Value.DataType': 'Binary',
        'MessageAttribute.3.Value.BinaryValue': 'AP8=',
        'MessageAttribute.12.Name': 'a',
        'MessageAttribute.12.Value.DataType': 'Number.int',
        'MessageAttribute.12.Value.StringValue': '1',
      });
      assert.equal(sent.status, 200);
      assert.match(
        sent.text,
        /^<\?xml version="1.0"\?><SendMessageResponse xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"><SendMessageResult>/,
      );
      assert.equal(element(sent.text, 'MD5OfMessageBody'), md5('a\r\n<&>"\''));
      assert.equal(element(sent.text, 'MD5OfMessageAttributes'), '39e137422f3c2cb48ea563a234f4eb06');
      const received = await h.query('ReceiveMessage', {
        QueueUrl,
        'AttributeName.1': 'ApproximateReceiveCount',
        'MessageAttributeName.1': 'All',
        VisibilityTimeout: '0',
      });
      assert.ok(received.text.includes('<Body>a&#xD;\n&lt;&amp;&gt;&quot;&apos;</Body>'), received.text);
      assert.ok(received.text.includes('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>'));
      assert.ok(
        received.text.includes(
          '<MessageAttribute><Name>b</Name><Value><BinaryValue>AP8=</BinaryValue><DataType>Binary</DataType></Value></MessageAttribute>',
        ),
      );
      assert.equal(element(received.text, 'MD5OfMessageAttributes'), '39e137422f3c2cb48ea563a234f4eb06');
      const [message] = await h.receive(QueueUrl, { MessageAttributeNames: ['All'] });
      assert.equal(message?.Body, 'a\r\n<&>"\'');
      assert.equal(message.MessageId, element(sent.text, 'MessageId'));
    });

    it('say nothing of what is empty', async () => {
      const QueueUrl = await h.createQueue();
      assert.equal((await h.json('ReceiveMessage', { QueueUrl })).text, '{}');
      assert.ok((await h.query('ReceiveMessage', { QueueUrl })).text.includes('<ReceiveMessageResult/>'));
      assert.equal((await h.json('ListQueueTags', { QueueUrl })).text, '{}');
      assert.equal((await h.json('GetQueueAttributes', { QueueUrl })).text, '{}');
      assert.equal((await h.json('ListDeadLetterSourceQueues', { QueueUrl })).text, '{"queueUrls":[]}');
    });

    it('have request ids and their own media types', async () => {
      const QueueUrl = await h.createQueue();
      const asJson = await h.json('GetQueueUrl', { QueueName: QueueUrl.split('/').at(-1) });
      assert.equal(asJson.type, 'application/x-amz-json-1.0');
      assert.match(asJson.headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
      const asXml = await h.query('DeleteMessage', { QueueUrl, ReceiptHandle: 'x' });
      assert.equal(asXml.type, 'text/xml');
      assert.equal(element(asXml.text, 'RequestId'), asXml.headers.get('x-amzn-requestid'));
    });

    it('tell an error in their own way', async () => {
      const asJson = await h.json('GetQueueUrl', { QueueName: 'nowhere' });
      assert.equal(asJson.status, 400);
      assert.deepEqual(JSON.parse(asJson.text), {
        __type: 'com.amazonaws.sqs#QueueDoesNotExist',
        message: 'The specified queue does not exist.',
      });
      assert.equal(asJson.headers.get('x-amzn-query-error'), 'AWS.SimpleQueueService.NonExistentQueue;Sender');
      const asXml = await h.query('GetQueueUrl', { QueueName: 'nowhere' });
      assert.equal(asXml.status, 400);
      assert.equal(element(asXml.text, 'Type'), 'Sender');
      assert.equal(element(asXml.text, 'Code'), 'AWS.SimpleQueueService.NonExistentQueue');
      assert.equal(element(asXml.text, 'Message'), 'The specified queue does not exist for this wsdl version.');
    });

    it('read queue attributes, tags and batches', async () => {
      const name = h.newName();
      const created = await h.query('CreateQueue', {
        QueueName: name,
        'Attribute.1.Name': 'VisibilityTimeout',
        'Attribute.1.Value': '7',
        'Attribute.2.Name': 'DelaySeconds',
        'Attribute.2.Value': '0',
        'Tag.1.Key': 'k',
        'Tag.1.Value': 'v',
      });
      const QueueUrl = element(created.text, 'QueueUrl') ?? '';
      assert.equal(await h.attribute(QueueUrl, 'VisibilityTimeout'), '7');
      assert.ok(
        (await h.query('ListQueueTags', { QueueUrl })).text.includes('<Tag><Key>k</Key><Value>v</Value></Tag>'),
      );
      const batch: Record<string, string> = { QueueUrl };
      for (let i = 1; i <= 10; i += 1) {
        batch[`SendMessageBatchRequestEntry.${i}.Id`] = `m${i}`;
        batch[`SendMessageBatchRequestEntry.${i}.MessageBody`] = `body ${i}`;
      }
      const sent = await h.query('SendMessageBatch', batch);
      assert.equal(sent.text.match(/<SendMessageBatchResultEntry>/g)?.length, 10);
      assert.deepEqual(
        await h.bodies(QueueUrl),
        Array.from({ length: 10 }, (_, i) => `body ${i + 1}`),
      );
      const shown = await h.query('GetQueueAttributes', { QueueUrl, 'AttributeName.1': 'All' });
      assert.ok(shown.text.includes('<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>'));
    });

    it('refuse what is not well-formed', async () => {
      assert.equal((await h.json('SendMessage', '{')).status, 400);
      assert.match((await h.json('SendMessage', '{')).text, /SerializationException/);
      assert.match((await h.json('SendMessage', '[]')).text, /SerializationException/);
      assert.match((await h.json('SendMessage', { QueueUrl: 5 })).text, /SerializationException/);
      assert.match((await h.json('SendMessage', {})).text, /MissingRequiredParameterException.*QueueUrl/);
      assert.equal(element((await h.query('SendMessage', { MessageBody: 'x' })).text, 'Code'), 'MissingParameter');
      assert.equal(
        element((await h.raw('/?Action=GetQueueUrl&QueueName=%ff', {})).text, 'Code'),
        'MalformedQueryString',
      );
      const QueueUrl = await h.createQueue();
      assert.equal(
        element((await h.query('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 'x' })).text, 'Code'),
        'InvalidParameterValue',
      );
    });

    it('take numbers that are written as text', async () => {
      const QueueUrl = await h.createQueue();
      assert.equal(
        (await h.json('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: '10', WaitTimeSeconds: '0' })).status,
        200,
      );
    });

    it('know the actions that there are', async () => {
      assert.match((await h.json('FooBar', {})).text, /UnknownOperationException/);
      assert.equal((await h.json('FooBar', {})).status, 400);
      const unknown = await h.query('FooBar', {});
      assert.equal(element(unknown.text, 'Code'), 'InvalidAction');
      assert.equal(element(unknown.text, 'Message'), 'The action FooBar is not valid for this endpoint.');
    });
  });

  describe('a queue is found', () => {
    it('by every kind of path and by its bare name', async () => {
      const QueueUrl = await h.createQueue();
      const name = QueueUrl.split('/').at(-1) ?? '';
      const urls = [
        name,
        `/${name}`,
        `http://elsewhere:1/000000000000/${name}/`,
        `https://sqs.eu-west-1.amazonaws.com/1/${name}`,
        `http://h/queue/us-east-1/000000000000/${name}`,
        `/queue/${name}`,
      ];
      for (const each of urls) assert.equal((await h.json('ReceiveMessage', { QueueUrl: each })).status, 200, each);
      for (const path of [
        `/000000000000/${name}`,
        `/queue/us-east-1/000000000000/${name}`,
        `/queue/${name}`,
        `/${name}`,
        `/000000000000/${name}/`,
      ]) {
        assert.equal((await h.query('ReceiveMessage', {}, path)).status, 200, path);
        assert.equal((await h.json('ReceiveMessage', {}, path)).status, 200, path);
        assert.equal((await h.raw(`${path}?Action=GetQueueAttributes&AttributeName=All`, {})).status, 200, path);
      }
      const elsewhere = await h.query('GetQueueAttributes', { QueueUrl: 'nowhere' }, `/000000000000/${name}`);
      assert.equal(element(elsewhere.text, 'Code'), 'AWS.SimpleQueueService.NonExistentQueue');
    });

    it('and its endpoint takes only actions on a queue', async () => {
      const QueueUrl = await h.createQueue();
      const path = new URL(QueueUrl).pathname;
      for (const action of ['ListQueues', 'CreateQueue'])
        assert.equal(element((await h.query(action, {}, path)).text, 'Code'), 'InvalidAction');
      assert.equal(
        (await h.query('GetQueueUrl', { QueueName: 'nowhere' }, path)).text.includes('NonExistentQueue'),
        true,
      );
      const none = await h.raw(path, {});
      assert.deepEqual([none.status, none.text.trim()], [404, '<UnknownOperationException/>']);
    });

    it('under the host that a proxy forwarded', async () => {
      const answer = await h.raw('/?Action=ListQueues', {
        headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'queues.example' },
      });
      assert.match(answer.text, /<QueueUrl>https:\/\/queues\.example\/000000000000\//);
    });
  });

  it('does not serve a web page of another origin', async () => {
    for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      assert.equal((await h.raw('/?Action=ListQueues', { headers })).status, 403);
    }
    assert.equal((await h.raw('/?Action=ListQueues', { headers: { origin: h.url } })).status, 200);
  });

  it('says that it is well, and that it knows no other methods', async () => {
    assert.equal((await h.raw('/health', {})).status, 200);
    assert.equal((await h.raw('/', { method: 'DELETE' })).status, 405);
  });

  it('leases nothing to a client that is gone', async () => {
    const QueueUrl = await h.createQueue();
    const name = QueueUrl.split('/').at(-1) ?? '';
    const waiters = (): number => h.model.queuesByName.get(name)?.waiters.length ?? 0;
    const socket = connect(Number(new URL(h.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET /000000000000/${name}?Action=ReceiveMessage&WaitTimeSeconds=20 HTTP/1.1\r\nHost: x\r\n\r\n`);
    while (waiters() === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (waiters() > 0) await new Promise((resolve) => setImmediate(resolve));
    await h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    assert.deepEqual(await h.bodies(QueueUrl), ['x']);
  });
});
