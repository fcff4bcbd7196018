import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { forms, type Input, type Output } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** What other servers for SQS got wrong about FIFO queues, in both forms. */
for (const form of forms) {
  describe(`FIFO queues (${form})`, () => {
    const broker = new BrokerUnderTest();
    before(() => broker.start());
    after(() => broker.stop());

    const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    /** A queue of bodies whose first two letters are their groups. */
    async function queueOf(bodies: readonly string[], attributes: Record<string, string> = {}): Promise<QueueInForm> {
      const q = new QueueInForm(broker.url, form, await broker.createQueue({ ...fifo, ...attributes }));
      for (const body of bodies) await q.send(body, { MessageGroupId: body.slice(0, 2) });
      return q;
    }

    it('fill a receive from one group before the next, and lock it while any of it is held', async () => {
      const q = await queueOf(['g1-a', 'g2-a', 'g1-b', 'g1-c']);
      const [first, second] = await q.receive({ MaxNumberOfMessages: 2 });
      assert.deepEqual([first.Body, second.Body], ['g1-a', 'g1-b']);
      assert.equal(await q.counts(), '2 2 0');
      assert.deepEqual(await q.bodies(), ['g2-a']);
      await q.delete(first);
      assert.deepEqual(await q.bodies(), []);
      await q.delete(second);
      assert.deepEqual(await q.bodies(), ['g1-c']);
    });

    it('show what comes before an extended message again, and hide it and what comes after it', async () => {
      const q = await queueOf(['g1-a', 'g1-b', 'g1-c'], { VisibilityTimeout: '1' });
      const messages = await q.receive();
      await q.hide(messages[1], 30);
      assert.deepEqual(await q.bodies({ WaitTimeSeconds: 3 }), ['g1-a']);
    });

    it('give a message whose timeout is ended first, behind other groups', async () => {
      const q = await queueOf(['g1-a', 'g1-b', 'g2-a']);
      const [first] = await q.receive({ MaxNumberOfMessages: 2 });
      await q.hide(first, 0);
      assert.deepEqual(await q.bodies(), ['g2-a', 'g1-a']);
    });

    it('are not locked by a receive that hides nothing', async () => {
      const q = await queueOf(['g1-a', 'g1-b', 'g2-a']);
      assert.deepEqual(await q.bodies({ MaxNumberOfMessages: 1, VisibilityTimeout: 0 }), ['g1-a']);
      assert.deepEqual(await q.bodies({ MaxNumberOfMessages: 3 }), ['g2-a', 'g1-a', 'g1-b']);
    });

    it('refuse a handle whose time is over, and take one that was extended', async () => {
      const q = await queueOf(['g1-a', 'g2-a']);
      const [first, second] = await q.receive({ VisibilityTimeout: 1 });
      await q.hide(second, 30);
      assert.deepEqual(await q.bodies({ WaitTimeSeconds: 3, VisibilityTimeout: 0 }), ['g1-a']);
      assert.deepEqual(await q.refused('DeleteMessage', { ReceiptHandle: first.ReceiptHandle }), [
        400,
        'InvalidParameterValue',
        `Value ${first.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      ]);
      await q.delete(second);
    });

    it('answer a duplicate with the original, also when that is deleted, until they are purged', async () => {
      const q = await queueOf([]);
      const same = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
      const first = await q.send('x', same);
      const [message] = await q.receive();
      await q.delete(message);
      const second = await q.send('y', same);
      assert.deepEqual([second.MessageId, second.SequenceNumber], [first.MessageId, first.SequenceNumber]);
      assert.match(first.SequenceNumber, /^\d{20}$/);
      assert.deepEqual(await q.bodies(), []);
      await q.call('PurgeQueue');
      const third = await q.send('z', same);
      assert.notEqual(third.MessageId, first.MessageId);
      assert.ok(third.SequenceNumber > first.SequenceNumber);
    });

    it('keep to the scope of deduplication that they were created with', async () => {
      const scoped = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
      const q = await queueOf(['g1-a'], scoped);
      const send = (group: string): Promise<Output> => q.send('same', { MessageGroupId: group });
      assert.notEqual((await send('g1')).MessageId, (await send('g2')).MessageId);
      const Attributes = { DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' };
      await q.call('SetQueueAttributes', { Attributes });
      assert.notEqual((await send('g3')).MessageId, (await send('g4')).MessageId);
      const one = await queueOf([]);
      const ids = [await one.send('same', { MessageGroupId: 'a' }), await one.send('same', { MessageGroupId: 'b' })];
      assert.equal(ids[0].MessageId, ids[1].MessageId);
    });

    it('are delayed as a whole', async () => {
      const q = await queueOf([], { DelaySeconds: '1' });
      assert.deepEqual(await q.refused('SendMessage', { MessageBody: 'x', MessageGroupId: 'g', DelaySeconds: 2 }), [
        400,
        'InvalidParameterValue',
        'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
      ]);
      await q.send('x', { MessageGroupId: 'g', DelaySeconds: 0 });
      assert.equal(await q.counts(), '0 0 1');
      assert.deepEqual(await q.bodies(), []);
      assert.deepEqual(await q.bodies({ WaitTimeSeconds: 3 }), ['x']);
    });

    it('move a message to the dead-letter queue once, and free its group', async () => {
      const dead = await queueOf([]);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(dead.name), maxReceiveCount: '1' });
      const q = await queueOf(['g1-a', 'g1-b'], { RedrivePolicy });
      const [first] = await q.receive({ MaxNumberOfMessages: 1 });
      await q.hide(first, 0);
      assert.deepEqual(await q.bodies(), ['g1-b']);
      const [message] = await dead.receive({ MessageSystemAttributeNames: ['All'] });
      assert.equal(message.Body, 'g1-a');
      assert.equal(message.MessageId, first.MessageId);
      assert.equal(message.Attributes.DeadLetterQueueSourceArn, arn(q.name));
    });

    describe('with a receive attempt id', () => {
      const attempt: Input = { ReceiveRequestAttemptId: 'try-1', MaxNumberOfMessages: 2 };

      it('give the same messages and handles again, hidden anew', async () => {
        const q = await queueOf(['g1-a', 'g1-b', 'g1-c', 'g2-a']);
        const first = await q.receive({ ...attempt, VisibilityTimeout: 2 });
        await setTimeout(1200);
        assert.deepEqual(await q.receive({ ...attempt, VisibilityTimeout: 2 }), first);
        await setTimeout(1200);
        assert.deepEqual(await q.bodies(), ['g2-a']);
        await setTimeout(1000);
        assert.deepEqual(await q.bodies(), ['g1-a', 'g1-b', 'g1-c']);
      });

      for (const [what, change] of [
        ['deleted', (q: QueueInForm, message: Output) => q.delete(message)],
        ['changed', (q: QueueInForm, message: Output) => q.hide(message, 20)],
      ] as const) {
        it(`begin anew when a message was ${what}`, async () => {
          const q = await queueOf(['g1-a', 'g2-a', 'g3-a']);
          const [first] = await q.receive(attempt);
          await change(q, first);
          assert.deepEqual(await q.bodies(attempt), ['g3-a']);
        });
      }

      it('refuse it on a standard queue, and an id that is none', async () => {
        const standard = new QueueInForm(broker.url, form, await broker.createQueue());
        assert.deepEqual((await standard.refused('ReceiveMessage', attempt)).slice(0, 2), [
          400,
          'InvalidParameterValue',
        ]);
        const q = await queueOf([]);
        const [status] = await q.refused('ReceiveMessage', { ReceiveRequestAttemptId: 'a b' });
        assert.equal(status, 400);
      });
    });
  });
}
