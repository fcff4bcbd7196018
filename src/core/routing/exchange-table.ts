import { BrokerError } from '../broker-error.js';
import type { Declared, HeaderValues } from '../broker.js';
import { keyPart, type MetadataEffects } from '../catalog/metadata-effects.js';
import { assertEquivalent } from './exchange-equivalence.js';
import { type BindingRecord, encodeBinding, encodeExchange } from './exchange-record.js';
import { ExchangeNotes, notesPrefix } from './exchange-notes.js';
import { assertExchangeType, createBindingIndex } from './exchange-type.js';
import { headerValuesIdentity, NO_HEADER_VALUES } from './header-value.js';
import type { MessageHeaders } from './message-headers.js';
import { RouteCaches } from './route-cache.js';
import type { RouteResult } from './route-result.js';
import { RouteWalk } from './route-walk.js';
import {
  BindingNode,
  type Destination,
  type Exchange,
  type ExchangeBinding,
  ExchangeNode,
  type ExchangeSettings,
  QueueNode,
  type QueueDestination,
} from './topology.js';

const RESERVED_PREFIX = 'amq.';
const LOG_PREFIX = 'amq.log.';

/** There from the start in every virtual host (AMQP 0-9-1 section 3.1.3, and RabbitMQ's `amq.headers`). */
const PREDECLARED: readonly (readonly [name: string, type: string, internal?: true])[] = [
  ['amq.direct', 'direct'],
  ['amq.fanout', 'fanout'],
  ['amq.headers', 'headers'],
  ['amq.match', 'headers'],
  ['amq.topic', 'topic'],
  // tools bind to it without asking what it brings; nothing is traced
  ['amq.rabbitmq.trace', 'topic', true],
];

const DEFAULT_CACHE_BYTES = 16 * 1024 * 1024;

/** Goes up with every change of exchanges and bindings; whoever keeps results of routes compares it. */
export interface TopologyVersion {
  current: number;
}

/**
 * The exchanges and bindings of one virtual host, and the way from an exchange to queues.
 *
 * The default exchange is not in it: its one rule, key = queue name, is the caller's, who knows the queues. Durable
 * exchanges, and bindings between durable ends, go out as metadata effects when they change.
 */
export class ExchangeTable {
  readonly #virtualHost: string;
  readonly #effects: MetadataEffects;
  readonly #exchanges = new Map<string, ExchangeNode>();
  /** Queues that are bound, by handle. */
  readonly #queues = new Map<number, QueueNode>();
  /** Exchanges by the name of their alternate. */
  readonly #alternates = new Map<string, Set<ExchangeNode>>();
  readonly #caches: RouteCaches;
  readonly #walk = new RouteWalk();
  readonly #oneKey = [''];
  #nextHandle = 1;
  #nextBinding = 1;
  readonly #version: TopologyVersion;
  readonly #alternateByPolicy: (exchange: string) => string | undefined;

  constructor(
    virtualHost: string,
    effects: MetadataEffects,
    version: TopologyVersion = { current: 0 },
    cacheBytes = DEFAULT_CACHE_BYTES,
    alternateByPolicy: (exchange: string) => string | undefined = () => undefined,
  ) {
    this.#alternateByPolicy = alternateByPolicy;
    this.#virtualHost = virtualHost;
    this.#version = version;
    this.#effects = effects;
    this.#caches = new RouteCaches(cacheBytes);
    for (const [name, type, internal = false] of PREDECLARED) this.#create(name, systemSettings(type, internal));
  }

  get(name: string): Exchange | undefined {
    return this.#exchanges.get(name);
  }

  /** In no particular order. Not to be held over a change. */
  exchanges(): Iterable<Exchange> {
    return this.#exchanges.values();
  }

