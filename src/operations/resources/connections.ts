import type { ChannelReport, ConnectionReport } from '../../core/index.js';
import type { Call } from '../http/call.js';
import { notAuthorised, notFound } from '../http/failure.js';
import { listing, single } from '../http/listing.js';
import { NO_CONTENT, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import {
  channelItem,
  channelName,
  closeConnection,
  closeConnections,
  connectionItem,
  openConnections,
} from './connection-item.js';
import { consumerItem, consumersOf } from './consumer-item.js';

const DEFAULT_REASON = 'Closed via management plugin';

/** Those that the user may see: all for who monitors, their own for others. */
function visible(call: Call): ConnectionReport[] {
  return openConnections(call.context).filter(({ user }) => call.has('monitoring') || user === call.user);
}

function named(call: Call): ConnectionReport {
  const name = call.parameter('name');
  const connection = openConnections(call.context).find((each) => each.name === name);
  if (connection === undefined) throw notFound();
  if (!call.has('monitoring') && connection.user !== call.user)
    throw notAuthorised('User not authorised to access connection');
  return connection;
}

interface OneChannel {
  readonly connection: ConnectionReport;
  readonly channel: ChannelReport;
}

function channelsOf(connections: readonly ConnectionReport[]): OneChannel[] {
  return connections.flatMap((connection) => connection.channels.map((channel) => ({ connection, channel })));
}

function listConnections(call: Call, connections: readonly ConnectionReport[]): Reply {
  return listing(
    call,
    connections,
    ({ name }) => name,
    (connection) => connectionItem(call.context, connection),
  );
}

function listChannels(call: Call, connections: readonly ConnectionReport[]): Reply {
  return listing(
    call,
    channelsOf(connections),
    ({ connection, channel }) => channelName(connection, channel.number),
    ({ connection, channel }) => channelItem(call.context, connection, channel),
  );
}

function oneChannel(call: Call): Reply {
  const name = call.parameter('channel');
  const found = channelsOf(visible(call)).find(
    ({ connection, channel }) => channelName(connection, channel.number) === name,
  );
  if (found === undefined) throw notFound();
  const { connection, channel } = found;
  const consumers = channel.consumers.map((consumer) => consumerItem(call.context, connection, channel, consumer));
  return single(call, {
    ...channelItem(call.context, connection, channel),
    consumer_details: consumers,
    publishes: [],
    deliveries: [],
  });
}

/** The header says why, as RabbitMQ's does. */
function reasonOf(call: Call): string {
  return call.closeReason ?? DEFAULT_REASON;
}

function closeAllOf(call: Call): Reply {
  const name = call.parameter('username');
  closeConnections(call.context, ({ user }) => user === name, reasonOf(call));
  return NO_CONTENT;
}

function inVirtualHost(call: Call): ConnectionReport[] {
  const virtualHost = call.virtualHost();
  return visible(call).filter((connection) => connection.virtualHost === virtualHost);
}

function ofUser(call: Call): ConnectionReport[] {
  return visible(call).filter(({ user }) => user === call.parameter('username'));
}

function listConsumers(call: Call): Reply {
  const consumers = call.virtualHosts().flatMap((virtualHost) => consumersOf(call.context, virtualHost));
  return listing(
    call,
    consumers,
    (consumer) => consumer['consumer_tag'] as string,
    (consumer) => consumer,
  );
}

export const connectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/connections',
    needs: 'management',
    handle: (call) => listConnections(call, visible(call)),
  },
  {
    method: 'GET',
    path: '/api/vhosts/:vhost/connections',
    needs: 'management',
    handle: (call) => listConnections(call, inVirtualHost(call)),
  },
  {
    method: 'GET',
    path: '/api/connections/username/:username',
    needs: 'management',
    handle: (call) => listConnections(call, ofUser(call)),
  },
  { method: 'DELETE', path: '/api/connections/username/:username', needs: 'administrator', handle: closeAllOf },
  {
    method: 'GET',
    path: '/api/connections/:name',
    needs: 'management',
    handle: (call) => single(call, connectionItem(call.context, named(call))),
  },
  {
    method: 'DELETE',
    path: '/api/connections/:name',
    needs: 'management',
    handle: (call) => {
      closeConnection(call.context, named(call), reasonOf(call));
      return NO_CONTENT;
    },
  },
  {
    method: 'GET',
    path: '/api/connections/:name/channels',
    needs: 'management',
    handle: (call) => listChannels(call, [named(call)]),
  },
  { method: 'GET', path: '/api/channels', needs: 'management', handle: (call) => listChannels(call, visible(call)) },
  {
    method: 'GET',
    path: '/api/vhosts/:vhost/channels',
    needs: 'management',
    handle: (call) => listChannels(call, inVirtualHost(call)),
  },
  { method: 'GET', path: '/api/channels/:channel', needs: 'management', handle: oneChannel },
  { method: 'GET', path: '/api/consumers', needs: 'management', handle: listConsumers },
  { method: 'GET', path: '/api/consumers/:vhost', needs: 'management', handle: listConsumers },
];
