import { type AttributeTable, type AttributeValue, attributeIdentity } from '../catalog/attribute-value.js';
import type { BindingIndex, MatchSink } from './binding-index.js';
import { HASH_PROPERTIES, type HashProperty, type MessageHeaders } from './message-headers.js';
import { TopologyError } from './topology-error.js';
import type { BindingNode } from './topology.js';

interface Bucket {
  readonly binding: BindingNode;
  readonly weight: number;
  readonly seed: number;
}

/**
 * Sends each message to one of the bindings, the same for the same routing key, header (`hash-header`) or property
 * (`hash-property`), and shares the messages out by weight: the binding key, a positive integer.
 *
 * The choice is weighted rendezvous hashing: every binding draws a number from the message's hash and its own name,
 * the best one wins. So it does not depend on the order in which bindings were made, survives a restart, and a
 * binding that comes or goes moves no message between the others. The choice for a given value is not RabbitMQ's.
 */
export class ConsistentHashIndex implements BindingIndex {
  readonly readsKey: boolean;
  readonly readsHeaders: boolean;
  readonly #header: string | undefined;
  readonly #property: HashProperty | undefined;
  readonly #buckets = new Map<BindingNode, Bucket>();

  /** @throws TopologyError `invalid-argument` */
  constructor(exchange: string, args: AttributeTable) {
    const header = textArgument(exchange, args, 'hash-header');
    const property = textArgument(exchange, args, 'hash-property');
    if (header !== undefined && property !== undefined) {
      throw invalidArgument(exchange, 'hash-property', 'mutually-exclusive', property);
    }
    if (property !== undefined && !HASH_PROPERTIES.includes(property)) {
      throw invalidArgument(exchange, 'hash-property', 'unsupported-property', property);
    }
    this.#header = header;
    this.#property = property as HashProperty | undefined;
    this.readsHeaders = header !== undefined || property !== undefined;
    this.readsKey = !this.readsHeaders;
  }

  add(binding: BindingNode): void {
    const { destination, routingKey } = binding;
    const seed = hashText(`${destination.kind} ${destination.name} ${routingKey}`);
    this.#buckets.set(binding, { binding, weight: weightOf(binding), seed });
  }

  remove(binding: BindingNode): void {
    this.#buckets.delete(binding);
  }

  collect(routingKeys: readonly string[], headers: MessageHeaders | undefined, into: MatchSink): void {
    const hash = this.#hash(routingKeys[0], headers);
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
    if (best !== undefined) into.match(best.binding.destination);
  }

  #hash(routingKey: string, headers: MessageHeaders | undefined): number {
    if (this.readsKey) return hashText(routingKey);
    const value =
      this.#header === undefined ? this.#property && headers?.property?.(this.#property) : headers?.get(this.#header);
    if (value === undefined) return 0;
    return hashText(typeof value === 'string' ? value : attributeIdentity(value));
  }
}

function weightOf(binding: BindingNode): number {
  const key = binding.routingKey;
  const exchange = binding.source.name;
  if (!/^[+-]?[0-9]+$/.test(key)) {
    throw new TopologyError({ kind: 'invalid-binding', exchange, reason: 'weight-not-integer', value: key });
  }
  const weight = Number(key);
  if (weight < 1) {
    throw new TopologyError({ kind: 'invalid-binding', exchange, reason: 'weight-not-positive', value: key });
  }
  return Math.min(weight, Number.MAX_SAFE_INTEGER);
}

function textArgument(exchange: string, args: AttributeTable, argument: string): string | undefined {
  const value = args.get(argument);
  if (value === undefined || typeof value === 'string') return value;
  throw invalidArgument(exchange, argument, 'not-text', value);
}

function invalidArgument(
  exchange: string,
  argument: string,
  reason: 'not-text' | 'unsupported-property' | 'mutually-exclusive',
  value: AttributeValue,
): TopologyError {
  return new TopologyError({ kind: 'invalid-argument', exchange, argument, reason, value });
}

/** FNV-1a over the text's UTF-16 units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** In (0, 1], from 32 bits that are mixed first (the finalizer of MurmurHash3). */
function uniform(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return ((mixed >>> 0) + 1) / 0x1_0000_0000;
}
