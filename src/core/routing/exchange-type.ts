import { BrokerError } from '../broker-error.js';
import type { BindingIndex } from './binding-index.js';
import { ConsistentHashIndex, type HashSource } from './consistent-hash-index.js';
import { DirectIndex } from './direct-index.js';
import { FanoutIndex } from './fanout-index.js';
import { HeadersIndex } from './headers-index.js';
import { TopicIndex } from './topic-index.js';

export interface ExchangeType {
  readonly name: string;
  readonly description: string;
}

interface ExchangeTypeEntry extends ExchangeType {
  createIndex(hash: HashSource | undefined): BindingIndex;
}

const TYPES: readonly ExchangeTypeEntry[] = [
  { name: 'direct', description: 'Equal routing keys', createIndex: () => new DirectIndex() },
  { name: 'fanout', description: 'Every binding', createIndex: () => new FanoutIndex() },
  { name: 'headers', description: 'Values of message headers', createIndex: () => new HeadersIndex() },
  { name: 'topic', description: 'Routing keys by pattern', createIndex: () => new TopicIndex() },
  {
    name: 'x-consistent-hash',
    description: 'One binding, by the hash of a key, header or property',
    createIndex: (hash) => new ConsistentHashIndex(hash),
  },
];

/** @throws BrokerError `invalid-argument` of field `type` when there is no such type */
export function assertExchangeType(type: string): void {
  entryOf(type);
}

/** @throws BrokerError `invalid-argument` */
export function createBindingIndex(type: string, hash: HashSource | undefined): BindingIndex {
  return entryOf(type).createIndex(hash);
}

function entryOf(type: string): ExchangeTypeEntry {
  const entry = TYPES.find(({ name }) => name === type);
  if (entry === undefined) {
    throw new BrokerError('invalid-argument', `unknown exchange type '${type}'`, { field: 'type', received: type });
  }
  return entry;
}
