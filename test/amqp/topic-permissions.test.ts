import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBroker, type EmbeddedBroker } from 'rosettamq';
import { RawClient } from './raw-client.js';

/** The texts are those of a RabbitMQ 3.10.8 that was asked the same. */
describe('topic permissions', () => {
  let broker: EmbeddedBroker;
  let client: RawClient;

  before(async () => {
    broker = await createBroker({ temporary: true, amqpPort: 0, kafkaPort: 'off', sqsPort: 'off', adminPort: 0 });
    client = await RawClient.open(broker.urls.amqp!);
    await client.call(1, 'QueueDeclare', { queue: 'q', exclusive: true, arguments: {} });
  });
  after(async () => {
    client.end();
    await broker.close();
  });

  async function permit(permission: object): Promise<void> {
    const { status } = await fetch(`${broker.urls.admin!}/api/topic-permissions/%2F/guest`, {
      method: 'PUT',
      headers: { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ exchange: 'amq.topic', ...permission }),
    });
    assert.ok(status === 201 || status === 204, String(status));
  }

  async function publish(routingKey: string, exchange = 'amq.topic'): Promise<string[]> {
    client.publish(1, { exchange, routingKey }, 'x');
    const answers = await client.settled(1);
    if (answers.length > 0) await client.reopen(1);
    return answers;
  }

  async function ask(method: string, fields: object): Promise<string> {
    const answer = await client.call(1, method, { exchange: 'amq.topic', arguments: {}, ...fields });
    if (answer.startsWith('ChannelClose')) await client.reopen(1);
    return answer;
  }

  const refused = (key: string, ids: string) =>
    `ChannelClose@1 ACCESS_REFUSED - ${ids === '60,40' ? 'write' : 'read'} access to topic '${key}' in exchange 'amq.topic' in vhost '/' refused for user 'guest' (${ids})`;

  it('say which keys may be published and bound on a topic exchange, from when they are set', async () => {
    assert.deepEqual(await publish('other.x'), []);
    await permit({ write: '^{username}[.]', read: '^{username}[.]' });
    assert.deepEqual(await publish('guest.x'), []);
    assert.deepEqual(await publish('other.x'), [refused('other.x', '60,40')]);
    assert.deepEqual(await publish('other.x', 'amq.direct'), []);
    assert.equal(await ask('QueueBind', { queue: 'q', routingKey: 'guest.#' }), 'QueueBindOk@1');
    assert.equal(await ask('QueueBind', { queue: 'q', routingKey: 'other.#' }), refused('other.#', '50,20'));
    const between = { destination: 'amq.fanout', source: 'amq.topic', routingKey: 'other.#' };
    assert.equal(await ask('ExchangeBind', between), refused('other.#', '40,30'));
    await permit({ write: '.*', read: '.*' });
    assert.deepEqual(await publish('other.x'), []);
  });
});
