import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startRestartableBroker } from './broker-under-test.js';
import { RawClient } from './raw-client.js';

/** What an AMQP client was told is durable is there after a stop, and after a crash. */
describe('AMQP over a restart', () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`keeps durable queues, exchanges, bindings and confirmed messages (${signal})`, async () => {
      const first = await startRestartableBroker();
      const before = await RawClient.open(first.url);
      const call = (method: string, fields: object) => before.call(1, method, { arguments: {}, ...fields });
      await call('ExchangeDeclare', { exchange: 'kept-x', type: 'topic', durable: true });
      await call('QueueDeclare', { queue: 'kept', durable: true, arguments: { 'x-max-priority': 5 } });
      await call('QueueDeclare', { queue: 'plain', durable: true });
      await call('QueueDeclare', { queue: 'passing', durable: false });
      await call('QueueBind', { queue: 'kept', exchange: 'kept-x', routingKey: 'a.*' });
      await call('QueueBind', { queue: 'plain', exchange: 'kept-x', routingKey: '#' });
      await call('ConfirmSelect', {});
      const persistent = { deliveryMode: 2, headers: { n: 1 }, messageId: 'm' };
      before.publish(1, { exchange: 'kept-x', routingKey: 'a.b' }, 'low', { ...persistent, priority: 1 });
      before.publish(1, { exchange: 'kept-x', routingKey: 'a.b' }, 'high', { ...persistent, priority: 4 });
      before.publish(1, { routingKey: 'plain' }, 'transient', { deliveryMode: 1 });
      // the transient one may be confirmed before those that wait for the disk
      const unconfirmed = new Set([1, 2, 3]);
      while (unconfirmed.size > 0) {
        const { fields } = await before.next('BasicAck');
        const last = Number(fields['deliveryTag']);
        for (const tag of unconfirmed)
          if (tag === last || (fields['multiple'] === true && tag < last)) unconfirmed.delete(tag);
      }
      assert.equal(await call('BasicGet', { queue: 'plain' }), 'BasicGetOk@1 1 false kept-x a.b 2 body=low');

      const second = await first.restart(signal);
      const after = await RawClient.open(second.url);
      const ask = (method: string, fields: object) => after.call(1, method, { arguments: {}, ...fields });
      assert.match(await ask('QueueDeclare', { queue: 'passing', passive: true }), /no queue 'passing'/);
      await after.reopen(1);
      assert.equal(
        await ask('QueueDeclare', { queue: 'kept', durable: true, arguments: { 'x-max-priority': 5 } }),
        'QueueDeclareOk@1 kept 2 0',
      );
      assert.equal(await ask('BasicGet', { queue: 'kept' }), 'BasicGetOk@1 1 false kept-x a.b 1 body=high');
      after.send(1, 'BasicGet', { queue: 'kept' });
      const { body, properties } = await after.next('BasicGetOk');
      assert.deepEqual([body, properties?.['messageId'], properties?.['headers']], ['low', 'm', { n: 1 }]);

      after.send(1, 'BasicGet', { queue: 'plain' });
      const again = await after.next('BasicGetOk');
      assert.equal(again.body, 'low');
      assert.equal(again.fields['redelivered'], true);
      const last = await ask('BasicGet', { queue: 'plain' });
      // the mark is reserved ahead of the deliveries: after a crash it may stand on what was only next
      const marks = signal === 'SIGTERM' ? 'false' : '(true|false)';
      assert.match(last, new RegExp(`^BasicGetOk@1 4 ${marks} kept-x a\\.b 0 body=high$`));
      assert.equal(await ask('BasicGet', { queue: 'plain' }), 'BasicGetEmpty@1');

      after.publish(1, { exchange: 'kept-x', routingKey: 'a.c' }, 'new');
      assert.match(await ask('BasicGet', { queue: 'plain' }), /body=new$/);
      after.end();
      await second.stop();
    });
  }
});
