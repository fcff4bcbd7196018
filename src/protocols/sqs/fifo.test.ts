import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import { DeleteMessageCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { FrontHarness, md5, refused } from './front-harness.test.js';

describe('FIFO messages of SQS', () => {
  const h = new FrontHarness();
  h.runAround();

  let QueueUrl: string;
  beforeEach(async () => {
    QueueUrl = await h.createQueue({ FifoQueue: 'true' });
  });
  const send = (MessageBody: string, MessageGroupId: string, MessageDeduplicationId = MessageBody) =>
    h.client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }));

  it('have sequence numbers that grow, and show their group and id', async () => {
    const [first, second] = [await send('a', 'g'), await send('b', 'g')];
    assert.match(first.SequenceNumber ?? '', /^[0-9]{20}$/);
    assert.ok((first.SequenceNumber ?? '') < (second.SequenceNumber ?? ''));
    const [message] = await h.receive(QueueUrl, { AttributeNames: ['All'], MaxNumberOfMessages: 1 });
    assert.equal(message?.Attributes?.SequenceNumber, first.SequenceNumber);
    assert.equal(message?.Attributes?.MessageGroupId, 'g');
    assert.equal(message?.Attributes?.MessageDeduplicationId, 'a');
    assert.equal(message?.MessageId, first.MessageId);
  });

  it('answer a duplicate with the id and number of the original, also after that was deleted', async () => {
    const first = await send('a', 'g', 'once');
    const [message] = await h.receive(QueueUrl);
    await h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    const duplicate = await send('b', 'h', 'once');
    assert.equal(duplicate.MessageId, first.MessageId);
    assert.equal(duplicate.SequenceNumber, first.SequenceNumber);
    assert.equal(duplicate.MD5OfMessageBody, md5('b'));
    assert.deepEqual(await h.bodies(QueueUrl), []);
  });

  it('are told apart by their bodies when the queue says so', async () => {
    const byContent = await h.createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const sendBody = (MessageBody: string) =>
      h.client.send(new SendMessageCommand({ QueueUrl: byContent, MessageBody, MessageGroupId: 'g' }));
    const [first, second] = [await sendBody('a'), await sendBody('a')];
    assert.equal(first.MessageId, second.MessageId);
    await sendBody('b');
    const [message] = await h.receive(byContent, { MessageSystemAttributeNames: ['MessageDeduplicationId'] });
    assert.equal(message?.Attributes?.MessageDeduplicationId, createHash('sha256').update('a').digest('hex'));
  });

  it('have a group and an id, with another error in a batch', async () => {
    const single = (more: object): Promise<unknown> =>
      h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...more }));
    const batch = (more: object): Promise<unknown> =>
      h.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'x', ...more }] }));
    const noGroup = 'The request must contain the parameter MessageGroupId.';
    const noId =
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
    await refused(
      single({ MessageDeduplicationId: 'd' }),
      'MissingRequiredParameterException',
      'MissingParameter',
      400,
      noGroup,
    );
    await refused(
      batch({ MessageDeduplicationId: 'd' }),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      noGroup,
    );
    await refused(
      single({ MessageGroupId: 'g' }),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      noId,
    );
    await refused(batch({ MessageGroupId: 'g' }), 'InvalidParameterValueException', 'InvalidParameterValue', 400, noId);
  });

  it('cannot be delayed one by one, but a delay of 0 is no delay', async () => {
    const delayed = (DelaySeconds: number) =>
      h.client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: 'x',
          MessageGroupId: 'g',
          MessageDeduplicationId: `d${DelaySeconds}`,
          DelaySeconds,
        }),
      );
    await delayed(0);
    await refused(
      delayed(2),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    );
  });

  it('are not deleted by a handle whose hold has ended', async () => {
    await send('a', 'g');
    const [message] = await h.receive(QueueUrl, { VisibilityTimeout: 0 });
    await refused(
      h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })),
      'InvalidParameterValueException',
      'InvalidParameterValue',
      400,
      `Value ${message?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  });

  it('of one group wait for their holder', async () => {
    await send('a', 'g');
    await send('b', 'g');
    await send('c', 'h');
    const [held] = await h.receive(QueueUrl, { MaxNumberOfMessages: 1 });
    assert.deepEqual(await h.bodies(QueueUrl), ['c']);
    await h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: held?.ReceiptHandle }));
    assert.deepEqual(await h.bodies(QueueUrl), ['b']);
  });
});
