import { type AttributeValue, sameAttribute } from '../catalog/attribute-value.js';
import { type ExchangeField, TopologyError } from './topology-error.js';
import type { Exchange, ExchangeSettings } from './topology.js';

export const ALTERNATE_EXCHANGE = 'alternate-exchange';

/**
 * Compares a declaration with the exchange that is there, as RabbitMQ does: type, flags, and of the arguments only
 * the alternate exchange.
 * @throws TopologyError `inequivalent`, for the first field that differs
 */
export function assertEquivalent(current: Exchange, received: ExchangeSettings): void {
  compare(current.name, 'type', received.type, current.type);
  compare(current.name, 'durable', received.durable, current.durable);
  compare(current.name, 'auto_delete', received.autoDelete, current.autoDelete);
  compare(current.name, 'internal', received.internal, current.internal);
  const alternate = received.arguments.get(ALTERNATE_EXCHANGE);
  const currentAlternate = current.arguments.get(ALTERNATE_EXCHANGE);
  const same =
    alternate === undefined || currentAlternate === undefined
      ? alternate === currentAlternate
      : sameAttribute(alternate, currentAlternate);
  if (!same) throw inequivalent(current.name, ALTERNATE_EXCHANGE, alternate, currentAlternate);
}

function compare(exchange: string, field: ExchangeField, received: string | boolean, current: string | boolean): void {
  if (received !== current) throw inequivalent(exchange, field, received, current);
}

function inequivalent(
  exchange: string,
  field: ExchangeField,
  received: AttributeValue | undefined,
  current: AttributeValue | undefined,
): TopologyError {
  return new TopologyError({ kind: 'inequivalent', exchange, field, received, current });
}
