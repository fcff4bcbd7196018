import { show } from '../raw-client.js';
import type { Situation } from './situation.js';
import { ask, get, pull, type Stage, take } from './stage.js';

const alias = 'amq.rabbitmq.reply-to';
const wait = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });

/** A value of each type that a field table can hold: its letter and its bytes. */
const fieldValues: readonly [string, readonly number[]][] = [
  ['t', [1]],
  ['b', [0xfe]],
  ['B', [0xfe]],
  ['s', [0xff, 0xfe]],
  ['u', [0xff, 0xfe]],
  ['I', [0xff, 0xff, 0xff, 0xfe]],
  ['i', [0xff, 0xff, 0xff, 0xfe]],
  ['l', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]],
  ['L', [0, 0, 0, 0, 0, 0, 1, 0xfe]],
  ['f', [0x3f, 0xc0, 0, 0]],
  ['d', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]],
  ['D', [2, 0, 0, 1, 0]],
  ['S', [0, 0, 0, 2, 0xff, 0x61]],
  ['A', [0, 0, 0, 4, 0x74, 1, 0x62, 7]],
  ['T', [0, 0, 0, 0, 0x65, 0, 0, 0]],
  ['F', [0, 0, 0, 4, 1, 0x6b, 0x74, 1]],
  ['V', []],
  ['x', [0, 0, 0, 2, 0xff, 0]],
];

/** Property flags and values of a message with one header `k` of that type. */
function propertiesWith(letter: string, value: readonly number[]): Buffer {
  const field = [1, 0x6b, letter.charCodeAt(0), ...value];
  return Buffer.from([0x20, 0, 0, 0, 0, field.length, ...field]);
}

async function roundTrip(stage: Stage): Promise<string[]> {
  const [client, queue] = await stage.withQueue();
  const changed: string[] = [];
  for (const [letter, value] of fieldValues) {
    const properties = propertiesWith(letter, value);
    client.send(1, 'BasicPublish', { exchange: '', routingKey: queue });
    client.frame(2, 1, Buffer.from([0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...properties]));
    const { propertyBytes } = await pull(client, queue);
    if (propertyBytes?.equals(properties) !== true) changed.push(letter);
  }
  return [`changed: ${changed.join(' ')}`];
}

/** A message that expired with CC, where `x-dead-letter-routing-key` sends it. */
async function expired(stage: Stage): Promise<string[]> {
  const client = await stage.open();
  const [queue, dead] = [stage.name('q'), stage.name('dead')];
  await ask(client, 'QueueDeclare', { queue: dead });
  const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
  await ask(client, 'QueueDeclare', { queue, arguments: args });
  client.publish(1, { routingKey: queue }, 'x', { expiration: '50', headers: { CC: ['extra'] } });
  await wait(300);
  const { properties } = await pull(client, dead);
  return [readable(properties)];
}

/** Properties as text, without when a message died. */
function readable(properties: object | undefined): string {
  const seen = (key: string, value: unknown): unknown => {
    if (key === 'time') return 'then';
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
  };
  return JSON.stringify(properties, seen);
}

const lastDeath = 'RabbitMQ tells of the last death too since 3.13';
const expiredDeath = {
  count: 1,
  exchange: '',
  'original-expiration': '50',
  queue: 'q',
  reason: 'expired',
  'routing-keys': ['q', 'extra'],
  time: 'then',
};
const limitDeath = {
  count: 1,
  exchange: '',
  queue: 'q',
  reason: 'delivery_limit',
  'routing-keys': ['q'],
  time: 'then',
};
const summary = (which: 'first' | 'last', reason: string) => ({
  [`x-${which}-death-exchange`]: '',
  [`x-${which}-death-queue`]: 'q',
  [`x-${which}-death-reason`]: reason,
});
const limited = [
  'redelivered=false {"x-delivery-count":0}',
  'redelivered=true {"x-delivery-count":1}',
  'redelivered=true {"x-delivery-count":2}',
];
const directReplies = [
  'ChannelClose@1 PRECONDITION_FAILED - reply consumer cannot acknowledge (60,20)',
  'ChannelClose@1 PRECONDITION_FAILED - fast reply consumer does not exist (60,40)',
  'ping tag=1 redelivered=false left=0',
  'true',
  'BasicDeliver@1 rt 2 false reply-to body=pong',
  'QueueDeclareOk@1 amq.rabbitmq.reply-to 0 1',
];

