import { type Declared, POLICY } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, failureOf, notFound } from '../http/failure.js';
import type { Item } from '../http/listing.js';
import { NO_CONTENT, ok, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { bindingItem } from './binding-item.js';
import { DefinitionsImport } from './definitions-import.js';
import { exchangeArguments, exchangesIn } from './exchanges.js';
import { globalParameters, listedParameters, parameterItem } from './parameters.js';
import { permissionItem, permissionsOf, topicPermissionsOf } from './permission-item.js';
import { policyItem } from './policies.js';
import { queueItem, queuesIn } from './queue-item.js';
import { userItem } from './users.js';

/** Predeclared exchanges begin with it, and are there without a definition. */
const RESERVED = 'amq.';

/** Everything in these virtual hosts that survives a restart, as RabbitMQ exports it. */
function exported(context: AdminContext, hosts: readonly string[]): Item {
  const { broker } = context.host;
  const { administration } = context;
  const here = ({ virtualHost }: { readonly virtualHost: string }): boolean => hosts.includes(virtualHost);
  const pick = (item: Item, keys: readonly string[]): Item => Object.fromEntries(keys.map((key) => [key, item[key]]));
  return {
    parameters: listedParameters(context).filter(here).map(parameterItem),
    policies: administration.policies.all(POLICY).filter(here).map(policyItem),
    queues: hosts
      .flatMap((name) => queuesIn(broker, name))
      .map((queue) => queueItem(context, queue))
      .filter(({ durable, exclusive }) => durable === true && exclusive !== true)
      .map((item) => ({
        ...pick(item, ['name', 'vhost', 'durable', 'auto_delete', 'arguments', 'type']),
        // beside RabbitMQ's fields, which it passes over: a topic that is more than a stream
        ...((item['partitions'] as number | undefined) !== undefined &&
          item['partitions'] !== 1 && { partitions: item['partitions'] }),
      })),
    exchanges: hosts
      .flatMap((name) => exchangesIn(context, name))
      .filter(({ name, durable }) => name !== '' && !name.startsWith(RESERVED) && durable)
      .map((exchange) => ({
        name: exchange.name,
        vhost: exchange.virtualHost,
        type: exchange.type,
        durable: true,
        auto_delete: exchange.autoDelete,
        internal: exchange.internal,
        arguments: exchangeArguments(exchange),
      })),
    bindings: hosts.flatMap((virtualHost) =>
      broker
        .bindings(virtualHost)
        .filter((binding) => isDurable(context, virtualHost, binding))
        .map((binding) => {
          const item = bindingItem({ ...binding, virtualHost });
          return pick(item, ['source', 'vhost', 'destination', 'destination_type', 'routing_key', 'arguments']);
        }),
    ),
  };
}

function isDurable(
  { host }: AdminContext,
  virtualHost: string,
  { source, destination, kind }: { source: string; destination: string; kind: 'queue' | 'exchange' },
): boolean {
  const { broker } = host;
  if (broker.exchange(virtualHost, source)?.durable !== true) return false;
  if (kind === 'exchange') return broker.exchange(virtualHost, destination)?.durable === true;
  const queue = broker.findQueue(virtualHost, destination);
  return queue < 0 || broker.queue(queue).durable;
}

function versions({ rabbitmqVersion, productVersion }: AdminContext): Item {
  return {
    rabbit_version: rabbitmqVersion,
    rabbitmq_version: rabbitmqVersion,
    product_name: 'RosettaMQ',
    product_version: productVersion,
  };
}

function exportAll(call: Call): Reply {
  const { context } = call;
  const { administration, host } = context;
  const users = Array.from(administration.users.all(), (user) => userItem(context, user));
  const vhosts = Array.from(administration.virtualHosts.all(), ({ name, description, tags }) => {
    return { name, description, tags, metadata: { description, tags } };
  });
  return attached(call, {
    ...versions(context),
    users,
    vhosts,
    permissions: permissionsOf(context).map(permissionItem),
    topic_permissions: topicPermissionsOf(context),
    global_parameters: globalParameters(context),
    ...exported(context, host.broker.virtualHosts()),
  });
}

function exportOne(call: Call): Reply {
  const name = call.parameter('vhost');
  if (!call.context.host.broker.hasVirtualHost(name)) throw badRequest('vhost_not_found');
  return attached(call, { ...versions(call.context), ...exported(call.context, [call.virtualHost()]) });
}

function attached(call: Call, body: Item): Reply {
  const name = call.query.get('download');
  if (name === null) return ok(body);
  const safe = name.replaceAll(/[^\w.-]/g, '_');
  return { ...ok(body), headers: { 'content-disposition': `attachment; filename=${safe}` } };
}

async function importDefinitions(call: Call, onlyVirtualHost: string | undefined): Promise<Reply> {
  let body: Declared;
  try {
    body = call.body();
  } catch {
    throw badRequest('failed_to_parse_json');
  }
  try {
    await new DefinitionsImport(call.context, body, onlyVirtualHost).run();
  } catch (error) {
    // whatever is refused inside of a file, it is the file that was bad
    const failure = failureOf(error);
    throw failure === undefined ? error : badRequest(failure.reason);
  }
  return NO_CONTENT;
}

export const definitionRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/definitions', needs: 'administrator', handle: exportAll },
  {
    method: 'POST',
    path: '/api/definitions',
    needs: 'administrator',
    handle: (call) => importDefinitions(call, undefined),
  },
  { method: 'GET', path: '/api/definitions/:vhost', needs: 'policymaker', handle: exportOne },
  {
    method: 'POST',
    path: '/api/definitions/:vhost',
    needs: 'administrator',
    handle: (call) => {
      if (!call.context.host.broker.hasVirtualHost(call.parameter('vhost'))) throw notFound();
      return importDefinitions(call, call.virtualHost());
    },
  },
];
