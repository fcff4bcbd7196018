import { BrokerError } from '../broker-error.js';
import type { BindingIndex, RoutingStep } from './binding-index.js';
import { headerValueIdentity } from './header-value.js';
import { HASH_PROPERTIES, type HashProperty } from './message-headers.js';
import { hashText, uniform } from './text-hash.js';
import type { BindingNode } from './topology.js';

/** What the hash is taken of, where it is not the routing key: one header, or one property. */
export type HashSource = { readonly header: string } | { readonly property: string };

interface Bucket {
  readonly binding: BindingNode;
  readonly weight: number;
  readonly seed: number;
}

/**
 * Sends each message to one of the bindings, the same for the same routing key, header or property, and shares the messages out by weight: the binding key, a positive integer.
 *
 * The choice is weighted rendezvous hashing: every binding draws a number from the message's hash and its own name,
 * the best one wins. So it does not depend on the order in which bindings were made, survives a restart, and a
 * binding that comes or goes moves no message between the others. The choice for a given value is not RabbitMQ's.
 */
export class ConsistentHashIndex implements BindingIndex {
  readonly readsKey: boolean;
  readonly readsHeaders: boolean;
  readonly #header: string | undefined = undefined;
  readonly #property: HashProperty | undefined = undefined;
  readonly #buckets = new Map<BindingNode, Bucket>();

  /** @throws BrokerError `invalid-argument` */
  constructor(source: HashSource | undefined) {
    if (source !== undefined && 'header' in source) this.#header = source.header;
    else if (source !== undefined) this.#property = propertyNamed(source.property);
    this.readsHeaders = source !== undefined;
    this.readsKey = source === undefined;
  }

  add(binding: BindingNode): void {
    const { destination, routingKey } = binding;
    const seed = hashText(`${destination.kind} ${destination.name} ${routingKey}`);
    this.#buckets.set(binding, { binding, weight: weightOf(binding), seed });
  }

  remove(binding: BindingNode): void {
    this.#buckets.delete(binding);
  }

  collect(step: RoutingStep): void {
    const hash = this.#hash(step);
    let best: Bucket | undefined;
    let bestDistance = Infinity;
    for (const bucket of this.#buckets.values()) {
      // An exponential draw with rate `weight`: the smallest of several is each one's in proportion to its weight.
      const distance = -Math.log(uniform(hash ^ bucket.seed)) / bucket.weight;
      if (distance < bestDistance) {
        bestDistance = distance;
        best = bucket;
      }
    }
    if (best !== undefined) step.match(best.binding.destination);
  }

  /** Messages that lack what is to be hashed stay together. */
  #hash(step: RoutingStep): number {
    if (this.readsKey) return hashText(step.routingKeys[0]);
    const headers = step.headers();
    const value = this.#property === undefined ? headers.get(this.#header ?? '') : headers.property?.(this.#property);
    if (value === undefined) return 0;
    return hashText(typeof value === 'string' ? value : headerValueIdentity(value));
  }
}

function propertyNamed(name: string): HashProperty {
  const property = HASH_PROPERTIES.find((each) => each === name);
  if (property !== undefined) return property;
  const detail = { field: 'hash-property', received: name };
  throw new BrokerError('invalid-argument', `hash-property must be one of ${HASH_PROPERTIES.join(', ')}`, detail);
}

function weightOf(binding: BindingNode): number {
  const key = binding.routingKey;
  const weight = /^[+-]?[0-9]+$/.test(key) ? Number(key) : 0;
  if (weight >= 1) return Math.min(weight, Number.MAX_SAFE_INTEGER);
  throw new BrokerError('invalid-argument', 'the binding key must be a weight, a whole number above 0', {
    field: 'routing-key',
    received: key,
  });
}
