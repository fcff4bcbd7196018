import type { ExchangeInfo } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import type { Channel } from './channel.js';
import { named } from './names.js';

/** @throws ChannelError 403 for the default exchange, which no method but publish may touch */
export function assertExchangeUsable(name: string): void {
  if (name === '') throw new ChannelError('ACCESS_REFUSED', 'operation not permitted on the default exchange');
}

export function existingExchange(channel: Channel, name: string): ExchangeInfo | undefined {
  const { broker, virtualHost } = channel.connection;
  return broker.exchange(virtualHost, name);
}

export function noExchange(channel: Channel, name: string): ChannelError {
  return new ChannelError('NOT_FOUND', `no ${named('exchange', name, channel.connection.virtualHost)}`);
}
