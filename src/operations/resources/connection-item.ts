import type { ChannelReport, ConnectionReport } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Item } from '../http/listing.js';

/** Of all fronts that tell of their connections. */
export function openConnections(context: AdminContext): ConnectionReport[] {
  return context.fronts().flatMap(({ report }) => report.connections?.() ?? []);
}

/** Ends the connection, whichever front it belongs to; its client is told the reason. */
export function closeConnection(context: AdminContext, { name }: ConnectionReport, reason: string): void {
  for (const { report } of context.fronts()) report.closeConnection?.(name, reason);
}

/** Of somebody or something that is no more. */
export function closeConnections(
  context: AdminContext,
  isOne: (connection: ConnectionReport) => boolean,
  reason: string,
): void {
  for (const connection of openConnections(context))
    if (isOne(connection)) closeConnection(context, connection, reason);
}

export function connectionItem({ nodeName, rates, host }: AdminContext, connection: ConnectionReport): Item {
  const { clientAddress, clientPort, ownAddress, ownPort, virtualHost, receivedBytes, sentBytes } = connection;
  const rate = (what: string, count: number) => ({
    rate: rates.of(`${connection.name} ${what}`, count, host.broker.nowMs),
  });
  return {
    name: connection.name,
    node: nodeName,
    vhost: virtualHost,
    user: connection.user,
    user_who_performed_action: connection.user,
    protocol: connection.protocol,
    type: 'network',
    state: connection.state,
    auth_mechanism: connection.mechanism,
    ssl: connection.isTls,
    peer_host: clientAddress,
    peer_port: clientPort,
    host: ownAddress,
    port: ownPort,
    connected_at: connection.connectedAtMs,
    timeout: connection.heartbeatSeconds,
    frame_max: connection.frameMaxBytes,
    channel_max: connection.channelMax,
    channels: connection.channels.length,
    client_properties: connection.clientProperties,
    recv_oct: receivedBytes,
    recv_oct_details: rate('received', receivedBytes),
    send_oct: sentBytes,
    send_oct_details: rate('sent', sentBytes),
  };
}

export function channelName({ name }: ConnectionReport, number: number): string {
  return `${name} (${number})`;
}

export function channelItem(context: AdminContext, connection: ConnectionReport, channel: ChannelReport): Item {
  const { nodeName } = context;
  return {
    name: channelName(connection, channel.number),
    number: channel.number,
    node: nodeName,
    vhost: connection.virtualHost,
    user: connection.user,
    user_who_performed_action: connection.user,
    state: 'running',
    confirm: channel.confirms,
    transactional: channel.transactional,
    prefetch_count: channel.prefetch,
    global_prefetch_count: channel.sharedPrefetch,
    consumer_count: channel.consumers.length,
    messages_unacknowledged: context.held(channel.session),
    connection_details: {
      name: connection.name,
      peer_host: connection.clientAddress,
      peer_port: connection.clientPort,
    },
  };
}
