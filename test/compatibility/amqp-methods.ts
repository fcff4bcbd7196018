import { RawClient } from '../amqp/raw-client.js';
import { type AmqpProbe, type AmqpSession, EXCHANGE, QUEUE, said } from './amqp-session.js';

const REPLY_TO = 'amq.rabbitmq.reply-to';
const client = { queue: QUEUE, consumerTag: 'c' };
const binding = { exchange: 'amq.topic', routingKey: 'a.*', arguments: {} };
const exchangeBinding = { source: 'amq.topic', destination: 'amq.fanout', routingKey: 'a', arguments: {} };

/** A probe of a method that is answered as it stands. */
function asked(name: string, method: string, fields = {}, why?: string): AmqpProbe {
  return { name, run: (session) => session.ask(method, fields), ...(why !== undefined && { why }) };
}

/** A probe of a method of the connection itself. */
function onConnection(name: string, method: string, fields = {}, why?: string): AmqpProbe {
  return { name, run: (session) => session.ask(method, fields, 0), ...(why !== undefined && { why }) };
}

/** A probe of a method on a queue that exists. */
function onQueue(name: string, run: (session: AmqpSession) => Promise<string>): AmqpProbe {
  return {
    name,
    run: async (session) => {
      await session.haveQueue();
      return run(session);
    },
  };
}

/** A probe of a method on a message that was got and not acknowledged. */
function onMessage(name: string, run: (session: AmqpSession) => Promise<string>): AmqpProbe {
  return onQueue(name, async (session) => {
    await session.publish({});
    await session.ask('BasicGet', { queue: QUEUE });
    return run(session);
  });
}

/** A probe of the greeting, on a connection of its own. */
function greeting(name: string, run: (raw: RawClient) => Promise<string>): AmqpProbe {
  return {
    name,
    run: async ({ url }) => {
      const raw = await RawClient.dial(url);
      try {
        return await run(raw);
      } finally {
        raw.end();
      }
    },
  };
}

async function login(raw: RawClient, mechanism: string, response: Buffer): Promise<string> {
  raw.write(Buffer.from('AMQP\0\0\x09\x01'));
  await raw.next('ConnectionStart');
  const capabilities = { authentication_failure_close: true };
  raw.send(0, 'ConnectionStartOk', { clientProperties: { capabilities }, mechanism, response, locale: 'en_US' });
  return said(await raw.next());
}

const amqplain = Buffer.from('\x05LOGINS\0\0\0\x05guest\x08PASSWORDS\0\0\0\x05guest', 'latin1');

