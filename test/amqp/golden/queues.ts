import { type Fields, type RawClient, show } from '../raw-client.js';
import type { Situation } from './situation.js';
import { ask, get, type Stage } from './stage.js';

/** Each declaration of a queue `q` on a channel of its own, and its answer. */
function declarations(cases: readonly [flags: Fields, args: Fields][]): (stage: Stage) => Promise<string[]> {
  return async (stage) => {
    const client = await stage.open();
    const shown: string[] = [];
    for (const [index, [flags, args]] of cases.entries()) {
      const channel = index + 2;
      await client.openChannel(channel);
      shown.push(await ask(client, 'QueueDeclare', { queue: stage.name('q'), ...flags, arguments: args }, channel));
    }
    return shown;
  };
}

/** An answer, and the channel open again. */
async function refused(client: RawClient, method: string, fields: Fields): Promise<string> {
  const answer = await ask(client, method, fields);
  if (answer.startsWith('ChannelClose')) await client.reopen(1);
  return answer;
}

const locked =
  "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.";
const invalid = (key: string, reason: string) =>
  `ChannelClose@1 PRECONDITION_FAILED - invalid arg '${key}' for queue 'q' in vhost '/': ${reason} (50,10)`;
const onChannel = (line: string, channel: number) => line.replace('@1', `@${channel}`);

const badArguments: readonly [Fields, string][] = [
  [{ 'x-message-ttl': 'abc' }, invalid('x-message-ttl', '"expected integer, got longstr"')],
  [{ 'x-message-ttl': -1 }, invalid('x-message-ttl', '{value_negative,-1}')],
  [{ 'x-max-priority': 256 }, invalid('x-max-priority', '{max_value_exceeded,256}')],
  [{ 'x-expires': 0 }, invalid('x-expires', '{value_zero,0}')],
  [{ 'x-overflow': 'nope' }, invalid('x-overflow', 'invalid_overflow')],
  [{ 'x-queue-type': 'nope' }, invalid('x-queue-type', `"unsupported queue type 'nope'"`)],
  [{ 'x-dead-letter-routing-key': 'k' }, invalid('x-dead-letter-routing-key', 'routing_key_but_no_dlx_defined')],
  [{ 'x-max-length': -1 }, invalid('x-max-length', '{value_negative,-1}')],
  [{ 'x-queue-mode': 'bad' }, invalid('x-queue-mode', `"unsupported queue mode 'bad'"`)],
  [{ 'x-queue-mode': 'lazy' }, 'QueueDeclareOk@1 q 0 0'],
];

const quorum = { 'x-queue-type': 'quorum' };
const badQuorum: readonly [Fields, Fields, string][] = [
  [{ durable: false }, quorum, "invalid property 'non-durable' for queue 'q' in vhost '/'"],
  [{ durable: true, exclusive: true }, quorum, "invalid property 'exclusive-owner' for queue 'q' in vhost '/'"],
  [{ durable: true, autoDelete: true }, quorum, "invalid property 'auto-delete' for queue 'q' in vhost '/'"],
  [{ durable: true, queue: '' }, quorum, 'Cannot declare a server-named queue for type rabbit_quorum_queue'],
  [
    { durable: true },
    { ...quorum, 'x-max-priority': 5 },
    "invalid arg 'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue",
  ],
];

