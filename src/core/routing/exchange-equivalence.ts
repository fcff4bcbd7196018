import { BrokerError } from '../broker-error.js';
import type { Exchange, ExchangeSettings } from './topology.js';

type Comparable = string | boolean | undefined;

/**
 * Compares a declaration with the exchange that is there, as RabbitMQ does: type, flags, and of the arguments only
 * the alternate exchange.
 * @throws BrokerError `different`, for the first field that differs; an alternate that is not set is left out
 */
export function assertEquivalent(virtualHost: string, current: Exchange, received: ExchangeSettings): void {
  const compare = (field: string, receivedValue: Comparable, currentValue: Comparable) => {
    if (receivedValue === currentValue) return;
    const exchange = `exchange '${current.name}' in virtual host '${virtualHost}'`;
    throw new BrokerError('different', `${exchange} has another ${field}`, {
      field,
      ...(receivedValue !== undefined && { received: String(receivedValue) }),
      ...(currentValue !== undefined && { current: String(currentValue) }),
    });
  };
  compare('type', received.type, current.type);
  compare('durable', received.durable, current.durable);
  compare('auto_delete', received.autoDelete, current.autoDelete);
  compare('internal', received.internal, current.internal);
  compare('alternate-exchange', received.alternate, current.alternate);
}
