import amqp, {
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type GetMessage,
  type Options,
} from 'amqplib';
import { messageText, randomLength, readId, readMessageText } from '../message-text.js';
import type { SeededRandom } from '../seeded-random.js';
import { type LifeContext, noteFailure, pause, unlessOver } from './load.js';

const SHORT_TTL_MS = 300;
const BIGGEST_BODY = 300_000;
/** Above the size of one flush. */
const HUGE_BODY = 1_500_000;
/** Every so many messages of `amqp.work` are rejected by their consumers. */
const REJECT_EVERY = 5;
const DRAIN_PREFETCH = 100;

interface Publish {
  readonly exchange: string;
  readonly key: string;
  readonly places: readonly string[];
  readonly logs?: readonly string[];
  readonly options?: Options.Publish;
  readonly notBeforeMs?: number;
}

type Shape = (random: SeededRandom, number: number) => Publish;

/** What each publisher sends, by the name of its source. */
const SHAPES: Readonly<Record<string, Shape>> = {
  plain: () => toQueue('amqp.plain'),
  backlog: () => toQueue('amqp.backlog'),
  priority: (random) => toQueue('amqp.priority', { priority: random.between(0, 5) }),
  fan: () => ({ exchange: 'amqp.fan', key: '', places: ['amqp.fan-a', 'amqp.fan-b', 'amqp.fan-c'] }),
  short: () => ({ ...toQueue('amqp.short'), places: ['amqp.short', 'amqp.short-dead'] }),
  work: (_random, number) => ({
    ...toQueue('amqp.work'),
    places: isRejected('amqp.work', `work:${number}`) ? ['amqp.work', 'amqp.work-dead'] : ['amqp.work'],
  }),
  later: (random) => {
    const waitMs = random.between(50, 1_500);
    const publish = toQueue('amqp.wait', { expiration: waitMs });
    return { ...publish, places: ['amqp.wait', 'amqp.later'], notBeforeMs: Date.now() + waitMs };
  },
  'retained-amqp': () => ({ ...toQueue('retained'), logs: ['retained'] }),
};

/** Messages of these may be transient now and then. */
const WITH_TRANSIENT = new Set(['plain', 'work']);

function isRejected(queue: string, id: string): boolean {
  return queue === 'amqp.work' && readId(id).number % REJECT_EVERY === 0;
}

function toQueue(queue: string, options?: Options.Publish): Publish {
  return { exchange: '', key: queue, places: [queue], ...(options === undefined ? {} : { options }) };
}

/** Creates everything that the AMQP loads use. */
export async function setUpAmqp(url: string): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    for (const queue of ['amqp.plain', 'amqp.backlog', 'amqp.later', 'amqp.short-dead', 'amqp.work-dead']) {
      await channel.assertQueue(queue, { durable: true });
    }
    await channel.assertQueue('amqp.priority', { durable: true, maxPriority: 5 });
    await channel.assertQueue('amqp.short', {
      durable: true,
      messageTtl: SHORT_TTL_MS,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'amqp.short-dead',
    });
    await channel.assertQueue('amqp.work', {
      durable: true,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'amqp.work-dead',
    });
    await channel.assertExchange('amqp.fan', 'fanout', { durable: true });
    for (const queue of ['amqp.fan-a', 'amqp.fan-b', 'amqp.fan-c']) {
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, 'amqp.fan', '');
    }
    await channel.assertQueue('amqp.wait', {
      durable: true,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'amqp.later',
    });
    await channel.assertQueue('retained', { durable: true, arguments: { 'x-retain': true } });
  } finally {
    await connection.close();
  }
}

/** Publishers, each with confirms on a channel of its own, on one connection. */
export async function publishWithAmqp(context: LifeContext): Promise<void> {
  await connected(context, async (connection, failed) => {
    const publishers = Object.entries(SHAPES).map(async ([source, shape]) => {
      const channel = await connection.createConfirmChannel();
      channel.on('error', failed);
      await publishUntilOver(channel, source, shape, context);
    });
    await Promise.all(publishers);
  });
}