/** Every method that a client may send, and what makes the broker send the others. */
export const methodProbes: readonly AmqpProbe[] = [
  greeting('connection.start-ok, PLAIN', (raw) => login(raw, 'PLAIN', Buffer.from('\0guest\0guest'))),
  greeting('connection.start-ok, AMQPLAIN', (raw) => login(raw, 'AMQPLAIN', amqplain)),
  greeting('connection.start-ok, EXTERNAL', (raw) => login(raw, 'EXTERNAL', Buffer.alloc(0))),
  greeting('connection.start-ok, wrong password', (raw) => login(raw, 'PLAIN', Buffer.from('\0guest\0wrong'))),
  greeting('connection.tune-ok and connection.open', async (raw) => said(await raw.handshake())),
  greeting('connection.open, unknown virtual host', async (raw) => said(await raw.handshake({ virtualHost: 'nope' }))),
  greeting('connection.tune-ok, frames of 4096 bytes', async (raw) => said(await raw.handshake({ frameMax: 4096 }))),
  onConnection('connection.update-secret', 'ConnectionUpdateSecret', {
    newSecret: Buffer.from('guest'),
    reason: 'probe',
  }),
  onConnection('connection.secure-ok, unasked', 'ConnectionSecureOk', { response: Buffer.alloc(0) }),
  onConnection('connection.blocked, from a client', 'ConnectionBlocked', { reason: 'probe' }),
  onConnection('connection.unblocked, from a client', 'ConnectionUnblocked', {}),
  onConnection('connection.close', 'ConnectionClose', { replyCode: 200, replyText: 'bye', classId: 0, methodId: 0 }),
  { name: 'channel.open', run: (session) => session.ask('ChannelOpen', {}, 2) },
  asked('channel.close', 'ChannelClose', { replyCode: 200, replyText: 'bye', classId: 0, methodId: 0 }),
  asked('channel.flow, active', 'ChannelFlow', { active: true }),
  asked('channel.flow, not active', 'ChannelFlow', { active: false }),
  asked('access.request', 'AccessRequest', {}, 'No effect: tickets belong to AMQP 0-8; nobody looks at one.'),
  asked('exchange.declare', 'ExchangeDeclare', { exchange: EXCHANGE, type: 'topic' }),
  asked('exchange.declare, passive', 'ExchangeDeclare', { exchange: 'amq.topic', type: 'topic', passive: true }),
  asked('exchange.declare, internal', 'ExchangeDeclare', { exchange: EXCHANGE, type: 'topic', internal: true }),
  asked('exchange.declare, auto-delete', 'ExchangeDeclare', { exchange: EXCHANGE, type: 'topic', autoDelete: true }),
  asked('exchange.declare, alternate-exchange', 'ExchangeDeclare', {
    exchange: EXCHANGE,
    type: 'topic',
    arguments: { 'alternate-exchange': 'amq.fanout' },
  }),
  asked('exchange.delete', 'ExchangeDelete', { exchange: EXCHANGE }),
  asked('exchange.bind', 'ExchangeBind', exchangeBinding),
  asked('exchange.unbind', 'ExchangeUnbind', exchangeBinding),
  asked('queue.declare', 'QueueDeclare', { queue: QUEUE, durable: true }),
  asked('queue.declare, passive, missing', 'QueueDeclare', { queue: QUEUE, passive: true }),
  asked('queue.declare, neither durable nor exclusive', 'QueueDeclare', { queue: QUEUE }),
  asked('queue.declare, exclusive', 'QueueDeclare', { queue: QUEUE, exclusive: true }),
  asked('queue.declare, auto-delete', 'QueueDeclare', { queue: QUEUE, autoDelete: true }),
  asked('queue.declare, named by the broker', 'QueueDeclare', { queue: '', exclusive: true }),
  onQueue('queue.bind', (session) => session.ask('QueueBind', { queue: QUEUE, ...binding })),
  onQueue('queue.unbind', (session) => session.ask('QueueUnbind', { queue: QUEUE, ...binding })),
  onQueue('queue.purge', (session) => session.ask('QueuePurge', { queue: QUEUE })),
  onQueue('queue.delete', (session) => session.ask('QueueDelete', { queue: QUEUE })),
  asked('basic.qos, by count', 'BasicQos', { prefetchCount: 10 }),
  asked('basic.qos, global', 'BasicQos', { prefetchCount: 10, global: true }),
  asked('basic.qos, by size', 'BasicQos', { prefetchSize: 10, prefetchCount: 0 }),
  onQueue('basic.consume', (session) => session.ask('BasicConsume', client)),
  onQueue('basic.consume, exclusive', (session) => session.ask('BasicConsume', { ...client, exclusive: true })),
  onQueue('basic.consume, no-local', (session) => session.ask('BasicConsume', { ...client, noLocal: true })),
  onQueue('basic.consume, x-priority', (session) =>
    session.ask('BasicConsume', { ...client, arguments: { 'x-priority': 5 } }),
  ),
  onQueue('basic.cancel', async (session) => {
    await session.ask('BasicConsume', client);
    return session.ask('BasicCancel', { consumerTag: 'c' });
  }),
  onQueue('basic.cancel, sent when the queue goes', async (session) => {
    await session.ask('BasicConsume', client);
    await session.ask('ChannelOpen', {}, 2);
    session.client.send(2, 'QueueDelete', { queue: QUEUE });
    // Nothing orders what comes on different channels.
    return [await session.next(), await session.next()].toSorted().join(', ');
  }),
  onQueue('basic.publish', (session) => session.publish({})),
  asPublish('basic.publish, mandatory and unroutable', { routingKey: 'nowhere', mandatory: true }),
  asPublish('basic.publish, immediate', { immediate: true }),
  asPublish('basic.publish, exchange missing', { exchange: 'nope' }),
  asPublish('basic.publish, property expiration', {}, { expiration: '60000' }),
  asPublish('basic.publish, property user-id of another', {}, { userId: 'mallory' }),
  asPublish('basic.publish, headers CC and BCC', {}, { headers: { CC: ['nowhere'], BCC: ['nowhere'] } }),
  onQueue('basic.deliver', async (session) => {
    await session.publish({});
    await session.ask('BasicConsume', client);
    return session.next();
  }),
  onQueue('basic.get, empty', (session) => session.ask('BasicGet', { queue: QUEUE })),
  onQueue('basic.get', async (session) => {
    await session.publish({});
    return session.ask('BasicGet', { queue: QUEUE });
  }),
  onMessage('basic.ack', (session) => session.tell('BasicAck', { deliveryTag: 1 })),
  onMessage('basic.ack, unknown tag', (session) => session.tell('BasicAck', { deliveryTag: 9 })),
  onMessage('basic.nack', (session) => session.tell('BasicNack', { deliveryTag: 1 })),
  onMessage('basic.reject', (session) => session.tell('BasicReject', { deliveryTag: 1 })),
  onMessage('basic.recover, requeue', (session) => session.ask('BasicRecover', { requeue: true })),
  onMessage('basic.recover, no requeue', (session) => session.ask('BasicRecover', { requeue: false })),
  onMessage('basic.recover-async', (session) => session.tell('BasicRecoverAsync', { requeue: true })),
  asked('confirm.select', 'ConfirmSelect'),
  onQueue('confirm.select, then basic.publish', async (session) => {
    await session.ask('ConfirmSelect');
    session.client.publish(1, { routingKey: QUEUE }, 'body');
    return session.next();
  }),
  {
    name: 'confirm.select, then basic.publish into a full queue',
    run: async (session) => {
      await session.haveQueue({ 'x-max-length': 1, 'x-overflow': 'reject-publish' });
      await session.publish({});
      await session.ask('ConfirmSelect');
      session.client.publish(1, { routingKey: QUEUE }, 'body');
      return session.next();
    },
  },
  asked('tx.select', 'TxSelect'),
  afterSelect('tx.commit', 'TxCommit'),
  afterSelect('tx.rollback', 'TxRollback'),
  asked('tx.commit, without tx.select', 'TxCommit'),
  onQueue('direct reply-to', async (session) => {
    await session.ask('BasicConsume', { queue: REPLY_TO, noAck: true });
    await session.publish({}, { replyTo: REPLY_TO });
    session.client.send(1, 'BasicGet', { queue: QUEUE, noAck: true });
    const { properties } = await session.client.next('BasicGetOk');
    session.client.publish(1, { routingKey: properties!['replyTo'] }, 'answer');
    return session.next();
  }),
  asked(`queue.declare of ${REPLY_TO}, passive`, 'QueueDeclare', { queue: REPLY_TO, passive: true }),
];

function asPublish(name: string, fields: object, properties = {}): AmqpProbe {
  return onQueue(name, (session) => session.publish({ ...fields }, properties));
}

function afterSelect(name: string, method: string): AmqpProbe {
  return {
    name,
    run: async (session) => {
      await session.ask('TxSelect');
      return session.ask(method);
    },
  };
}
