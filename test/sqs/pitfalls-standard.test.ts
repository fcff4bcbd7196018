import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { ask, forms, type Input, type Output } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** What other servers for SQS got wrong about standard queues and about time, in both forms. */
for (const form of forms) {
  describe(`standard queues (${form})`, () => {
    const broker = new BrokerUnderTest();
    before(() => broker.start());
    after(() => broker.stop());
    const queue = async (attributes: Record<string, string> = {}): Promise<QueueInForm> =>
      new QueueInForm(broker.url, form, await broker.createQueue(attributes));
    const redrivenTo = (dead: QueueInForm, maxReceiveCount: number | string): Record<string, string> => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(dead.name), maxReceiveCount }),
    });

    it('take old handles for deleting, and deletes that are repeated', async () => {
      const q = await queue({ VisibilityTimeout: '0' });
      await q.send('x');
      const [old] = await q.receive();
      const [newer] = await q.receive();
      assert.notEqual(old.ReceiptHandle, newer.ReceiptHandle);
      await q.delete(old);
      await q.delete(old);
      await q.delete(newer);
      assert.deepEqual(await q.bodies(), []);
    });

    it('tell a handle that is none from one whose message is gone', async () => {
      const [q, other] = [await queue(), await queue()];
      await q.send('x');
      const [{ ReceiptHandle }] = await q.receive();
      for (const [target, handle] of [
        [q, 'garbage'],
        [other, ReceiptHandle],
      ] as const) {
        const expected = [
          404,
          'ReceiptHandleIsInvalid',
          `The input receipt handle "${handle}" is not a valid receipt handle.`,
        ];
        assert.deepEqual(await target.refused('DeleteMessage', { ReceiptHandle: handle }), expected);
        const change = { ReceiptHandle: handle, VisibilityTimeout: 1 };
        assert.deepEqual((await target.refused('ChangeMessageVisibility', change)).slice(0, 2), expected.slice(0, 2));
      }
      await q.call('DeleteMessage', { ReceiptHandle });
      assert.deepEqual(await q.refused('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 1 }), [
        400,
        'InvalidParameterValue',
        `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      ]);
    });

    it('leave a message alone that is visible again when its old handle would hide it', async () => {
      const q = await queue();
      await q.send('x');
      const [message] = await q.receive({ VisibilityTimeout: 1 });
      await setTimeout(1100);
      await q.hide(message, 30);
      assert.deepEqual(await q.bodies(), ['x']);
    });

    it('hide a message for twelve hours at most, counted from its receive', async () => {
      const q = await queue();
      await q.send('x');
      const [{ ReceiptHandle }] = await q.receive();
      await setTimeout(1100);
      assert.deepEqual(await q.refused('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 43_200 }), [
        400,
        'InvalidParameterValue',
        'Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
      ]);
      await q.call('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 43_190 });
    });

    for (const count of [2, '2']) {
      it(`deliver as often as ${JSON.stringify(count)} says, then move the message on and fill up the answer`, async () => {
        const dead = await queue();
        const q = await queue({ ...redrivenTo(dead, count), VisibilityTimeout: '0' });
        await q.send('often');
        assert.deepEqual(await q.bodies(), ['often']);
        const [second] = await q.receive();
        await q.send('new');
        assert.deepEqual(await q.bodies(), ['new']);
        const [message] = await dead.receive({ AttributeNames: ['All'] });
        assert.equal(message.MessageId, second.MessageId);
        assert.equal(message.Attributes.ApproximateReceiveCount, '3');
        assert.equal(message.Attributes.DeadLetterQueueSourceArn, arn(q.name));
        const { Attributes } = await q.call('GetQueueAttributes', { AttributeNames: ['RedrivePolicy'] });
        assert.deepEqual(JSON.parse(Attributes.RedrivePolicy).maxReceiveCount, count);
      });
    }

    it('let only those into a dead-letter queue whom it allows', async () => {
      const dead = await queue();
      const [first, second] = [await queue(), await queue()];
      const allow = (policy: Input): Promise<Output> =>
        dead.call('SetQueueAttributes', { Attributes: { RedriveAllowPolicy: JSON.stringify(policy) } });
      const statuses = async (): Promise<number[]> =>
        Promise.all(
          [first, second].map(
            async (q) => (await q.ask('SetQueueAttributes', { Attributes: redrivenTo(dead, 3) })).status,
          ),
        );
      await allow({ redrivePermission: 'denyAll' });
      assert.deepEqual(await statuses(), [400, 400]);
      await allow({ redrivePermission: 'byQueue', sourceQueueArns: [arn(first.name)] });
      assert.deepEqual(await statuses(), [200, 400]);
      await allow({ redrivePermission: 'allowAll' });
      assert.deepEqual(await statuses(), [200, 200]);
      const { queueUrls } = await dead.call('ListDeadLetterSourceQueues');
      assert.deepEqual(queueUrls.map((url: string) => url.split('/').at(-1)).sort(), [first.name, second.name].sort());
    });

    it('wake a waiting receive by a send, the end of a delay, the end of a hold, and a hold given up', async () => {
      const q = await queue();
      const wait = async (): Promise<readonly [string[], number]> => {
        const beganMs = performance.now();
        return [await q.bodies({ WaitTimeSeconds: 10, VisibilityTimeout: 1 }), performance.now() - beganMs];
      };
      const waits = async (expected: string, low: number, high: number, act: () => Promise<unknown>): Promise<void> => {
        const waiting = wait();
        await act();
        const [bodies, ms] = await waiting;
        assert.deepEqual(bodies, [expected]);
        assert.ok(ms >= low && ms < high, `${ms} ms`);
      };
      await waits('a', 0, 900, async () => {
        await setTimeout(100);
        await q.send('a');
      });
      await waits('a', 500, 1900, () => Promise.resolve());
      const [held] = await q.receive({ WaitTimeSeconds: 3, VisibilityTimeout: 30 });
      await waits('a', 0, 900, async () => {
        await setTimeout(100);
        await q.hide(held, 0);
      });
      await q.call('PurgeQueue');
      await waits('b', 900, 1900, () => q.send('b', { DelaySeconds: 1 }));
    });

    it('end a waiting receive when they are deleted', async () => {
      const q = await queue();
      const waiting = q.refused('ReceiveMessage', { WaitTimeSeconds: 20 });
      await setTimeout(100);
      await q.call('DeleteQueue');
      assert.deepEqual((await waiting).slice(0, 2), [400, 'AWS.SimpleQueueService.NonExistentQueue']);
    });

    it('give nothing to a client that went away while it waited', async () => {
      const q = await queue();
      const gone = new AbortController();
      const request =
        form === 'json'
          ? {
              headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
              body: JSON.stringify({ QueueUrl: q.name, WaitTimeSeconds: 20 }),
            }
          : { body: new URLSearchParams({ Action: 'ReceiveMessage', QueueUrl: q.name, WaitTimeSeconds: '20' }) };
      const left = fetch(broker.url, { method: 'POST', signal: gone.signal, ...request });
      await setTimeout(200);
      gone.abort();
      await assert.rejects(left);
      await setTimeout(100);
      await q.send('x');
      assert.deepEqual(await q.bodies(), ['x']);
    });

    it('count what is visible, hidden and delayed apart, and purge all of it', async () => {
      const q = await queue();
      for (const body of ['a', 'b', 'c']) await q.send(body);
      await q.send('d', { DelaySeconds: 60 });
      await q.receive({ MaxNumberOfMessages: 1 });
      assert.equal(await q.counts(), '2 1 1');
      await q.call('PurgeQueue');
      assert.equal(await q.counts(), '0 0 0');
    });

    it('answer what changes nothing, also while something else is being stored', async () => {
      const q = await queue();
      for (let round = 0; round < 20; round += 1) {
        await q.send('x');
        const [message] = await q.receive();
        const deleted = q.delete(message);
        // The deletion is on its way to the disk by then, or is not, from round to round.
        if (round % 2 === 0) await setTimeout(1);
        await Promise.all([q.call('PurgeQueue'), q.call('PurgeQueue')]);
        await deleted;
      }
    });

    it('override their own delay and wait by a nought', async () => {
      const q = await queue({ DelaySeconds: '60', ReceiveMessageWaitTimeSeconds: '20' });
      await q.send('x', { DelaySeconds: 0 });
      assert.deepEqual(await q.bodies({ WaitTimeSeconds: 0 }), ['x']);
      const beganMs = performance.now();
      assert.deepEqual(await q.bodies({ WaitTimeSeconds: 0 }), []);
      assert.ok(performance.now() - beganMs < 5_000);
    });

    it('are compared only in what a request says when they are created again', async () => {
      const q = await queue({ VisibilityTimeout: '7' });
      await q.call('SetQueueAttributes', { Attributes: { DelaySeconds: '3' } });
      const create = async (Attributes: Input): Promise<readonly unknown[]> => {
        const { status, code, message } = await ask(broker.url, form, 'CreateQueue', { QueueName: q.name, Attributes });
        return [status, code, message];
      };
      assert.equal((await create({}))[0], 200);
      assert.equal((await create({ DelaySeconds: '3' }))[0], 200);
      assert.deepEqual(await create({ DelaySeconds: '0' }), [
        400,
        'QueueAlreadyExists',
        'A queue already exists with the same name and a different value for attribute DelaySeconds',
      ]);
    });
  });
}
