import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ChangeMessageVisibilityCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { BrokerUnderTest } from './broker-under-test.js';

describe('a long poll', () => {
  const broker = new BrokerUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  /** The answer of a receive that begins to wait, then `wake` happens. */
  async function woken(
    QueueUrl: string,
    wake: () => Promise<unknown>,
  ): Promise<{ bodies: (string | undefined)[]; afterMs: number }> {
    const waiting = broker.bodies(QueueUrl, { WaitTimeSeconds: 20 });
    await wake();
    const sinceMs = performance.now();
    return { bodies: await waiting, afterMs: performance.now() - sinceMs };
  }
  const send = (QueueUrl: string, MessageBody: string, DelaySeconds?: number) =>
    broker.client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));

  it('ends when a message is sent', async () => {
    const QueueUrl = await broker.createQueue();
    const { bodies, afterMs } = await woken(QueueUrl, () => send(QueueUrl, 'x'));
    assert.deepEqual(bodies, ['x']);
    assert.ok(afterMs < 5000, `${afterMs} ms`);
  });

  it('ends when a delay is over, and when a hold is', async () => {
    const QueueUrl = await broker.createQueue();
    assert.deepEqual((await woken(QueueUrl, () => send(QueueUrl, 'x', 1))).bodies, ['x']);
    const held = await broker.createQueue();
    await send(held, 'y');
    await broker.receive(held, { VisibilityTimeout: 1 });
    assert.deepEqual((await woken(held, () => Promise.resolve())).bodies, ['y']);
  });

  it('ends when a hold is given up', async () => {
    const QueueUrl = await broker.createQueue();
    await send(QueueUrl, 'x');
    const [message] = await broker.receive(QueueUrl);
    const giveUp = new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    assert.deepEqual((await woken(QueueUrl, () => broker.client.send(giveUp))).bodies, ['x']);
  });

  it('ends empty when its time is over', async () => {
    const QueueUrl = await broker.createQueue();
    const sinceMs = performance.now();
    assert.deepEqual(await broker.bodies(QueueUrl, { WaitTimeSeconds: 1 }), []);
    assert.ok(performance.now() - sinceMs >= 950);
  });

  it('ends when its queue is deleted', async () => {
    const QueueUrl = await broker.createQueue();
    const ended = assert.rejects(broker.bodies(QueueUrl, { WaitTimeSeconds: 20 }), { name: 'QueueDoesNotExist' });
    await broker.client.send(new DeleteQueueCommand({ QueueUrl }));
    await ended;
  });

  it('gives each message to one of many', async () => {
    const QueueUrl = await broker.createQueue();
    const waiting = Array.from({ length: 20 }, () =>
      broker.bodies(QueueUrl, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }),
    );
    await Promise.all(Array.from({ length: 20 }, (_, i) => send(QueueUrl, String(i))));
    const got = (await Promise.all(waiting)).flat().map(Number);
    assert.deepEqual(
      got.sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i),
    );
  });
});
