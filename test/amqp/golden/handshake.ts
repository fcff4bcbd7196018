import { type RawClient, show } from '../raw-client.js';
import type { Situation } from './situation.js';
import { ask, take, type Stage, untilClosed } from './stage.js';

const later =
  'as RabbitMQ does since 4.0: the reply code and text say what was wrong, where 3.10 closed the socket without a word';

async function greet(stage: Stage, header: string): Promise<string[]> {
  const client = await stage.dial();
  client.write(Buffer.from(header, 'latin1'));
  const first = await client.next();
  return first.name === 'ConnectionStart'
    ? [`ConnectionStart ${String(first.fields['versionMajor'])}-${String(first.fields['versionMinor'])}`]
    : [show(first), show(await client.next())];
}

async function tune(stage: Stage, fields: object): Promise<string[]> {
  const client = await stage.dial();
  return [show(await client.handshake(fields))];
}

async function start(client: RawClient): Promise<Record<string, unknown>> {
  client.write(Buffer.from('AMQP\0\0\x09\x01'));
  return (await client.next('ConnectionStart')).fields;
}

/** From the protocol header to connection.open, and what ends a connection. */
export const handshake: readonly Situation[] = [
  {
    id: 'H1',
    about: 'bytes that are no AMQP header',
    play: (stage) => greet(stage, 'HTTP/1.1'),
    rabbitmq: ['AMQP[0,0,9,1]', 'CLOSED'],
  },
  {
    id: 'H2',
    about: 'the header of AMQP 0-8',
    play: (stage) => greet(stage, 'AMQP\x01\x01\x08\0'),
    rabbitmq: ['ConnectionStart 8-0'],
    ours: ['AMQP[0,0,9,1]', 'CLOSED'],
    why: 'no client speaks 0-8 any more, and RabbitMQ 4 refuses it too',
  },
  {
    id: 'H3',
    about: 'the header of AMQP 0-9',
    play: (stage) => greet(stage, 'AMQP\x01\x01\0\x09'),
    rabbitmq: ['ConnectionStart 0-9'],
  },
  {
    id: 'H4',
    about: 'the header of AMQP 1.0',
    play: (stage) => greet(stage, 'AMQP\0\x01\0\0'),
    rabbitmq: ['AMQP[0,0,9,1]', 'CLOSED'],
  },
  {
    id: 'H5',
    about: 'who the server says it is, what it can and what it offers',
    play: async (stage) => {
      const client = await stage.dial();
      const { serverProperties, mechanisms, locales } = await start(client);
      const properties = serverProperties as Record<string, unknown>;
      client.send(0, 'ConnectionStartOk', {
        clientProperties: {},
        mechanism: 'PLAIN',
        response: Buffer.from('\0guest\0guest'),
        locale: 'en_US',
      });
      return [
        Object.keys(properties).toSorted().join(' '),
        JSON.stringify(properties['capabilities']),
        `${String(properties['product'])} ${String(properties['version'])}`,
        String(mechanisms),
        String(locales),
        show(await client.next()),
      ];
    },
    rabbitmq: [
      'capabilities cluster_name copyright information platform product version',
      JSON.stringify({
        publisher_confirms: true,
        exchange_exchange_bindings: true,
        'basic.nack': true,
        consumer_cancel_notify: true,
        'connection.blocked': true,
        consumer_priorities: true,
        authentication_failure_close: true,
        per_consumer_qos: true,
        direct_reply_to: true,
      }),
      'RabbitMQ 3.10.8',
      'PLAIN AMQPLAIN',
      'en_US',
      'ConnectionTune@0 2047 131072 60',
    ],
    ours: [
      'capabilities cluster_name copyright information platform product version',
      JSON.stringify({
        publisher_confirms: true,
        exchange_exchange_bindings: true,
        'basic.nack': true,
        consumer_cancel_notify: true,
        'connection.blocked': true,
        consumer_priorities: true,
        authentication_failure_close: true,
        per_consumer_qos: true,
        direct_reply_to: true,
      }),
      'RabbitMQ 4.2.0',
      'PLAIN AMQPLAIN ANONYMOUS',
      'en_US',
      'ConnectionTune@0 2047 131072 60',
    ],
    why: 'the version whose behaviour is followed, on which clients decide what they use (`--amqp-version` changes it), and what that offers',
  },
  {
    id: 'H6',
    about: 'a wrong password, of a client with authentication_failure_close',
    play: (stage) => tune(stage, { password: 'wrong', capabilities: { authentication_failure_close: true } }),
    rabbitmq: [
      'ConnectionClose@0 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile. (0,0)',
    ],
  },
  {
    id: 'H7',
    about: 'a wrong password, of a client without it: how long the socket stays open',
    play: async (stage) => {
      const client = await stage.dial();
      const begunMs = performance.now();
      const answer = show(await client.handshake({ password: 'wrong' }));
      const waitedMs = performance.now() - begunMs;
      return [answer, waitedMs >= 2900 ? 'after 3 s' : `after ${waitedMs} ms`];
    },
    rabbitmq: ['CLOSED', 'after 3 s'],
  },
  {
    id: 'H8',
    about: 'a virtual host that is not there',
    play: (stage) => tune(stage, { virtualHost: 'nope' }),
    rabbitmq: ['ConnectionClose@0 NOT_ALLOWED - vhost nope not found (10,40)'],
  },
  {
    id: 'H9',
    about: 'tune-ok with frames of 1000 bytes',
    play: (stage) => tune(stage, { frameMax: 1000 }),
    rabbitmq: ['CLOSED'],
    ours: [
      'ConnectionClose@0 NOT_ALLOWED - negotiated frame_max = 1000 is lower than the minimum allowed value (4096) (10,30)',
    ],
    why: later,
  },
  {
    id: 'H10',
    about: 'tune-ok with frames of 4096 bytes',
    play: (stage) => tune(stage, { frameMax: 4096 }),
    rabbitmq: ['ConnectionOpenOk@0'],
  },
  {
    id: 'H11',
    about: 'tune-ok without a limit to frames',
    play: (stage) => tune(stage, { frameMax: 0 }),
    rabbitmq: ['CLOSED'],
    ours: [
      'ConnectionClose@0 NOT_ALLOWED - negotiated frame_max = 0 (no limit) is higher than the maximum allowed value (131072) (10,30)',
    ],
    why: later,
  },
  {
    id: 'H12',
    about: 'tune-ok without a limit to channels',
    play: (stage) => tune(stage, { channelMax: 0 }),
    rabbitmq: ['CLOSED'],
    ours: [
      'ConnectionClose@0 NOT_ALLOWED - negotiated channel_max = 0 (no limit) is higher than the maximum allowed value (2047) (10,30)',
    ],
    why: later,
  },
  {
    id: 'H13',
    about: 'tune-ok with more channels than offered',
    play: (stage) => tune(stage, { channelMax: 65_535 }),
    rabbitmq: ['CLOSED'],
    ours: [
      'ConnectionClose@0 NOT_ALLOWED - negotiated channel_max = 65535 is higher than the maximum allowed value (2047) (10,30)',
    ],
    why: later,
  },
  {
    id: 'H14',
    about: 'a mechanism that was not offered',
    play: async (stage) => {
      const client = await stage.dial();
      await start(client);
      client.send(0, 'ConnectionStartOk', {
        clientProperties: {},
        mechanism: 'UNKNOWN',
        response: Buffer.alloc(0),
        locale: 'en_US',
      });
      return take(client, 1);
    },
    rabbitmq: ['CLOSED'],
  },
  {
    id: 'S1',
    about: 'connection.close',
    play: async (stage) => {
      const client = await stage.open();
      return [await ask(client, 'ConnectionClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 }, 0)];
    },
    rabbitmq: ['ConnectionCloseOk@0'],
  },
  {
    id: 'S2',
    about: 'a client that agreed on heartbeats every 2 s and sends none',
    play: async (stage) => {
      const client = await stage.open({ heartbeat: 2 });
      const begunMs = performance.now();
      const end = await untilClosed(client);
      const waitedMs = performance.now() - begunMs;
      const heartbeats = client.heartbeats.count >= 2 ? 'heartbeats' : 'none';
      return [...end, heartbeats, waitedMs >= 3900 ? 'after two intervals' : `after ${waitedMs} ms`];
    },
    rabbitmq: ['CLOSED', 'heartbeats', 'after two intervals'],
  },
];