  /**
   * The exchange of that name: made now, or there already and equivalent. The name has been checked for its
   * characters and length.
   * @throws BrokerError `invalid-argument` (field `type`, `hash-property`), `access-refused` (the default exchange, a new
   * `amq.` name), `different` (field, received, current)
   */
  declare(name: string, settings: ExchangeSettings): Exchange {
    assertExchangeType(settings.type);
    if (name === '') throw refused('the default exchange is neither declared nor deleted');
    const current = this.#exchanges.get(name);
    if (current !== undefined) {
      assertEquivalent(this.#virtualHost, current, settings);
      return current;
    }
    if (name.startsWith(RESERVED_PREFIX))
      throw refused(`exchange names that start with '${RESERVED_PREFIX}' are reserved`);
    const exchange = this.#create(name, settings);
    if (exchange.durable) this.#effects.put(this.#exchangeKey(name), encodeExchange(exchange));
    return exchange;
  }

  /**
   * Deletes the exchange with all its bindings, and every auto-delete exchange that this leaves without one.
   * False when there is none of that name.
   * @throws BrokerError `access-refused` (the default exchange, `amq.` names), `in-use`
   */
  delete(name: string, ifUnused = false): boolean {
    if (name === '') throw refused('the default exchange is neither declared nor deleted');
    if (name.startsWith(RESERVED_PREFIX)) throw refused(`exchange '${name}' is the system's`);
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) return false;
    if (ifUnused && exchange.outgoing.size > 0) {
      throw new BrokerError('in-use', `exchange '${name}' in virtual host '${this.#virtualHost}' has bindings`);
    }
    this.#drop([exchange]);
    return true;
  }

  /**
   * The exchange `amq.log.<topic>` that a topic's own bindings hang on; the same one when it is there. Its life is the
   * topic's, so it is not stored: on restart it is added again before {@link finishRestore}.
   */
  addLogExchange(topic: string): Exchange {
    const name = LOG_PREFIX + topic;
    return this.#exchanges.get(name) ?? this.#create(name, systemSettings('topic', true));
  }

  removeLogExchange(topic: string): void {
    const exchange = this.#exchanges.get(LOG_PREFIX + topic);
    if (exchange !== undefined) this.#drop([exchange]);
  }

  /**
   * Adds a binding; false when the same one is there: same ends, routing key and arguments.
   * @throws BrokerError `invalid-argument` (field `x-match` of a headers exchange, `routing-key` of a consistent-hash one)
   */
  bind(source: Exchange, destination: Destination, routingKey: string, args: HeaderValues = NO_HEADER_VALUES): boolean {
    const binding = this.#link(source, destination, routingKey, args);
    if (binding === undefined) return false;
    if (source.durable && destination.durable) {
      binding.durableKey = this.#bindingKey(this.#nextBinding++);
      this.#effects.put(binding.durableKey, encodeBinding(binding));
    }
    return true;
  }

  /** Removes a binding, and the source if it is auto-delete and this was its last. False when there is none such. */
  unbind(
    source: Exchange,
    destination: Destination,
    routingKey: string,
    args: HeaderValues = NO_HEADER_VALUES,
  ): boolean {
    const binding = this.#node(source).outgoing.get(identityOf(destination, routingKey, args));
    if (binding === undefined) return false;
    const orphans: ExchangeNode[] = [];
    this.#unlink(binding, orphans);
    this.#drop(orphans);
    return true;
  }

  /** Removes every binding of a queue that is deleted, and the auto-delete exchanges that this leaves without one. */
  removeQueue(handle: number): void {
    const queue = this.#queues.get(handle);
    if (queue === undefined) return;
    const orphans: ExchangeNode[] = [];
    for (const binding of queue.incoming) this.#unlink(binding, orphans);
    this.#drop(orphans);
  }

  /** Deletes everything, the system's own included: the virtual host goes. The table is of no use afterwards. */
  dispose(): void {
    this.#drop([...this.#exchanges.values()]);
  }

