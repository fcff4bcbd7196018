import { DIALECT_AMQP } from '../../bytes/index.js';
import { BROKER_ITSELF, type Declared, type DeclaredValue, POLICY, rulesOfRegexes } from '../../core/index.js';
import { tagsOf } from '../access/tags.js';
import type { AdminContext } from '../admin-context.js';
import type { Call } from '../http/call.js';
import { badRequest, failureOf, notFound } from '../http/failure.js';
import { booleanIn, integerIn, tableIn, textIn } from '../http/fields.js';
import type { Item } from '../http/listing.js';
import { NO_CONTENT, ok, type Reply } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { bindingItem } from './binding-item.js';
import { exchangeArguments, exchangesIn } from './exchanges.js';
import {
  globalParameters,
  isKnownComponent,
  listedParameters,
  parameterItem,
  putGlobalParameter,
  putParameter,
} from './parameters.js';
import { permissionItem, permissionsOf, topicPermissionsOf } from './permission-item.js';
import { policyItem, putPolicy } from './policies.js';
import { findQueueLike, queueItem, queuesIn } from './queue-item.js';
import { setUserLimits } from './user-limits.js';
import { credentialsFrom, userItem } from './users.js';

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

/** The list under a key of the definitions; absent is empty. @throws Failure 400 */
function listIn(body: Declared, key: string): Declared[] {
  const value: DeclaredValue | undefined = body[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest(['not_a_list', key]);
  return value.map((entry: DeclaredValue) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw badRequest(['not_a_table', key]);
    return entry as Declared;
  });
}

/** RabbitMQ before 3.6 hashed with MD5 and did not say so. */
function defaultAlgorithm(body: Declared): string {
  const version = textIn(body, 'rabbit_version', textIn(body, 'rabbitmq_version', ''));
  const [major, minor] = version.split('.').map(Number);
  const isEarly = major !== undefined && (major < 3 || (major === 3 && (minor ?? 0) < 6));
  return version !== '' && isEarly ? 'rabbit_password_hashing_md5' : 'rabbit_password_hashing_sha256';
}

/** Takes over what a definitions file says; what is there already and is not named stays, and queues stay as they are. */
class Import {
  readonly #context: AdminContext;
  readonly #body: Declared;
  readonly #only: string | undefined;

  constructor(context: AdminContext, body: Declared, onlyVirtualHost: string | undefined) {
    this.#context = context;
    this.#body = body;
    this.#only = onlyVirtualHost;
  }

