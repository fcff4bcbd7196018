import { DIALECT_AMQP } from '../../bytes/index.js';
import { BROKER_ITSELF, type Declared, type DeclaredValue, POLICY, rulesOfRegexes } from '../../core/index.js';
import { tagsOf } from '../access/tags.js';
import type { AdminContext } from '../admin-context.js';
import { badRequest } from '../http/failure.js';
import { booleanIn, integerIn, tableIn, textIn } from '../http/fields.js';
import { isKnownComponent, putGlobalParameter, putParameter } from './parameters.js';
import { putPolicy } from './policies.js';
import { findQueueLike } from './queue-item.js';
import { setUserLimits } from './user-limits.js';
import { credentialsFrom } from './users.js';

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
export class DefinitionsImport {
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
