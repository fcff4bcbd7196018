import type { Fields, RawClient } from '../raw-client.js';
import type { Situation } from './situation.js';
import { ask, get, type Stage, take } from './stage.js';

/** A queue with these bodies in it. */
async function filled(stage: Stage, bodies: string, fields: Fields = {}): Promise<[RawClient, string]> {
  const [client, queue] = await stage.withQueue(fields);
  for (const body of bodies) client.publish(1, { routingKey: queue }, body);
  await client.settled(1);
  return [client, queue];
}

/** What is left in the queue, to the answer that there is no more. */
async function drained(client: RawClient, queue: string): Promise<string[]> {
  const shown: string[] = [];
  do shown.push(await get(client, queue));
  while (!shown.at(-1)?.startsWith('BasicGetEmpty'));
  return shown;
}

/** What the settling of a tag is answered after one message was got. */
function settling(first: boolean, method: string, fields: Fields): (stage: Stage) => Promise<string[]> {
  return async (stage) => {
    const [client, queue] = await filled(stage, '12');
    await get(client, queue, false);
    if (first) client.send(1, method, fields);
    client.send(1, method, fields);
    return client.settled(1);
  };
}

const unknownTag = (tag: number) => `ChannelClose@1 PRECONDITION_FAILED - unknown delivery tag ${tag} (60,80)`;
const deliver = (tag: string, number: number, body: string) => `BasicDeliver@1 ${tag} ${number} false q body=${body}`;
const inUse = (channel: number) =>
  `ChannelClose@${channel} ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use (60,20)`;

