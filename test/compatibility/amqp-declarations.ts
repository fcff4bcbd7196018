import { type AmqpProbe, EXCHANGE, QUEUE } from './amqp-session.js';

interface Why {
  readonly why?: string;
}

const NOT_YET = 'Not yet.';
const NO_TIMEOUT = 'No effect: no consumer times out.';
const ONE_STORE = 'No effect: there is one kind of store.';
const ONE_BROKER = 'No effect: there is one broker.';
const NO_STREAM = 'No effect on a queue that is no stream.';
const KEPT = 'No effect: kept, and compared when the stream is declared again.';
const NEWER =
  'No effect in this RabbitMQ, which is older: what is given back stays away for a while, on every type of queue.';
const DEDUPLICATES =
  'No effect in a RabbitMQ without the plugin: what it took before, by its `x-deduplication-header`, a queue does not take again.';
const UNKNOWN = 'No effect: arguments that are not known are ignored.';

function exchangeType(type: string, { why, ...args }: Why & Record<string, unknown> = {}): AmqpProbe {
  return {
    name: type,
    run: (session) => session.ask('ExchangeDeclare', { exchange: EXCHANGE, type, arguments: args }),
    ...(why !== undefined && { why }),
  };
}

function predeclared(exchange: string, why?: string): AmqpProbe {
  return {
    name: `the exchange ${exchange}`,
    run: (session) => session.ask('ExchangeDeclare', { exchange, type: 'direct', passive: true }),
    ...(why !== undefined && { why }),
  };
}

export const exchangeProbes: readonly AmqpProbe[] = [
  exchangeType('direct'),
  exchangeType('fanout'),
  exchangeType('topic'),
  exchangeType('headers'),
  exchangeType('x-consistent-hash', { 'hash-header': 'h' }),
  exchangeType('x-delayed-message', {
    why: 'Built in; with RabbitMQ a plugin that does not come with it.',
    'x-delayed-type': 'direct',
  }),
  exchangeType('x-modulus-hash'),
  exchangeType('x-random'),
  exchangeType('x-local-random', { why: 'As RabbitMQ 4: all queues are local.' }),
  exchangeType('x-recent-history', { why: NOT_YET }),
  exchangeType('x-jms-topic', { why: 'Not planned: it selects by JMS expressions.' }),
  exchangeType('no-such-type', { why: 'As RabbitMQ 4: only the channel closes.' }),
  ...['amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers', 'amq.match'].map((name) => predeclared(name)),
  predeclared('amq.rabbitmq.trace'),
];

/** queue.declare with these arguments, named after them. */
function queueArguments(args: Readonly<Record<string, unknown>>, why?: string): AmqpProbe {
  const name = Object.entries(args)
    .map(([key, value]) => `${key} = ${String(value)}`)
    .join(', ');
  return {
    name,
    run: (session) => session.declareQueue({ arguments: args }),
    ...(why !== undefined && { why }),
  };
}

const QUORUM = { 'x-queue-type': 'quorum' };
const STREAM = { 'x-queue-type': 'stream' };