  async run(): Promise<void> {
    if (this.#only === undefined) await this.#access();
    for (const each of listIn(this.#body, 'parameters')) this.#parameter(each);
    for (const each of listIn(this.#body, 'policies')) {
      putPolicy(this.#context, POLICY, this.#host(each), textIn(each, 'name', ''), each);
    }
    for (const each of listIn(this.#body, 'queues')) this.#queue(each);
    for (const each of listIn(this.#body, 'exchanges')) this.#exchange(each);
    for (const each of listIn(this.#body, 'bindings')) this.#binding(each);
  }

  async #access(): Promise<void> {
    const { administration, host } = this.#context;
    const fallback = { hashing_algorithm: defaultAlgorithm(this.#body) };
    for (const each of listIn(this.#body, 'users')) {
      const name = textIn(each, 'name', '');
      const credentials = await credentialsFrom(this.#context, name, { ...fallback, ...each });
      host.enter();
      administration.users.put(name, tagsOf(each['tags']), credentials);
      setUserLimits(this.#context, name, tableIn(each, 'limits') as Record<string, number>);
    }
    for (const each of listIn(this.#body, 'vhosts')) {
      const metadata = tableIn(each, 'metadata');
      const description = textIn(each, 'description', textIn(metadata, 'description', ''));
      administration.virtualHosts.put(textIn(each, 'name', ''), description, tagsOf(each['tags'] ?? metadata['tags']));
    }
    for (const each of listIn(this.#body, 'permissions')) {
      const [configure, write, read] = ['configure', 'write', 'read'].map((key) => textIn(each, key, '')) as [
        string,
        string,
        string,
      ];
      administration.permissions.put(this.#user(each), this.#host(each), rulesOfRegexes({ configure, write, read }));
    }
    for (const each of listIn(this.#body, 'topic_permissions')) {
      const [exchange, write, read] = ['exchange', 'write', 'read'].map((key) => textIn(each, key, '')) as [
        string,
        string,
        string,
      ];
      const [user, virtualHost] = [this.#user(each), this.#host(each)];
      administration.topicPermissions.put({ user, virtualHost, exchange, write, read });
    }
    for (const each of listIn(this.#body, 'global_parameters')) {
      putGlobalParameter(this.#context, textIn(each, 'name', ''), each['value'] ?? null);
    }
  }

  #parameter(each: Declared): void {
    const [component, name] = [textIn(each, 'component', ''), textIn(each, 'name', '')];
    if (!isKnownComponent(component)) {
      this.#context.host.log('warn', 'admin: a parameter of the definitions means nothing here', { component, name });
      return;
    }
    putParameter(this.#context, { virtualHost: this.#host(each), component, name, value: each['value'] ?? null });
  }

  #queue(each: Declared): void {
    const [virtualHost, name] = [this.#host(each), textIn(each, 'name', '')];
    const { host, direct } = this.#context;
    if (findQueueLike(host.broker, virtualHost, name) !== undefined) return;
    const args = tableIn(each, 'arguments');
    const type = each['type'];
    const partitions = integerIn(each, 'partitions', 1);
    if (partitions > 1) {
      const id = host.randomUuid().replaceAll('-', '');
      const declared = { arguments: args, argumentTypes: {} };
      host.broker.createTopic(virtualHost, name, { id, partitions, dialect: DIALECT_AMQP, declared, settings: {} });
      return;
    }
    direct.declareQueue(BROKER_ITSELF, virtualHost, name, {
      durable: booleanIn(each, 'durable', true),
      autoDelete: booleanIn(each, 'auto_delete', false),
      arguments: typeof type === 'string' && type !== 'classic' ? { 'x-queue-type': type, ...args } : args,
    });
  }

  #exchange(each: Declared): void {
    const [virtualHost, name] = [this.#host(each), textIn(each, 'name', '')];
    const { host, direct } = this.#context;
    if (name === '' || host.broker.exchange(virtualHost, name) !== undefined) return;
    direct.declareExchange(BROKER_ITSELF, virtualHost, name, {
      type: textIn(each, 'type', 'direct'),
      durable: booleanIn(each, 'durable', true),
      autoDelete: booleanIn(each, 'auto_delete', false),
      internal: booleanIn(each, 'internal', false),
      arguments: tableIn(each, 'arguments'),
    });
  }

  #binding(each: Declared): void {
    const source = textIn(each, 'source', '');
    if (source === '') return;
    this.#context.direct.bind(BROKER_ITSELF, this.#host(each), {
      source,
      destination: textIn(each, 'destination', ''),
      kind: each['destination_type'] === 'exchange' ? 'exchange' : 'queue',
      routingKey: textIn(each, 'routing_key', ''),
      arguments: tableIn(each, 'arguments'),
    });
  }

  /** @throws Failure 400 for a virtual host that is not there */
  #host(each: Declared): string {
    const name = this.#only ?? textIn(each, 'vhost', '');
    if (!this.#context.host.broker.hasVirtualHost(name)) throw badRequest(['no_such_vhost', name]);
    return name;
  }

  #user(each: Declared): string {
    const name = textIn(each, 'user', '');
    if (this.#context.administration.users.get(name) === undefined) throw badRequest(['no_such_user', name]);
    return name;
  }
}

async function importDefinitions(call: Call, onlyVirtualHost: string | undefined): Promise<Reply> {
  let body: Declared;
  try {
    body = call.body();
  } catch {
    throw badRequest('failed_to_parse_json');
  }
  try {
    await new Import(call.context, body, onlyVirtualHost).run();
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
