import { cpus } from 'node:os';
import type { AdminContext, ListeningFront } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { notFound } from '../http/failure.js';
import { type Item, single } from '../http/listing.js';
import { NO_CONTENT, ok, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { openConnections } from './connection-item.js';
import { clusterName } from './parameters.js';
import { queueItem, queuesIn } from './queue-item.js';

const EXCHANGE_TYPES = ['direct', 'fanout', 'headers', 'topic', 'x-consistent-hash', 'x-delayed-message'].map(
  (name) => ({
    name,
    description: `${name} exchange`,
    enabled: true,
  }),
);

const MECHANISMS = ['PLAIN', 'AMQPLAIN'].map((name) => ({ name, description: `SASL ${name}`, enabled: true }));

/** How RabbitMQ's listings call the protocol of a front. */
const PROTOCOLS: Readonly<Record<string, string>> = { admin: 'http', amqps: 'amqp/ssl', sqs: 'http/sqs' };

export interface Listener {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

export function listeners({ fronts }: Pick<AdminContext, 'fronts'>): Listener[] {
  return fronts().map(listenerOf);
}

/** URL's own parser drops the default port of a scheme, so it is read from the text. */
function listenerOf({ name, url }: ListeningFront): Listener {
  const [, address = '', port = ''] = /^[a-z]+:\/\/(.*):(\d+)/.exec(url) ?? [];
  return { protocol: PROTOCOLS[name] ?? name, address: address.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function overview(call: Call): Reply {
  const { context } = call;
  const { nodeName, rabbitmqVersion, productVersion, host } = context;
  const { broker } = host;
  const hosts = call.has('monitoring') ? broker.virtualHosts() : call.virtualHosts();
  const connections = openConnections(context).filter(({ virtualHost }) => hosts.includes(virtualHost));
  const channels = connections.flatMap((connection) => connection.channels);
  const queues = hosts
    .flatMap((virtualHost) => queuesIn(broker, virtualHost))
    .map((queue) => queueItem(context, queue));
  const total = (key: string): number => queues.reduce((sum, queue) => sum + (queue[key] as number), 0);
  return single(call, {
    management_version: rabbitmqVersion,
    rates_mode: 'basic',
    exchange_types: EXCHANGE_TYPES,
    product_name: 'RosettaMQ',
    product_version: productVersion,
    rabbitmq_version: rabbitmqVersion,
    cluster_name: clusterName(context),
    node: nodeName,
    disable_stats: false,
    enable_queue_totals: false,
    message_stats: {},
    queue_totals: {
      messages: total('messages'),
      messages_ready: total('messages_ready'),
      messages_unacknowledged: total('messages_unacknowledged'),
    },
    object_totals: {
      channels: channels.length,
      connections: connections.length,
      consumers: total('consumers'),
      // with the default exchange, which is none in the core
      exchanges: hosts.reduce((sum, name) => sum + broker.exchanges(name).length + 1, 0),
      queues: queues.length,
    },
    statistics_db_event_queue: 0,
    listeners: listeners(context).map(({ protocol, address, port }) => {
      return { node: nodeName, protocol, ip_address: address, port, socket_opts: {} };
    }),
    contexts: listeners(context)
      .filter(({ protocol }) => protocol === 'http')
      .map(({ address, port }) => {
        return { node: nodeName, description: 'Management', path: '/', ip: address, port: String(port), ssl_opts: [] };
      }),
  });
}

async function nodeItem(context: AdminContext): Promise<Item> {
  const { rss } = process.memoryUsage();
  const space = await context.space();
  return {
    name: context.nodeName,
    type: 'disc',
    running: true,
    being_drained: false,
    partitions: [],
    os_pid: String(process.pid),
    uptime: Math.round(process.uptime() * 1000),
    processors: cpus().length,
    mem_used: rss,
    mem_alarm: false,
    disk_free: space?.freeBytes ?? 0,
    disk_free_alarm: context.isFull(),
    rates_mode: 'basic',
    exchange_types: EXCHANGE_TYPES,
    auth_mechanisms: MECHANISMS,
    applications: [{ name: 'rosettamq', description: 'RosettaMQ', version: context.productVersion }],
    contexts: [],
    enabled_plugins: ['rabbitmq_management'],
    log_files: [],
  };
}

async function oneNode(call: Call): Promise<Reply> {
  if (call.parameter('node') !== call.context.nodeName) throw notFound();
  return single(call, await nodeItem(call.context));
}

export const overviewRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/overview', needs: 'management', handle: overview },
  {
    method: 'GET',
    path: '/api/nodes',
    needs: 'monitoring',
    handle: async (call) => ok([await nodeItem(call.context)]),
  },
  { method: 'GET', path: '/api/nodes/:node', needs: 'monitoring', handle: oneNode },
  // tools ask for these before they do anything, and are content with little
  { method: 'GET', path: '/api/extensions', needs: 'management', handle: () => ok([]) },
  { method: 'GET', path: '/api/feature-flags', needs: 'administrator', handle: () => ok([]) },
  { method: 'GET', path: '/api/deprecated-features', needs: 'administrator', handle: () => ok([]) },
  { method: 'GET', path: '/api/deprecated-features/used', needs: 'administrator', handle: () => ok([]) },
  {
    method: 'GET',
    path: '/api/auth',
    needs: 'anyone',
    handle: () => ok({ oauth_enabled: false, enable_uaa: false, uaa_client_id: '', uaa_location: '' }),
  },
  {
    method: 'GET',
    path: '/api/version',
    needs: 'management',
    handle: (call) => ok(call.context.rabbitmqVersion),
  },
  { method: 'POST', path: '/api/rebalance/queues', needs: 'administrator', handle: () => NO_CONTENT },
  {
    method: 'POST',
    path: '/api/stop',
    needs: 'administrator',
    handle: (call) => {
      call.context.stop();
      return NO_CONTENT;
    },
  },
];
