import type { ChannelReport, ConnectionReport, ConsumerReport } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Item } from '../http/listing.js';
import { channelName, openConnections } from './connection-item.js';

/** Consumers of one virtual host. */
export function consumersOf(context: AdminContext, virtualHost: string): Item[] {
  return openConnections(context)
    .filter((connection) => connection.virtualHost === virtualHost)
    .flatMap((connection) =>
      connection.channels.flatMap((channel) =>
        channel.consumers.map((consumer) => consumerItem(context, connection, channel, consumer)),
      ),
    );
}

export function consumerItem(
  { host }: AdminContext,
  connection: ConnectionReport,
  channel: ChannelReport,
  consumer: ConsumerReport,
): Item {
  const { broker } = host;
  const queue = broker.findQueue(connection.virtualHost, consumer.queue);
  // which one of several is the active one is not told to anybody
  const isOneOfMany = queue >= 0 && broker.queue(queue).settings.singleActiveConsumer === true;
  return {
    arguments: consumer.arguments,
    ack_required: consumer.acknowledges,
    ...(!isOneOfMany && { active: true, activity_status: 'up' }),
    channel_details: channelDetails(connection, channel),
    consumer_tag: consumer.tag,
    exclusive: consumer.exclusive,
    prefetch_count: consumer.prefetch,
    queue: { name: consumer.queue, vhost: connection.virtualHost },
  };
}

function channelDetails(connection: ConnectionReport, { number }: ChannelReport): Item {
  const { name, clientAddress, clientPort, user } = connection;
  return {
    connection_name: name,
    name: channelName(connection, number),
    number,
    peer_host: clientAddress,
    peer_port: clientPort,
    user,
  };
}
