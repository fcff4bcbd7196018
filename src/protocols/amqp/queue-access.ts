import type { QueueInfo } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import type { Channel } from './channel.js';
import { named } from './names.js';

/** The name that a method means: an empty one stands for the queue declared last on this channel. */
export function meantQueue(channel: Channel, name: string): string {
  if (name !== '') return name;
  if (channel.lastQueue === undefined) throw new ChannelError('NOT_FOUND', 'no previously declared queue');
  return channel.lastQueue;
}

export function noQueue(channel: Channel, name: string): ChannelError {
  return new ChannelError('NOT_FOUND', `no ${named('queue', name, channel.connection.virtualHost)}`);
}

/**
 * The queue of that name, if this connection may use it.
 * @throws ChannelError 404 when there is none, 405 when it is exclusive to another connection
 */
export function usableQueue(channel: Channel, name: string): QueueInfo {
  const queue = existingQueue(channel, name);
  if (queue === undefined) throw noQueue(channel, name);
  assertNotLocked(channel, queue);
  return queue;
}

export function existingQueue(channel: Channel, name: string): QueueInfo | undefined {
  const { broker, virtualHost } = channel.connection;
  const handle = broker.findQueue(virtualHost, name);
  return handle < 0 ? undefined : broker.queue(handle);
}

export function assertNotLocked(channel: Channel, queue: QueueInfo): void {
  if (queue.owner !== 0 && queue.owner !== channel.connection.owner) throw lockedQueue(channel, queue.name);
}

export function lockedQueue(channel: Channel, name: string): ChannelError {
  return new ChannelError(
    'RESOURCE_LOCKED',
    `cannot obtain exclusive access to locked ${named('queue', name, channel.connection.virtualHost)}. ` +
      'It could be originally declared on another connection or the exclusive property value does not match ' +
      'that of the original declaration.',
  );
}
