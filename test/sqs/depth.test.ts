import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DeleteMessageBatchCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { BrokerUnderTest } from './broker-under-test.js';

/** More than the broker keeps at hand of one queue. */
const depth = 20_000;
const clients = 16;

describe('a deep queue', () => {
  const broker = new BrokerUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  it('gives every message once, the ones that it reads back from the disk, too', async () => {
    const QueueUrl = await broker.createQueue();
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < depth) {
        const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `e${i}`, MessageBody: String(next + i) }));
        next += 10;
        const { Failed } = await broker.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
        assert.equal(Failed, undefined);
      }
    };
    await Promise.all(Array.from({ length: clients }, send));

    const seen = new Set<string>();
    const drain = async (): Promise<void> => {
      for (;;) {
        const messages = await broker.receive(QueueUrl, { VisibilityTimeout: 600 });
        if (messages.length === 0) return;
        for (const { Body = '' } of messages) {
          assert.ok(!seen.has(Body), `${Body} came twice`);
          seen.add(Body);
        }
        const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: `e${i}`, ReceiptHandle }));
        await broker.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    };
    await Promise.all(Array.from({ length: clients }, drain));
    assert.equal(seen.size, depth);
  });
});