export const messages: readonly Situation[] = [
  {
    id: 'T1',
    about: 'which field types of a header do not come back byte for byte',
    play: roundTrip,
    rabbitmq: ['changed: '],
  },
  {
    id: 'T2',
    about: 'what is told of a message that expired and was dead-lettered under another key',
    play: expired,
    rabbitmq: [JSON.stringify({ headers: { 'x-death': [expiredDeath], ...summary('first', 'expired') } })],
    ours: [
      JSON.stringify({
        headers: { 'x-death': [expiredDeath], ...summary('first', 'expired'), ...summary('last', 'expired') },
      }),
    ],
    why: lastDeath,
  },
  {
    id: 'D1',
    about:
      'direct reply-to: consume with acknowledgements; publish before consuming; the name; the reply; passive declare',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const server = await stage.open();
      const shown = [await ask(client, 'BasicConsume', { queue: alias })];
      await client.reopen(1);
      client.publish(1, { routingKey: 'nowhere' }, 'x', { replyTo: alias });
      shown.push(...(await take(client, 1)));
      await client.reopen(1);
      await ask(client, 'BasicConsume', { queue: alias, consumerTag: 'rt', noAck: true });
      client.publish(1, { routingKey: queue }, 'ping', { replyTo: alias });
      shown.push(await get(client, queue));
      client.publish(1, { routingKey: queue }, 'ping', { replyTo: alias });
      const { properties } = await pull(server, queue);
      const replyTo = String(properties?.['replyTo']);
      shown.push(String(replyTo.startsWith(`${alias}.`)));
      server.publish(1, { routingKey: replyTo }, 'pong');
      shown.push(show(await client.next()).replaceAll(replyTo, 'reply-to'));
      shown.push(await ask(server, 'QueueDeclare', { queue: alias, passive: true }));
      const answer = await ask(client, 'QueueDeclare', { queue: replyTo, passive: true });
      return [...shown, answer.replace(replyTo, 'reply-to')];
    },
    rabbitmq: [...directReplies, 'ConnectionClose@0 INTERNAL_ERROR (0,0)'],
    ours: [...directReplies, 'QueueDeclareOk@1 reply-to 0 1'],
    why: 'the queue is there and has a consumer; 3.10 failed when its own channel asked',
  },
  {
    id: 'Z6',
    about: 'a TTL of 0 with no consumer, and with one that waits',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      client.publish(1, { routingKey: queue }, 'gone', { expiration: '0' });
      await client.settled(1);
      const empty = await get(client, queue);
      await ask(client, 'BasicConsume', { queue, consumerTag: 'w', noAck: true });
      client.publish(1, { routingKey: queue }, 'got', { expiration: '0' });
      return [empty, ...(await take(client, 1))];
    },
    rabbitmq: ['BasicGetEmpty@1', 'BasicDeliver@1 w 1 false q body=got'],
  },
  {
    id: 'Z7',
    about: 'a message with a short TTL behind one with a long one, after the short one',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      client.publish(1, { routingKey: queue }, 'long', { expiration: '60000' });
      client.publish(1, { routingKey: queue }, 'short', { expiration: '100' });
      await wait(400);
      const counted = await ask(client, 'QueueDeclare', { queue, passive: true });
      return [counted, await get(client, queue), await get(client, queue)];
    },
    rabbitmq: ['QueueDeclareOk@1 q 2 0', 'long tag=1 redelivered=false left=0', 'BasicGetEmpty@1'],
    ours: ['QueueDeclareOk@1 q 1 0', 'long tag=1 redelivered=false left=0', 'BasicGetEmpty@1'],
    why: 'a message expires on time wherever it stands in its queue; in RabbitMQ only at its head',
  },
  {
    id: 'Z13',
    about:
      'a quorum queue with a delivery limit: the count, the mark, where the message ends, a first delivery to a consumer',
    play: async (stage) => {
      const client = await stage.open();
      const [queue, dead] = [stage.name('q'), stage.name('dead')];
      await ask(client, 'QueueDeclare', { queue: dead });
      const args = {
        'x-queue-type': 'quorum',
        'x-delivery-limit': 2,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': dead,
      };
      await ask(client, 'QueueDeclare', { queue, durable: true, arguments: args });
      await ask(client, 'ConfirmSelect');
      client.publish(1, { routingKey: queue }, 'x');
      await client.next('BasicAck');
      const shown: string[] = [];
      for (const round of '123') {
        if (round === '1') client.send(1, 'BasicGet', { queue });
        if (round === '2') await ask(client, 'BasicConsume', { queue, consumerTag: 'c' });
        const { fields, properties } = await client.next(round === '1' ? 'BasicGetOk' : 'BasicDeliver');
        shown.push(`redelivered=${String(fields['redelivered'])} ${readable(properties?.['headers'] as object)}`);
        client.send(1, 'BasicNack', { deliveryTag: fields['deliveryTag'], requeue: true });
      }
      await client.openChannel(2);
      for (;;) {
        const arrival = await pull(client, dead, true, 2);
        if (arrival.name !== 'BasicGetOk') {
          await wait(20);
          continue;
        }
        client.publish(1, { routingKey: queue }, 'x');
        const { properties } = await client.next('BasicDeliver');
        await ask(client, 'QueueDelete', { queue }, 2);
        return [...shown, readable(arrival.properties), `without get: ${readable(properties)}`];
      }
    },
    rabbitmq: [
      ...limited,
      JSON.stringify({ headers: { 'x-death': [limitDeath], ...summary('first', 'delivery_limit') } }),
      'without get: {}',
    ],
    ours: [
      ...limited,
      JSON.stringify({
        headers: {
          'x-death': [limitDeath],
          ...summary('first', 'delivery_limit'),
          ...summary('last', 'delivery_limit'),
        },
      }),
      'without get: {}',
    ],
    why: lastDeath,
  },
];
