import type { Declared, ExchangeSpec, HeaderValues } from '../broker.js';
import type { BindingIndex } from './binding-index.js';
import type { HashSource } from './consistent-hash-index.js';
import type { ExchangeNotes } from './exchange-notes.js';
import type { RouteCache } from './route-cache.js';

/** What a binding can lead to: a queue, as the caller describes it, or an exchange of the same table. */
export type Destination = QueueDestination | Exchange;

export interface QueueDestination {
  readonly kind: 'queue';
  /** The caller's 32-bit integer for the queue: one queue per handle for as long as it is bound. */
  readonly handle: number;
  readonly name: string;
  /** Whether the queue is there after a restart, so that its bindings have to be. */
  readonly durable: boolean;
}

export type ExchangeSettings = ExchangeSpec;

export interface Exchange extends ExchangeSettings {
  readonly kind: 'exchange';
  /** Unique in its table as long as the table lives. */
  readonly handle: number;
  readonly name: string;
  /** True from the moment of its deletion on; whoever keeps the object checks this before routing. */
  readonly deleted: boolean;
  readonly notes: ExchangeNotes;
}

export interface ExchangeBinding {
  readonly source: Exchange;
  readonly destination: Destination;
  readonly routingKey: string;
  readonly arguments: HeaderValues;
}

/** A bound queue inside the table. */
export class QueueNode implements QueueDestination {
  readonly kind = 'queue';
  readonly handle: number;
  readonly name: string;
  readonly durable: boolean;
  readonly incoming = new Set<BindingNode>();
  /** The walk that saw it last. */
  seen = 0;
  #alone: Int32Array | undefined;

  constructor(queue: QueueDestination) {
    this.handle = queue.handle;
    this.name = queue.name;
    this.durable = queue.durable;
  }

  /** The result of a route that leads only here, shared by every cache that holds one. */
  get alone(): Int32Array {
    this.#alone ??= Int32Array.of(this.handle);
    return this.#alone;
  }
}

/** An exchange inside the table. */
export class ExchangeNode implements Exchange {
  readonly kind = 'exchange';
  readonly handle: number;
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  /** As it was declared. */
  readonly alternate: string | undefined;
  /** Where what it cannot route goes: as declared, or as a policy says. */
  effectiveAlternate: string | undefined = undefined;
  readonly declared: Declared;
  readonly hash: HashSource | undefined;
  readonly delayedType: string | undefined;
  /** Bindings by identity. */
  readonly outgoing = new Map<string, BindingNode>();
  readonly incoming = new Set<BindingNode>();
  readonly index: BindingIndex;
  readonly notes: ExchangeNotes;
  deleted = false;
  /** The walk that saw it last. */
  seen = 0;
  /** Routes that start here, until something that they passed changes. */
  cache: RouteCache | undefined = undefined;

  constructor(handle: number, name: string, settings: ExchangeSettings, index: BindingIndex, notes: ExchangeNotes) {
    this.handle = handle;
    this.name = name;
    this.type = settings.type;
    this.durable = settings.durable;
    this.autoDelete = settings.autoDelete;
    this.internal = settings.internal;
    this.alternate = settings.alternate;
    this.declared = settings.declared;
    this.hash = settings.hash;
    this.delayedType = settings.delayedType;
    this.index = index;
    this.notes = notes;
  }
}

/** A binding inside the table. */
export class BindingNode implements ExchangeBinding {
  readonly source: ExchangeNode;
  readonly destination: QueueNode | ExchangeNode;
  readonly routingKey: string;
  readonly arguments: HeaderValues;
  /** Its key among the source's bindings. */
  readonly identity: string;
  /** Its key in the metadata store, when it is durable. */
  durableKey: string | undefined = undefined;
  /** Its place in the list of the source's index that holds it; kept by that list. */
  place = 0;

  constructor(
    source: ExchangeNode,
    destination: QueueNode | ExchangeNode,
    routingKey: string,
    args: HeaderValues,
    identity: string,
  ) {
    this.source = source;
    this.destination = destination;
    this.routingKey = routingKey;
    this.arguments = args;
    this.identity = identity;
  }
}
