import type { ExchangeNode } from './topology.js';

/** The routes that start at one exchange, as far as they are known. */
export class RouteCache {
  /** The route of every message, where neither key nor headers make a difference. */
  any: Int32Array | undefined = undefined;
  readonly byKey = new Map<string, Int32Array>();
  costBytes = 0;
}

/** About what an entry occupies besides its key and its handles. */
const ENTRY_BYTES = 160;

/**
 * The caches of all exchanges of a table under one bound: when it is reached, all of them are forgotten, which costs
 * a walk per route and keeps no books per entry.
 */
export class RouteCaches {
  readonly #limitBytes: number;
  #usedBytes = 0;
  readonly #filled = new Set<ExchangeNode>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** `routingKey` undefined: the route of every message. `queues` must not change any more. */
  store(exchange: ExchangeNode, routingKey: string | undefined, queues: Int32Array): void {
    const costBytes = ENTRY_BYTES + 2 * (routingKey?.length ?? 0) + queues.byteLength;
    if (costBytes > this.#limitBytes) return;
    if (this.#usedBytes + costBytes > this.#limitBytes) this.#forgetAll();
    this.#filled.add(exchange);
    const cache = (exchange.cache ??= new RouteCache());
    if (routingKey === undefined) cache.any = queues;
    else cache.byKey.set(routingKey, queues);
    cache.costBytes += costBytes;
    this.#usedBytes += costBytes;
  }

  /** Forgets every route that passes this exchange: its own, and those of all exchanges that lead to it. */
  forgetThrough(exchange: ExchangeNode, leadingTo: (exchange: ExchangeNode) => Iterable<ExchangeNode>): void {
    if (this.#filled.size === 0) return;
    const reached = new Set([exchange]);
    for (const each of reached) {
      this.#forget(each);
      for (const source of leadingTo(each)) reached.add(source);
    }
  }

  #forget(exchange: ExchangeNode): void {
    if (exchange.cache === undefined) return;
    this.#usedBytes -= exchange.cache.costBytes;
    exchange.cache = undefined;
    this.#filled.delete(exchange);
  }

  #forgetAll(): void {
    for (const exchange of this.#filled) exchange.cache = undefined;
    this.#filled.clear();
    this.#usedBytes = 0;
  }
}