async function publishUntilOver(
  channel: ConfirmChannel,
  source: string,
  shape: Shape,
  context: LifeContext,
): Promise<void> {
  const { over } = context;
  const random = context.random.fork();
  while (!over.aborted) {
    const burst = random.chance(0.1) ? random.between(20, 60) : random.between(1, 6);
    for (let i = 0; i < burst; i++) publishOne(channel, source, shape, random, context);
    await unlessOver(channel.waitForConfirms(), over);
    await pause(random.between(0, 25), over);
  }
}

function publishOne(
  channel: ConfirmChannel,
  source: string,
  shape: Shape,
  random: SeededRandom,
  context: LifeContext,
): void {
  const { history, nextNumber } = context;
  const number = nextNumber(source);
  const id = `${source}:${number}`;
  const { exchange, key, places, logs, options, notBeforeMs } = shape(random, number);
  const persistent = !(WITH_TRANSIENT.has(source) && random.chance(0.1));
  const length = random.chance(0.002) ? HUGE_BODY : randomLength(random, BIGGEST_BODY);
  history.add({
    kind: 'sent',
    id,
    places,
    ...(logs === undefined ? {} : { logs }),
    ...(persistent ? {} : { required: false as const }),
    ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
    ...(options?.priority === undefined ? {} : { priority: options.priority }),
  });
  channel.publish(exchange, key, Buffer.from(messageText(id, length)), { ...options, persistent }, (error) => {
    if (!error) history.add({ kind: 'confirmed', id });
    else noteFailure(context, `${id} was not confirmed: ${String(error)}`);
  });
}

/** Consumers with prefetch that acknowledge late, one by one or several at once. */
export async function consumeWithAmqp(context: LifeContext): Promise<void> {
  await connected(context, async (connection, failed) => {
    const queues = [
      'amqp.plain',
      'amqp.priority',
      'amqp.fan-a',
      'amqp.fan-b',
      'amqp.work',
      'amqp.work',
      'amqp.later',
      'retained',
    ];
    const consuming = queues.map(async (queue) => {
      const channel = await connection.createChannel();
      channel.on('error', failed);
      await consume(channel, queue, context);
    });
    await Promise.all(consuming);
    await new Promise((resolve) => context.over.addEventListener('abort', resolve, { once: true }));
  });
}

async function consume(channel: Channel, queue: string, context: LifeContext): Promise<void> {
  const random = context.random.fork();
  const { history, over } = context;
  const prefetch = random.pick([1, 5, 50, 300]);
  const lag = random.between(0, prefetch - 1);
  let held: { id: string; message: ConsumeMessage }[] = [];
  await channel.prefetch(prefetch);
  const settle = () => {
    while (held.length > lag) {
      const { id, message } = held[0];
      if (isRejected(queue, id)) {
        held.shift();
        history.add({ kind: 'settling', place: queue, id });
        channel.reject(message, false);
      } else if (queue === 'amqp.plain' && random.chance(0.02)) {
        held.shift();
        history.add({ kind: 'returned', place: queue, id });
        channel.nack(message, false, true);
      } else if (queue !== 'amqp.work' && held.length > 1 && random.chance(0.3)) {
        for (const each of held) history.add({ kind: 'settling', place: queue, id: each.id });
        channel.ack(held.at(-1)!.message, true);
        held = [];
      } else {
        held.shift();
        history.add({ kind: 'settling', place: queue, id });
        channel.ack(message);
      }
    }
  };
  await channel.consume(queue, (message) => {
    if (message === null) {
      noteFailure(context, `the consumer of ${queue} was cancelled`);
      return;
    }
    const id = noteDelivery(queue, message, context);
    if (id === undefined || over.aborted) return;
    held.push({ id, message });
    settle();
  });
}

