/** How a method argument is written (AMQP 0-9-1 section 4.2). Bits that follow each other share an octet. */
export type ArgumentType = 'bit' | 'octet' | 'short' | 'long' | 'longlong' | 'shortstr' | 'longstr' | 'table';

interface MethodShape {
  readonly id: readonly [classId: number, methodId: number];
  readonly args: Readonly<Record<string, ArgumentType>>;
}

const close = { replyCode: 'short', replyText: 'shortstr', classId: 'short', methodId: 'short' } as const;
const tune = { channelMax: 'short', frameMax: 'long', heartbeat: 'short' } as const;
const exchangeBinding = {
  ticket: 'short',
  destination: 'shortstr',
  source: 'shortstr',
  routingKey: 'shortstr',
  noWait: 'bit',
  arguments: 'table',
} as const;

/**
 * Every method of AMQP 0-9-1 and of RabbitMQ's extensions: ids, and arguments in wire order.
 * Source: amqp-rabbitmq-0.9.1.json; `access` survives from 0-8 for clients that still ask for tickets.
 */
export const methods = {
  'connection.start': {
    id: [10, 10],
    args: {
      versionMajor: 'octet',
      versionMinor: 'octet',
      serverProperties: 'table',
      mechanisms: 'longstr',
      locales: 'longstr',
    },
  },
  'connection.start-ok': {
    id: [10, 11],
    args: { clientProperties: 'table', mechanism: 'shortstr', response: 'longstr', locale: 'shortstr' },
  },
  'connection.secure': { id: [10, 20], args: { challenge: 'longstr' } },
  'connection.secure-ok': { id: [10, 21], args: { response: 'longstr' } },
  'connection.tune': { id: [10, 30], args: tune },
  'connection.tune-ok': { id: [10, 31], args: tune },
  'connection.open': { id: [10, 40], args: { virtualHost: 'shortstr', reserved1: 'shortstr', reserved2: 'bit' } },
  'connection.open-ok': { id: [10, 41], args: { reserved1: 'shortstr' } },
  'connection.close': { id: [10, 50], args: close },
  'connection.close-ok': { id: [10, 51], args: {} },
  'connection.blocked': { id: [10, 60], args: { reason: 'shortstr' } },
  'connection.unblocked': { id: [10, 61], args: {} },
  'connection.update-secret': { id: [10, 70], args: { newSecret: 'longstr', reason: 'shortstr' } },
  'connection.update-secret-ok': { id: [10, 71], args: {} },
  'channel.open': { id: [20, 10], args: { reserved1: 'shortstr' } },
  'channel.open-ok': { id: [20, 11], args: { reserved1: 'longstr' } },
  'channel.flow': { id: [20, 20], args: { active: 'bit' } },
  'channel.flow-ok': { id: [20, 21], args: { active: 'bit' } },
  'channel.close': { id: [20, 40], args: close },
  'channel.close-ok': { id: [20, 41], args: {} },
  'access.request': {
    id: [30, 10],
    args: { realm: 'shortstr', exclusive: 'bit', passive: 'bit', active: 'bit', write: 'bit', read: 'bit' },
  },
  'access.request-ok': { id: [30, 11], args: { ticket: 'short' } },
  'exchange.declare': {
    id: [40, 10],
    args: {
      ticket: 'short',
      exchange: 'shortstr',
      type: 'shortstr',
      passive: 'bit',
      durable: 'bit',
      autoDelete: 'bit',
      internal: 'bit',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'exchange.declare-ok': { id: [40, 11], args: {} },
  'exchange.delete': { id: [40, 20], args: { ticket: 'short', exchange: 'shortstr', ifUnused: 'bit', noWait: 'bit' } },
  'exchange.delete-ok': { id: [40, 21], args: {} },
  'exchange.bind': { id: [40, 30], args: exchangeBinding },
  'exchange.bind-ok': { id: [40, 31], args: {} },
  'exchange.unbind': { id: [40, 40], args: exchangeBinding },
  'exchange.unbind-ok': { id: [40, 51], args: {} },
  'queue.declare': {
    id: [50, 10],
    args: {
      ticket: 'short',
      queue: 'shortstr',
      passive: 'bit',
      durable: 'bit',
      exclusive: 'bit',
      autoDelete: 'bit',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'queue.declare-ok': { id: [50, 11], args: { queue: 'shortstr', messageCount: 'long', consumerCount: 'long' } },
  'queue.bind': {
    id: [50, 20],
    args: {
      ticket: 'short',
      queue: 'shortstr',
      exchange: 'shortstr',
      routingKey: 'shortstr',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'queue.bind-ok': { id: [50, 21], args: {} },
  'queue.purge': { id: [50, 30], args: { ticket: 'short', queue: 'shortstr', noWait: 'bit' } },
  'queue.purge-ok': { id: [50, 31], args: { messageCount: 'long' } },
  'queue.delete': {
    id: [50, 40],
    args: { ticket: 'short', queue: 'shortstr', ifUnused: 'bit', ifEmpty: 'bit', noWait: 'bit' },
  },
  'queue.delete-ok': { id: [50, 41], args: { messageCount: 'long' } },
  'queue.unbind': {
    id: [50, 50],
    args: { ticket: 'short', queue: 'shortstr', exchange: 'shortstr', routingKey: 'shortstr', arguments: 'table' },
  },
  'queue.unbind-ok': { id: [50, 51], args: {} },
  'basic.qos': { id: [60, 10], args: { prefetchSize: 'long', prefetchCount: 'short', global: 'bit' } },
  'basic.qos-ok': { id: [60, 11], args: {} },
  'basic.consume': {
    id: [60, 20],
    args: {
      ticket: 'short',
      queue: 'shortstr',
      consumerTag: 'shortstr',
      noLocal: 'bit',
      noAck: 'bit',
      exclusive: 'bit',
      noWait: 'bit',
      arguments: 'table',
    },
  },
  'basic.consume-ok': { id: [60, 21], args: { consumerTag: 'shortstr' } },
  'basic.cancel': { id: [60, 30], args: { consumerTag: 'shortstr', noWait: 'bit' } },
  'basic.cancel-ok': { id: [60, 31], args: { consumerTag: 'shortstr' } },
  'basic.publish': {
    id: [60, 40],
    args: { ticket: 'short', exchange: 'shortstr', routingKey: 'shortstr', mandatory: 'bit', immediate: 'bit' },
  },
  'basic.return': {
    id: [60, 50],
    args: { replyCode: 'short', replyText: 'shortstr', exchange: 'shortstr', routingKey: 'shortstr' },
  },
  'basic.deliver': {
    id: [60, 60],
    args: {
      consumerTag: 'shortstr',
      deliveryTag: 'longlong',
      redelivered: 'bit',
      exchange: 'shortstr',
      routingKey: 'shortstr',
    },
  },
  'basic.get': { id: [60, 70], args: { ticket: 'short', queue: 'shortstr', noAck: 'bit' } },
  'basic.get-ok': {
    id: [60, 71],
    args: {
      deliveryTag: 'longlong',
      redelivered: 'bit',
      exchange: 'shortstr',
      routingKey: 'shortstr',
      messageCount: 'long',
    },
  },
  'basic.get-empty': { id: [60, 72], args: { reserved1: 'shortstr' } },
  'basic.ack': { id: [60, 80], args: { deliveryTag: 'longlong', multiple: 'bit' } },
  'basic.reject': { id: [60, 90], args: { deliveryTag: 'longlong', requeue: 'bit' } },
  'basic.recover-async': { id: [60, 100], args: { requeue: 'bit' } },
  'basic.recover': { id: [60, 110], args: { requeue: 'bit' } },
  'basic.recover-ok': { id: [60, 111], args: {} },
  'basic.nack': { id: [60, 120], args: { deliveryTag: 'longlong', multiple: 'bit', requeue: 'bit' } },
  'confirm.select': { id: [85, 10], args: { noWait: 'bit' } },
  'confirm.select-ok': { id: [85, 11], args: {} },
  'tx.select': { id: [90, 10], args: {} },
  'tx.select-ok': { id: [90, 11], args: {} },
  'tx.commit': { id: [90, 20], args: {} },
  'tx.commit-ok': { id: [90, 21], args: {} },
  'tx.rollback': { id: [90, 30], args: {} },
  'tx.rollback-ok': { id: [90, 31], args: {} },
} as const satisfies Record<string, MethodShape>;

export type Methods = typeof methods;
export type MethodName = keyof Methods;

/** One number for a method, as it stands in the first four bytes of a method frame. */
export function methodCode(name: MethodName): number {
  const [classId, methodId] = methods[name].id;
  return classId * 0x10000 + methodId;
}