export const queueArgumentProbes: readonly AmqpProbe[] = [
  queueArguments({ 'x-message-ttl': 60_000 }),
  queueArguments({ 'x-message-ttl': -1 }),
  queueArguments({ 'x-message-ttl': 'abc' }),
  queueArguments({ 'x-expires': 60_000 }),
  queueArguments({ 'x-expires': 0 }),
  queueArguments({ 'x-max-length': 10 }),
  queueArguments({ 'x-max-length': -1 }),
  queueArguments({ 'x-max-length-bytes': 1000 }),
  queueArguments({ 'x-overflow': 'drop-head' }),
  queueArguments({ 'x-overflow': 'reject-publish' }),
  queueArguments({ 'x-overflow': 'reject-publish-dlx' }),
  queueArguments({ 'x-overflow': 'nope' }),
  queueArguments({ 'x-dead-letter-exchange': 'dead' }),
  queueArguments({ 'x-dead-letter-exchange': 'dead', 'x-dead-letter-routing-key': 'key' }),
  queueArguments({ 'x-dead-letter-routing-key': 'key' }),
  queueArguments(
    { ...QUORUM, 'x-dead-letter-strategy': 'at-least-once' },
    'No effect: dead letters move in one way only.',
  ),
  queueArguments({ 'x-max-priority': 10 }),
  queueArguments({ 'x-max-priority': 256 }),
  queueArguments({ 'x-single-active-consumer': true }),
  queueArguments(
    { 'x-single-active-consumer': 'yes' },
    'Refused alike, in the words that RabbitMQ has for its other arguments.',
  ),
  queueArguments({ 'x-queue-type': 'classic' }),
  queueArguments(QUORUM),
  queueArguments({ ...QUORUM, 'x-max-priority': 5 }),
  queueArguments(STREAM),
  queueArguments({ ...STREAM, 'x-max-age': '1h' }),
  queueArguments({ ...STREAM, 'x-max-length-bytes': 1_000_000 }),
  queueArguments({ ...STREAM, 'x-stream-max-segment-size-bytes': 1000 }, KEPT),
  queueArguments({ ...STREAM, 'x-stream-filter-size-bytes': 32 }, KEPT),
  queueArguments({ ...STREAM, 'x-message-ttl': 1000 }),
  queueArguments({ 'x-queue-type': 'nope' }),
  queueArguments({ ...QUORUM, 'x-delivery-limit': 3 }),
  queueArguments({ 'x-delivery-limit': 3 }, 'Every type of queue may have a limit.'),
  queueArguments({ ...QUORUM, 'x-delivery-limit': -1 }),
  queueArguments({ ...QUORUM, 'x-delayed-retry-type': 'all' }, NEWER),
  queueArguments({ ...QUORUM, 'x-delayed-retry-min': 1000 }, NEWER),
  queueArguments({ ...QUORUM, 'x-delayed-retry-max': 1000 }, NEWER),
  queueArguments({ 'x-consumer-timeout': 60_000 }, NO_TIMEOUT),
  queueArguments({ 'x-consumer-disconnected-timeout': 60_000 }, NO_TIMEOUT),
  queueArguments({ 'x-queue-mode': 'lazy' }, ONE_STORE),
  queueArguments({ 'x-queue-mode': 'default' }, ONE_STORE),
  queueArguments({ 'x-queue-mode': 'nope' }),
  queueArguments({ 'x-queue-version': 2 }, ONE_STORE),
  queueArguments({ 'x-queue-master-locator': 'min-masters' }, ONE_BROKER),
  queueArguments({ 'x-queue-leader-locator': 'balanced' }, ONE_BROKER),
  queueArguments({ ...QUORUM, 'x-quorum-initial-group-size': 3 }, ONE_BROKER),
  queueArguments({ ...QUORUM, 'x-initial-cluster-size': 3 }, ONE_BROKER),
  queueArguments({ ...QUORUM, 'x-max-in-memory-length': 10 }, ONE_STORE),
  queueArguments({ ...QUORUM, 'x-max-in-memory-bytes': 1000 }, ONE_STORE),
  queueArguments({ ...QUORUM, 'x-member-placement-tag': 'a' }, ONE_BROKER),
  queueArguments({ 'x-max-age': '1h' }),
  queueArguments({ 'x-stream-max-segment-size-bytes': 1000 }),
  queueArguments({ 'x-stream-filter-size-bytes': 32 }, 'As RabbitMQ 4, which knows it for streams only.'),
  queueArguments({ 'x-name-prefix': 'a' }, UNKNOWN),
  queueArguments({ 'x-message-deduplication': true }, DEDUPLICATES),
  queueArguments({ 'x-cache-size': 10 }, 'No effect: what a queue remembers is bounded by time, not by count.'),
  queueArguments({ 'x-cache-ttl': 1000 }, DEDUPLICATES),
  queueArguments({ 'x-deduplication-header': 'id' }, 'No effect: the header has the name of this argument.'),
  {
    name: 'x-retain = true',
    // Under a name of its own: the topic that comes with such a queue outlives it.
    why: 'No effect in RabbitMQ, which does not know it: a log under the queue that Kafka clients read by offset.',
    run: (session) => session.declareQueue({ queue: 'retained', arguments: { 'x-retain': true } }),
  },
  queueArguments({ 'x-no-such-argument': 1 }, UNKNOWN),
];

/** basic.consume with this argument. */
function consumeArgument(name: string, value: unknown, why?: string): AmqpProbe {
  return {
    name: `${name} = ${String(value)}, on basic.consume`,
    run: async (session) => {
      await session.haveQueue();
      return session.ask('BasicConsume', { queue: QUEUE, consumerTag: 'c', arguments: { [name]: value } });
    },
    ...(why !== undefined && { why }),
  };
}

/** basic.consume of a stream with this argument. */
function streamArgument(name: string, value: unknown, why?: string): AmqpProbe {
  return {
    name: `${name} = ${String(value)}, on basic.consume of a stream`,
    run: async (session) => {
      await session.haveQueue(STREAM);
      await session.ask('BasicQos', { prefetchCount: 10 });
      return session.ask('BasicConsume', { queue: QUEUE, consumerTag: 'c', arguments: { [name]: value } });
    },
    ...(why !== undefined && { why }),
  };
}

export const consumeArgumentProbes: readonly AmqpProbe[] = [
  consumeArgument('x-priority', 5),
  consumeArgument('x-priority', 'high'),
  consumeArgument('x-stream-offset', 'first', NO_STREAM),
  consumeArgument('x-stream-filter', 'a', NO_STREAM),
  consumeArgument('x-stream-match-unfiltered', true, NO_STREAM),
  streamArgument('x-stream-offset', 'first'),
  streamArgument('x-stream-offset', 'next'),
  streamArgument('x-stream-offset', 'nope', 'Refused on the channel, with the argument named.'),
  streamArgument('x-stream-filter', 'a'),
  {
    name: 'basic.get of a stream',
    run: async (session) => {
      await session.haveQueue(STREAM);
      return session.ask('BasicGet', { queue: QUEUE });
    },
  },
];
