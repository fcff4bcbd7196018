import type { AttributeTable } from '../catalog/attribute-value.js';
import type { BindingIndex } from './binding-index.js';
import { ConsistentHashIndex } from './consistent-hash-index.js';
import { DirectIndex } from './direct-index.js';
import { FanoutIndex } from './fanout-index.js';
import { HeadersIndex } from './headers-index.js';
import { TopicIndex } from './topic-index.js';
import { TopologyError } from './topology-error.js';

export interface ExchangeType {
  readonly name: string;
  readonly description: string;
}

interface ExchangeTypeEntry extends ExchangeType {
  /** @throws TopologyError `invalid-argument` */
  createIndex(exchange: string, args: AttributeTable): BindingIndex;
}

const TYPES: readonly ExchangeTypeEntry[] = [
  { name: 'direct', description: 'Equal routing keys', createIndex: () => new DirectIndex() },
  { name: 'fanout', description: 'Every binding', createIndex: () => new FanoutIndex() },
  { name: 'headers', description: 'Values of message headers', createIndex: () => new HeadersIndex() },
  { name: 'topic', description: 'Routing keys by pattern', createIndex: () => new TopicIndex() },
  {
    name: 'x-consistent-hash',
    description: 'One binding, by the hash of a key, header or property',
    createIndex: (exchange, args) => new ConsistentHashIndex(exchange, args),
  },
];

/** The types that can be declared. */
export const EXCHANGE_TYPES: readonly ExchangeType[] = TYPES;

/** @throws TopologyError `unknown-type` */
export function assertExchangeType(type: string): void {
  entryOf(type);
}

/** @throws TopologyError `unknown-type`, `invalid-argument` */
export function createBindingIndex(type: string, exchange: string, args: AttributeTable): BindingIndex {
  return entryOf(type).createIndex(exchange, args);
}

function entryOf(type: string): ExchangeTypeEntry {
  const entry = TYPES.find(({ name }) => name === type);
  if (entry === undefined) throw new TopologyError({ kind: 'unknown-type', type });
  return entry;
}