/** Writes a delivery down; undefined when its body is not what anybody sent. */
function noteDelivery(
  place: string,
  message: { content: Buffer; fields: { redelivered: boolean } },
  { history }: Pick<LifeContext, 'history'>,
): string | undefined {
  const id = readMessageText(message.content.toString('latin1'));
  if (id === undefined) {
    history.add({ kind: 'wrong', what: `${place} delivered a body that nobody sent: ${message.content.length} bytes` });
    return undefined;
  }
  const mark = message.fields.redelivered ? 2 : 1;
  history.add({ kind: 'received', place, id, began: history.count, beganMs: Date.now(), mark });
  return id;
}

/** Takes everything out of the queues, until the broker says that nothing is left in them. */
export async function drainAmqp(context: LifeContext, queues: readonly string[]): Promise<void> {
  const { history } = context;
  await connected(context, async (connection) => {
    for (const queue of queues) {
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      try {
        await drainQueue(channel, queue, context);
        await channel.close();
      } catch (error) {
        if (!isNotFound(error)) throw error;
        history.add({ kind: 'missing', what: `queue ${queue}` });
      }
    }
  });
}

async function drainQueue(channel: Channel, queue: string, context: LifeContext): Promise<void> {
  let count = 0;
  const take = (message: GetMessage | ConsumeMessage) => {
    count++;
    const id = noteDelivery(queue, message, context);
    if (id !== undefined) context.history.add({ kind: 'settling', place: queue, id });
    if (id !== undefined && isRejected(queue, id)) channel.reject(message as ConsumeMessage, false);
    else channel.ack(message as ConsumeMessage);
  };
  await channel.prefetch(DRAIN_PREFETCH);
  const { consumerTag } = await channel.consume(queue, (message) => {
    if (message !== null) take(message);
  });
  for (let before = -1; before !== count; ) {
    before = count;
    while ((await channel.checkQueue(queue)).messageCount > 0);
  }
  await channel.cancel(consumerTag);
  // What was still on its way went back to the queue or was taken; a pull tells.
  for (let message = await channel.get(queue); message !== false; message = await channel.get(queue)) take(message);
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.message.includes('404');
}

/** A connection whose errors reach those who wait for an answer on it, and nobody else. */
async function connect(url: string): Promise<ChannelModel> {
  const connection = await amqp.connect(url);
  connection.on('error', () => {});
  return connection;
}

/** How many messages a queue has ready, and -1 when it is not there. */
export async function countWithAmqp(url: string, queues: readonly string[]): Promise<Map<string, number>> {
  const connection = await connect(url);
  const counts = new Map<string, number>();
  try {
    for (const queue of queues) {
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      try {
        counts.set(queue, (await channel.checkQueue(queue)).messageCount);
        await channel.close();
      } catch (error) {
        if (!isNotFound(error)) throw error;
        counts.set(queue, -1);
      }
    }
  } finally {
    await connection.close().catch(() => {});
  }
  return counts;
}

/** Declares one more queue in every life: its answer is a promise as well. */
export async function declareWithAmqp(context: LifeContext): Promise<void> {
  const { history, over } = context;
  await connected(context, async (connection) => {
    const channel = await connection.createChannel();
    while (!over.aborted) {
      const queue = `amqp.extra-${context.nextNumber('extra-amqp')}`;
      await channel.assertQueue(queue, { durable: true });
      history.add({ kind: 'declared', what: queue });
      await pause(context.random.between(50, 400), over);
    }
  });
}

/** A connection for `work`. When the life is over, what the broker had sent before is read to its end. */
async function connected(
  { urls, over }: LifeContext,
  work: (connection: ChannelModel, failed: (error: Error) => void) => Promise<void>,
): Promise<void> {
  const connection = await amqp.connect(urls.amqp, { noDelay: true });
  const closed = new Promise<void>((resolve) => connection.on('close', resolve));
  let failed!: (error: Error) => void;
  const failure = new Promise<never>((_resolve, reject) => {
    failed = reject;
  });
  failure.catch(() => {});
  connection.on('error', failed);
  await unlessOver(Promise.race([work(connection, failed), failure]), over);
  if (!over.aborted) await connection.close();
  await closed;
}
