import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Declared, TopicInfo } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import type { Channel } from './channel.js';
import { assertArgumentEquivalent, keepArguments, keptArguments, type KeptArguments } from './declared-arguments.js';
import type { MethodArguments } from './method-codec.js';
import { named } from './names.js';
import { comparedStreamArguments, readStreamArguments } from './stream-arguments.js';
import { existingStream } from './stream-access.js';

/**
 * queue.declare with `x-queue-type` stream, of a name that no queue has: a topic with one partition, for Kafka clients a
 * topic like any other. Returns whether anything was changed.
 */
export function declareStream(channel: Channel, name: string, args: MethodArguments<'queue.declare'>): boolean {
  const { broker, host, virtualHost } = channel.connection;
  const resource = named('queue', name, virtualHost);
  const settings = readStreamArguments(args.arguments, resource);
  const kept = keepArguments(args.arguments);
  const declared: Declared = { arguments: kept.arguments, argumentTypes: kept.argumentTypes };
  const existing = existingStream(channel, name);
  if (existing === undefined) {
    const id = host.randomUuid().replaceAll('-', '');
    broker.createTopic(virtualHost, name, { id, partitions: 1, dialect: DIALECT_AMQP, declared, settings });
    return true;
  }
  const first = existing.declaredBy.get(DIALECT_AMQP);
  if (first === undefined) {
    broker.configureTopic(existing.handle, settings, { dialect: DIALECT_AMQP, values: declared });
    return true;
  }
  assertSameStream(kept, keptArguments(first), resource);
  return false;
}

/** A queue of another type is declared, and the name is a stream's. */
export function assertNotStream(channel: Channel, name: string, kept: KeptArguments): void {
  const stream = existingStream(channel, name);
  if (stream === undefined) return;
  const first = stream.declaredBy.get(DIALECT_AMQP);
  const { virtualHost } = channel.connection;
  if (first !== undefined) assertSameStream(kept, keptArguments(first), named('queue', name, virtualHost));
  throw new ChannelError('PRECONDITION_FAILED', `'${name}' in vhost '${virtualHost}' is a topic, not a queue`);
}

function assertSameStream(kept: KeptArguments, current: KeptArguments, resource: string): void {
  for (const key of ['x-queue-type', ...comparedStreamArguments]) {
    assertArgumentEquivalent(key, kept, current, resource);
  }
}

/** queue.declare-ok of a stream: it counts its records, from the log's start to its stable end. */
export function answerStream(
  channel: Channel,
  args: MethodArguments<'queue.declare'>,
  stream: TopicInfo,
  changed: boolean,
): void {
  channel.lastQueue = stream.name;
  if (args.noWait) return;
  let messageCount = 0;
  let consumerCount = 0;
  for (const handle of stream.partitionHandles) {
    const { highWatermark, logStart, streams } = channel.connection.broker.partition(handle);
    messageCount += highWatermark - logStart;
    consumerCount += streams;
  }
  channel.replyAfter(changed, 'queue.declare-ok', { queue: stream.name, messageCount, consumerCount });
}