  /** Not to be held over a change, like the two below. */
  *bindings(): Iterable<ExchangeBinding> {
    for (const exchange of this.#exchanges.values()) yield* exchange.outgoing.values();
  }

  bindingsFrom(source: Exchange): Iterable<ExchangeBinding> {
    return this.#node(source).outgoing.values();
  }

  bindingsTo(destination: Destination): Iterable<ExchangeBinding> {
    if (destination.kind === 'exchange') return this.#node(destination).incoming;
    return this.#queues.get(destination.handle)?.incoming ?? [];
  }

  /**
   * Fills `into` with the queues that a message reaches, each once. Allocates nothing where the route is known; routes
   * that asked a message's headers are never kept. A deleted exchange leads nowhere.
   */
  route(exchange: Exchange, routingKey: string, headers: (() => MessageHeaders) | undefined, into: RouteResult): void {
    const start = exchange as ExchangeNode;
    const { cache } = start;
    if (cache !== undefined) {
      const known = cache.any ?? cache.byKey.get(routingKey);
      if (known !== undefined) {
        into.share(known);
        return;
      }
    }
    this.#oneKey[0] = routingKey;
    this.routeAll(start, this.#oneKey, headers, into);
    const walk = this.#walk;
    if (walk.readHeaders || start.deleted) return;
    const queues = walk.count === 1 && walk.lastQueue ? walk.lastQueue.alone : walk.queues.slice(0, walk.count);
    this.#caches.store(start, walk.readKey ? routingKey : undefined, queues);
  }

  /**
   * The same for a message with several routing keys (RabbitMQ's CC and BCC), of which the first is its own: a binding
   * matches when any of them does. Always walks.
   */
  routeAll(
    exchange: Exchange,
    routingKeys: readonly string[],
    headers: (() => MessageHeaders) | undefined,
    into: RouteResult,
  ): void {
    const start = exchange as ExchangeNode;
    if (start.deleted) into.copy(this.#walk.queues, 0, false);
    else {
      this.#walk.run(start, routingKeys, headers, this.#exchanges);
      into.copy(this.#walk.queues, this.#walk.count, !this.#walk.readHeaders);
    }
  }

  /** @throws BrokerError `invalid-argument` when this version has no such type */
  restoreExchange(name: string, settings: ExchangeSettings): void {
    this.#create(name, settings);
  }

  /**
   * Binds what {@link bind} had put under `number`. False when an end is not there any more: then nothing is bound,
   * and the key may be removed. Exchanges and log exchanges come first.
   */
  restoreBinding(
    number: number,
    record: BindingRecord,
    findQueue: (name: string) => QueueDestination | undefined,
  ): boolean {
    this.#nextBinding = Math.max(this.#nextBinding, number + 1);
    const source = this.#exchanges.get(record.source);
    const destination =
      record.destinationKind === 'exchange' ? this.#exchanges.get(record.destination) : findQueue(record.destination);
    if (source === undefined || destination === undefined || !destination.durable) return false;
    const binding = this.#link(source, destination, record.routingKey, record.arguments);
    if (binding === undefined) return false;
    binding.durableKey = this.#bindingKey(number);
    return true;
  }

  /** Takes a note back. False when its exchange is not there any more, and its key may be removed. */
  restoreNote(exchange: string, name: string, note: Declared): boolean {
    const notes = this.#exchanges.get(exchange)?.notes;
    notes?.restore(name, note);
    return notes !== undefined;
  }

  #create(name: string, settings: ExchangeSettings): ExchangeNode {
    const index = createBindingIndex(settings);
    const prefix = settings.durable ? notesPrefix(this.#virtualHost, name) : undefined;
    const notes = new ExchangeNotes(this.#effects, prefix);
    const exchange = new ExchangeNode(this.#nextHandle++, name, settings, index, notes);
    this.#exchanges.set(name, exchange);
    this.#setAlternate(exchange, exchange.alternate ?? this.#alternateByPolicy(name));
    this.#changed(exchange);
    return exchange;
  }

  /** Policies changed: an exchange without an alternate of its own may have another one now. */
  applyPolicies(): void {
    for (const exchange of this.#exchanges.values()) {
      const alternate = exchange.alternate ?? this.#alternateByPolicy(exchange.name);
      if (alternate === exchange.effectiveAlternate) continue;
      this.#setAlternate(exchange, alternate);
      this.#changed(exchange);
    }
  }

  #setAlternate(exchange: ExchangeNode, alternate: string | undefined): void {
    if (exchange.effectiveAlternate !== undefined) this.#forgetAlternate(exchange, exchange.effectiveAlternate);
    exchange.effectiveAlternate = alternate;
    if (alternate === undefined) return;
    const having = this.#alternates.get(alternate) ?? new Set();
    this.#alternates.set(alternate, having.add(exchange));
  }

  /** The new binding, or undefined when it was there. */
  #link(source: Exchange, destination: Destination, routingKey: string, args: HeaderValues): BindingNode | undefined {
    const from = this.#node(source);
    const to =
      destination.kind === 'exchange'
        ? this.#node(destination)
        : (this.#queues.get(destination.handle) ?? new QueueNode(destination));
    const identity = identityOf(to, routingKey, args);
    if (from.outgoing.has(identity)) return undefined;
    const binding = new BindingNode(from, to, routingKey, args, identity);
    from.index.add(binding);
    from.outgoing.set(identity, binding);
    to.incoming.add(binding);
    if (to.kind === 'queue') this.#queues.set(to.handle, to);
    this.#changed(from);
    return binding;
  }

  /** Takes one binding away; its source joins `orphans` if it is to be deleted for that. */
  #unlink(binding: BindingNode, orphans: ExchangeNode[]): void {
    const { source, destination } = binding;
    source.outgoing.delete(binding.identity);
    source.index.remove(binding);
    destination.incoming.delete(binding);
    if (destination.kind === 'queue' && destination.incoming.size === 0) this.#queues.delete(destination.handle);
    if (binding.durableKey !== undefined) this.#effects.remove(binding.durableKey);
    if (source.deleted) return;
    this.#changed(source);
    if (source.autoDelete && source.outgoing.size === 0) orphans.push(source);
  }

  /** Deletes exchanges; the list grows by the auto-delete ones that lose their last binding over it. */
  #drop(exchanges: ExchangeNode[]): void {
    for (const exchange of exchanges) {
      if (exchange.deleted) continue;
      this.#changed(exchange);
      exchange.deleted = true;
      this.#exchanges.delete(exchange.name);
      this.#setAlternate(exchange, undefined);
      // First the exchange: a store that saw only this much has no use for bindings that lack an end.
      if (this.#isStored(exchange)) this.#effects.remove(this.#exchangeKey(exchange.name));
      exchange.notes.clear();
      for (const binding of exchange.outgoing.values()) this.#unlink(binding, exchanges);
      for (const binding of exchange.incoming) this.#unlink(binding, exchanges);
    }
  }

  #forgetAlternate(exchange: ExchangeNode, alternate: string): void {
    const having = this.#alternates.get(alternate);
    having?.delete(exchange);
    if (having?.size === 0) this.#alternates.delete(alternate);
  }

  #isStored(exchange: ExchangeNode): boolean {
    return exchange.durable && !exchange.name.startsWith(RESERVED_PREFIX);
  }

  /** What this exchange does with a message may be different from now on. */
  #changed(exchange: ExchangeNode): void {
    this.#version.current++;
    this.#caches.forgetThrough(exchange, this.#leadingTo);
  }

  readonly #leadingTo = (exchange: ExchangeNode): ExchangeNode[] => [
    ...Array.from(exchange.incoming, ({ source }) => source),
    ...(this.#alternates.get(exchange.name) ?? []),
  ];

  #node(exchange: Exchange): ExchangeNode {
    const node = this.#exchanges.get(exchange.name);
    if (node !== exchange) throw new Error(`exchange '${exchange.name}' is deleted or of another virtual host`);
    return node;
  }

  #exchangeKey(name: string): string {
    return `x/${keyPart(this.#virtualHost)}/${keyPart(name)}`;
  }

  #bindingKey(number: number): string {
    return `b/${keyPart(this.#virtualHost)}/${number}`;
  }
}

function identityOf(destination: Destination, routingKey: string, args: HeaderValues): string {
  return `${destination.kind} ${destination.handle} ${routingKey.length}:${routingKey}${headerValuesIdentity(args)}`;
}

function systemSettings(type: string, internal: boolean): ExchangeSettings {
  return { type, durable: true, autoDelete: false, internal, alternate: undefined, declared: {} };
}

function refused(message: string): BrokerError {
  return new BrokerError('access-refused', message);
}
