import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import amqp from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import { type AdminCaller, AdministeredBroker } from './admin-caller.js';

type Item = Readonly<Record<string, unknown>>;

describe('the admin API', () => {
  const broker = new AdministeredBroker();
  let admin: AdminCaller;
  let amqpUrl: string;
  before(async () => {
    await broker.start();
    admin = broker.admin;
    amqpUrl = broker.url('AMQP').replace('amqp://', '');
  });
  after(() => broker.stop());

  it('lets nobody in without a password, and everybody only as far as their tags', async () => {
    const anonymous = await fetch(`${admin.url}/api/overview`);
    assert.equal(anonymous.status, 401);
    assert.equal(anonymous.headers.get('www-authenticate'), 'Basic realm="RabbitMQ Management"');
    for (const [name, tags] of [
      ['none', ''],
      ['mgmt', 'management'],
      ['mon', 'monitoring'],
      ['maker', 'policymaker'],
    ]) {
      assert.equal(await admin.status('PUT', `users/${name}`, { password: 'p', tags }), 201);
    }
    const statuses = async (path: string) =>
      Promise.all(['none', 'mgmt', 'mon', 'maker'].map((name) => admin.as(name, 'p').status('GET', path)));
    assert.deepEqual(await statuses('overview'), [401, 200, 200, 200]);
    assert.deepEqual(await statuses('nodes'), [401, 401, 200, 401]);
    assert.deepEqual(await statuses('parameters'), [401, 401, 401, 200]);
    assert.deepEqual(await statuses('users'), [401, 401, 401, 401]);
    assert.deepEqual(await statuses('queues/%2F'), [401, 401, 401, 401]);
  });

  it('refuses a request that a page of another origin made a browser send', async () => {
    const foreign = { origin: 'http://elsewhere.example' };
    assert.equal((await admin.call('PUT', 'vhosts/foreign', {}, foreign)).status, 403);
    assert.equal((await admin.call('PUT', 'vhosts/own', {}, { origin: admin.url })).status, 201);
  });

  it('carries names with every sign in its paths', async () => {
    for (const name of ['a/b', '%2F', 'a b+c', 'ö?&#', '~']) {
      const path = `queues/%2F/${encodeURIComponent(name)}`;
      assert.equal(await admin.status('PUT', path, { durable: true }), 201, name);
      assert.equal((await admin.get<Item>(path))['name'], name);
      assert.equal(await admin.status('DELETE', path), 204, name);
      assert.equal(await admin.status('GET', path), 404, name);
    }
  });

  it('declares what an AMQP client then finds, in the same words', async () => {
    const args = { 'x-max-length': 5, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    assert.equal(await admin.status('PUT', 'queues/%2F/declared', { durable: true, arguments: args }), 201);
    const connection = await amqp.connect(`amqp://guest:guest@${amqpUrl}`);
    const channel = await connection.createChannel();
    await channel.assertQueue('declared', { durable: true, arguments: args });
    await connection.close();
    const { status, body } = await admin.call('PUT', 'queues/%2F/declared', { durable: false });
    assert.equal(status, 400);
    assert.deepEqual(body, {
      error: 'bad_request',
      reason: "inequivalent arg 'durable' for queue 'declared' in vhost '/': received 'false' but current is 'true'",
    });
  });

  it('publishes and gets messages with their properties, and can put them back', async () => {
    await admin.status('PUT', 'queues/%2F/mail', { durable: true });
    const properties = {
      delivery_mode: 2,
      priority: 3,
      headers: { a: 1, b: { c: [true, null, 'x'] } },
      expiration: '60000',
    };
    const published = await admin.call('POST', 'exchanges/%2F/amq.default/publish', {
      properties,
      routing_key: 'mail',
      payload: Buffer.from([0, 255]).toString('base64'),
      payload_encoding: 'base64',
    });
    assert.deepEqual(published.body, { routed: true });
    const get = async (ackmode: string) =>
      (await admin.call('POST', 'queues/%2F/mail/get', { count: 5, ackmode, encoding: 'auto' })).body as Item[];
    const { message_stats: stats } = await admin.get<{ message_stats: Item }>('queues/%2F/mail');
    assert.deepEqual(stats, {
      publish: 1,
      publish_details: { rate: 0 },
      deliver_get: 0,
      deliver_get_details: { rate: 0 },
    });
    const [first] = await get('ack_requeue_true');
    assert.deepEqual(first!['properties'], properties);
    assert.equal(first!['payload'], 'AP8=');
    assert.equal(first!['redelivered'], false);
    const [again] = await get('ack_requeue_false');
    assert.equal(again!['redelivered'], true);
    assert.deepEqual(await get('ack_requeue_false'), []);
  });

  it('shows connections, channels and consumers, and closes a connection with a reason', async () => {
    const connection = await amqp.connect(`amqp://guest:guest@${amqpUrl}`, {
      clientProperties: { connection_name: 'shown' },
    });
    const ended = new Promise<Error>((resolve) => connection.on('close', resolve));
    const channel = await connection.createChannel();
    await channel.prefetch(7);
    await channel.assertQueue('consumed');
    channel.sendToQueue('consumed', Buffer.from('held'));
    await new Promise((resolve) => {
      void channel.consume('consumed', resolve, { consumerTag: 'me' });
    });

    const [shown] = (await admin.get<Item[]>('connections')).filter(
      (each) => (each['client_properties'] as Item)['connection_name'] === 'shown',
    );
    assert.equal(shown!['user'], 'guest');
    assert.equal(shown!['channels'], 1);
    const name = encodeURIComponent(shown!['name'] as string);
    const [ofConnection] = await admin.get<Item[]>(`connections/${name}/channels`);
    assert.equal(ofConnection!['consumer_count'], 1);
    assert.equal(ofConnection!['messages_unacknowledged'], 1);
    const [consumer] = (await admin.get<Item[]>('consumers/%2F')).filter((each) => each['consumer_tag'] === 'me');
    assert.equal(consumer!['prefetch_count'], 7);
    assert.deepEqual(consumer!['queue'], { name: 'consumed', vhost: '/' });
    const { consumer_details: details } = await admin.get<{ consumer_details: Item[] }>('queues/%2F/consumed');
    assert.equal(details.length, 1);

    const closed = await admin.call('DELETE', `connections/${name}`, undefined, { 'x-reason': 'enough' });
    assert.equal(closed.status, 204);
    assert.match((await ended).message, /CONNECTION[_-]FORCED.* enough/);
    assert.equal(await admin.status('DELETE', `connections/${name}`), 404);
  });

  it('pages, filters, sorts and cuts down lists', async () => {
    await admin.status('PUT', 'vhosts/paged');
    for (const name of ['a1', 'a2', 'b1', 'A3']) await admin.status('PUT', `queues/paged/${name}`, {});
    const page = await admin.get<Item>(
      'queues/paged?page=1&page_size=2&name=a&sort=name&sort_reverse=true&columns=name',
    );
    assert.deepEqual(page, {
      filtered_count: 3,
      item_count: 2,
      items: [{ name: 'a2' }, { name: 'a1' }],
      page: 1,
      page_count: 2,
      page_size: 2,
      total_count: 4,
    });
    const matching = await admin.get<{ items: Item[] }>('queues/paged?page=1&name=%5E%5Bab%5D1&use_regex=true');
    assert.deepEqual(
      matching.items.map((item) => item['name']),
      ['a1', 'b1'],
    );
    assert.equal(await admin.status('GET', 'queues/paged?page=3&page_size=2'), 400);
  });

  it('changes queues that are there by a policy, and changes them back', async () => {
    await admin.status('PUT', 'queues/%2F/limited', { durable: true });
    const publish = () =>
      admin.call('POST', 'exchanges/%2F/amq.default/publish', {
        properties: {},
        routing_key: 'limited',
        payload: 'x',
        payload_encoding: 'string',
      });
    for (let i = 0; i < 3; i++) await publish();
    const policy = { pattern: '^limited$', definition: { 'max-length': 1 }, 'apply-to': 'queues' };
    assert.equal(await admin.status('PUT', 'policies/%2F/short', policy), 201);
    const held = await admin.get<Item>('queues/%2F/limited');
    assert.equal(held['messages'], 1);
    assert.equal(held['policy'], 'short');
    assert.deepEqual(held['effective_policy_definition'], { 'max-length': 1 });
    assert.equal(await admin.status('DELETE', 'policies/%2F/short'), 204);
    await publish();
    assert.equal((await admin.get<Item>('queues/%2F/limited'))['messages'], 2);
  });

  it('limits queues and connections of a virtual host', async () => {
    await admin.status('PUT', 'vhosts/small');
    await admin.status('PUT', 'vhost-limits/small/max-queues', { value: 1 });
    await admin.status('PUT', 'vhost-limits/small/max-connections', { value: 1 });
    assert.equal(await admin.status('PUT', 'queues/small/one', {}), 201);
    assert.equal(await admin.status('PUT', 'queues/small/two', {}), 400);
    const first = await amqp.connect(`amqp://guest:guest@${amqpUrl}/small`);
    await assert.rejects(amqp.connect(`amqp://guest:guest@${amqpUrl}/small`), /ConnectionClose/);
    await first.close();
    await (await amqp.connect(`amqp://guest:guest@${amqpUrl}/small`)).close();
  });

  it('makes users whom AMQP and Kafka know, until they are deleted', async () => {
    await admin.status('PUT', 'users/ann', { password: 'secret', tags: '' });
    await assert.rejects(amqp.connect(`amqp://ann:secret@${amqpUrl}`), /ConnectionClose/);
    await admin.status('PUT', 'permissions/%2F/ann', { configure: '^ann', write: '.*', read: '.*' });
    const connection = await amqp.connect(`amqp://ann:secret@${amqpUrl}`);
    const ended = new Promise<Error>((resolve) => connection.on('close', resolve));
    const kafka = (password: string) =>
      new Kafka({
        brokers: [broker.url('Kafka').replace('kafka://', '')],
        sasl: { mechanism: 'plain', username: 'ann', password },
        logLevel: logLevel.NOTHING,
        retry: { retries: 0 },
      }).admin();
    const right = kafka('secret');
    await right.connect();
    await right.disconnect();
    await assert.rejects(kafka('wrong').connect());

    await admin.status('PUT', 'users/ann', { password: 'other', tags: '' });
    await assert.rejects(kafka('secret').connect());
    assert.equal(await admin.status('DELETE', 'users/ann'), 204);
    assert.match((await ended).message, /user 'ann' is deleted/);
    await assert.rejects(amqp.connect(`amqp://ann:other@${amqpUrl}`), /403|ACCESS/);
    assert.deepEqual(
      (await admin.get<Item[]>('vhosts/%2F/permissions')).filter(({ user }) => user === 'ann'),
      [],
    );
  });

  it('takes back what a user may do, while the user is connected', async () => {
    await admin.status('PUT', 'users/tom', { password: 'p', tags: 'management' });
    const everything = { configure: '.*', write: '.*', read: '.*' };
    await admin.status('PUT', 'permissions/%2F/tom', everything);
    await admin.status('PUT', 'topic-permissions/%2F/tom', { exchange: 'amq.topic', write: '^a', read: '^a' });
    const connection = await amqp.connect(`amqp://tom:p@${amqpUrl}`);
    const publish = async (routingKey: string): Promise<string> => {
      const channel = await connection.createConfirmChannel();
      const refused = new Promise<string>((resolve) => channel.on('error', (error: Error) => resolve(error.message)));
      channel.publish('amq.topic', routingKey, Buffer.from('x'));
      return Promise.race([
        refused,
        channel.waitForConfirms().then(
          () => 'confirmed',
          () => refused,
        ),
      ]);
    };
    assert.equal(await publish('a.b'), 'confirmed');
    assert.match(await publish('b.a'), /403.*write access to topic 'b.a' in exchange 'amq.topic'/);
    const binding = await admin
      .as('tom', 'p')
      .call('POST', 'bindings/%2F/e/amq.topic/e/amq.fanout', { routing_key: 'b' });
    assert.equal(binding.status, 401);
    await admin.status('DELETE', 'topic-permissions/%2F/tom');
    assert.equal(await publish('b.a'), 'confirmed');
    await admin.status('PUT', 'permissions/%2F/tom', { ...everything, write: '^other$' });
    assert.match(await publish('b.a'), /403.*write access to exchange 'amq.topic'/);
    await connection.close();
  });

  it('deletes a virtual host with all that is in it', async () => {
    await admin.status('PUT', 'vhosts/doomed');
    await admin.status('PUT', 'queues/doomed/q', { durable: true });
    const policy = { pattern: '', definition: { 'max-length': 1 } };
    await admin.status('PUT', 'policies/doomed/p', policy);
    const connection = await amqp.connect(`amqp://guest:guest@${amqpUrl}/doomed`);
    const ended = new Promise<Error>((resolve) => connection.on('close', resolve));
    assert.equal(await admin.status('DELETE', 'vhosts/doomed'), 204);
    assert.match((await ended).message, /vhost 'doomed' is deleted/);
    await admin.status('PUT', 'vhosts/doomed');
    assert.deepEqual(await admin.get('queues/doomed'), []);
    assert.deepEqual(await admin.get('policies/doomed'), []);
  });

  it('answers health checks', async () => {
    const port = new URL(admin.url).port;
    for (const check of [
      'alarms',
      'local-alarms',
      'virtual-hosts',
      `port-listener/${port}`,
      'protocol-listener/amqp091',
    ]) {
      assert.equal(await admin.status('GET', `health/checks/${check}`), 200, check);
    }
    assert.equal(await admin.status('GET', 'health/checks/port-listener/1'), 503);
    assert.equal(await admin.status('GET', 'health/checks/protocol-listener/mqtt'), 503);
    assert.deepEqual(await admin.get('aliveness-test/%2F'), { status: 'ok' });
  });

  it('answers HEAD without a body, and OPTIONS with what there is', async () => {
    const head = await admin.call('HEAD', 'whoami');
    assert.deepEqual([head.status, head.body, head.headers.get('content-type')], [200, undefined, 'application/json']);
    const options = await admin.call('OPTIONS', 'queues/%2F/any');
    assert.deepEqual(options.headers.get('allow')!.split(', ').sort(), ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT']);
  });

  it('refuses what it cannot read, and goes on', async () => {
    for (const [method, path, body, status] of [
      ['PUT', 'queues/%2F/x', '{', 400],
      ['PUT', 'queues/%2F/x', '[1]', 400],
      ['PUT', 'queues/%2F/x', { arguments: 'x' }, 400],
      ['PUT', 'queues/%2F/x', { arguments: { 'x-max-length': [] } }, 400],
      [
        'POST',
        'exchanges/%2F/amq.topic/publish',
        { properties: { timestamp: 'x' }, routing_key: '', payload: '', payload_encoding: 'string' },
        400,
      ],
      [
        'POST',
        'exchanges/%2F/amq.topic/publish',
        { properties: { headers: 1 }, routing_key: '', payload: '', payload_encoding: 'string' },
        400,
      ],
      ['POST', 'definitions', { queues: {} }, 400],
      ['POST', 'definitions', { users: [1] }, 400],
      ['GET', 'queues/%zz/x', undefined, 404],
      ['POST', 'overview', {}, 405],
    ] as const) {
      assert.equal(await admin.status(method, path, body), status, `${method} ${path} ${JSON.stringify(body)}`);
    }
    assert.equal((await admin.get<Item>('whoami'))['name'], 'guest');
  });

  it('keeps everything over a restart', async () => {
    await admin.status('PUT', 'users/kept', { password: 'p', tags: 'management' });
    await admin.status('PUT', 'vhosts/kept', { description: 'stays' });
    await admin.status('PUT', 'permissions/kept/kept', { configure: '', write: '', read: '' });
    await admin.status('PUT', 'policies/kept/kept', { pattern: 'q', definition: { 'max-length': 9 } });
    await admin.status('PUT', 'vhost-limits/kept/max-queues', { value: 3 });
    await admin.status('PUT', 'queues/kept/q', { durable: true });
    const before = (await admin.get<Item>('definitions')) as { users: Item[] };
    await broker.restart();
    admin = broker.admin;
    amqpUrl = broker.url('AMQP').replace('amqp://', '');
    assert.deepEqual(sorted(await admin.get<Item>('definitions')), sorted(before));
    assert.equal((await admin.get<Item>('queues/kept/q'))['policy'], 'kept');
    assert.equal(await admin.as('kept', 'p').status('GET', 'whoami'), 200);
  });
});

/** Lists in an order of their own, because that of the store is another after a restart. */
function sorted(definitions: Item): Item {
  const order = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((each) => JSON.stringify(each)).sort((a, b) => (a < b ? -1 : 1)) : value;
  return Object.fromEntries(Object.entries(definitions).map(([key, value]) => [key, order(value)]));
}
