import { type Fields, type RawClient, show } from '../raw-client.js';
import type { Situation } from './situation.js';
import { ask, get, type Stage, take } from './stage.js';

/** What one client is told after it published, as `properties` says, to nowhere. */
function published(fields: Fields, properties: Fields = {}): (stage: Stage) => Promise<string[]> {
  return async (stage) => {
    const client = await stage.open();
    client.publish(1, { routingKey: 'no-such-queue', ...fields }, 'x', properties);
    return client.settled(1);
  };
}

async function confirming(stage: Stage): Promise<RawClient> {
  const client = await stage.open();
  await ask(client, 'ConfirmSelect');
  return client;
}

/** Which tags have been confirmed, in order, until there are `count`. */
async function confirmed(client: RawClient, count: number): Promise<string> {
  const tags = new Set<number>();
  while (tags.size < count) {
    const { fields } = await client.next('BasicAck');
    const upTo = Number(fields['deliveryTag']);
    for (let tag = fields['multiple'] === true ? 1 : upTo; tag <= upTo; tag++) tags.add(tag);
  }
  return `confirmed ${[...tags].toSorted((a, b) => a - b).join(' ')}`;
}

async function refused(client: RawClient, method: string, fields: Fields): Promise<string> {
  const answer = await ask(client, method, fields);
  if (answer.startsWith('ChannelClose')) await client.reopen(1);
  return answer;
}