export const consuming: readonly Situation[] = [
  {
    id: 'A1',
    about: 'ack of a tag that was never given',
    play: settling(false, 'BasicAck', { deliveryTag: 99 }),
    rabbitmq: [unknownTag(99)],
  },
  {
    id: 'A2',
    about: 'ack of a tag twice',
    play: settling(true, 'BasicAck', { deliveryTag: 1 }),
    rabbitmq: [unknownTag(1)],
  },
  {
    id: 'A3',
    about: 'ack of all (tag 0, multiple) with nothing in flight',
    play: async (stage) => {
      const client = await stage.open();
      client.send(1, 'BasicAck', { deliveryTag: 0, multiple: true });
      return client.settled(1);
    },
    rabbitmq: [],
  },
  {
    id: 'A3b',
    about: 'ack of tag 0, not multiple',
    play: settling(false, 'BasicAck', { deliveryTag: 0 }),
    rabbitmq: [unknownTag(0)],
  },
  {
    id: 'A4',
    about: 'ack of 1, then up to 3, then up to 3 again',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '123');
      for (const _ of '123') await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      client.send(1, 'BasicAck', { deliveryTag: 3, multiple: true });
      const accepted = await client.settled(1);
      client.send(1, 'BasicAck', { deliveryTag: 3, multiple: true });
      return [...accepted, ...(await client.settled(1))];
    },
    rabbitmq: [unknownTag(3)],
  },
  {
    id: 'A5',
    about: 'nack with requeue of 3 of 4 messages: their place and their mark',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '1234');
      for (const _ of '123') await get(client, queue, false);
      client.send(1, 'BasicNack', { deliveryTag: 3, multiple: true, requeue: true });
      await client.settled(1);
      return drained(client, queue);
    },
    rabbitmq: [
      '1 tag=4 redelivered=true left=3',
      '2 tag=5 redelivered=true left=2',
      '3 tag=6 redelivered=true left=1',
      '4 tag=7 redelivered=false left=0',
      'BasicGetEmpty@1',
    ],
  },
  {
    id: 'A5b',
    about: 'reject with requeue of the second of 3 messages in flight',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '1234');
      for (const _ of '123') await get(client, queue, false);
      client.send(1, 'BasicReject', { deliveryTag: 2, requeue: true });
      await client.settled(1);
      return drained(client, queue);
    },
    rabbitmq: ['2 tag=4 redelivered=true left=1', '4 tag=5 redelivered=false left=0', 'BasicGetEmpty@1'],
  },
  {
    id: 'A6',
    about: 'the tags of basic.get',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '12');
      return drained(client, queue);
    },
    rabbitmq: ['1 tag=1 redelivered=false left=1', '2 tag=2 redelivered=false left=0', 'BasicGetEmpty@1'],
  },
  {
    id: 'A7',
    about: 'ack of a delivery without acknowledgements',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '1');
      await get(client, queue, true);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      return client.settled(1);
    },
    rabbitmq: [unknownTag(1)],
  },
  {
    id: 'K1',
    about: 'a prefetch in bytes',
    play: async (stage) => [await ask(await stage.open(), 'BasicQos', { prefetchSize: 10 })],
    rabbitmq: ['ConnectionClose@0 NOT_IMPLEMENTED - prefetch_size!=0 (10) (60,10)'],
  },
  {
    id: 'K2',
    about: 'a consumer tag that is in use',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const consume = () => ask(client, 'BasicConsume', { queue, consumerTag: 'a' });
      return [await consume(), await consume()];
    },
    rabbitmq: ['BasicConsumeOk@1 a', "ConnectionClose@0 NOT_ALLOWED - attempt to reuse consumer tag 'a' (60,20)"],
  },
  {
    id: 'K3',
    about: 'consume from a queue that is not there',
    play: async (stage) => [await ask(await stage.open(), 'BasicConsume', { queue: stage.name('q') })],
    rabbitmq: ["ChannelClose@1 NOT_FOUND - no queue 'q' in vhost '/' (60,20)"],
  },
  {
    id: 'K4',
    about: 'a second consumer beside an exclusive one',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      await client.openChannel(2);
      await ask(client, 'BasicConsume', { queue, consumerTag: 'a', exclusive: true });
      return [await ask(client, 'BasicConsume', { queue, consumerTag: 'b' }, 2)];
    },
    rabbitmq: [inUse(2)],
  },
  {
    id: 'K5',
    about: 'cancel a tag that is not there',
    play: async (stage) => [await ask(await stage.open(), 'BasicCancel', { consumerTag: 'nope' })],
    rabbitmq: ['BasicCancelOk@1 nope'],
  },
  {
    id: 'K6',
    about: 'the queue of a consumer is deleted: a client with consumer_cancel_notify, and one without',
    play: async (stage) => {
      const shown: string[] = [];
      for (const capabilities of [{ consumer_cancel_notify: true }, {}]) {
        const [client, queue] = await stage.withQueue({}, { capabilities });
        await client.openChannel(2);
        await ask(client, 'BasicConsume', { queue, consumerTag: 't1' });
        client.send(2, 'QueueDelete', { queue });
        shown.push(...(await client.settled(2)));
      }
      return shown;
    },
    rabbitmq: ['BasicCancel@1 t1 true', 'QueueDeleteOk@2 0', 'QueueDeleteOk@2 0'],
  },
  {
    id: 'K7',
    about: 'prefetch 2, and 4 while the consumer runs: how many it gets',
    play: prefetches(false),
    rabbitmq: ['2', '0 more'],
  },
  {
    id: 'K8',
    about: 'the same for the whole channel (global)',
    play: prefetches(true),
    rabbitmq: ['2', '2 more'],
  },
  {
    id: 'K9',
    about: 'consume-ok, deliveries, and none after cancel-ok',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '123');
      client.send(1, 'BasicConsume', { queue, consumerTag: 't', noAck: true, arguments: {} });
      const shown = await take(client, 4);
      shown.push(await ask(client, 'BasicCancel', { consumerTag: 't' }));
      client.publish(1, { routingKey: queue }, '4');
      return [...shown, ...(await client.settled(1))];
    },
    rabbitmq: [
      'BasicConsumeOk@1 t',
      deliver('t', 1, '1'),
      deliver('t', 2, '2'),
      deliver('t', 3, '3'),
      'BasicCancelOk@1 t',
    ],
  },
  {
    id: 'K10',
    about: 'recover without requeue; recover-async with it',
    play: async (stage) => {
      const refusing = await stage.open();
      const asynchronous = await stage.open();
      asynchronous.send(1, 'BasicRecoverAsync', { requeue: true });
      return [await ask(refusing, 'BasicRecover', { requeue: false }), ...(await asynchronous.settled(1))];
    },
    rabbitmq: ['ConnectionClose@0 NOT_IMPLEMENTED - requeue=false (60,110)'],
  },
  {
    id: 'K11',
    about: 'consume without waiting for consume-ok',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '1');
      client.send(1, 'BasicConsume', { queue, consumerTag: 'n', noAck: true, nowait: true, arguments: {} });
      return take(client, 1);
    },
    rabbitmq: [deliver('n', 1, '1')],
  },
  {
    id: 'K12',
    about: 'an x-priority that is a text',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      return [await ask(client, 'BasicConsume', { queue, arguments: { 'x-priority': 'high' } })];
    },
    rabbitmq: [
      `ChannelClose@1 PRECONDITION_FAILED - invalid arg 'x-priority' for queue 'q' in vhost '/': "expected integer, got longstr" (60,20)`,
    ],
  },
  {
    id: 'Z3',
    about: 'get beside an exclusive consumer; an exclusive consumer beside another',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      await client.openChannel(2);
      await client.openChannel(3);
      await ask(client, 'BasicConsume', { queue, consumerTag: 'a', exclusive: true });
      const got = await get(client, queue, true, 2);
      await ask(client, 'BasicCancel', { consumerTag: 'a' });
      await ask(client, 'BasicConsume', { queue, consumerTag: 'b' });
      return [got, await ask(client, 'BasicConsume', { queue, exclusive: true }, 3)];
    },
    rabbitmq: ['BasicGetEmpty@2', inUse(3)],
  },
  {
    id: 'Z8',
    about: 'a channel closes that has not read its deliveries: their order and their mark',
    play: async (stage) => {
      const [client, queue] = await filled(stage, 'abc');
      await client.openChannel(2);
      client.send(2, 'BasicConsume', { queue, arguments: {} });
      client.send(2, 'ChannelClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
      while ((await client.next()).name !== 'ChannelCloseOk');
      return drained(client, queue);
    },
    rabbitmq: [
      'a tag=1 redelivered=true left=2',
      'b tag=2 redelivered=true left=1',
      'c tag=3 redelivered=true left=0',
      'BasicGetEmpty@1',
    ],
  },
  {
    id: 'Z9',
    about: 'ack of a tag of another channel',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '1');
      await client.openChannel(2);
      await get(client, queue, false);
      client.send(2, 'BasicAck', { deliveryTag: 1 });
      return client.settled(2);
    },
    rabbitmq: ['ChannelClose@2 PRECONDITION_FAILED - unknown delivery tag 1 (60,80)'],
  },
  {
    id: 'Z11',
    about: 'a queue with 5 priorities: messages of 1, 5, none, 9 and 3',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue({ arguments: { 'x-max-priority': 5 } });
      for (const priority of [1, 5, undefined, 9, 3]) {
        client.publish(1, { routingKey: queue }, `p${priority ?? '-'}`, { priority });
      }
      await client.settled(1);
      return (await drained(client, queue)).map((line) => line.split(' ')[0]);
    },
    rabbitmq: ['p5', 'p9', 'p3', 'p1', 'p-', 'BasicGetEmpty@1'],
  },
  {
    id: 'Z14',
    about: 'a single active consumer: the second waits for its turn; an exclusive one is refused',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue({ arguments: { 'x-single-active-consumer': true } });
      await client.openChannel(2);
      await client.openChannel(3);
      await ask(client, 'BasicConsume', { queue, consumerTag: 'A' });
      await ask(client, 'BasicConsume', { queue, consumerTag: 'B' }, 2);
      for (const body of '12') client.publish(1, { routingKey: queue }, body);
      const shown = await take(client, 2);
      await ask(client, 'BasicCancel', { consumerTag: 'A' });
      client.publish(1, { routingKey: queue }, '3');
      shown.push(...(await take(client, 1)));
      return [...shown, await ask(client, 'BasicConsume', { queue, exclusive: true }, 3)];
    },
    rabbitmq: [deliver('A', 1, '1'), deliver('A', 2, '2'), deliver('B', 1, '3').replace('@1', '@2'), inUse(3)],
  },
  {
    id: 'Z18',
    about: 'nack without requeue and without a dead-letter exchange',
    play: async (stage) => {
      const [client, queue] = await filled(stage, '12');
      for (const _ of '12') await get(client, queue, false);
      client.send(1, 'BasicNack', { deliveryTag: 2, multiple: true, requeue: false });
      await client.settled(1);
      return [await ask(client, 'QueueDeclare', { queue, passive: true })];
    },
    rabbitmq: ['QueueDeclareOk@1 q 0 0'],
  },
  {
    id: 'Z19',
    about: '6 messages for 3 consumers',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      for (const consumerTag of 'ABC') await ask(client, 'BasicConsume', { queue, consumerTag });
      for (const body of '123456') client.publish(1, { routingKey: queue }, body);
      const arrivals: string[] = [];
      while (arrivals.length < 6) arrivals.push(String((await client.next('BasicDeliver')).fields['consumerTag']));
      return [arrivals.join('')];
    },
    rabbitmq: ['ABCABC'],
  },
];

function prefetches(global: boolean): (stage: Stage) => Promise<string[]> {
  return async (stage) => {
    const [client, queue] = await filled(stage, '123456789');
    await ask(client, 'BasicQos', { prefetchCount: 2, global });
    await ask(client, 'BasicConsume', { queue, consumerTag: 'c' });
    const first = await seen(client);
    await ask(client, 'BasicQos', { prefetchCount: 4, global });
    return [String(first), `${await seen(client)} more`];
  };
}

/** How many deliveries there are until nothing more comes for a moment; queues answer beside their channel in RabbitMQ. */
async function seen(client: RawClient): Promise<number> {
  let count = 0;
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    const shown = await client.settled(1);
    count += shown.filter((line) => line.startsWith('BasicDeliver')).length;
  }
  return count;
}
