import { BrokerError } from '../broker-error.js';
import type { BindingIndex } from './binding-index.js';
import { ConsistentHashIndex } from './consistent-hash-index.js';
import { DirectIndex } from './direct-index.js';
import { FanoutIndex } from './fanout-index.js';
import { HeadersIndex } from './headers-index.js';
import { ModulusHashIndex } from './modulus-hash-index.js';
import { RandomIndex } from './random-index.js';
import { TopicIndex } from './topic-index.js';
import type { ExchangeSettings } from './topology.js';

const DELAYED = 'x-delayed-message';

export interface ExchangeType {
  readonly name: string;
  readonly description: string;
}

/** What of an exchange decides how it routes. */
export type IndexSettings = Pick<ExchangeSettings, 'type' | 'hash' | 'delayedType'>;

interface ExchangeTypeEntry extends ExchangeType {
  createIndex(settings: IndexSettings): BindingIndex;
}

const TYPES: readonly ExchangeTypeEntry[] = [
  { name: 'direct', description: 'Equal routing keys', createIndex: () => new DirectIndex() },
  {
    name: 'fanout',
    description: 'Every binding, or those whose filter policy is met',
    createIndex: () => new FanoutIndex(),
  },
  { name: 'headers', description: 'Values of message headers', createIndex: () => new HeadersIndex() },
  { name: 'topic', description: 'Routing keys by pattern', createIndex: () => new TopicIndex() },
  {
    name: 'x-consistent-hash',
    description: 'One binding, by the hash of a key, header or property',
    createIndex: ({ hash }) => new ConsistentHashIndex(hash),
  },
  { name: 'x-random', description: 'One binding, any', createIndex: () => new RandomIndex() },
  {
    name: 'x-local-random',
    description: 'One binding, any: all queues are local',
    createIndex: () => new RandomIndex(),
  },
  {
    name: 'x-modulus-hash',
    description: 'One binding, by the hash of the routing key',
    createIndex: () => new ModulusHashIndex(),
  },
  {
    name: DELAYED,
    description: 'As its x-delayed-type, for messages that become ready later',
    createIndex: (settings) => createBindingIndex({ ...settings, type: innerType(settings) }),
  },
];

/** @throws BrokerError `invalid-argument` of field `type` when there is no such type */
export function assertExchangeType(type: string): void {
  entryOf(type);
}

/** @throws BrokerError `invalid-argument` */
export function createBindingIndex(settings: IndexSettings): BindingIndex {
  return entryOf(settings.type).createIndex(settings);
}

function innerType({ delayedType }: IndexSettings): string {
  if (delayedType !== undefined && delayedType !== DELAYED) return delayedType;
  throw new BrokerError('invalid-argument', 'x-delayed-type must name the type by which a delayed exchange routes', {
    field: 'x-delayed-type',
    ...(delayedType !== undefined && { received: delayedType }),
  });
}

function entryOf(type: string): ExchangeTypeEntry {
  const entry = TYPES.find(({ name }) => name === type);
  if (entry === undefined) {
    throw new BrokerError('invalid-argument', `unknown exchange type '${type}'`, { field: 'type', received: type });
  }
  return entry;
}
