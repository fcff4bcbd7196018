import { DIALECT_AMQP } from '../../bytes/index.js';
import type { Broker, Declared, PolicyTarget, QueueInfo, QueueSettings, TopicInfo } from '../../core/index.js';
import type { AdminContext } from '../admin-context.js';
import type { Item } from '../http/listing.js';
import { consumersOf } from './consumer-item.js';

/** A queue, or a topic, which RabbitMQ's tools know as a stream. */
export type QueueLike =
  | { readonly name: string; readonly virtualHost: string; readonly queue: QueueInfo }
  | { readonly name: string; readonly virtualHost: string; readonly topic: TopicInfo };

/** All queues of a virtual host, and the topics that are not a retained queue's own, by name. */
export function queuesIn(broker: Broker, virtualHost: string): QueueLike[] {
  const queues = broker.queues(virtualHost).map((handle): QueueLike => {
    const queue = broker.queue(handle);
    return { name: queue.name, virtualHost, queue };
  });
  const topics = broker
    .topics(virtualHost)
    .map((handle) => broker.topic(handle))
    .filter(({ queue }) => queue < 0)
    .map((topic): QueueLike => ({ name: topic.name, virtualHost, topic }));
  return [...queues, ...topics].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function findQueueLike(broker: Broker, virtualHost: string, name: string): QueueLike | undefined {
  const queue = broker.findQueue(virtualHost, name);
  if (queue >= 0) return { name, virtualHost, queue: broker.queue(queue) };
  const topic = broker.findTopic(virtualHost, name);
  return topic < 0 ? undefined : { name, virtualHost, topic: broker.topic(topic) };
}

export function queueItem(context: AdminContext, of: QueueLike): Item {
  return 'queue' in of ? plainQueueItem(context, of.queue) : streamItem(context, of.topic);
}

/** One alone says who consumes it, too. */
export function queueDetails(context: AdminContext, of: QueueLike): Item {
  const consumers = consumersOf(context, of.virtualHost).filter(
    ({ queue }) => (queue as { name: string }).name === of.name,
  );
  return { ...queueItem(context, of), consumer_details: consumers, deliveries: [], incoming: [] };
}

function plainQueueItem(context: AdminContext, queue: QueueInfo): Item {
  const { host } = context;
  const { ready, inFlight, delayed, readyBytes } = host.broker.counts(queue.handle);
  const type = typeOf(queue);
  return {
    ...counted(ready, inFlight),
    message_stats: stats(context, queue),
    messages_delayed: delayed,
    message_bytes_ready: readyBytes,
    ...common(context, queue, type, queueArguments(queue)),
    durable: queue.durable,
    auto_delete: queue.autoDelete,
    exclusive: queue.owner !== 0,
    consumers: queue.consumers,
    exclusive_consumer_tag: exclusiveTag(context, queue),
  };
}

/** What went in and out since the broker started, and how fast of late. */
function stats({ traffic, rates, host }: AdminContext, { handle }: QueueInfo): Item {
  const { appended, handedOut } = traffic(handle);
  const rate = (what: string, count: number): Item => ({
    rate: rates.of(`${handle} ${what}`, count, host.broker.nowMs),
  });
  return {
    publish: appended,
    publish_details: rate('in', appended),
    deliver_get: handedOut,
    deliver_get_details: rate('out', handedOut),
  };
}

function streamItem(context: AdminContext, topic: TopicInfo): Item {
  const { broker } = context.host;
  let messages = 0;
  let consumers = 0;
  for (const handle of topic.partitionHandles) {
    const { logStart, highWatermark, streams } = broker.partition(handle);
    messages += highWatermark - logStart;
    consumers += streams;
  }
  return {
    ...counted(messages, 0),
    ...common(context, topic, 'stream', streamArguments(topic)),
    durable: true,
    auto_delete: false,
    exclusive: false,
    consumers,
    partitions: topic.partitions,
  };
}

function counted(ready: number, unacknowledged: number): Item {
  return { messages: ready + unacknowledged, messages_ready: ready, messages_unacknowledged: unacknowledged };
}

function common(
  { administration, nodeName }: AdminContext,
  { name, virtualHost }: { readonly name: string; readonly virtualHost: string },
  type: QueueType,
  args: Declared,
): Item {
  const applied = administration.policies.appliedTo(virtualHost, TARGETS[type], name);
  return {
    name,
    vhost: virtualHost,
    type,
    arguments: args,
    node: nodeName,
    state: 'running',
    policy: applied.policy ?? null,
    operator_policy: applied.operatorPolicy ?? null,
    effective_policy_definition: applied.definition,
  };
}

type QueueType = 'classic' | 'quorum' | 'stream';

const TARGETS: Readonly<Record<QueueType, PolicyTarget>> = {
  classic: 'classic_queue',
  quorum: 'quorum_queue',
  stream: 'stream',
};

function typeOf(queue: QueueInfo): QueueType {
  return declaredArguments(queue)?.['x-queue-type'] === 'quorum' ? 'quorum' : 'classic';
}

function declaredArguments({ declaredBy }: Pick<QueueInfo, 'declaredBy'>): Declared | undefined {
  return declaredBy.get(DIALECT_AMQP)?.['arguments'] as Declared | undefined;
}

/** As an AMQP client declared them; for a queue of another dialect what RabbitMQ would call the same. */
function queueArguments(queue: QueueInfo): Declared {
  const declared = declaredArguments(queue);
  if (declared !== undefined) return declared;
  const { settings, retainMs } = queue;
  const entries: [string, string | number | boolean | undefined][] = [
    ...SETTINGS.map(([key, setting]): [string, number | string | undefined] => [key, settings[setting]]),
    ['x-dead-letter-exchange', deadLetterExchange(settings)],
    ['x-dead-letter-routing-key', deadLetterKey(settings)],
    ['x-retain', retainMs === undefined ? undefined : retainMs < 0 || retainMs],
  ];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined),
  );
}

type PlainSetting = 'messageTtlMs' | 'expiresMs' | 'maxLength' | 'maxLengthBytes' | 'overflow' | 'maxPriority';

const SETTINGS: readonly (readonly [string, PlainSetting])[] = [
  ['x-message-ttl', 'messageTtlMs'],
  ['x-expires', 'expiresMs'],
  ['x-max-length', 'maxLength'],
  ['x-max-length-bytes', 'maxLengthBytes'],
  ['x-overflow', 'overflow'],
  ['x-max-priority', 'maxPriority'],
];

function deadLetterExchange({ deadLetter }: Partial<QueueSettings>): string | undefined {
  if (deadLetter === undefined) return undefined;
  return 'exchange' in deadLetter ? deadLetter.exchange : '';
}

function deadLetterKey({ deadLetter }: Partial<QueueSettings>): string | undefined {
  if (deadLetter === undefined) return undefined;
  return 'exchange' in deadLetter ? deadLetter.routingKey : deadLetter.queue;
}

function streamArguments(topic: TopicInfo): Declared {
  return { ...declaredArguments(topic), 'x-queue-type': 'stream' };
}

function exclusiveTag(context: AdminContext, queue: QueueInfo): string | null {
  if (!queue.exclusiveConsumer) return null;
  const holder = consumersOf(context, queue.virtualHost).find(
    (consumer) => consumer['exclusive'] === true && (consumer['queue'] as { name: string }).name === queue.name,
  );
  return (holder?.['consumer_tag'] as string | undefined) ?? null;
}
