import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { type Arrival, RawClient, type RawOptions, show } from './raw-client.js';

type Properties = Readonly<Record<string, unknown>>;

/** What becomes of messages: expiry, dead letters, limits, priorities, headers. */
describe('AMQP deliveries', () => {
  let broker: BrokerUnderTest;
  const clients: RawClient[] = [];

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(async () => {
    for (const client of clients) client.end();
    await broker.stop();
  });

  async function open(options?: RawOptions): Promise<RawClient> {
    const client = await RawClient.open(broker.url, options);
    clients.push(client);
    return client;
  }

  async function declare(client: RawClient, args: object = {}, fields: object = {}): Promise<string> {
    const queue = freshName();
    client.send(1, 'QueueDeclare', { queue, durable: true, ...fields, arguments: args });
    await client.next('QueueDeclareOk');
    return queue;
  }

  async function get(client: RawClient, queue: string, noAck = true): Promise<Arrival> {
    client.send(1, 'BasicGet', { queue, noAck });
    return client.next();
  }

  /** Gets until there is a message: for what happens a moment later. */
  async function eventually(client: RawClient, queue: string): Promise<Arrival> {
    for (const limit = Date.now() + 10_000; Date.now() < limit; await sleep(10)) {
      const arrival = await get(client, queue);
      if (arrival.name === 'BasicGetOk') return arrival;
    }
    throw new Error(`no message came to ${queue}`);
  }

  async function ready(client: RawClient, queue: string): Promise<number> {
    client.send(1, 'QueueDeclare', { queue, passive: true, arguments: {} });
    return Number((await client.next('QueueDeclareOk')).fields['messageCount']);
  }

  const headersOf = (arrival: Arrival): Properties => (arrival.properties?.['headers'] ?? {}) as Properties;

  it('bring every type of header value back byte for byte', async () => {
    const client = await open();
    const queue = await declare(client);
    const headers = {
      bool: true,
      int8: { '!': 'byte', value: -5 },
      uint8: { '!': 'unsignedbyte', value: 200 },
      int16: { '!': 'short', value: -300 },
      uint16: { '!': 'unsignedshort', value: 40_000 },
      int32: { '!': 'int', value: -70_000 },
      uint32: { '!': 'unsignedint', value: 4_000_000_000 },
      int64: { '!': 'long', value: 2 ** 40 },
      float: { '!': 'float', value: 0.5 },
      double: { '!': 'double', value: 0.1 },
      decimal: { '!': 'decimal', value: { digits: 5, places: 2 } },
      text: 'x',
      list: ['a', 1, [true]],
      time: { '!': 'timestamp', value: 1_700_000_000 },
      table: { nested: { deep: 'y' } },
      none: null,
      bytes: Buffer.from([0, 255]),
    };
    const properties = {
      headers,
      contentType: 'a/b',
      contentEncoding: 'c',
      deliveryMode: 2,
      priority: 3,
      correlationId: 'd',
      replyTo: 'e',
      expiration: '100000',
      messageId: 'f',
      timestamp: 1_700_000_001,
      type: 'g',
      userId: 'guest',
      appId: 'h',
      clusterId: 'i',
    };
    client.publish(1, { routingKey: queue }, 'body', properties);
    const arrival = await get(client, queue);
    assert.deepEqual({ ...arrival.properties, headers: undefined }, { ...properties, headers: undefined });
    assert.deepEqual(headersOf(arrival), {
      ...headers,
      int8: -5,
      uint8: 200,
      int16: -300,
      uint16: 40_000,
      int32: -70_000,
      uint32: 4_000_000_000,
      int64: 2 ** 40,
      float: 0.5,
      double: 0.1,
    });
  });

  describe('that expire', () => {
    it('go to a waiting consumer or nowhere when their time is 0', async () => {
      const client = await open();
      const queue = await declare(client, { 'x-message-ttl': 0 });
      client.publish(1, { routingKey: queue }, 'gone');
      assert.equal(show(await get(client, queue)), 'BasicGetEmpty@1');
      client.send(1, 'BasicConsume', { queue, consumerTag: 'w', noAck: true, arguments: {} });
      await client.next('BasicConsumeOk');
      client.publish(1, { routingKey: queue }, 'got');
      assert.equal((await client.next('BasicDeliver')).body, 'got');
    });

    it('tell their death: where, why, when, and the expiration they had', async () => {
      const client = await open();
      const dead = await declare(client);
      const exchange = freshName('dlx');
      await client.call(1, 'ExchangeDeclare', { exchange, type: 'fanout', arguments: {} });
      await client.call(1, 'QueueBind', { queue: dead, exchange, routingKey: '', arguments: {} });
      const queue = await declare(client, { 'x-dead-letter-exchange': exchange });
      client.publish(1, { routingKey: queue }, 'late', { expiration: '30', headers: { own: 'kept' } });
      const arrival = await eventually(client, dead);
      assert.deepEqual(
        [arrival.body, arrival.fields['exchange'], arrival.fields['routingKey']],
        ['late', exchange, queue],
      );
      assert.equal(arrival.properties?.['expiration'], undefined);
      const headers = headersOf(arrival);
      assert.equal(headers['own'], 'kept');
      assert.deepEqual(
        [headers['x-first-death-queue'], headers['x-first-death-reason'], headers['x-first-death-exchange']],
        [queue, 'expired', ''],
      );
      const [death] = headers['x-death'] as Properties[];
      const { time, ...rest } = death;
      assert.deepEqual(rest, {
        count: 1,
        reason: 'expired',
        queue,
        exchange: '',
        'routing-keys': [queue],
        'original-expiration': '30',
      });
      const seconds = (time as { value: number }).value;
      assert.ok(Math.abs(seconds - Date.now() / 1000) < 60);
    });

    it('do so on time, not only at the head of their queue', async () => {
      const client = await open();
      const dead = await declare(client);
      const queue = await declare(client, { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead });
      client.publish(1, { routingKey: queue }, 'long', { expiration: '600000' });
      client.publish(1, { routingKey: queue }, 'short', { expiration: '20' });
      assert.equal((await eventually(client, dead)).body, 'short');
      assert.equal((await get(client, queue)).body, 'long');
    });
  });

  describe('that are rejected', () => {
    it('are dead-lettered under the key of the queue, counting each death once', async () => {
      const client = await open();
      const dead = await declare(client);
      const queue = await declare(client, { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead });
      client.publish(1, { exchange: 'amq.direct', routingKey: 'none' }, 'unroutable');
      client.publish(1, { routingKey: queue }, 'bad');
      const { fields } = await get(client, queue, false);
      client.send(1, 'BasicReject', { deliveryTag: fields['deliveryTag'], requeue: false });
      const arrival = await eventually(client, dead);
      assert.deepEqual([arrival.fields['exchange'], arrival.fields['routingKey']], ['', dead]);
      const [death, ...others] = headersOf(arrival)['x-death'] as Properties[];
      assert.deepEqual([death['reason'], death['count'], others.length], ['rejected', 1, 0]);
    });

    it('are dropped where there is no such exchange', async () => {
      const client = await open();
      const queue = await declare(client);
      for (const body of ['1', '2']) client.publish(1, { routingKey: queue }, body);
      for (let count = 0; count < 2; count++) await get(client, queue, false);
      client.send(1, 'BasicNack', { deliveryTag: 2, multiple: true, requeue: false });
      assert.equal(await ready(client, queue), 0);
    });
  });

  it('of which a queue has too many lose the oldest to the dead letters', async () => {
    const client = await open();
    const dead = await declare(client);
    const queue = await declare(client, {
      'x-max-length': 2,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': dead,
    });
    for (const body of ['1', '2', '3']) client.publish(1, { routingKey: queue }, body);
    const arrival = await eventually(client, dead);
    assert.equal(arrival.body, '1');
    assert.equal((headersOf(arrival)['x-death'] as Properties[])[0]['reason'], 'maxlen');
    assert.equal((await get(client, queue)).body, '2');
  });

  it('come in the order of their priority, capped at that of the queue', async () => {
    const client = await open();
    const queue = await declare(client, { 'x-max-priority': 9 });
    for (const priority of [undefined, 1, 5, 200, 3]) {
      client.publish(1, { routingKey: queue }, String(priority), { priority });
    }
    const order: unknown[] = [];
    for (let count = 0; count < 5; count++) order.push((await get(client, queue)).body);
    assert.deepEqual(order, ['200', '5', '3', '1', 'undefined']);
  });

  it('of a quorum queue say how often they were delivered, up to the limit', async () => {
    const client = await open();
    const dead = await declare(client);
    const queue = await declare(client, {
      'x-queue-type': 'quorum',
      'x-delivery-limit': 2,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': dead,
    });
    await client.call(1, 'ConfirmSelect');
    client.publish(1, { routingKey: queue }, 'x', { deliveryMode: 2 });
    await client.next('BasicAck');
    client.send(1, 'BasicConsume', { queue, arguments: {} });
    await client.next('BasicConsumeOk');
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count++) {
      const arrival = await client.next('BasicDeliver');
      seen.push([headersOf(arrival)['x-delivery-count'], arrival.fields['redelivered']]);
      client.send(1, 'BasicNack', { deliveryTag: arrival.fields['deliveryTag'], requeue: true });
    }
    assert.deepEqual(seen, [
      [undefined, false],
      [1, true],
      [2, true],
    ]);
    const arrival = await eventually(client, dead);
    assert.equal((headersOf(arrival)['x-death'] as Properties[])[0]['reason'], 'delivery_limit');
  });

  it('that a deduplicating queue has taken before are confirmed and not taken again, for as long as it remembers', async () => {
    const client = await open();
    const queue = await declare(client, { 'x-message-deduplication': true, 'x-cache-ttl': 400 });
    await client.call(1, 'ConfirmSelect');
    const publish = (body: string, id?: string) =>
      client.publish(1, { routingKey: queue }, body, {
        headers: id === undefined ? {} : { 'x-deduplication-header': id },
      });
    publish('1', 'a');
    publish('2', 'a');
    publish('3', 'b');
    publish('4');
    publish('5');
    const confirmed = new Set<number>();
    while (confirmed.size < 5) {
      const { fields } = await client.next('BasicAck');
      const upTo = Number(fields['deliveryTag']);
      for (let tag = fields['multiple'] === true ? 1 : upTo; tag <= upTo; tag++) confirmed.add(tag);
    }
    const taken: (string | undefined)[] = [];
    for (let count = 0; count < 4; count++) {
      client.send(1, 'BasicGet', { queue, noAck: true });
      taken.push((await client.next('BasicGetOk')).body);
    }
    assert.deepEqual(taken, ['1', '3', '4', '5']);
    await new Promise((resolve) => {
      setTimeout(resolve, 600);
    });
    publish('6', 'a');
    await client.next('BasicAck');
    client.send(1, 'BasicGet', { queue, noAck: true });
    assert.equal((await client.next('BasicGetOk')).body, '6');
  });

  it('given back to a queue with delayed retries stay away longer each time', async () => {
    const client = await open();
    const queue = await declare(client, {
      'x-delayed-retry-type': 'all',
      'x-delayed-retry-min': 300,
      'x-delayed-retry-max': 500,
    });
    client.publish(1, { routingKey: queue }, 'x');
    client.send(1, 'BasicConsume', { queue, arguments: {} });
    await client.next('BasicConsumeOk');
    const waitedMs: number[] = [];
    for (let count = 0; count < 4; count++) {
      const begunMs = performance.now();
      const { fields } = await client.next('BasicDeliver');
      waitedMs.push(performance.now() - begunMs);
      client.send(1, 'BasicNack', { deliveryTag: fields['deliveryTag'], requeue: true });
    }
    const [, first, second, third] = waitedMs as [number, number, number, number];
    assert.ok(first >= 290 && second >= 490 && third >= 490, waitedMs.join(' '));
    // a channel that closes gives back at once
    await client.next('BasicDeliver');
    client.send(1, 'ChannelClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
    await client.next('ChannelCloseOk');
    await client.openChannel(1);
    client.send(1, 'BasicGet', { queue, noAck: true });
    assert.equal((await client.next()).name, 'BasicGetOk');
  });

  it('of a queue with a single active consumer all go to the first, until it leaves', async () => {
    const client = await open();
    const queue = await declare(client, { 'x-single-active-consumer': true });
    for (const consumerTag of ['A', 'B']) await client.call(1, 'BasicConsume', { queue, consumerTag, arguments: {} });
    for (const body of ['1', '2']) client.publish(1, { routingKey: queue }, body);
    const tags = async (count: number) => {
      const seen: unknown[] = [];
      while (seen.length < count) seen.push((await client.next('BasicDeliver')).fields['consumerTag']);
      return seen;
    };
    assert.deepEqual(await tags(2), ['A', 'A']);
    await client.call(1, 'BasicCancel', { consumerTag: 'A' });
    client.publish(1, { routingKey: queue }, '3');
    assert.deepEqual(await tags(1), ['B']);
    await client.openChannel(2);
    assert.equal(
      await client.call(2, 'BasicConsume', { queue, exclusive: true, arguments: {} }),
      `ChannelClose@2 ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use (60,20)`,
    );
  });

  it('are limited over all consumers of a channel by a global prefetch', async () => {
    const client = await open();
    const queue = await declare(client);
    for (let body = 0; body < 9; body++) client.publish(1, { routingKey: queue }, String(body));
    await client.settled(1);
    await client.call(1, 'BasicQos', { prefetchCount: 2, global: true });
    for (const consumerTag of ['A', 'B']) client.send(1, 'BasicConsume', { queue, consumerTag, arguments: {} });
    const count = (shown: string[]) => shown.filter((line) => line.startsWith('BasicDeliver')).length;
    assert.equal(count(await client.settled(1)), 2);
    client.send(1, 'BasicQos', { prefetchCount: 4, global: true });
    assert.equal(count(await client.settled(1)), 2);
  });

  it('through a delayed exchange come when they are due', async () => {
    const client = await open();
    const queue = await declare(client);
    const exchange = freshName('x');
    const declared = { exchange, type: 'x-delayed-message', durable: true };
    await client.call(1, 'ExchangeDeclare', { ...declared, arguments: { 'x-delayed-type': 'topic' } });
    await client.call(1, 'QueueBind', { queue, exchange, routingKey: 'a.#', arguments: {} });
    client.publish(1, { exchange, routingKey: 'a.late' }, 'late', { headers: { 'x-delay': 300 } });
    client.publish(1, { exchange, routingKey: 'a.soon' }, 'soon', { headers: { 'x-delay': 50 } });
    client.publish(1, { exchange, routingKey: 'a.now' }, 'now');
    client.publish(1, { exchange, routingKey: 'b' }, 'nowhere', { headers: { 'x-delay': 1 } });
    assert.equal((await get(client, queue)).body, 'now');
    assert.equal((await get(client, queue)).name, 'BasicGetEmpty');
    assert.equal((await eventually(client, queue)).body, 'soon');
    assert.equal((await eventually(client, queue)).body, 'late');
    const bare = await client.call(1, 'ExchangeDeclare', { ...declared, exchange: freshName('x'), arguments: {} });
    assert.match(bare, /^ChannelClose@1 PRECONDITION_FAILED - x-delayed-type must name/);
  });

  it('are matched by their headers', async () => {
    const client = await open();
    const queue = await declare(client);
    const bind = (args: object) =>
      client.call(1, 'QueueBind', { queue, exchange: 'amq.headers', routingKey: '', arguments: args });
    await bind({ 'x-match': 'all', kind: 'a', size: 2 });
    await bind({ 'x-match': 'any', colour: 'red', size: { '!': 'long', value: 9 } });
    const cases: [object, boolean][] = [
      [{ kind: 'a', size: { '!': 'long', value: 2 } }, true],
      [{ kind: 'a' }, false],
      [{ kind: 'a', size: '2' }, false],
      [{ size: 9 }, true],
      [{ colour: 'blue' }, false],
      [{}, false],
    ];
    for (const [headers, matches] of cases) {
      client.publish(1, { exchange: 'amq.headers', routingKey: '' }, 'x', { headers });
      const { name } = await get(client, queue);
      assert.equal(name, matches ? 'BasicGetOk' : 'BasicGetEmpty', JSON.stringify(headers));
    }
  });

  it('are taken to the end of a chain of exchanges', async () => {
    const client = await open();
    const queue = await declare(client);
    const [first, second] = [freshName('x'), freshName('x')];
    await client.call(1, 'ExchangeDeclare', { exchange: first, type: 'topic', arguments: {} });
    await client.call(1, 'ExchangeDeclare', { exchange: second, type: 'fanout', arguments: {} });
    const between = { destination: second, source: first, routingKey: 'a.#', arguments: {} };
    assert.equal(await client.call(1, 'ExchangeBind', between), 'ExchangeBindOk@1');
    await client.call(1, 'QueueBind', { queue, exchange: second, routingKey: '', arguments: {} });
    client.publish(1, { exchange: first, routingKey: 'a.b' }, 'through');
    assert.equal((await get(client, queue)).body, 'through');
    assert.equal(await client.call(1, 'ExchangeUnbind', between), 'ExchangeUnbindOk@1');
    client.publish(1, { exchange: first, routingKey: 'a.b' }, 'cut');
    assert.equal((await get(client, queue)).name, 'BasicGetEmpty');
  });

  it('stay in the queue while a consumer without prefetch does not read', async () => {
    const client = await open();
    const queue = await declare(client);
    const slow = await open();
    await slow.call(1, 'BasicConsume', { queue, noAck: true, arguments: {} });
    slow.socket.pause();
    const count = 300;
    const body = 'x'.repeat(100_000);
    await client.call(1, 'ConfirmSelect');
    for (let each = 0; each < count; each++) client.publish(1, { routingKey: queue }, body);
    for (let confirmed = 0; confirmed < count; ) {
      confirmed = Number((await client.next('BasicAck')).fields['deliveryTag']);
    }
    assert.ok((await ready(client, queue)) > count / 2);
    slow.socket.resume();
    for (let each = 0; each < count; each++) await slow.next('BasicDeliver');
    assert.equal(await ready(client, queue), 0);
  });
});