export const exchangesAndPublishing: readonly Situation[] = [
  {
    id: 'X1',
    about: 'declare an exchange of a type that is not there',
    play: async (stage) => [
      await ask(await stage.open(), 'ExchangeDeclare', { exchange: stage.name('x'), type: 'nope' }),
    ],
    rabbitmq: ["ConnectionClose@0 COMMAND_INVALID - unknown exchange type 'nope' (40,10)"],
    ours: ["ChannelClose@1 PRECONDITION_FAILED - unknown exchange type 'nope' (40,10)"],
    why: 'as RabbitMQ answers since 4.0: it costs the channel, not the connection',
  },
  {
    id: 'X2',
    about: 'passive declare of an exchange that is not there',
    play: async (stage) => [
      await ask(await stage.open(), 'ExchangeDeclare', { exchange: stage.name('x'), passive: true }),
    ],
    rabbitmq: ["ChannelClose@1 NOT_FOUND - no exchange 'x' in vhost '/' (40,10)"],
  },
  {
    id: 'X3',
    about: 'declare an exchange again with another type',
    play: async (stage) => {
      const client = await stage.open();
      const exchange = stage.name('x');
      return [
        await ask(client, 'ExchangeDeclare', { exchange, type: 'direct' }),
        await ask(client, 'ExchangeDeclare', { exchange, type: 'topic' }),
      ];
    },
    rabbitmq: [
      'ExchangeDeclareOk@1',
      "ChannelClose@1 PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received 'topic' but current is 'direct' (40,10)",
    ],
  },
  {
    id: 'X4',
    about:
      'declare amq.foo; declare amq.direct as it is; delete it; declare and delete the default one; delete a missing one',
    play: async (stage) => {
      const client = await stage.open();
      return [
        await refused(client, 'ExchangeDeclare', { exchange: 'amq.foo', type: 'direct' }),
        await refused(client, 'ExchangeDeclare', { exchange: 'amq.direct', type: 'direct', durable: true }),
        await refused(client, 'ExchangeDelete', { exchange: 'amq.direct' }),
        await refused(client, 'ExchangeDeclare', { exchange: '', type: 'direct' }),
        await refused(client, 'ExchangeDelete', { exchange: '' }),
        await refused(client, 'ExchangeDelete', { exchange: stage.name('missing') }),
      ];
    },
    rabbitmq: [
      "ChannelClose@1 ACCESS_REFUSED - exchange name 'amq.foo' contains reserved prefix 'amq.*' (40,10)",
      'ExchangeDeclareOk@1',
      "ChannelClose@1 ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed (40,20)",
      'ChannelClose@1 ACCESS_REFUSED - operation not permitted on the default exchange (40,10)',
      'ChannelClose@1 ACCESS_REFUSED - operation not permitted on the default exchange (40,20)',
      'ExchangeDeleteOk@1',
    ],
  },
  {
    id: 'X5',
    about: 'publish to an exchange that is not there',
    play: async (stage) => {
      const client = await stage.open();
      client.publish(1, { exchange: stage.name('x'), routingKey: 'k' }, 'x');
      return take(client, 1);
    },
    rabbitmq: ["ChannelClose@1 NOT_FOUND - no exchange 'x' in vhost '/' (60,40)"],
  },
  {
    id: 'X6',
    about: 'publish to an internal exchange',
    play: async (stage) => {
      const client = await stage.open();
      const exchange = stage.name('x');
      await ask(client, 'ExchangeDeclare', { exchange, type: 'fanout', internal: true });
      client.publish(1, { exchange, routingKey: 'k' }, 'x');
      return take(client, 1);
    },
    rabbitmq: ["ChannelClose@1 ACCESS_REFUSED - cannot publish to internal exchange 'x' in vhost '/' (60,40)"],
  },
  {
    id: 'X7',
    about: 'delete if-unused an exchange with a binding',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const exchange = stage.name('x');
      await ask(client, 'ExchangeDeclare', { exchange, type: 'fanout' });
      await ask(client, 'QueueBind', { queue, exchange });
      return [await ask(client, 'ExchangeDelete', { exchange, ifUnused: true })];
    },
    rabbitmq: ["ChannelClose@1 PRECONDITION_FAILED - exchange 'x' in vhost '/' in use (40,20)"],
  },
  {
    id: 'P1',
    about: 'a mandatory message that reaches no queue, with confirms',
    play: async (stage) => {
      const client = await confirming(stage);
      client.publish(1, { routingKey: 'no-such-queue', mandatory: true }, 'back');
      return take(client, 2);
    },
    rabbitmq: ['BasicReturn@1 312 NO_ROUTE no-such-queue body=back', 'BasicAck@1 1 false'],
  },
  {
    id: 'P2',
    about: 'an immediate message',
    play: published({ immediate: true }),
    rabbitmq: ['ConnectionClose@0 NOT_IMPLEMENTED - immediate=true (60,40)'],
  },
  {
    id: 'P3',
    about: 'a message that reaches no queue, with confirms',
    play: async (stage) => {
      const client = await confirming(stage);
      client.publish(1, { routingKey: 'no-such-queue' }, 'x');
      return take(client, 1);
    },
    rabbitmq: ['BasicAck@1 1 false'],
  },
  {
    id: 'P4',
    about: 'which tags are confirmed when some of five messages reach no queue',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue({ durable: true });
      client.publish(1, { routingKey: queue }, 'before');
      await ask(client, 'ConfirmSelect');
      for (const routingKey of [queue, 'nowhere', queue, 'nowhere', queue]) {
        client.publish(1, { routingKey }, 'x', { deliveryMode: 2 });
      }
      return [await confirmed(client, 5), ...(await client.settled(1))];
    },
    rabbitmq: ['confirmed 1 2 3 4 5'],
  },
  {
    id: 'P5',
    about: 'confirm.select twice, then tx.select',
    play: async (stage) => {
      const client = await stage.open();
      return [await ask(client, 'ConfirmSelect'), await ask(client, 'ConfirmSelect'), await ask(client, 'TxSelect')];
    },
    rabbitmq: [
      'ConfirmSelectOk@1',
      'ConfirmSelectOk@1',
      'ChannelClose@1 PRECONDITION_FAILED - cannot switch from confirm to tx mode (90,10)',
    ],
  },
  {
    id: 'P6',
    about: 'tx.select, then confirm.select',
    play: async (stage) => {
      const client = await stage.open();
      return [await ask(client, 'TxSelect'), await ask(client, 'ConfirmSelect')];
    },
    rabbitmq: ['TxSelectOk@1', 'ChannelClose@1 PRECONDITION_FAILED - cannot switch from tx to confirm mode (85,10)'],
  },
  {
    id: 'P7',
    about: 'tx.commit and tx.rollback without tx.select',
    play: async (stage) => {
      const client = await stage.open();
      return [await refused(client, 'TxCommit', {}), await refused(client, 'TxRollback', {})];
    },
    rabbitmq: [
      'ChannelClose@1 PRECONDITION_FAILED - channel is not transactional (90,20)',
      'ChannelClose@1 PRECONDITION_FAILED - channel is not transactional (90,30)',
    ],
  },
  {
    id: 'P8',
    about: 'what is confirmed and what is not, of 3 messages to a queue that takes 1 (reject-publish)',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue({
        arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' },
      });
      await ask(client, 'ConfirmSelect');
      client.publish(1, { routingKey: queue }, '1');
      const first = await take(client, 1);
      client.publish(1, { routingKey: queue }, '2');
      client.publish(1, { routingKey: queue }, '3');
      const refusedTags = new Set<number>();
      while (refusedTags.size < 2) {
        const { fields } = await client.next('BasicNack');
        const upTo = Number(fields['deliveryTag']);
        for (let tag = fields['multiple'] === true ? 2 : upTo; tag <= upTo; tag++) refusedTags.add(tag);
      }
      return [...first, `refused ${[...refusedTags].toSorted((a, b) => a - b).join(' ')}`];
    },
    rabbitmq: ['BasicAck@1 1 false', 'refused 2 3'],
  },
  {
    id: 'P9',
    about: 'the user-id of another user',
    play: published({}, { userId: 'mallory' }),
    rabbitmq: [
      "ChannelClose@1 PRECONDITION_FAILED - user_id property set to 'mallory' but authenticated user was 'guest' (60,40)",
    ],
  },
  {
    id: 'P10',
    about: 'an expiration that is no number, and one that is negative',
    play: async (stage) => [
      ...(await published({}, { expiration: 'abc' })(stage)),
      ...(await published({}, { expiration: '-1' })(stage)),
    ],
    rabbitmq: [
      "ChannelClose@1 PRECONDITION_FAILED - invalid expiration 'abc': no_integer (60,40)",
      "ChannelClose@1 PRECONDITION_FAILED - invalid expiration '-1': {value_negative,-1} (60,40)",
    ],
  },
  {
    id: 'P11',
    about: 'a CC header that is no list',
    play: published({}, { headers: { CC: 'k' } }),
    rabbitmq: [
      'ChannelClose@1 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,"CC",longstr} (60,40)',
    ],
  },
  {
    id: 'Z1',
    about: 'a mandatory message that only the alternate exchange routes',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const [exchange, alternate] = [stage.name('x'), stage.name('ae')];
      await ask(client, 'ExchangeDeclare', { exchange: alternate, type: 'fanout' });
      await ask(client, 'ExchangeDeclare', {
        exchange,
        type: 'direct',
        arguments: { 'alternate-exchange': alternate },
      });
      await ask(client, 'QueueBind', { queue, exchange: alternate });
      client.publish(1, { exchange, routingKey: 'nowhere', mandatory: true }, 'hi');
      return [...(await client.settled(1)), await get(client, queue)];
    },
    rabbitmq: ['hi tag=1 redelivered=false left=0'],
  },
  {
    id: 'Z2',
    about: 'a queue to which several bindings and two paths lead',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const [exchange, second] = [stage.name('x'), stage.name('y')];
      for (const each of [exchange, second]) await ask(client, 'ExchangeDeclare', { exchange: each, type: 'topic' });
      for (const routingKey of ['a.#', '#.b']) await ask(client, 'QueueBind', { queue, exchange, routingKey });
      await ask(client, 'ExchangeBind', { destination: second, source: exchange, routingKey: '#' });
      await ask(client, 'QueueBind', { queue, exchange: second, routingKey: '#' });
      client.publish(1, { exchange, routingKey: 'a.b' }, 'x');
      await client.settled(1);
      return [await get(client, queue), await get(client, queue)];
    },
    rabbitmq: ['x tag=1 redelivered=false left=0', 'BasicGetEmpty@1'],
  },
  {
    id: 'Z4',
    about: 'a transaction: what is seen before the commit, and what comes with it',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      await client.openChannel(2);
      await ask(client, 'TxSelect');
      client.publish(1, { routingKey: queue }, 'in');
      client.publish(1, { routingKey: 'nope', mandatory: true }, 'un');
      const before = [...(await client.settled(1)), await get(client, queue, true, 2)];
      client.send(1, 'TxCommit');
      return [...before, ...(await take(client, 2)), await get(client, queue, true, 2)];
    },
    rabbitmq: [
      'BasicGetEmpty@2',
      'BasicReturn@1 312 NO_ROUTE nope body=un',
      'TxCommitOk@1',
      'in tag=1 redelivered=false left=0',
    ],
  },
  {
    id: 'Z5',
    about: 'a rollback: the acknowledgement is undone, the message stays with the channel',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      client.publish(1, { routingKey: queue }, 'x');
      await ask(client, 'TxSelect');
      await get(client, queue, false);
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      const shown = [await ask(client, 'TxRollback'), await get(client, queue)];
      client.send(1, 'BasicAck', { deliveryTag: 1 });
      return [...shown, await ask(client, 'TxCommit')];
    },
    rabbitmq: ['TxRollbackOk@1', 'BasicGetEmpty@1', 'TxCommitOk@1'],
  },
  {
    id: 'Z12',
    about: 'a headers exchange with x-match all, any and a value that must only be there',
    play: async (stage) => {
      const client = await stage.open();
      const exchange = stage.name('x');
      await ask(client, 'ExchangeDeclare', { exchange, type: 'headers' });
      const bindings: Fields[] = [
        { 'x-match': 'all', a: 1, b: 's' },
        { 'x-match': 'any', a: 1, b: 's' },
        { 'x-match': 'all', a: null },
      ];
      for (const [index, args] of bindings.entries()) {
        const queue = stage.name(`q${index}`);
        await ask(client, 'QueueDeclare', { queue });
        await ask(client, 'QueueBind', { queue, exchange, arguments: args });
      }
      const messages: [string, Fields][] = [
        ['both', { a: { '!': 'long', value: 1 }, b: 's' }],
        ['one', { a: 1, b: 'other' }],
        ['text', { a: '1' }],
      ];
      for (const [body, headers] of messages) client.publish(1, { exchange, routingKey: '' }, body, { headers });
      await client.settled(1);
      const shown: string[] = [];
      for (const index of bindings.keys()) {
        const bodies: string[] = [];
        for (let answer = ''; ; bodies.push(answer.split(' ')[0])) {
          answer = await get(client, stage.name(`q${index}`));
          if (answer === 'BasicGetEmpty@1') break;
        }
        shown.push(bodies.join(' '));
      }
      return shown;
    },
    rabbitmq: ['both', 'both one', 'both one text'],
  },
  {
    id: 'Z15',
    about: 'a binding key of a consistent-hash exchange that is no number',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      const exchange = stage.name('x');
      await ask(client, 'ExchangeDeclare', { exchange, type: 'x-consistent-hash' });
      return [await ask(client, 'QueueBind', { queue, exchange, routingKey: 'abc' })];
    },
    rabbitmq: ['ChannelClose@1 PRECONDITION_FAILED - The binding key must be an integer: <<"abc">> (50,20)'],
  },
  {
    id: 'Z20',
    about: 'publish to a queue that was deleted, with confirms',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      await ask(client, 'ConfirmSelect');
      await ask(client, 'QueueDelete', { queue });
      client.publish(1, { routingKey: queue }, 'x');
      return [show(await client.next())];
    },
    rabbitmq: ['BasicAck@1 1 false'],
  },
];
