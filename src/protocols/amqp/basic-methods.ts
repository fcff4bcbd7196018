import type { Broker, QueueInfo } from '../../core/index.js';
import { assertAllowed } from './access.js';
import { ChannelError, ConnectionError } from './amqp-error.js';
import { translated } from './broker-error-reply.js';
import type { Channel } from './channel.js';
import { consumerReport } from './consumer-report.js';
import type { Consumer } from './consumer-table.js';
import { integerOf, typeName } from './declared-arguments.js';
import type { CountHeader } from './delivered-content.js';
import { replyToAlias } from './direct-reply.js';
import type { FieldTable } from './field-table.js';
import type { MethodArguments } from './method-codec.js';
import { generatedName, named } from './names.js';
import { meantQueue, usableQueue } from './queue-access.js';
import { queueTypeOf } from './queue-declare.js';
import { routingToQueue } from './short-string.js';
import { assertNoStream, existingStream } from './stream-access.js';
import { consumeStream } from './stream-consume.js';

/** basic.qos (AMQP 0-9-1 section 1.8.3.1), in RabbitMQ's reading: `global` is the channel, else each new consumer. */
export function setPrefetch(channel: Channel, args: MethodArguments<'basic.qos'>): void {
  if (args.prefetchSize !== 0) {
    throw new ConnectionError('NOT_IMPLEMENTED', `prefetch_size!=0 (${args.prefetchSize})`);
  }
  // what more credit brings comes after the answer
  channel.reply('basic.qos-ok', {});
  if (args.global) {
    channel.sharedPrefetch = args.prefetchCount;
    channel.connection.broker.setSessionCredit(channel.session, args.prefetchCount);
  } else channel.prefetch = args.prefetchCount;
}

/** basic.consume (section 1.8.3.3). Consume-ok comes before the first delivery. */
export function consume(channel: Channel, args: MethodArguments<'basic.consume'>): void {
  const { broker, virtualHost } = channel.connection;
  const tag = args.consumerTag === '' ? generatedName('amq.ctag-') : args.consumerTag;
  if (channel.consumers.withTag(tag) !== undefined) {
    throw new ConnectionError('NOT_ALLOWED', `attempt to reuse consumer tag '${tag}'`);
  }
  const directReply = args.queue === replyToAlias;
  const name = directReply ? channel.directReply.open(args.noAck) : meantQueue(channel, args.queue);
  if (!directReply) assertAllowed(channel, 'read', 'queue', name);
  const stream = existingStream(channel, name);
  if (stream !== undefined) {
    consumeStream(channel, tag, stream, args);
    return;
  }
  const queue = usableQueue(channel, name);
  const resource = named('queue', name, virtualHost);
  const priority = readPriority(args.arguments, resource);

  const consumer = channel.consumers.add(tag, {
    noAck: args.noAck,
    queueRouting: routingToQueue(queue.name),
    countHeader: countHeaderOf(queue),
    directReply,
    filter: undefined,
    report: consumerReport(channel, name, args),
  });
  const place = channel.order.hold();
  try {
    consumer.subscription = translated(
      () =>
        broker.subscribe(channel.session, queue.handle, {
          token: consumer.token,
          credit: args.noAck ? 0 : channel.prefetch,
          noAck: args.noAck,
          exclusive: args.exclusive,
          priority,
        }),
      { 'exclusive-use': () => new ChannelError('ACCESS_REFUSED', `${resource} in exclusive use`) },
    );
    if (!args.noWait) channel.replyAt(place, 'basic.consume-ok', { consumerTag: tag });
  } catch (error) {
    channel.consumers.remove(consumer);
    throw error;
  } finally {
    place.release();
  }
}

/** Quorum queues tell how often a message was delivered before. */
function countHeaderOf(queue: QueueInfo): CountHeader | undefined {
  return queueTypeOf(queue) === 'quorum' ? 'x-delivery-count' : undefined;
}

function readPriority(table: FieldTable, resource: string): number {
  const field = table.get('x-priority');
  if (field === undefined) return 0;
  const priority = integerOf(field);
  if (priority !== undefined) return priority;
  throw new ChannelError(
    'PRECONDITION_FAILED',
    `invalid arg 'x-priority' for ${resource}: "expected integer, got ${typeName(field)}"`,
  );
}

/** basic.cancel (section 1.8.3.5). What was delivered stays with the channel. An unknown tag counts as cancelled. */
export function cancel(channel: Channel, args: MethodArguments<'basic.cancel'>): void {
  const consumer = channel.consumers.withTag(args.consumerTag);
  if (consumer !== undefined) {
    channel.consumers.remove(consumer);
    endConsumer(channel.connection.broker, consumer);
    if (consumer.directReply) channel.directReply.close();
  }
  if (!args.noWait) channel.reply('basic.cancel-ok', { consumerTag: args.consumerTag });
}

/** A stream's consumer whose place is still being looked for has no subscription yet. */
function endConsumer(broker: Broker, consumer: Consumer): void {
  if (consumer.subscription >= 0) broker.unsubscribe(consumer.subscription);
  if (consumer.stream >= 0) broker.deleteQueue(consumer.stream);
}

/** basic.get (section 1.8.3.10). */
export function get(channel: Channel, args: MethodArguments<'basic.get'>): void {
  const name = meantQueue(channel, args.queue);
  assertAllowed(channel, 'read', 'queue', name);
  assertNoStream(channel, name, 'basic.get');
  const queue = usableQueue(channel, name);
  channel.get(queue, args.noAck, countHeaderOf(queue));
}

/** basic.recover and basic.recover-async (section 1.8.3.14): everything in flight goes back to where it was. */
export function recover(channel: Channel, requeue: boolean): void {
  if (!requeue) throw new ConnectionError('NOT_IMPLEMENTED', 'requeue=false');
  channel.recover();
}
