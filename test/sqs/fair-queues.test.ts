import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { forms, type Input, type Output } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

for (const form of forms) {
  describe(`a standard queue whose messages name their groups (${form})`, () => {
    const broker = new BrokerUnderTest();
    before(() => broker.start());
    after(() => broker.stop());

    const entries = (group: string | undefined, count: number): Input[] =>
      Array.from({ length: count }, (_, place) => ({
        Id: `e${place}`,
        MessageBody: group ?? 'none',
        ...(group === undefined ? {} : { MessageGroupId: group }),
      }));
    const send = async (q: QueueInForm, group: string | undefined, count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent += 10) {
        await q.call('SendMessageBatch', { Entries: entries(group, Math.min(10, count - sent)) });
      }
    };
    /** A queue of which the loud tenant has so many messages in flight, and 60 more ready. */
    async function queueWithLoud(inFlight: number): Promise<{ q: QueueInForm; held: Output[] }> {
      const q = new QueueInForm(broker.url, form, await broker.createQueue());
      await send(q, 'loud', inFlight + 60);
      const held: Output[] = [];
      while (held.length < inFlight) {
        held.push(...(await q.receive({ MaxNumberOfMessages: Math.min(10, inFlight - held.length) })));
      }
      return { q, held };
    }

    it('gives those of other tenants first while one has 30 and more than a tenth of all in flight', async () => {
      const { q } = await queueWithLoud(30);
      await send(q, 'quiet', 3);
      await send(q, undefined, 2);
      await send(q, 'other', 1);
      const expected = ['quiet', 'quiet', 'quiet', 'none', 'none', 'other', 'loud', 'loud', 'loud', 'loud'];
      assert.equal(await q.counts(), '66 30 0');
      assert.deepEqual(await q.bodies(), expected);
      assert.equal(await q.counts(), '56 40 0');
    });

    it('keeps to the order with less than that', async () => {
      const { q } = await queueWithLoud(29);
      await send(q, 'quiet', 3);
      assert.deepEqual(new Set(await q.bodies({ MaxNumberOfMessages: 1 })), new Set(['loud']));
    });

    it('keeps to the order when no tenant has more than a tenth', async () => {
      const q = new QueueInForm(broker.url, form, await broker.createQueue());
      for (let tenant = 0; tenant < 10; tenant += 1) await send(q, `t${tenant}`, 30);
      for (let received = 0; received < 300; received += 10) await q.receive();
      await send(q, 't1', 1);
      await send(q, 'new', 1);
      assert.deepEqual(await q.bodies(), ['t1', 'new']);
    });

    it('gives a tenant its place back when it is loud no more', async () => {
      const { q, held } = await queueWithLoud(30);
      await send(q, 'quiet', 10);
      assert.deepEqual(await q.bodies({ MaxNumberOfMessages: 1 }), ['quiet']);
      for (const message of held) await q.delete(message);
      assert.deepEqual(await q.bodies({ MaxNumberOfMessages: 1 }), ['loud']);
    });

    it('takes a tenant for loud, too, that had more than a tenth of the recent processing time', async () => {
      const { q, held } = await queueWithLoud(2);
      for (const message of held) await q.delete(message);
      await send(q, 'quiet', 2);
      assert.deepEqual(await q.bodies({ MaxNumberOfMessages: 4 }), ['loud', 'quiet', 'quiet', 'loud']);
    });

    it('gives a message that comes back after the others, too', async () => {
      const { q, held } = await queueWithLoud(40);
      await q.hide(held[0], 0);
      await send(q, 'quiet', 1);
      assert.deepEqual(await q.bodies({ MaxNumberOfMessages: 2 }), ['quiet', 'loud']);
    });

    it('loses nothing over a crash', async () => {
      const { q, held } = await queueWithLoud(30);
      await send(q, 'quiet', 5);
      const seen = new Set<string>(held.map(({ MessageId }) => MessageId as string));
      for (const { MessageId } of await q.receive()) seen.add(MessageId as string);
      assert.equal(seen.size, 40);
      await broker.crash();
      const after = new QueueInForm(broker.url, form, q.name);
      for (let messages = await after.receive(); messages.length > 0; messages = await after.receive()) {
        for (const { MessageId } of messages) seen.add(MessageId as string);
      }
      assert.equal(seen.size, 95);
      await after.call('PurgeQueue');
      assert.equal(await after.counts(), '0 0 0');
    });
  });
}
