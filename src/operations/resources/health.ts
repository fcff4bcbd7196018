import type { Call } from '../http/call.js';
import { badRequest } from '../http/failure.js';
import type { Item } from '../http/listing.js';
import { ok, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { listeners } from './overview.js';

/** The queue that is made, used and kept for the question whether a virtual host is alive. */
const ALIVENESS_QUEUE = 'aliveness-test';

const FINE: Reply = ok({ status: 'ok' });

function failed(details: Item): Reply {
  return { status: 503, body: { status: 'failed', ...details } };
}

/** A broker without room for messages says so here, as RabbitMQ's alarm does. */
function alarms(call: Call): Reply {
  const { context } = call;
  if (!context.isFull()) return FINE;
  return failed({
    reason: 'There are alarms in effect in the cluster',
    alarms: [{ node: context.nodeName, resource: 'disk' }],
  });
}

function portListener(call: Call): Reply {
  const port = Number(call.parameter('port'));
  if (!Number.isInteger(port) || port <= 0) throw badRequest('Invalid port');
  const ports = listeners(call.context).map((each) => each.port);
  if (ports.includes(port)) return ok({ status: 'ok', port });
  return failed({ reason: 'No active listener', missing: port, ports });
}

/** `amqp091` and the like are accepted as names of `amqp`. */
const ALIASES: Readonly<Record<string, string>> = {
  amqp091: 'amqp',
  'amqp0.9.1': 'amqp',
  'amqp-0-9-1': 'amqp',
  amqp10: 'amqp',
  https: 'https',
};

function protocolListener(call: Call): Reply {
  const asked = call.parameter('protocol');
  const wanted = ALIASES[asked] ?? asked;
  const protocols = [...new Set(listeners(call.context).map(({ protocol }) => protocol))];
  if (protocols.includes(wanted)) return ok({ status: 'ok', protocol: wanted });
  return failed({ reason: 'No active listener', missing: asked, protocols });
}

/** Declares a queue, sends a message through it and takes it out again. */
async function aliveness(call: Call): Promise<Reply> {
  const { direct } = call.context;
  const virtualHost = call.virtualHost();
  const { user } = call;
  direct.declareQueue(user, virtualHost, ALIVENESS_QUEUE, { durable: false, autoDelete: false, arguments: {} });
  await direct.publish(user, virtualHost, {
    exchange: '',
    routingKey: ALIVENESS_QUEUE,
    properties: {},
    body: Buffer.from('test_message'),
  });
  const [message] = await direct.get(user, virtualHost, ALIVENESS_QUEUE, 1, 'acknowledge');
  return message === undefined ? failed({ reason: 'aliveness-test failed' }) : FINE;
}

const CHECKS: readonly (readonly [path: string, handle: Route['handle']])[] = [
  ['alarms', alarms],
  ['local-alarms', alarms],
  ['virtual-hosts', () => FINE],
  ['node-is-quorum-critical', () => ok({ status: 'ok', reason: 'single node cluster' })],
  ['node-is-mirror-sync-critical', () => ok({ status: 'ok', reason: 'single node cluster' })],
  ['is-in-service', () => FINE],
  ['ready-to-serve-clients', () => FINE],
  ['below-node-connection-limit', () => FINE],
  ['quorum-queues-without-elected-leaders/all-vhosts', () => FINE],
  ['port-listener/:port', portListener],
  ['protocol-listener/:protocol', protocolListener],
];

export const healthRoutes: readonly Route[] = [
  ...CHECKS.map(
    ([path, handle]): Route => ({ method: 'GET', path: `/api/health/checks/${path}`, needs: 'management', handle }),
  ),
  { method: 'GET', path: '/api/healthchecks/node', needs: 'management', handle: () => FINE },
  { method: 'GET', path: '/api/healthchecks/node/:node', needs: 'management', handle: () => FINE },
  { method: 'GET', path: '/api/aliveness-test/:vhost', needs: 'management', handle: aliveness },
];
