import type { Broker, MessageHeaders, Route } from '../../core/index.js';
import type { PublishView } from './publish-view.js';

/** A route that was asked for before, and what else depends on its exchange. */
export interface KnownRoute {
  readonly route: Route;
  /** Messages for a delayed exchange wait for their `x-delay`. */
  readonly delayed: boolean;
}

const mostEntries = 1024;

/**
 * Routes by the very bytes of exchange and routing key, so that the usual publish costs no string and no walk. Whoever
 * makes a route also checks the permission to publish; both are asked again when the topology changes.
 */
export class RouteCache {
  private readonly broker: Broker;
  private readonly byBytes = new Map<string, KnownRoute>();
  private version = -1;
  private last: KnownRoute | undefined;
  private lastBytes: Buffer = Buffer.alloc(512);
  private lastLength = -1;

  constructor(broker: Broker) {
    this.broker = broker;
  }

  /** `make` is called when nothing usable is known; a route that must not be kept is made every time. */
  find(
    view: PublishView,
    headers: () => MessageHeaders,
    make: (exchange: string, routingKey: string, headers: () => MessageHeaders) => KnownRoute,
  ): KnownRoute {
    if (this.version !== this.broker.topologyVersion) this.forget();
    else if (this.last !== undefined && this.isLast(view)) return this.last;
    const { buffer, routingStart, routingEnd } = view;
    const key = buffer.toString('latin1', routingStart, routingEnd);
    let known = this.byBytes.get(key);
    if (known === undefined) {
      const exchange = buffer.toString('utf8', view.exchangeStart, view.exchangeEnd);
      known = make(exchange, buffer.toString('utf8', view.routingKeyStart, view.routingKeyEnd), headers);
      if (!known.route.cacheable) return known;
      if (this.byBytes.size >= mostEntries) this.byBytes.clear();
      this.byBytes.set(key, known);
    }
    this.last = known;
    this.lastLength = buffer.copy(this.lastBytes, 0, routingStart, routingEnd);
    return known;
  }

  private forget(): void {
    this.version = this.broker.topologyVersion;
    this.byBytes.clear();
    this.last = undefined;
  }

  private isLast(view: PublishView): boolean {
    const { buffer, routingStart, routingEnd } = view;
    if (routingEnd - routingStart !== this.lastLength) return false;
    for (let from = routingStart, at = 0; from < routingEnd; from++, at++) {
      if (buffer[from] !== this.lastBytes[at]) return false;
    }
    return true;
  }
}
