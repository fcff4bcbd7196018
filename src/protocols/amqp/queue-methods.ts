import { assertAllowed, assertTopicAllowed } from './access.js';
import { ChannelError } from './amqp-error.js';
import { translated } from './broker-error-reply.js';
import type { Channel } from './channel.js';
import { addBinding, assertExchangeUsable, existingExchange, noExchange } from './exchange-access.js';
import { headerValues } from './header-values.js';
import type { MethodArguments } from './method-codec.js';
import { named } from './names.js';
import { existingQueue, assertNotLocked, meantQueue, noQueue, usableQueue } from './queue-access.js';
import { assertNoStream, existingStream } from './stream-access.js';

/** queue.bind (AMQP 0-9-1 section 1.7.2.3). */
export function bindQueue(channel: Channel, args: MethodArguments<'queue.bind'>): void {
  const name = meantQueue(channel, args.queue);
  // an empty key for the queue declared last means that queue's name
  const routingKey = args.queue === '' && args.routingKey === '' ? name : args.routingKey;
  assertExchangeUsable(args.exchange);
  assertAllowed(channel, 'write', 'queue', name);
  assertAllowed(channel, 'read', 'exchange', args.exchange);
  const durable = existingStream(channel, name) !== undefined || usableQueue(channel, name).durable;
  const exchange = existingExchange(channel, args.exchange);
  if (exchange === undefined) throw noExchange(channel, args.exchange);
  assertTopicAllowed(channel, 'read', exchange, routingKey);
  addBinding(channel, {
    source: args.exchange,
    destination: name,
    kind: 'queue',
    routingKey,
    arguments: headerValues(args.arguments),
  });
  if (!args.noWait) channel.replyAfter(durable && exchange.durable, 'queue.bind-ok', {});
}

/** queue.unbind (section 1.7.2.5). What is not there counts as unbound. */
export function unbindQueue(channel: Channel, args: MethodArguments<'queue.unbind'>): void {
  const { broker, virtualHost } = channel.connection;
  const name = meantQueue(channel, args.queue);
  assertExchangeUsable(args.exchange);
  assertAllowed(channel, 'write', 'queue', name);
  assertAllowed(channel, 'read', 'exchange', args.exchange);
  const queue = existingQueue(channel, name);
  if (queue !== undefined) assertNotLocked(channel, queue);
  const exchange = existingExchange(channel, args.exchange);
  const isStream = existingStream(channel, name) !== undefined;
  if ((queue === undefined && !isStream) || exchange === undefined) {
    channel.reply('queue.unbind-ok', {});
    return;
  }
  assertTopicAllowed(channel, 'read', exchange, args.routingKey);
  broker.unbind(virtualHost, {
    source: args.exchange,
    destination: name,
    kind: 'queue',
    routingKey: args.routingKey,
    arguments: headerValues(args.arguments),
  });
  channel.replyAfter((isStream || queue?.durable === true) && exchange.durable, 'queue.unbind-ok', {});
}

/** queue.purge (section 1.7.2.7): ready messages only. */
export function purgeQueue(channel: Channel, args: MethodArguments<'queue.purge'>): void {
  const name = meantQueue(channel, args.queue);
  assertAllowed(channel, 'read', 'queue', name);
  assertNoStream(channel, name, 'queue.purge');
  const queue = usableQueue(channel, name);
  const messageCount = channel.connection.broker.purgeQueue(queue.handle);
  if (!args.noWait) channel.replyAfter(queue.durable, 'queue.purge-ok', { messageCount });
}

/** queue.delete (section 1.7.2.9). A queue that is not there counts as deleted. */
export function deleteQueue(channel: Channel, args: MethodArguments<'queue.delete'>): void {
  const { broker, virtualHost } = channel.connection;
  const name = meantQueue(channel, args.queue);
  assertAllowed(channel, 'configure', 'queue', name);
  const stream = existingStream(channel, name);
  if (stream !== undefined) {
    // RabbitMQ looks at neither condition for a stream, and counts nothing
    broker.deleteTopic(stream.handle);
    if (!args.noWait) channel.replyAfter(true, 'queue.delete-ok', { messageCount: 0 });
    return;
  }
  const queue = existingQueue(channel, name);
  if (queue === undefined) {
    if (!args.noWait) channel.reply('queue.delete-ok', { messageCount: 0 });
    return;
  }
  assertNotLocked(channel, queue);
  const resource = named('queue', name, virtualHost);
  const remove = () =>
    translated(() => broker.deleteQueue(queue.handle, { ifUnused: args.ifUnused, ifEmpty: args.ifEmpty }), {
      'in-use': () => new ChannelError('PRECONDITION_FAILED', `${resource} in use`),
      'not-empty': () => new ChannelError('PRECONDITION_FAILED', `${resource} not empty`),
      'not-found': () => noQueue(channel, name),
    });
  // the channel's own consumers are told together with the answer: a client may close the channel when it hears of them
  const messageCount = channel.beforeReply(queue.durable, remove);
  if (!args.noWait) channel.replyAfter(queue.durable, 'queue.delete-ok', { messageCount });
}