export const queues: readonly Situation[] = [
  {
    id: 'Q1',
    about: 'passive declare of a queue that is not there',
    play: declarations([[{ passive: true }, {}]]),
    rabbitmq: ["ChannelClose@2 NOT_FOUND - no queue 'q' in vhost '/' (50,10)"],
  },
  {
    id: 'Q2',
    about: 'passive declare with other flags and arguments than the queue has',
    play: declarations([
      [{ autoDelete: false }, {}],
      [{ passive: true, durable: true, autoDelete: true }, { 'x-max-length': 5 }],
    ]),
    rabbitmq: ['QueueDeclareOk@2 q 0 0', 'QueueDeclareOk@3 q 0 0'],
  },
  {
    id: 'Q3',
    about: 'declare again as durable',
    play: declarations([
      [{}, {}],
      [{ durable: true }, {}],
    ]),
    rabbitmq: [
      'QueueDeclareOk@2 q 0 0',
      "ChannelClose@3 PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false' (50,10)",
    ],
  },
  {
    id: 'Q4',
    about: 'declare again with x-max-length as another integer type, and with another value',
    play: declarations([
      [{}, { 'x-max-length': { '!': 'int', value: 10 } }],
      [{}, { 'x-max-length': { '!': 'long', value: 10 } }],
      [{}, { 'x-max-length': { '!': 'int', value: 11 } }],
    ]),
    rabbitmq: [
      'QueueDeclareOk@2 q 0 0',
      'QueueDeclareOk@3 q 0 0',
      "ChannelClose@4 PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received '11' but current is '10' (50,10)",
    ],
  },
  {
    id: 'Q5',
    about: 'declare again with an argument that nobody knows',
    play: declarations([
      [{}, {}],
      [{}, { 'x-foo': 'bar' }],
    ]),
    rabbitmq: ['QueueDeclareOk@2 q 0 0', 'QueueDeclareOk@3 q 0 0'],
  },
  {
    id: 'Q6',
    about: 'declare again without x-message-ttl',
    play: declarations([
      [{}, { 'x-message-ttl': { '!': 'short', value: 1000 } }],
      [{}, {}],
    ]),
    rabbitmq: [
      'QueueDeclareOk@2 q 0 0',
      "ChannelClose@3 PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received none but current is the value '1000' of type 'short' (50,10)",
    ],
  },
  {
    id: 'Q7',
    about: 'declare, passive declare, consume, get, purge, bind and delete another connection’s exclusive queue',
    play: async (stage) => {
      const [, queue] = await stage.withQueue({ exclusive: true });
      const other = await stage.open();
      const attempts: [string, Fields][] = [
        ['QueueDeclare', { exclusive: true }],
        ['QueueDeclare', { passive: true }],
        ['BasicConsume', {}],
        ['BasicGet', {}],
        ['QueuePurge', {}],
        ['QueueBind', { exchange: 'amq.direct' }],
        ['QueueDelete', {}],
      ];
      const shown: string[] = [];
      for (const [method, fields] of attempts) shown.push(await refused(other, method, { queue, ...fields }));
      return shown;
    },
    rabbitmq: ['50,10', '50,10', '60,20', '60,70', '50,30', '50,20', '50,40'].map(
      (ids) => `ChannelClose@1 ${locked} (${ids})`,
    ),
  },
  {
    id: 'Q7b',
    about: 'publish to another connection’s exclusive queue',
    play: async (stage) => {
      const [owner, queue] = await stage.withQueue({ exclusive: true });
      const other = await stage.open();
      other.publish(1, { routingKey: queue }, 'hi');
      return [...(await other.settled(1)), await get(owner, queue)];
    },
    rabbitmq: ['hi tag=1 redelivered=false left=0'],
  },
  {
    id: 'Q8',
    about: 'the owner declares its exclusive queue again as not exclusive',
    play: declarations([
      [{ exclusive: true }, {}],
      [{ exclusive: false }, {}],
    ]),
    rabbitmq: ['QueueDeclareOk@2 q 0 0', `ChannelClose@3 ${locked} (50,10)`],
  },
  {
    id: 'Q9',
    about: 'declare a queue with the prefix amq.',
    play: declarations([[{ queue: 'amq.foo' }, {}]]),
    rabbitmq: ["ChannelClose@2 ACCESS_REFUSED - queue name 'amq.foo' contains reserved prefix 'amq.*' (50,10)"],
  },
  {
    id: 'Q10',
    about: 'declare without a name, then use the empty name',
    play: async (stage) => {
      const client = await stage.open();
      client.send(1, 'QueueDeclare', { queue: '', exclusive: true, arguments: {} });
      const { fields } = await client.next('QueueDeclareOk');
      const queue = String(fields['queue']);
      client.publish(1, { routingKey: queue }, 'x');
      return [queue.replace(/[\w-]{22}$/, '<22 letters>'), await get(client, '')];
    },
    rabbitmq: ['amq.gen-<22 letters>', 'x tag=1 redelivered=false left=0'],
  },
  {
    id: 'Q11',
    about: 'the empty name with nothing declared before',
    play: async (stage) => [await ask(await stage.open(), 'BasicGet', { queue: '' })],
    rabbitmq: ['ChannelClose@1 NOT_FOUND - no previously declared queue (60,70)'],
  },
  {
    id: 'Q11b',
    about: 'the empty name, declared before on another channel',
    play: async (stage) => {
      const [client] = await stage.withQueue();
      await client.openChannel(2);
      return [await ask(client, 'BasicGet', { queue: '' }, 2)];
    },
    rabbitmq: ['ChannelClose@2 NOT_FOUND - no previously declared queue (60,70)'],
  },
  {
    id: 'Q12',
    about: 'delete a queue that is not there',
    play: async (stage) => [await ask(await stage.open(), 'QueueDelete', { queue: stage.name('q') })],
    rabbitmq: ['QueueDeleteOk@1 0'],
  },
  {
    id: 'Q13',
    about: 'delete if-empty what is not, and if-unused what is used',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      client.publish(1, { routingKey: queue }, 'x');
      const notEmpty = await ask(client, 'QueueDelete', { queue, ifEmpty: true });
      await client.openChannel(2);
      await client.openChannel(3);
      await ask(client, 'BasicConsume', { queue }, 3);
      await client.next('BasicDeliver');
      return [notEmpty, await ask(client, 'QueueDelete', { queue, ifUnused: true }, 2)];
    },
    rabbitmq: [
      "ChannelClose@1 PRECONDITION_FAILED - queue 'q' in vhost '/' not empty (50,40)",
      "ChannelClose@2 PRECONDITION_FAILED - queue 'q' in vhost '/' in use (50,40)",
    ],
  },
  {
    id: 'Q14',
    about: 'purge and bind a queue that is not there, bind to an exchange and unbind from one that is not there',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const missing = stage.name('missing');
      return [
        await refused(client, 'QueuePurge', { queue: missing }),
        await refused(client, 'QueueBind', { queue: missing, exchange: 'amq.direct' }),
        await refused(client, 'QueueBind', { queue, exchange: missing }),
        await refused(client, 'QueueUnbind', { queue, exchange: missing }),
      ];
    },
    rabbitmq: [
      "ChannelClose@1 NOT_FOUND - no queue 'missing' in vhost '/' (50,30)",
      "ChannelClose@1 NOT_FOUND - no queue 'missing' in vhost '/' (50,20)",
      "ChannelClose@1 NOT_FOUND - no exchange 'missing' in vhost '/' (50,20)",
      'QueueUnbindOk@1',
    ],
  },
  {
    id: 'Q15',
    about: 'bind to the default exchange',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      return [await ask(client, 'QueueBind', { queue, exchange: '' })];
    },
    rabbitmq: ['ChannelClose@1 ACCESS_REFUSED - operation not permitted on the default exchange (50,20)'],
  },
  {
    id: 'Q16',
    about: 'an auto-delete queue before its first consumer and after its last',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue({ autoDelete: true });
      const look = () => ask(client, 'QueueDeclare', { queue, passive: true });
      return [
        await look(),
        await ask(client, 'BasicConsume', { queue, consumerTag: 't' }),
        await ask(client, 'BasicCancel', { consumerTag: 't' }),
        await look(),
      ];
    },
    rabbitmq: [
      'QueueDeclareOk@1 q 0 0',
      'BasicConsumeOk@1 t',
      'BasicCancelOk@1 t',
      "ChannelClose@1 NOT_FOUND - no queue 'q' in vhost '/' (50,10)",
    ],
  },
  {
    id: 'Q17',
    about: 'what declare-ok counts while 3 messages are in flight to 1 consumer',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      for (const body of '123') client.publish(1, { routingKey: queue }, body);
      await ask(client, 'BasicConsume', { queue });
      for (const _ of '123') await client.next('BasicDeliver');
      return [await ask(client, 'QueueDeclare', { queue, passive: true })];
    },
    rabbitmq: ['QueueDeclareOk@1 q 0 1'],
  },
  {
    id: 'Q18',
    about: 'arguments of a wrong type or value',
    play: declarations(badArguments.map(([args]) => [{}, args])),
    rabbitmq: badArguments.map(([, line], index) => onChannel(line, index + 2)),
  },
  {
    id: 'Q19',
    about: 'a quorum queue that is transient, exclusive, auto-delete, without a name, with priorities',
    play: declarations(badQuorum.map(([flags, args]) => [flags, args])),
    rabbitmq: badQuorum.map(([, , text], index) => `ChannelClose@${index + 2} PRECONDITION_FAILED - ${text} (50,10)`),
  },
  {
    id: 'Z10',
    about: 'what purge-ok and delete-ok count while 1 message is in flight',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      for (const body of '1234') client.publish(1, { routingKey: queue }, body);
      await get(client, queue, false);
      const purged = await ask(client, 'QueuePurge', { queue });
      client.publish(1, { routingKey: queue }, '5');
      await client.settled(1);
      return [purged, await ask(client, 'QueueDelete', { queue })];
    },
    rabbitmq: ['QueuePurgeOk@1 3', 'QueueDeleteOk@1 1'],
  },
  {
    id: 'Z16',
    about: 'line breaks in a name',
    play: async (stage) => [await ask(await stage.open(), 'QueueDeclare', { queue: stage.name('queue\r\n') })],
    rabbitmq: ['QueueDeclareOk@1 queue 0 0'],
  },
  {
    id: 'Z17',
    about: 'a name of 255 bytes, and one that is no UTF-8',
    play: async (stage) => {
      const client = await stage.open();
      const longest = stage.name('q').padEnd(255, 'q');
      client.send(1, 'QueueDeclare', { queue: longest, arguments: {} });
      const { name, fields } = await client.next();
      const invalidName = Buffer.from([0, 50, 0, 10, 0, 0, 2, 0xff, 0xfe, 0, 0, 0, 0, 0]);
      client.frame(1, 1, invalidName);
      const answer = show(await client.next());
      return [`${name} ${String(fields['queue']).length}`, answer];
    },
    rabbitmq: ['QueueDeclareOk 255', 'ConnectionClose@0 FRAME_ERROR - Malformed UTF-8 in shortstr (0,0)'],
  },
];
