import type { Binding, ExchangeInfo, ExchangeSpec } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import type { MetadataEffects } from '../catalog/metadata-effects.js';
import { ExchangeTables } from './exchange-tables.js';
import type { MessageHeaders } from './message-headers.js';
import { RouteResult } from './route-result.js';
import type { Destination, Exchange, QueueDestination } from './topology.js';

/** Exchanges and bindings by name, for all virtual hosts. */
export class Router {
  readonly tables: ExchangeTables;
  readonly #result = new RouteResult();

  constructor(effects: MetadataEffects) {
    this.tables = new ExchangeTables(effects);
  }

  get version(): number {
    return this.tables.version;
  }

  declare(virtualHost: string, name: string, spec: ExchangeSpec): void {
    this.tables.of(virtualHost).declare(name, spec);
  }

  delete(virtualHost: string, name: string, ifUnused: boolean): void {
    this.tables.of(virtualHost).delete(name, ifUnused);
  }

  exchange(virtualHost: string, name: string): ExchangeInfo | undefined {
    const exchange = this.tables.of(virtualHost).get(name);
    return exchange === undefined ? undefined : describe(virtualHost, exchange);
  }

  exchanges(virtualHost: string): string[] {
    return Array.from(this.tables.of(virtualHost).exchanges(), (exchange) => exchange.name);
  }

  bind(virtualHost: string, binding: Binding, queue: QueueDestination | undefined): void {
    const { source, destination } = this.#ends(virtualHost, binding, queue);
    this.tables.of(virtualHost).bind(source, destination, binding.routingKey, binding.arguments);
  }

  /** Nothing happens when there is no such binding, or no such end. */
  unbind(virtualHost: string, binding: Binding, queue: QueueDestination | undefined): void {
    if (binding.source === '')
      throw new BrokerError('access-refused', 'operation not permitted on the default exchange');
    const table = this.tables.of(virtualHost);
    const source = table.get(binding.source);
    const destination = binding.kind === 'queue' ? queue : table.get(binding.destination);
    if (source === undefined || destination === undefined) return;
    table.unbind(source, destination, binding.routingKey, binding.arguments);
  }

  bindings(virtualHost: string): Binding[] {
    return Array.from(this.tables.of(virtualHost).bindings(), (binding) => ({
      source: binding.source.name,
      destination: binding.destination.name,
      kind: binding.destination.kind,
      routingKey: binding.routingKey,
      arguments: binding.arguments,
    }));
  }

  /** The handles that a message reaches; for the default exchange `find` knows the one of that name, or -1. */
  reach(
    virtualHost: string,
    exchange: string,
    routingKey: string,
    headers: () => MessageHeaders,
    find: (name: string) => number,
  ): number[] {
    if (exchange === '') {
      const handle = find(routingKey);
      return handle < 0 ? [] : [handle];
    }
    const start = this.tables.of(virtualHost).get(exchange);
    if (start === undefined) return [];
    this.tables.of(virtualHost).route(start, routingKey, headers, this.#result);
    return Array.from(this.#result.queues.subarray(0, this.#result.count));
  }

  /** The same for a message with several routing keys; the default exchange knows a queue for each. */
  reachAll(
    virtualHost: string,
    exchange: string,
    routingKeys: readonly string[],
    headers: () => MessageHeaders,
    find: (name: string) => number,
  ): number[] {
    if (exchange === '') return [...new Set(routingKeys.map(find).filter((handle) => handle >= 0))];
    const table = this.tables.of(virtualHost);
    const start = table.get(exchange);
    if (start === undefined) return [];
    table.routeAll(start, routingKeys, headers, this.#result);
    return Array.from(this.#result.queues.subarray(0, this.#result.count));
  }

  /** Whether the last {@link reach} may be kept until the version changes. */
  get lastCacheable(): boolean {
    return this.#result.cacheable;
  }

  #ends(
    virtualHost: string,
    binding: Binding,
    queue: QueueDestination | undefined,
  ): { source: Exchange; destination: Destination } {
    const { source: sourceName, destination: destinationName, kind } = binding;
    if (sourceName === '' || (kind === 'exchange' && destinationName === '')) {
      throw new BrokerError('access-refused', 'operation not permitted on the default exchange');
    }
    if (kind === 'queue' && queue === undefined) throw missing('queue', destinationName, virtualHost);
    const table = this.tables.of(virtualHost);
    const source = table.get(sourceName);
    if (source === undefined) throw missing('exchange', sourceName, virtualHost);
    const destination = kind === 'queue' ? queue : table.get(destinationName);
    if (destination === undefined) throw missing('exchange', destinationName, virtualHost);
    return { source, destination };
  }
}

function missing(kind: string, name: string, virtualHost: string): BrokerError {
  return new BrokerError('not-found', `no ${kind} '${name}' in vhost '${virtualHost}'`);
}

function describe(virtualHost: string, exchange: Exchange): ExchangeInfo {
  const { name, type, durable, autoDelete, internal, alternate, declared, hash, delayedType, notes } = exchange;
  return { name, virtualHost, type, durable, autoDelete, internal, alternate, declared, hash, delayedType, notes };
}
