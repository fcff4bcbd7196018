import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { RawClient, type RawOptions, show } from './raw-client.js';

/** Answers frame by frame as RabbitMQ gives them; the few that are ours on purpose say so. */
describe('AMQP 0-9-1 on the wire', () => {
  let broker: BrokerUnderTest;
  let url: string;
  const clients: RawClient[] = [];

  before(async () => {
    broker = await startBrokerUnderTest();
    url = broker.url;
  });
  after(async () => {
    for (const client of clients) client.end();
    await broker.stop();
  });

  async function open(options?: RawOptions): Promise<RawClient> {
    const client = await RawClient.open(url, options);
    clients.push(client);
    return client;
  }

  async function dial(): Promise<RawClient> {
    const client = await RawClient.dial(url);
    clients.push(client);
    return client;
  }

  async function withQueue(fields: object = {}): Promise<[RawClient, string]> {
    const client = await open();
    const queue = freshName();
    client.send(1, 'QueueDeclare', {
      queue,
      autoDelete: false,
      exclusive: false,
      ...fields,
      arguments: { ...(fields as { arguments?: object }).arguments },
    });
    await client.next('QueueDeclareOk');
    return [client, queue];
  }

  describe('handshake', () => {
    it('answers another protocol with its own header and closes', async () => {
      for (const greeting of ['GET / HTTP/1.1\r\n', 'AMQP\0\x01\0\0']) {
        const client = await dial();
        client.write(Buffer.from(greeting, 'latin1'));
        assert.equal(show(await client.next()), 'AMQP[0,0,9,1]');
        assert.equal(show(await client.next()), 'CLOSED');
      }
    });

    it('takes the header of 0-9', async () => {
      const client = await dial();
      client.write(Buffer.from([0x41, 0x4d, 0x51, 0x50, 1, 1, 0, 9]));
      assert.equal((await client.next()).name, 'ConnectionStart');
    });

    it('names what clients look for', async () => {
      const client = await dial();
      client.write(Buffer.from('AMQP\0\0\x09\x01'));
      const { fields } = await client.next('ConnectionStart');
      const properties = fields['serverProperties'] as Record<string, unknown>;
      assert.equal(properties['product'], 'RabbitMQ');
      assert.match(String(properties['version']), /^\d+\.\d+\.\d+$/);
      assert.deepEqual(properties['capabilities'], {
        publisher_confirms: true,
        exchange_exchange_bindings: true,
        'basic.nack': true,
        consumer_cancel_notify: true,
        'connection.blocked': true,
        consumer_priorities: true,
        authentication_failure_close: true,
        per_consumer_qos: true,
        direct_reply_to: true,
      });
      assert.deepEqual(String(fields['mechanisms']).split(' ').toSorted(), ['AMQPLAIN', 'ANONYMOUS', 'PLAIN']);
    });

    it('says why a password was refused to clients that listen for it', async () => {
      const client = await dial();
      const answer = await client.handshake({
        password: 'wrong',
        capabilities: { authentication_failure_close: true },
      });
      assert.equal(
        show(answer),
        'ConnectionClose@0 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile. (0,0)',
      );
    });

    it('just closes on the others, after a while', async () => {
      const client = await dial();
      assert.equal(show(await client.handshake({ password: 'wrong' })), 'CLOSED');
    });

    it('refuses an unknown virtual host', async () => {
      const client = await dial();
      const answer = await client.handshake({ virtualHost: 'nope' });
      assert.equal(show(answer), 'ConnectionClose@0 NOT_ALLOWED - vhost nope not found (10,40)');
    });

    it('lets the client have frames of 4096 bytes, and splits at that', async () => {
      const client = await open({ frameMax: 4096 });
      const queue = freshName();
      client.send(1, 'QueueDeclare', { queue, exclusive: true, arguments: {} });
      await client.next('QueueDeclareOk');
      client.send(1, 'BasicPublish', { exchange: '', routingKey: queue });
      client.header(1, 10_000);
      for (const size of [4088, 4088, 1824]) client.frame(3, 1, Buffer.alloc(size, 'a'));
      client.send(1, 'BasicGet', { queue, noAck: true });
      const { pieces, body } = await client.next('BasicGetOk');
      assert.deepEqual(pieces, [4088, 4088, 1824]);
      assert.equal(body, 'a'.repeat(10_000));
    });
  });

  describe('channels', () => {
    it('must be opened, once', async () => {
      const cases: [string, number, string][] = [
        ['BasicAck', 5, "ConnectionClose@0 CHANNEL_ERROR - expected 'channel.open' (60,80)"],
        ['QueueDeclare', 5, "ConnectionClose@0 CHANNEL_ERROR - expected 'channel.open' (50,10)"],
        ['ChannelOpen', 1, "ConnectionClose@0 CHANNEL_ERROR - second 'channel.open' seen (20,10)"],
      ];
      for (const [method, channel, expected] of cases) {
        const client = await open();
        assert.equal(await client.call(channel, method, { arguments: {}, deliveryTag: 1 }), expected);
      }
    });

    it('are counted, not numbered, against the negotiated maximum', async () => {
      const client = await open({ channelMax: 2 });
      assert.equal((await client.openChannel(100)).name, 'ChannelOpenOk');
      assert.equal(
        show(await client.openChannel(3)),
        'ConnectionClose@0 NOT_ALLOWED - number of channels opened (2) has reached the negotiated channel_max (2) (0,0)',
      );
    });

    it('ignore everything after an error until it was confirmed', async () => {
      const client = await open();
      const missing = freshName();
      client.send(1, 'QueueDeclare', { queue: missing, passive: true, arguments: {} });
      client.publish(1, { routingKey: missing }, 'dropped');
      client.send(1, 'QueueDeclare', { queue: missing, arguments: {} });
      assert.equal(show(await client.next()), `ChannelClose@1 NOT_FOUND - no queue '${missing}' in vhost '/' (50,10)`);
      client.send(1, 'ChannelCloseOk');
      assert.equal((await client.openChannel(1)).name, 'ChannelOpenOk');
      assert.match(await client.call(1, 'QueueDeclare', { queue: missing, passive: true, arguments: {} }), /no queue/);
    });

    it('can be opened again at once after channel.close', async () => {
      const client = await open();
      client.send(1, 'ChannelClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
      client.send(1, 'ChannelOpen');
      assert.equal(show(await client.next()), 'ChannelCloseOk@1');
      assert.equal((await client.next()).name, 'ChannelOpenOk');
    });

    it('flow only one way', async () => {
      const client = await open();
      assert.equal(await client.call(1, 'ChannelFlow', { active: true }), 'ChannelFlowOk@1 true');
      assert.equal(
        await client.call(1, 'ChannelFlow', { active: false }),
        'ConnectionClose@0 NOT_IMPLEMENTED - active=false (20,20)',
      );
    });
  });

  describe('frames', () => {
    const publish = { exchange: '', routingKey: 'nowhere' };
    const cases: [string, (client: RawClient) => void, string | RegExp][] = [
      [
        'heartbeat on a channel',
        (client) => client.frame(8, 1, Buffer.alloc(0)),
        'ConnectionClose@0 UNEXPECTED_FRAME - type 8, all octets = <<>> (0,0)',
      ],
      [
        'header without publish',
        (client) => client.header(1, 0),
        'ConnectionClose@0 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0,0)',
      ],
      [
        'body without publish',
        (client) => client.frame(3, 1, Buffer.from('x')),
        'ConnectionClose@0 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0,0)',
      ],
      [
        'method between publish and header',
        (client) => {
          client.send(1, 'BasicPublish', publish);
          client.send(1, 'BasicQos');
        },
        'ConnectionClose@0 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead (60,40)',
      ],
      [
        'header of another class',
        (client) => {
          client.send(1, 'BasicPublish', publish);
          client.frame(2, 1, Buffer.from([0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]));
        },
        'ConnectionClose@0 UNEXPECTED_FRAME - expected content header for class 60, got one for class 10 instead (60,40)',
      ],
      [
        'too large',
        (client) => client.frame(3, 1, Buffer.alloc(5000)),
        'ConnectionClose@0 FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,5000,4088} (0,0)',
      ],
      [
        'wrong end',
        (client) => client.frame(8, 0, Buffer.alloc(0), 0),
        'ConnectionClose@0 FRAME_ERROR - type 8, all octets = <<>>: {invalid_frame_end_marker,0} (0,0)',
      ],
      [
        'unknown type',
        (client) => client.frame(9, 1, Buffer.alloc(0)),
        'ConnectionClose@0 FRAME_ERROR - type 9, all octets = <<>>: unknown_frame (0,0)',
      ],
      [
        'unknown method',
        (client) => client.frame(1, 1, Buffer.from([0, 60, 0, 200])),
        /^ConnectionClose@0 FRAME_ERROR - cannot decode .* \(60,200\)$/,
      ],
    ];
    for (const [name, act, expected] of cases) {
      it(`are refused: ${name}`, async () => {
        const client = await open({ frameMax: 4096 });
        act(client);
        const shown = show(await client.next());
        if (typeof expected === 'string') assert.equal(shown, expected);
        else assert.match(shown, expected);
      });
    }

    it('may be 8 bytes above the maximum', async () => {
      const client = await open({ frameMax: 4096 });
      client.send(1, 'BasicPublish', publish);
      client.header(1, 4096);
      client.frame(3, 1, Buffer.alloc(4096));
      assert.deepEqual(await client.settled(1), []);
    });

    it('of different channels may be interleaved', async () => {
      const [client, queue] = await withQueue();
      await client.openChannel(2);
      for (const channel of [1, 2]) client.send(channel, 'BasicPublish', { exchange: '', routingKey: queue });
      for (const channel of [1, 2]) client.header(channel, 4);
      for (const part of ['a', 'A']) {
        for (const channel of [1, 2]) client.frame(3, channel, Buffer.from(`${part}${channel}`));
      }
      await client.settled(1);
      assert.equal(await client.call(1, 'BasicGet', { queue }), `BasicGetOk@1 1 false ${queue} 1 body=a1A1`);
      assert.equal(await client.call(1, 'BasicGet', { queue }), `BasicGetOk@1 2 false ${queue} 0 body=a2A2`);
    });

    it('with empty bodies are content too', async () => {
      const [client, queue] = await withQueue();
      client.publish(1, { routingKey: queue });
      client.send(1, 'BasicPublish', { exchange: '', routingKey: queue });
      client.header(1, 3);
      for (const part of ['', 'ab', '', 'c']) client.frame(3, 1, Buffer.from(part));
      const first = await get(client, queue);
      const second = await get(client, queue);
      assert.deepEqual([first.body, first.pieces], ['', []]);
      assert.equal(second.body, 'abc');
    });
  });

  async function get(client: RawClient, queue: string, noAck = true) {
    client.send(1, 'BasicGet', { queue, noAck });
    return client.next('BasicGetOk');
  }

  describe('queues', () => {
    it('are missing for everything but unbind and delete', async () => {
      const client = await open();
      const queue = freshName();
      const cases: [string, object, string][] = [
        ['QueueDeclare', { passive: true }, '50,10'],
        ['QueuePurge', {}, '50,30'],
        ['QueueBind', { exchange: 'amq.direct' }, '50,20'],
        ['BasicConsume', {}, '60,20'],
        ['BasicGet', {}, '60,70'],
      ];
      for (const [method, fields, ids] of cases) {
        const answer = await client.call(1, method, { queue, arguments: {}, ...fields });
        assert.equal(answer, `ChannelClose@1 NOT_FOUND - no queue '${queue}' in vhost '/' (${ids})`);
        await client.reopen(1);
      }
      assert.equal(await client.call(1, 'QueueDelete', { queue }), 'QueueDeleteOk@1 0');
      assert.equal(
        await client.call(1, 'QueueUnbind', { queue, exchange: 'amq.direct', routingKey: '', arguments: {} }),
        'QueueUnbindOk@1',
      );
    });

    it('are compared when they are declared again', async () => {
      const [client, queue] = await withQueue({ arguments: { 'x-message-ttl': 60_000, 'x-max-length': 10 } });
      const declare = (fields: object, args: object) =>
        client.call(1, 'QueueDeclare', { queue, autoDelete: false, exclusive: false, ...fields, arguments: args });
      const where = `for queue '${queue}' in vhost '/'`;
      const same = { 'x-message-ttl': 60_000, 'x-max-length': { '!': 'long', value: 10 } };
      assert.equal(await declare({}, { ...same, 'x-foo': 'any' }), `QueueDeclareOk@1 ${queue} 0 0`);
      assert.equal(
        await declare({ durable: true }, same),
        `ChannelClose@1 PRECONDITION_FAILED - inequivalent arg 'durable' ${where}: received 'true' but current is 'false' (50,10)`,
      );
      await client.reopen(1);
      assert.equal(
        await declare({}, { 'x-message-ttl': 60_000, 'x-max-length': 11 }),
        `ChannelClose@1 PRECONDITION_FAILED - inequivalent arg 'x-max-length' ${where}: received '11' but current is '10' (50,10)`,
      );
      await client.reopen(1);
      assert.equal(
        await declare({}, { 'x-max-length': 10 }),
        `ChannelClose@1 PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' ${where}: received none but current is the value '60000' of type 'signedint' (50,10)`,
      );
      await client.reopen(1);
      assert.equal(
        await client.call(1, 'QueueDeclare', { queue, passive: true, durable: true, arguments: {} }),
        `QueueDeclareOk@1 ${queue} 0 0`,
      );
    });

    it('that are exclusive are locked to others, except for publishing', async () => {
      const [owner, queue] = await withQueue({ exclusive: true });
      const other = await open();
      const cases: [string, object, string][] = [
        ['QueueDeclare', { exclusive: true }, '50,10'],
        ['QueueDeclare', { passive: true }, '50,10'],
        ['BasicConsume', {}, '60,20'],
        ['BasicGet', {}, '60,70'],
        ['QueuePurge', {}, '50,30'],
        ['QueueBind', { exchange: 'amq.direct' }, '50,20'],
        ['QueueDelete', {}, '50,40'],
      ];
      const text =
        `RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}' in vhost '/'. ` +
        'It could be originally declared on another connection or the exclusive property value does not match that ' +
        'of the original declaration.';
      const cut = (line: string) => line.slice(0, 255);
      for (const [method, fields, ids] of cases) {
        const answer = await other.call(1, method, { queue, arguments: {}, ...fields });
        assert.equal(answer, `ChannelClose@1 ${cut(text)} (${ids})`);
        await other.reopen(1);
      }
      const again = await owner.call(1, 'QueueDeclare', { queue, exclusive: false, arguments: {} });
      assert.equal(again, `ChannelClose@1 ${cut(text)} (50,10)`);
      await owner.reopen(1);
      other.publish(1, { routingKey: queue }, 'hi');
      await other.settled(1);
      assert.equal((await get(owner, queue)).body, 'hi');
      owner.send(0, 'ConnectionClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
      await owner.next('ConnectionCloseOk');
      assert.match(await other.call(1, 'QueueDeclare', { queue, passive: true, arguments: {} }), /no queue/);
    });

    it('may be named by the broker, and then meant by the empty name, per channel', async () => {
      const client = await open();
      client.send(1, 'QueueDeclare', { queue: '', exclusive: true, arguments: {} });
      const { fields } = await client.next('QueueDeclareOk');
      const queue = String(fields['queue']);
      assert.match(queue, /^amq\.gen-[\w-]{22}$/);
      client.publish(1, { routingKey: queue }, 'x');
      assert.equal((await get(client, '')).fields['routingKey'], queue);
      await client.openChannel(2);
      assert.equal(
        await client.call(2, 'BasicGet', { queue: '' }),
        'ChannelClose@2 NOT_FOUND - no previously declared queue (60,70)',
      );
    });

    it('have reserved names, and names without line breaks', async () => {
      const client = await open();
      assert.equal(
        await client.call(1, 'QueueDeclare', { queue: 'amq.foo', arguments: {} }),
        "ChannelClose@1 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*' (50,10)",
      );
      await client.reopen(1);
      const queue = freshName();
      assert.equal(
        await client.call(1, 'QueueDeclare', { queue: `${queue}\r\nx`, exclusive: true, arguments: {} }),
        `QueueDeclareOk@1 ${queue}x 0 0`,
      );
    });

    it('count ready messages in every answer', async () => {
      const [client, queue] = await withQueue();
      for (const body of ['1', '2', '3', '4']) client.publish(1, { routingKey: queue }, body);
      await get(client, queue, false);
      const declare = { queue, passive: true, arguments: {} };
      assert.equal(await client.call(1, 'QueueDeclare', declare), `QueueDeclareOk@1 ${queue} 3 0`);
      assert.equal(await client.call(1, 'QueuePurge', { queue }), 'QueuePurgeOk@1 3');
      client.publish(1, { routingKey: queue }, '5');
      assert.equal(await client.call(1, 'QueueDelete', { queue }), 'QueueDeleteOk@1 1');
    });

    it('are deleted conditionally', async () => {
      const [client, queue] = await withQueue();
      client.publish(1, { routingKey: queue }, '1');
      assert.equal(
        await client.call(1, 'QueueDelete', { queue, ifEmpty: true }),
        `ChannelClose@1 PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty (50,40)`,
      );
      await client.reopen(1);
      await client.openChannel(2);
      client.send(2, 'BasicConsume', { queue, noAck: true, arguments: {} });
      await client.next('BasicConsumeOk');
      await client.next('BasicDeliver');
      assert.equal(
        await client.call(1, 'QueueDelete', { queue, ifUnused: true }),
        `ChannelClose@1 PRECONDITION_FAILED - queue '${queue}' in vhost '/' in use (50,40)`,
      );
    });

    it('that are auto-delete go with their last consumer, not before there was one', async () => {
      const [client, queue] = await withQueue({ autoDelete: true });
      const declare = { queue, passive: true, arguments: {} };
      assert.equal(await client.call(1, 'QueueDeclare', declare), `QueueDeclareOk@1 ${queue} 0 0`);
      await client.call(1, 'BasicConsume', { queue, consumerTag: 't', arguments: {} });
      assert.equal(await client.call(1, 'BasicCancel', { consumerTag: 't' }), 'BasicCancelOk@1 t');
      assert.match(await client.call(1, 'QueueDeclare', declare), /no queue/);
    });

    it('with a time to live of their own live on when somebody asks for them', async () => {
      const [client, queue] = await withQueue({ arguments: { 'x-expires': 600 } });
      const begunMs = performance.now();
      for (let passive = false; performance.now() - begunMs < 1500; passive = !passive) {
        await new Promise((resolve) => {
          setTimeout(resolve, 200);
        });
        const fields: object = { queue, passive, arguments: { 'x-expires': 600 } };
        assert.equal(await client.call(1, 'QueueDeclare', { ...fields }), `QueueDeclareOk@1 ${queue} 0 0`);
      }
    });

    const argumentErrors: [object, string][] = [
      [{ 'x-message-ttl': 'abc' }, `'x-message-ttl' $: "expected integer, got longstr"`],
      [{ 'x-message-ttl': -1 }, `'x-message-ttl' $: {value_negative,-1}`],
      [{ 'x-max-priority': 256 }, `'x-max-priority' $: {max_value_exceeded,256}`],
      [{ 'x-expires': 0 }, `'x-expires' $: {value_zero,0}`],
      [{ 'x-overflow': 'nope' }, `'x-overflow' $: invalid_overflow`],
      [{ 'x-queue-type': 'nope' }, `'x-queue-type' $: "unsupported queue type 'nope'"`],
      [{ 'x-dead-letter-routing-key': 'k' }, `'x-dead-letter-routing-key' $: routing_key_but_no_dlx_defined`],
      [{ 'x-max-length': -1 }, `'x-max-length' $: {value_negative,-1}`],
      [{ 'x-queue-mode': 'bad' }, `'x-queue-mode' $: "unsupported queue mode 'bad'"`],
    ];
    it('refuse wrong arguments', async () => {
      const client = await open();
      for (const [args, expected] of argumentErrors) {
        const queue = freshName();
        const detail = expected.replace('$', `for queue '${queue}' in vhost '/'`);
        assert.equal(
          await client.call(1, 'QueueDeclare', { queue, arguments: args }),
          `ChannelClose@1 PRECONDITION_FAILED - invalid arg ${detail} (50,10)`,
        );
        await client.reopen(1);
      }
    });

    it('of type quorum are durable, shared and named', async () => {
      const client = await open();
      const cases: [object, object, string][] = [
        [{ durable: false }, {}, `invalid property 'non-durable' for $`],
        [{ exclusive: true }, {}, `invalid property 'exclusive-owner' for $`],
        [{ autoDelete: true }, {}, `invalid property 'auto-delete' for $`],
        [{ queue: '' }, {}, 'Cannot declare a server-named queue for type rabbit_quorum_queue'],
        [{}, { 'x-max-priority': 5 }, `invalid arg 'x-max-priority' for $ of queue type rabbit_quorum_queue`],
      ];
      for (const [fields, args, expected] of cases) {
        const queue = freshName();
        const answer = await client.call(1, 'QueueDeclare', {
          queue,
          durable: true,
          ...fields,
          arguments: { 'x-queue-type': 'quorum', ...args },
        });
        const detail = expected.replace('$', `queue '${queue}' in vhost '/'`);
        assert.equal(answer, `ChannelClose@1 PRECONDITION_FAILED - ${detail} (50,10)`);
        await client.reopen(1);
      }
    });
  });

  describe('exchanges', () => {
    it('are missing, reserved and compared', async () => {
      const client = await open();
      const exchange = freshName('x');
      const declare = (fields: object) =>
        client.call(1, 'ExchangeDeclare', { exchange, type: 'direct', arguments: {}, ...fields });
      const cases: [() => Promise<string>, string][] = [
        [() => declare({ passive: true }), `NOT_FOUND - no exchange '${exchange}' in vhost '/' (40,10)`],
        [
          () => declare({ exchange: 'amq.foo' }),
          "ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*' (40,10)",
        ],
        [() => declare({ exchange: '' }), 'ACCESS_REFUSED - operation not permitted on the default exchange (40,10)'],
        [
          () => client.call(1, 'ExchangeDelete', { exchange: 'amq.direct' }),
          "ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed (40,20)",
        ],
        [
          () => client.call(1, 'ExchangeDelete', { exchange: '' }),
          'ACCESS_REFUSED - operation not permitted on the default exchange (40,20)',
        ],
      ];
      for (const [act, expected] of cases) {
        assert.equal(await act(), `ChannelClose@1 ${expected}`);
        await client.reopen(1);
      }
      assert.equal(await client.call(1, 'ExchangeDelete', { exchange }), 'ExchangeDeleteOk@1');
      assert.equal(await declare({ exchange: 'amq.direct', durable: true }), 'ExchangeDeclareOk@1');
      assert.equal(await declare({}), 'ExchangeDeclareOk@1');
      assert.equal(
        await declare({ type: 'topic' }),
        `ChannelClose@1 PRECONDITION_FAILED - inequivalent arg 'type' for exchange '${exchange}' in vhost '/': received 'topic' but current is 'direct' (40,10)`,
      );
    });

    it('in use are kept when the client asks', async () => {
      const [client, queue] = await withQueue();
      const exchange = freshName('x');
      await client.call(1, 'ExchangeDeclare', { exchange, type: 'direct', arguments: {} });
      await client.call(1, 'QueueBind', { queue, exchange, routingKey: 'k', arguments: {} });
      assert.equal(
        await client.call(1, 'ExchangeDelete', { exchange, ifUnused: true }),
        `ChannelClose@1 PRECONDITION_FAILED - exchange '${exchange}' in vhost '/' in use (40,20)`,
      );
    });

    it('cannot be bound when missing, the default one never', async () => {
      const [client, queue] = await withQueue();
      const bind = (exchange: string) =>
        client.call(1, 'QueueBind', { queue, exchange, routingKey: '', arguments: {} });
      const missing = freshName('x');
      assert.equal(await bind(missing), `ChannelClose@1 NOT_FOUND - no exchange '${missing}' in vhost '/' (50,20)`);
      await client.reopen(1);
      assert.equal(
        await bind(''),
        'ChannelClose@1 ACCESS_REFUSED - operation not permitted on the default exchange (50,20)',
      );
    });

    it('refuse publishes when missing or internal', async () => {
      const client = await open();
      const exchange = freshName('x');
      client.publish(1, { exchange, routingKey: '' }, 'x');
      assert.equal(
        show(await client.next()),
        `ChannelClose@1 NOT_FOUND - no exchange '${exchange}' in vhost '/' (60,40)`,
      );
      await client.reopen(1);
      await client.call(1, 'ExchangeDeclare', { exchange, type: 'fanout', internal: true, arguments: {} });
      client.publish(1, { exchange, routingKey: '' }, 'x');
      assert.equal(
        show(await client.next()),
        `ChannelClose@1 ACCESS_REFUSED - cannot publish to internal exchange '${exchange}' in vhost '/' (60,40)`,
      );
    });

    it('route to a queue once, however many ways lead to it', async () => {
      const [client, queue] = await withQueue();
      for (const routingKey of ['a.#', '#.b']) {
        await client.call(1, 'QueueBind', { queue, exchange: 'amq.topic', routingKey, arguments: {} });
      }
      client.publish(1, { exchange: 'amq.topic', routingKey: 'a.b' }, 'x');
      assert.equal((await get(client, queue)).body, 'x');
      assert.equal(await client.call(1, 'BasicGet', { queue }), 'BasicGetEmpty@1');
    });

    it('bound to one another look at every key in CC and BCC', async () => {
      const [client, queue] = await withQueue();
      const [first, second] = [freshName('x'), freshName('y')];
      await client.call(1, 'ExchangeDeclare', { exchange: first, type: 'direct', arguments: {} });
      await client.call(1, 'ExchangeDeclare', { exchange: second, type: 'topic', arguments: {} });
      await client.call(1, 'ExchangeBind', { destination: second, source: first, routingKey: 'one', arguments: {} });
      await client.call(1, 'QueueBind', { queue, exchange: second, routingKey: 'two', arguments: {} });
      client.publish(1, { exchange: first, routingKey: '' }, 'x', { headers: { CC: ['one'], BCC: ['two'] } });
      assert.equal((await get(client, queue)).body, 'x');
      assert.equal(await client.call(1, 'BasicGet', { queue }), 'BasicGetEmpty@1');
    });

    it('of type x-consistent-hash may hash a property', async () => {
      const client = await open();
      const exchange = freshName('x');
      const declare = (args: object) =>
        client.call(1, 'ExchangeDeclare', { exchange, type: 'x-consistent-hash', arguments: args });
      assert.equal(
        await declare({ 'hash-property': 'app_id' }),
        'ChannelClose@1 PRECONDITION_FAILED - Unsupported property: app_id (40,10)',
      );
      await client.reopen(1);
      assert.match(await declare({ 'hash-property': 'message_id', 'hash-header': 'h' }), /mutually exclusive/);
      await client.reopen(1);
      assert.equal(await declare({ 'hash-property': 'message_id' }), 'ExchangeDeclareOk@1');
      const queues = [freshName(), freshName()];
      for (const queue of queues) {
        await client.call(1, 'QueueDeclare', { queue, arguments: {} });
        await client.call(1, 'QueueBind', { queue, exchange, routingKey: '1', arguments: {} });
      }
      for (let count = 0; count < 40; count++) {
        client.publish(1, { exchange, routingKey: String(count) }, 'x', { messageId: String(count >> 1) });
      }
      await client.settled(1);
      const seen: unknown[] = [];
      for (;;) {
        client.send(1, 'BasicGet', { queue: queues[0], noAck: true });
        const { name, properties } = await client.next();
        if (name === 'BasicGetEmpty') break;
        seen.push(properties?.['messageId']);
      }
      // both messages of an id are in one queue, and not all of them in the same
      assert.ok(seen.length > 0 && seen.length < 40);
      for (const id of seen) assert.equal(seen.filter((other) => other === id).length, 2);
    });

    it('with an alternate do not return what that takes', async () => {
      const [client, queue] = await withQueue();
      const [exchange, alternate] = [freshName('x'), freshName('ae')];
      await client.call(1, 'ExchangeDeclare', { exchange: alternate, type: 'fanout', arguments: {} });
      await client.call(1, 'ExchangeDeclare', {
        exchange,
        type: 'direct',
        arguments: { 'alternate-exchange': alternate },
      });
      await client.call(1, 'QueueBind', { queue, exchange: alternate, routingKey: '', arguments: {} });
      client.publish(1, { exchange, routingKey: 'nowhere', mandatory: true }, 'hi');
      assert.deepEqual(await client.settled(1), []);
      assert.equal(await client.call(1, 'BasicGet', { queue }), `BasicGetOk@1 1 false ${exchange} nowhere 0 body=hi`);
    });
  });

  describe('publishing', () => {
    it('returns what is mandatory and unroutable before it confirms it', async () => {
      const client = await open();
      await client.call(1, 'ConfirmSelect');
      client.publish(1, { routingKey: 'no-such-queue', mandatory: true }, 'lost');
      assert.equal(show(await client.next()), 'BasicReturn@1 312 NO_ROUTE no-such-queue body=lost');
      assert.equal(show(await client.next()), 'BasicAck@1 1 false');
    });

    it('confirms every publish since confirm.select exactly once', async () => {
      const [client, queue] = await withQueue({ durable: true });
      client.publish(1, { routingKey: queue }, 'before');
      await client.call(1, 'ConfirmSelect');
      for (const routingKey of [queue, 'nowhere', queue, 'nowhere', queue]) {
        client.publish(1, { routingKey }, 'x', { deliveryMode: 2 });
      }
      const confirmed = new Set<number>();
      while (confirmed.size < 5) {
        const { fields } = await client.next('BasicAck');
        const tag = Number(fields['deliveryTag']);
        for (let each = fields['multiple'] === true ? 1 : tag; each <= tag; each++) confirmed.add(each);
        assert.ok(tag <= 5);
      }
    });

    it('nacks what a full queue refuses', async () => {
      const [client, queue] = await withQueue({
        arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
      });
      await client.call(1, 'ConfirmSelect');
      client.publish(1, { routingKey: queue }, '1');
      assert.equal(show(await client.next()), 'BasicAck@1 1 false');
      client.publish(1, { routingKey: queue }, '2');
      const refused = await client.next('BasicNack');
      assert.equal(refused.fields['deliveryTag'], 2);
    });

    const refusals: [string, object, object, string][] = [
      ['immediate', { immediate: true }, {}, 'ConnectionClose@0 NOT_IMPLEMENTED - immediate=true (60,40)'],
      [
        'a foreign user id',
        {},
        { userId: 'mallory' },
        "ChannelClose@1 PRECONDITION_FAILED - user_id property set to 'mallory' but authenticated user was 'guest' (60,40)",
      ],
      [
        'an expiration that is no number',
        {},
        { expiration: 'abc' },
        "ChannelClose@1 PRECONDITION_FAILED - invalid expiration 'abc': no_integer (60,40)",
      ],
      [
        'a negative expiration',
        {},
        { expiration: '-1' },
        "ChannelClose@1 PRECONDITION_FAILED - invalid expiration '-1': {value_negative,-1} (60,40)",
      ],
      [
        'CC that is no list',
        {},
        { headers: { CC: 'k' } },
        'ChannelClose@1 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"CC",longstr} (60,40)',
      ],
    ];
    for (const [name, fields, properties, expected] of refusals) {
      it(`refuses ${name}`, async () => {
        const client = await open();
        client.publish(1, { routingKey: 'nowhere', ...fields }, 'x', { ...properties });
        assert.equal(show(await client.next()), expected);
      });
    }

    it('copies to the keys in CC and BCC, and hides BCC', async () => {
      const [client, queue] = await withQueue();
      const [other, hidden] = [freshName(), freshName()];
      for (const each of [other, hidden]) {
        await client.call(1, 'QueueDeclare', { queue: each, exclusive: true, arguments: {} });
      }
      client.publish(1, { routingKey: queue }, 'x', { headers: { CC: [other, queue], BCC: [hidden], a: 1 } });
      for (const each of [queue, other, hidden]) {
        const { properties } = await get(client, each);
        assert.deepEqual(properties?.['headers'], { CC: [other, queue], a: 1 });
        assert.equal(await client.call(1, 'BasicGet', { queue: each }), 'BasicGetEmpty@1');
      }
    });

    it('cannot mix confirms and transactions', async () => {
      const client = await open();
      assert.equal(await client.call(1, 'ConfirmSelect'), 'ConfirmSelectOk@1');
      assert.equal(await client.call(1, 'ConfirmSelect'), 'ConfirmSelectOk@1');
      assert.equal(
        await client.call(1, 'TxSelect'),
        'ChannelClose@1 PRECONDITION_FAILED - cannot switch from confirm to tx mode (90,10)',
      );
      await client.reopen(1);
      assert.equal(await client.call(1, 'TxSelect'), 'TxSelectOk@1');
      assert.equal(
        await client.call(1, 'ConfirmSelect'),
        'ChannelClose@1 PRECONDITION_FAILED - cannot switch from tx to confirm mode (85,10)',
      );
      await client.reopen(1);
      for (const [method, ids] of [
        ['TxCommit', '90,20'],
        ['TxRollback', '90,30'],
      ]) {
        assert.equal(
          await client.call(1, method, {}),
          `ChannelClose@1 PRECONDITION_FAILED - channel is not transactional (${ids})`,
        );
        await client.reopen(1);
      }
    });

    it('in a transaction shows nothing before the commit, and returns before commit-ok', async () => {
      const [client, queue] = await withQueue();
      await client.openChannel(2);
      await client.call(1, 'TxSelect');
      client.publish(1, { routingKey: queue }, 'in');
      client.publish(1, { routingKey: 'nope', mandatory: true }, 'un');
      await client.settled(1);
      assert.equal(await client.call(2, 'BasicGet', { queue }), 'BasicGetEmpty@2');
      assert.equal(await client.call(1, 'TxCommit'), 'BasicReturn@1 312 NO_ROUTE nope body=un');
      assert.equal(show(await client.next()), 'TxCommitOk@1');
      assert.equal(await client.call(2, 'BasicGet', { queue }), `BasicGetOk@2 1 false ${queue} 0 body=in`);
    });

    it('rolled back leaves acknowledgements to be made again', async () => {
      const [client, queue] = await withQueue();
      client.publish(1, { routingKey: queue }, 'x');
      await client.call(1, 'TxSelect');
      await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      assert.equal(await client.call(1, 'TxRollback'), 'TxRollbackOk@1');
      assert.equal(await client.call(1, 'BasicGet', { queue }), 'BasicGetEmpty@1');
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      assert.equal(await client.call(1, 'TxCommit'), 'TxCommitOk@1');
    });
  });

  describe('a transaction', () => {
    it('settles once: a tag that it has is unknown until a rollback', async () => {
      const [client, queue] = await withQueue();
      client.publish(1, { routingKey: queue }, 'x');
      await client.call(1, 'TxSelect');
      await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      await client.call(1, 'TxRollback');
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      assert.deepEqual(await client.settled(1), [
        'ChannelClose@1 PRECONDITION_FAILED - unknown delivery tag 1 (60,80)',
      ]);
    });

    it('keeps what it will settle when the rest is recovered', async () => {
      const [client, queue] = await withQueue();
      for (const body of ['1', '2']) client.publish(1, { routingKey: queue }, body);
      await client.call(1, 'TxSelect');
      for (let count = 0; count < 2; count++) await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      assert.equal(await client.call(1, 'BasicRecover', { requeue: true }), 'BasicRecoverOk@1');
      assert.equal((await get(client, queue)).body, '2');
      assert.equal(await client.call(1, 'BasicGet', { queue }), 'BasicGetEmpty@1');
      client.send(1, 'TxRollback');
      await client.next('TxRollbackOk');
      client.send(1, 'BasicRecover', { requeue: true });
      await client.next('BasicRecoverOk');
      assert.equal((await get(client, queue)).body, '1');
    });
  });

  describe('settling', () => {
    const unknown: [string, string, object][] = [
      ['ack', 'BasicAck', { deliveryTag: 99 }],
      ['ack of 0', 'BasicAck', { deliveryTag: 0 }],
      ['nack', 'BasicNack', { deliveryTag: 99 }],
      ['reject', 'BasicReject', { deliveryTag: 99 }],
    ];
    for (const [name, method, fields] of unknown) {
      it(`refuses an unknown tag: ${name}`, async () => {
        const client = await open();
        const { deliveryTag } = fields as { deliveryTag: number };
        assert.match(
          await client.call(1, method, { ...fields }),
          new RegExp(`^ChannelClose@1 PRECONDITION_FAILED - unknown delivery tag ${deliveryTag} \\(60,`),
        );
      });
    }

    it('takes a tag once, and none of a no-ack delivery', async () => {
      const [client, queue] = await withQueue();
      for (const body of ['1', '2']) client.publish(1, { routingKey: queue }, body);
      await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      assert.equal(
        await client.call(1, 'BasicAck', { deliveryTag: 1 }),
        'ChannelClose@1 PRECONDITION_FAILED - unknown delivery tag 1 (60,80)',
      );
      await client.reopen(1);
      await get(client, queue, true);
      assert.equal(
        await client.call(1, 'BasicAck', { deliveryTag: 1 }),
        'ChannelClose@1 PRECONDITION_FAILED - unknown delivery tag 1 (60,80)',
      );
    });

    it('takes all with tag 0, even when there are none', async () => {
      const [client, queue] = await withQueue();
      for (const body of ['1', '2']) client.publish(1, { routingKey: queue }, body);
      client.send(1, 'BasicAck', { deliveryTag: 0, multiple: true });
      await get(client, queue, false);
      await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 0, multiple: true });
      client.send(1, 'BasicRecover', { requeue: true });
      assert.deepEqual(await client.settled(1), ['BasicRecoverOk@1']);
      assert.equal(await client.call(1, 'BasicGet', { queue }), 'BasicGetEmpty@1');
    });

    it('puts back to where it was, marked redelivered', async () => {
      const [client, queue] = await withQueue();
      for (const body of ['1', '2', '3', '4']) client.publish(1, { routingKey: queue }, body);
      for (let count = 0; count < 3; count++) await get(client, queue, false);
      client.send(1, 'BasicNack', { deliveryTag: 3, multiple: true, requeue: true });
      const seen: string[] = [];
      for (let count = 0; count < 4; count++) {
        const { fields, body } = await get(client, queue, true);
        seen.push([body, fields['deliveryTag'], fields['redelivered'], fields['messageCount']].join(' '));
      }
      assert.deepEqual(seen, ['1 4 true 3', '2 5 true 2', '3 6 true 1', '4 7 false 0']);
    });

    it('is undone by closing the channel, whether the client read or not', async () => {
      const [client, queue] = await withQueue();
      await client.openChannel(2);
      for (const body of ['a', 'b']) client.publish(1, { routingKey: queue }, body);
      await client.settled(1);
      client.send(2, 'BasicConsume', { queue, arguments: {} });
      await client.next('BasicConsumeOk');
      client.send(2, 'ChannelClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
      while ((await client.next()).name !== 'ChannelCloseOk');
      for (const body of ['a', 'b']) {
        const message = await get(client, queue);
        assert.deepEqual([message.body, message.fields['redelivered']], [body, true]);
      }
    });

    it('does not keep an answer waiting that changes nothing while acknowledgements are being written', async () => {
      const [client, queue] = await withQueue({ durable: true });
      const other = await open();
      const bind = () =>
        other.call(1, 'QueueBind', { queue, exchange: 'amq.direct', routingKey: queue, arguments: {} });
      await bind();
      for (let round = 0; round < 120; round++) {
        client.publish(1, { routingKey: queue }, 'x', { deliveryMode: 2 });
        const { fields } = await get(client, queue, false);
        client.send(1, 'BasicAck', { deliveryTag: fields['deliveryTag'] });
        await new Promise((resolve) => {
          setTimeout(resolve, round % 16);
        });
        assert.equal(await bind(), 'QueueBindOk@1');
      }
    });

    it('recovers only with requeue', async () => {
      const client = await open();
      assert.equal(
        await client.call(1, 'BasicRecover', { requeue: false }),
        'ConnectionClose@0 NOT_IMPLEMENTED - requeue=false (60,110)',
      );
    });
  });

  describe('consuming', () => {
    it('refuses a prefetch in bytes and a tag in use', async () => {
      const [client, queue] = await withQueue();
      assert.equal(
        await client.call(1, 'BasicConsume', { queue, consumerTag: 'a', arguments: {} }),
        'BasicConsumeOk@1 a',
      );
      assert.equal(
        await client.call(1, 'BasicConsume', { queue, consumerTag: 'a', arguments: {} }),
        "ConnectionClose@0 NOT_ALLOWED - attempt to reuse consumer tag 'a' (60,20)",
      );
      const other = await open();
      assert.equal(
        await other.call(1, 'BasicQos', { prefetchSize: 10 }),
        'ConnectionClose@0 NOT_IMPLEMENTED - prefetch_size!=0 (10) (60,10)',
      );
    });

    it('is exclusive in both directions', async () => {
      const [client, queue] = await withQueue();
      await client.openChannel(2);
      await client.call(1, 'BasicConsume', { queue, consumerTag: 't', exclusive: true, arguments: {} });
      const refusal = `ChannelClose@2 ACCESS_REFUSED - queue '${queue}' in vhost '/' in exclusive use (60,20)`;
      assert.equal(await client.call(2, 'BasicConsume', { queue, arguments: {} }), refusal);
      await client.reopen(2);
      assert.equal(await client.call(2, 'BasicGet', { queue }), 'BasicGetEmpty@2');
      await client.call(1, 'BasicCancel', { consumerTag: 't' });
      await client.call(1, 'BasicConsume', { queue, arguments: {} });
      assert.equal(await client.call(2, 'BasicConsume', { queue, exclusive: true, arguments: {} }), refusal);
    });

    it('refuses a priority that is no number', async () => {
      const [client, queue] = await withQueue();
      assert.equal(
        await client.call(1, 'BasicConsume', { queue, arguments: { 'x-priority': 'high' } }),
        `ChannelClose@1 PRECONDITION_FAILED - invalid arg 'x-priority' for queue '${queue}' in vhost '/': "expected integer, got longstr" (60,20)`,
      );
    });

    it('begins after consume-ok and ends before cancel-ok', async () => {
      const [client, queue] = await withQueue();
      for (const body of ['1', '2', '3']) client.publish(1, { routingKey: queue }, body);
      await client.settled(1);
      client.send(1, 'BasicConsume', { queue, consumerTag: 't', noAck: true, arguments: {} });
      const shown = await client.settled(1);
      assert.deepEqual(shown, [
        'BasicConsumeOk@1 t',
        `BasicDeliver@1 t 1 false ${queue} body=1`,
        `BasicDeliver@1 t 2 false ${queue} body=2`,
        `BasicDeliver@1 t 3 false ${queue} body=3`,
      ]);
      assert.equal(await client.call(1, 'BasicCancel', { consumerTag: 't' }), 'BasicCancelOk@1 t');
      client.publish(1, { routingKey: queue }, '4');
      assert.deepEqual(await client.settled(1), []);
      assert.equal(await client.call(1, 'BasicCancel', { consumerTag: 'unknown' }), 'BasicCancelOk@1 unknown');
    });

    it('begins without consume-ok when the client does not wait', async () => {
      const [client, queue] = await withQueue();
      client.publish(1, { routingKey: queue }, 'x');
      await client.settled(1);
      client.send(1, 'BasicConsume', { queue, consumerTag: 'n', noAck: true, nowait: true, arguments: {} });
      assert.equal(show(await client.next()), `BasicDeliver@1 n 1 false ${queue} body=x`);
    });

    it('limits new consumers by prefetch, all of them by a global one', async () => {
      const [client, queue] = await withQueue();
      for (let body = 0; body < 9; body++) client.publish(1, { routingKey: queue }, String(body));
      await client.call(1, 'BasicQos', { prefetchCount: 2 });
      client.send(1, 'BasicConsume', { queue, consumerTag: 'c', arguments: {} });
      assert.equal((await client.settled(1)).length, 3);
      await client.call(1, 'BasicQos', { prefetchCount: 4 });
      assert.deepEqual(await client.settled(1), []);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      assert.equal((await client.settled(1)).length, 1);
    });

    it('with a limit for the channel holds back a consumer without acks too, and serves its queues in turn', async () => {
      const [client, queue] = await withQueue();
      const others = [freshName(), freshName()];
      for (const other of others) await client.call(1, 'QueueDeclare', { queue: other, arguments: {} });
      for (let count = 0; count < 9; count++) client.publish(1, { routingKey: [queue, ...others][count % 3] }, 'x');
      await client.call(1, 'BasicQos', { prefetchCount: 1, global: true });
      for (const [index, each] of [queue, ...others].entries()) {
        client.send(1, 'BasicConsume', { queue: each, consumerTag: String(index), arguments: {} });
      }
      const order: string[] = [];
      while (order.length < 9) {
        const arrival = await client.next();
        if (arrival.name !== 'BasicDeliver') continue;
        order.push(String(arrival.fields['consumerTag']));
        client.send(1, 'BasicAck', { deliveryTag: arrival.fields['deliveryTag'] });
      }
      for (const tag of ['0', '1', '2']) assert.ok(order.slice(0, 4).includes(tag), order.join(''));
      client.publish(1, { routingKey: queue }, 'held');
      await client.next('BasicDeliver');
      await client.call(1, 'BasicCancel', { consumerTag: '1' });
      client.send(1, 'BasicConsume', { queue: others[0], consumerTag: 'n', noAck: true, arguments: {} });
      client.publish(1, { routingKey: others[0] }, 'waits');
      assert.deepEqual(await client.settled(1), ['BasicConsumeOk@1 n']);
      client.send(1, 'BasicAck', { deliveryTag: 0, multiple: true });
      assert.equal((await client.next('BasicDeliver')).body, 'waits');
    });

    it('deals to its consumers in turn', async () => {
      const [client, queue] = await withQueue();
      for (const consumerTag of ['A', 'B', 'C']) {
        await client.call(1, 'BasicConsume', { queue, consumerTag, arguments: {} });
      }
      for (let body = 1; body <= 6; body++) client.publish(1, { routingKey: queue }, String(body));
      const order: string[] = [];
      for (let count = 0; count < 6; count++) {
        const { fields } = await client.next('BasicDeliver');
        order.push(String(fields['consumerTag']));
      }
      assert.deepEqual(order, ['A', 'B', 'C', 'A', 'B', 'C']);
    });

    it('is told when its queue goes, if it asked to be', async () => {
      for (const consumer_cancel_notify of [true, false]) {
        const client = await open({ capabilities: { consumer_cancel_notify } });
        const queue = freshName();
        await client.call(1, 'QueueDeclare', { queue, arguments: {} });
        await client.openChannel(2);
        await client.call(1, 'BasicConsume', { queue, consumerTag: 't1', arguments: {} });
        client.send(2, 'QueueDelete', { queue });
        if (consumer_cancel_notify) assert.equal(show(await client.next()), 'BasicCancel@1 t1 true');
        assert.equal(show(await client.next()), 'QueueDeleteOk@2 0');
      }
    });
  });

  describe('direct reply-to', () => {
    const alias = 'amq.rabbitmq.reply-to';

    it('needs a consumer without acknowledgements, before the request', async () => {
      const client = await open();
      assert.equal(
        await client.call(1, 'BasicConsume', { queue: alias, arguments: {} }),
        'ChannelClose@1 PRECONDITION_FAILED - reply consumer cannot acknowledge (60,20)',
      );
      await client.reopen(1);
      client.publish(1, { routingKey: 'nowhere' }, 'x', { replyTo: alias });
      assert.equal(
        show(await client.next()),
        'ChannelClose@1 PRECONDITION_FAILED - fast reply consumer does not exist (60,40)',
      );
    });

    it('brings the answer to the channel that asked', async () => {
      const [client, queue] = await withQueue();
      const server = await open();
      await client.call(1, 'BasicConsume', { queue: alias, consumerTag: 'rt', noAck: true, arguments: {} });
      client.publish(1, { routingKey: queue }, 'ping', { replyTo: alias });
      await client.settled(1);
      const { properties } = await get(server, queue);
      const replyTo = String(properties?.['replyTo']);
      assert.ok(replyTo.startsWith(`${alias}.`));
      server.publish(1, { routingKey: replyTo }, 'pong');
      const reply = await client.next('BasicDeliver');
      assert.deepEqual([reply.fields['consumerTag'], reply.body], ['rt', 'pong']);
      assert.deepEqual(await server.settled(1), []);
    });
  });

  describe('heartbeats', () => {
    it('are sent when idle, and a silent client is dropped', async () => {
      const client = await open({ heartbeat: 1 });
      await client.closed();
      assert.ok(client.heartbeats.count >= 2, `${client.heartbeats.count} heartbeats`);
    });
  });
});
