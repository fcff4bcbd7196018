import type { Binding, ExchangeInfo } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import { translated } from './broker-error-reply.js';
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

/** @throws ChannelError 406 for arguments or a key that the type of the exchange cannot take */
export function addBinding(channel: Channel, binding: Binding): void {
  const { broker, virtualHost } = channel.connection;
  translated(() => broker.bind(virtualHost, binding), {
    'invalid-argument': ({ detail }) => (detail.field === 'routing-key' ? noWeight(binding.routingKey) : undefined),
  });
}

/** The key of a binding to a consistent-hash exchange is its weight. */
function noWeight(key: string): ChannelError {
  const isInteger = /^[+-]?\d+$/.test(key);
  const reason = isInteger ? 'must be greater than 0' : `must be an integer: <<"${key}">>`;
  return new ChannelError('PRECONDITION_FAILED', `The binding key ${reason}`);
}
