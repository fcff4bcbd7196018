import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import amqp from 'amqplib';
import { AdminCaller, AdministeredBroker } from './admin-caller.js';

type Item = Readonly<Record<string, unknown>>;

// "test12" with salt 908DC60A, https://www.rabbitmq.com/docs/passwords#computing-password-hash
const HASH = 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR';
const SHA256 = 'rabbit_password_hashing_sha256';

/** As the management plugin of RabbitMQ 3.10 exports it, and with what `rabbitmqctl` of that version makes of tables. */
const OF_3_10 = {
  rabbit_version: '3.10.8',
  users: [{ name: 'old', password_hash: HASH, hashing_algorithm: SHA256, tags: ['management'], limits: {} }],
  vhosts: [{ limits: [], metadata: { description: 'of 3.10', tags: ['a'] }, name: 'v310' }],
  permissions: [{ user: 'old', vhost: 'v310', configure: '.*', write: '.*', read: '.*' }],
  topic_permissions: [],
  parameters: [
    { component: 'vhost-limits', name: 'limits', value: [], vhost: 'v310' },
    {
      component: 'operator_policy',
      name: 'op',
      vhost: 'v310',
      value: { 'apply-to': 'queues', definition: [['max-length', 3]], pattern: '^q', priority: 0 },
    },
  ],
  global_parameters: [{ name: 'cluster_name', value: 'old-cluster' }],
  policies: [
    { vhost: 'v310', name: 'p', pattern: '^q', 'apply-to': 'queues', definition: { 'ha-mode': 'all' }, priority: 1 },
  ],
  queues: [{ name: 'q', vhost: 'v310', durable: true, auto_delete: false, arguments: { 'x-queue-mode': 'lazy' } }],
  exchanges: [
    { name: 'x', vhost: 'v310', type: 'topic', durable: true, auto_delete: false, internal: false, arguments: {} },
  ],
  bindings: [
    { source: 'x', vhost: 'v310', destination: 'q', destination_type: 'queue', routing_key: 'a.#', arguments: {} },
  ],
};

/** As RabbitMQ 4 exports it. */
const OF_4 = {
  rabbitmq_version: '4.1.0',
  rabbitmq_definition_format: 'cluster',
  original_cluster_name: 'new',
  explanation: 'Definitions of cluster',
  users: [{ name: 'new', password_hash: HASH, hashing_algorithm: SHA256, tags: ['administrator'], limits: {} }],
  vhosts: [
    {
      name: 'v4',
      description: 'of 4',
      tags: [],
      default_queue_type: 'classic',
      metadata: { description: 'of 4', tags: [], default_queue_type: 'classic' },
    },
  ],
  permissions: [{ user: 'new', vhost: 'v4', configure: '.*', write: '.*', read: '.*' }],
  parameters: [],
  global_parameters: [],
  policies: [],
  queues: [
    { name: 'qq', vhost: 'v4', durable: true, auto_delete: false, arguments: { 'x-queue-type': 'quorum' } },
    { name: 's', vhost: 'v4', durable: true, auto_delete: false, arguments: { 'x-queue-type': 'stream' } },
  ],
  exchanges: [],
  bindings: [],
};

