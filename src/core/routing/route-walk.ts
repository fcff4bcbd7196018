import type { RoutingStep } from './binding-index.js';
import { NO_HEADER_VALUES } from './header-value.js';
import type { MessageHeaders } from './message-headers.js';
import type { ExchangeNode, QueueNode } from './topology.js';

/**
 * One walk from an exchange to all queues that a message reaches: through exchange bindings, and from an exchange
 * where nothing matched to its alternate. Every exchange is passed and every queue reached once at most, so cycles
 * end. Reused for all walks of a table.
 */
export class RouteWalk implements RoutingStep {
  /** What the last walk reached: `queues[0, count)`. Overwritten by the next. */
  queues = new Int32Array(16);
  count = 0;
  /** Whether an exchange that the last walk passed looked at the routing key, or at the headers. */
  readKey = false;
  readHeaders = false;
  routingKeys: readonly string[] = [];
  /** The last queue reached. */
  lastQueue: QueueNode | undefined = undefined;
  #askHeaders: (() => MessageHeaders) | undefined = undefined;
  /** What the message answered, once it was asked. */
  #headers: MessageHeaders | undefined = undefined;
  #number = 0;
  #matched = false;
  readonly #pending: ExchangeNode[] = [];

  run(
    start: ExchangeNode,
    routingKeys: readonly string[],
    headers: (() => MessageHeaders) | undefined,
    exchanges: ReadonlyMap<string, ExchangeNode>,
  ): void {
    this.#number++;
    this.count = 0;
    this.readKey = false;
    this.readHeaders = false;
    this.lastQueue = undefined;
    this.routingKeys = routingKeys;
    this.#askHeaders = headers;
    this.#headers = undefined;
    this.#pending.length = 0;
    this.match(start);
    for (let exchange = this.#pending.pop(); exchange !== undefined; exchange = this.#pending.pop()) {
      const { index } = exchange;
      this.readKey ||= index.readsKey;
      this.readHeaders ||= index.readsHeaders;
      this.#matched = false;
      index.collect(this);
      if (this.#matched || exchange.effectiveAlternate === undefined) continue;
      const alternate = exchanges.get(exchange.effectiveAlternate);
      if (alternate !== undefined) this.match(alternate);
    }
  }

  headers(): MessageHeaders {
    this.#headers ??= this.#askHeaders?.() ?? NO_HEADER_VALUES;
    return this.#headers;
  }

  match(destination: QueueNode | ExchangeNode): void {
    this.#matched = true;
    if (destination.seen === this.#number) return;
    destination.seen = this.#number;
    if (destination.kind === 'exchange') {
      this.#pending.push(destination);
      return;
    }
    if (this.count === this.queues.length) this.#grow();
    this.queues[this.count++] = destination.handle;
    this.lastQueue = destination;
  }

  #grow(): void {
    const grown = new Int32Array(this.queues.length * 2);
    grown.set(this.queues);
    this.queues = grown;
  }
}
