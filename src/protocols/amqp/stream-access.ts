import type { TopicInfo } from '../../core/index.js';
import { ConnectionError } from './amqp-error.js';
import type { Channel } from './channel.js';
import { named } from './names.js';

/** The topic of that name, which AMQP sees as a stream. One that is a retained queue as well is a queue, no stream. */
export function existingStream(channel: Channel, name: string): TopicInfo | undefined {
  const { broker, virtualHost } = channel.connection;
  const handle = broker.findTopic(virtualHost, name);
  if (handle < 0) return undefined;
  const topic = broker.topic(handle);
  return topic.queue < 0 ? topic : undefined;
}

/** @throws ConnectionError 540 in RabbitMQ's words when the name is a stream's */
export function assertNoStream(channel: Channel, name: string, operation: string): void {
  if (existingStream(channel, name) === undefined) return;
  const resource = named('queue', name, channel.connection.virtualHost);
  throw new ConnectionError('NOT_IMPLEMENTED', `${operation} not supported by stream queues ${resource}`);
}
