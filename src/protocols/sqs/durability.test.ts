import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { FrontHarness } from './front-harness.test.js';
import { ModelBroker } from './model-broker.test.js';

describe('while stable storage takes its time', () => {
  const h = new FrontHarness();
  h.runAround(new ModelBroker(true));
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    const state = { done: false };
    const watched = promise.finally(() => {
      state.done = true;
    });
    while (!state.done) {
      for (const callback of h.model.unstable?.splice(0) ?? []) callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return watched;
  };
  const waitsForStorage = async (promise: Promise<unknown>): Promise<void> => {
    let answered = false;
    const watched = promise.finally(() => {
      answered = true;
    });
    while (h.model.unstable?.length === 0) await new Promise((resolve) => setImmediate(resolve));
    // Whoever answers too early does so within this turn of a loopback request.
    await fetch(`${h.url}/health`);
    assert.equal(answered, false);
    await settle(watched);
  };

  it('no answer that promises something leaves before it', async () => {
    const { QueueUrl } = await settle(h.client.send(new CreateQueueCommand({ QueueName: 'slow' })));
    await waitsForStorage(h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })));
    await waitsForStorage(
      h.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'y' }] })),
    );
    const [message] = await h.receive(QueueUrl ?? '');
    await waitsForStorage(
      h.client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 60,
        }),
      ),
    );
    await waitsForStorage(h.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })));
    await waitsForStorage(h.client.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } })));
    await waitsForStorage(h.client.send(new PurgeQueueCommand({ QueueUrl })));
    await waitsForStorage(h.client.send(new DeleteQueueCommand({ QueueUrl })));
  });

  it('a FIFO receive waits for it, and puts back what its client did not wait for', async () => {
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const { QueueUrl } = await settle(h.client.send(new CreateQueueCommand({ QueueName: 'slow.fifo', Attributes })));
    await settle(h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g' })));
    const socket = connect(Number(new URL(h.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /000000000000/slow.fifo?Action=ReceiveMessage HTTP/1.1\r\nHost: x\r\n\r\n');
    while (h.model.unstable?.length === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await once(socket, 'close');
    while (h.model.released.length === 0) {
      await fetch(`${h.url}/health`);
      for (const callback of h.model.unstable?.splice(0) ?? []) callback();
    }
    assert.deepEqual(
      (await settle(h.receive(QueueUrl ?? ''))).map((message) => message.Body),
      ['x'],
    );
  });

  it('a send waits while too much is under way already', async () => {
    const { QueueUrl } = await settle(h.client.send(new CreateQueueCommand({ QueueName: 'crowded' })));
    h.model.congested = true;
    const sending = settle(h.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })));
    await fetch(`${h.url}/health`);
    assert.equal(h.model.queuesByName.get('crowded')?.messages.length, 0);
    h.model.relieve();
    await sending;
    assert.equal(h.model.queuesByName.get('crowded')?.messages.length, 1);
  });
});