describe('definitions', () => {
  const broker = new AdministeredBroker();
  let amqpHost: string;
  before(async () => {
    await broker.start();
    amqpHost = broker.url('AMQP').replace('amqp://', '');
  });
  after(() => broker.stop());

  it('of RabbitMQ 3.10 are imported, with passwords, policies and limits', async () => {
    const { admin } = broker;
    assert.equal(await admin.status('POST', 'definitions', OF_3_10), 204);
    const connection = await amqp.connect(`amqp://old:test12@${amqpHost}/v310`);
    const channel = await connection.createConfirmChannel();
    channel.publish('x', 'a.b.c', Buffer.from('arrives'));
    await channel.waitForConfirms();
    const got = await channel.get('q', { noAck: true });
    assert.equal(got !== false && got.content.toString(), 'arrives');
    await connection.close();
    const queue = await admin.as('old', 'test12').get<Item>('queues/v310/q');
    assert.deepEqual([queue['policy'], queue['operator_policy']], ['p', 'op']);
    assert.deepEqual(await admin.get('cluster-name'), { name: 'old-cluster' });
    assert.equal(await admin.status('POST', 'definitions', OF_3_10), 204, 'once more');
  });

  it('of RabbitMQ 4 are imported', async () => {
    const { admin } = broker;
    assert.equal(await admin.status('POST', 'definitions', OF_4), 204);
    const queues = await admin.as('new', 'test12').get<Item[]>('queues/v4');
    assert.deepEqual(
      queues.map(({ name, type }) => [name, type]),
      [
        ['qq', 'quorum'],
        ['s', 'stream'],
      ],
    );
    assert.equal((await admin.get<Item>('vhosts/v4'))['description'], 'of 4');
  });

  it('have topics with all their partitions', async () => {
    const { admin } = broker;
    const topic = { name: 'wide', vhost: '/', durable: true, partitions: 3, arguments: { 'x-queue-type': 'stream' } };
    assert.equal(await admin.status('POST', 'definitions', { queues: [topic] }), 204);
    assert.equal((await admin.get<Item>('queues/%2F/wide'))['partitions'], 3);
    const { queues } = await admin.get<{ queues: Item[] }>('definitions/%2F');
    assert.deepEqual(
      queues.map(({ name, partitions }) => [name, partitions]),
      [['wide', 3]],
    );
    assert.equal(await admin.status('DELETE', 'queues/%2F/wide'), 204);
  });

  it('of one virtual host go to another', async () => {
    const { admin } = broker;
    await admin.status('PUT', 'vhosts/copy');
    const definitions = await admin.as('old', 'test12').call('GET', 'definitions/v310');
    assert.equal(definitions.status, 401, 'no policymaker');
    await admin.status('PUT', 'permissions/v310/guest', { configure: '.*', write: '.*', read: '.*' });
    const mine = await admin.get<Item>('definitions/v310');
    assert.equal(await admin.status('POST', 'definitions/copy', mine), 204);
    const bindings = await admin.get<Item[]>('bindings/copy');
    assert.deepEqual(
      bindings.map(({ source, destination }) => [source, destination]),
      [
        ['', 'q'],
        ['x', 'q'],
      ],
    );
  });

  it('are refused whole files of another kind, with the reason', async () => {
    const { admin } = broker;
    for (const wrong of [
      { users: [{ name: 'x', password_hash: 'short', hashing_algorithm: SHA256, tags: [] }] },
      { permissions: [{ user: 'nobody', vhost: '/', configure: '', write: '', read: '' }] },
      { queues: [{ name: 'q', vhost: 'nowhere' }] },
      { policies: [{ vhost: '/', name: 'p', pattern: '(', definition: { 'max-length': 1 } }] },
      { bindings: [{ source: 'none', vhost: '/', destination: 'none', destination_type: 'queue', routing_key: '' }] },
    ]) {
      const { status, body } = await admin.call('POST', 'definitions', wrong);
      assert.equal(status, 400, JSON.stringify(wrong));
      assert.equal((body as Item)['error'], 'bad_request');
    }
  });

  // a fresh RabbitMQ with its management plugin, as `http://guest:guest@127.0.0.1:15672`
  const given = process.env['ROSETTAMQ_TEST_RABBITMQ_ADMIN'];
  it('go to a RabbitMQ and come back as they were', {
    skip: given === undefined ? 'ROSETTAMQ_TEST_RABBITMQ_ADMIN names no RabbitMQ' : false,
  }, async () => {
    const { admin } = broker;
    const url = new URL(given!);
    const rabbitmq = new AdminCaller(url.origin, url.username, url.password);
    const ours = await admin.get<Record<string, Item[]>>('definitions');
    assert.equal(await rabbitmq.status('POST', 'definitions', ours), 204);
    assert.equal(await rabbitmq.as('new', 'test12').status('GET', 'whoami'), 200);
    const theirs = await rabbitmq.get<Record<string, Item[]>>('definitions');
    for (const kind of ['users', 'permissions', 'policies', 'queues', 'exchanges', 'bindings']) {
      const there = theirs[kind]!.map(essence);
      for (const each of ours[kind]!.map(essence)) assert.ok(there.includes(each), `${kind}: ${each}`);
    }
    assert.equal(await admin.status('POST', 'definitions', theirs), 204);
    const back = await admin.get<Record<string, Item[]>>('definitions');
    for (const kind of ['users', 'queues', 'bindings', 'policies']) {
      const there = back[kind]!.map(essence);
      for (const each of theirs[kind]!.map(essence)) assert.ok(there.includes(each), `${kind}: ${each}`);
    }
  });
});

/** What makes two of them the same, in an order of its own. */
function essence(item: Item): string {
  const { type: _, limits: __, ...rest } = item;
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}
