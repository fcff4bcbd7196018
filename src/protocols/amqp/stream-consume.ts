import { BrokerError, type TopicInfo } from '../../core/index.js';
import { ChannelError, ConnectionError } from './amqp-error.js';
import type { Channel } from './channel.js';
import { consumerReport } from './consumer-report.js';
import type { Consumer } from './consumer-table.js';
import type { MethodArguments } from './method-codec.js';
import { named } from './names.js';
import { routingToQueue } from './short-string.js';
import { readStreamFilter } from './stream-filter.js';
import { firstOffset, readStreamOffset } from './stream-offset.js';

/**
 * basic.consume of a stream: its records from an offset on, each with its own in the header `x-stream-offset`. Every
 * consumer reads for itself; acknowledging gives it credit and removes nothing.
 * @throws ChannelError · ConnectionError, in RabbitMQ's words where it refuses the same
 */
export function consumeStream(
  channel: Channel,
  tag: string,
  stream: TopicInfo,
  args: MethodArguments<'basic.consume'>,
): void {
  const { host, broker, virtualHost } = channel.connection;
  const resource = named('queue', stream.name, virtualHost);
  assertConsumable(channel, stream, args, resource);
  const [partition] = stream.partitionHandles as [number];
  const from = readStreamOffset(args.arguments.get('x-stream-offset'), broker.nowMs, resource);
  const filter = readStreamFilter(args.arguments, resource);
  const consumer = channel.consumers.add(tag, {
    noAck: false,
    queueRouting: routingToQueue(stream.name),
    countHeader: 'x-stream-offset',
    directReply: false,
    filter,
    report: consumerReport(channel, stream.name, args),
  });
  const place = channel.order.hold();
  const begin = (offset: number): void => {
    consumer.stream = broker.openStream(partition, offset);
    consumer.subscription = broker.subscribe(channel.session, consumer.stream, {
      token: consumer.token,
      credit: channel.prefetch,
      noAck: false,
      exclusive: args.exclusive,
      priority: 0,
    });
  };
  if (!args.noWait) channel.replyAt(place, 'basic.consume-ok', { consumerTag: tag });
  const offset = firstOffset(host, partition, from);
  if (typeof offset === 'number') {
    begin(offset);
    place.release();
    return;
  }
  void beginLater(channel, consumer, offset, begin).finally(() => place.release());
}

/** The consumer may have been cancelled, or the stream deleted, while its place was looked for. */
async function beginLater(
  channel: Channel,
  consumer: Consumer,
  offset: Promise<number>,
  begin: (offset: number) => void,
): Promise<void> {
  const { host } = channel.connection;
  try {
    const found = await offset;
    host.enter();
    if (channel.consumes(consumer)) begin(found);
  } catch (error) {
    if (!(error instanceof BrokerError)) host.log('error', 'amqp: a stream could not be read', { err: error });
    host.enter();
    channel.cancelled(consumer.token);
  }
}

function assertConsumable(
  channel: Channel,
  stream: TopicInfo,
  args: MethodArguments<'basic.consume'>,
  resource: string,
): void {
  const unsupported = (text: string): ConnectionError => new ConnectionError('NOT_IMPLEMENTED', text);
  if (channel.prefetch === 0) {
    throw new ChannelError('PRECONDITION_FAILED', `consumer prefetch count is not set for '${resource}'`);
  }
  if (args.noAck) throw unsupported(`automatic acknowledgement not supported by stream queues ${resource}`);
  if (channel.sharedPrefetch > 0) throw unsupported(`${resource} does not support global qos`);
  if (stream.partitions !== 1) {
    throw unsupported(`${resource} is a topic with ${stream.partitions} partitions, a stream has one`);
  }
}
