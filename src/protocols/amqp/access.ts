import { BROKER_ITSELF } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import type { Channel } from './channel.js';
import { named } from './names.js';

type Operation = 'configure' | 'write' | 'read';

/** What permissions call the default exchange, whose name is empty. */
const defaultExchangeName = 'amq.default';

/** @throws ChannelError 403 when the user of the channel may not */
export function assertAllowed(channel: Channel, operation: Operation, kind: 'queue' | 'exchange', name: string): void {
  const { broker, user, virtualHost } = channel.connection;
  const resource = kind === 'exchange' && name === '' ? defaultExchangeName : name;
  if (user === BROKER_ITSELF || broker.allowed(user, virtualHost, operation, resource)) return;
  throw new ChannelError(
    'ACCESS_REFUSED',
    `${operation} access to ${named(kind, resource, virtualHost)} refused for user '${user}'`,
  );
}

/** The same for a routing key of a topic exchange, which has permissions of its own. @throws ChannelError 403 */
export function assertTopicAllowed(
  channel: Channel,
  operation: 'write' | 'read',
  { name, type }: { readonly name: string; readonly type: string },
  routingKey: string,
): void {
  if (type !== 'topic') return;
  const { broker, user, virtualHost } = channel.connection;
  if (broker.topicAllowed(user, virtualHost, name, operation, routingKey)) return;
  throw new ChannelError(
    'ACCESS_REFUSED',
    `${operation} access to topic '${routingKey}' in ${named('exchange', name, virtualHost)} refused for user '${user}'`,
  );
}
