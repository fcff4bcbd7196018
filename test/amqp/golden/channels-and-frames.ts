import type { RawClient } from '../raw-client.js';
import type { Situation } from './situation.js';
import { ask, get, inAMoment, pull, type Stage, untilClosed } from './stage.js';

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const HEARTBEAT = 8;

const publish = { exchange: '', routingKey: 'nowhere' };
const nothing = Buffer.alloc(0);

/** What one client is answered that does one thing on channel 1. */
function after(act: (client: RawClient) => void, frameMax = 131_072): (stage: Stage) => Promise<string[]> {
  return async (stage) => {
    const client = await stage.open({ frameMax });
    act(client);
    return client.settled(1);
  };
}

/** The same for what ends the connection. */
function broken(act: (client: RawClient) => void, frameMax = 131_072): (stage: Stage) => Promise<string[]> {
  return async (stage) => {
    const client = await stage.open({ frameMax });
    act(client);
    return untilClosed(client);
  };
}

export const channelsAndFrames: readonly Situation[] = [
  {
    id: 'C1',
    about: 'basic.ack on a channel that was not opened',
    play: async (stage) => [await ask(await stage.open(), 'BasicAck', { deliveryTag: 1 }, 5)],
    rabbitmq: ["ConnectionClose@0 CHANNEL_ERROR - expected 'channel.open' (60,80)"],
  },
  {
    id: 'C2',
    about: 'queue.declare on a channel that was not opened',
    play: async (stage) => [await ask(await stage.open(), 'QueueDeclare', { queue: 'q' }, 5)],
    rabbitmq: ["ConnectionClose@0 CHANNEL_ERROR - expected 'channel.open' (50,10)"],
  },
  {
    id: 'C3',
    about: 'channel.open twice',
    play: async (stage) => [await ask(await stage.open(), 'ChannelOpen')],
    rabbitmq: ["ConnectionClose@0 CHANNEL_ERROR - second 'channel.open' seen (20,10)"],
  },
  {
    id: 'C4',
    about: 'one channel more than agreed on',
    play: async (stage) => [await ask(await stage.open({ channelMax: 1 }), 'ChannelOpen', {}, 2)],
    rabbitmq: [
      'ConnectionClose@0 NOT_ALLOWED - number of channels opened (1) has reached the negotiated channel_max (1) (0,0)',
    ],
  },
  {
    id: 'C4b',
    about: 'a channel number above the number of channels agreed on',
    play: async (stage) => [await ask(await stage.open({ channelMax: 5 }), 'ChannelOpen', {}, 100)],
    rabbitmq: ['ChannelOpenOk@100'],
  },
  {
    id: 'C5',
    about: 'methods after a channel error, and the same number opened again',
    play: async (stage) => {
      const client = await stage.open();
      const queue = stage.name('missing');
      const answer = await ask(client, 'QueueDeclare', { queue, passive: true });
      client.send(1, 'QueueDeclare', { queue, arguments: {} });
      client.publish(1, { routingKey: queue }, 'x');
      client.send(1, 'ChannelCloseOk');
      return [answer, await ask(client, 'ChannelOpen'), await ask(client, 'QueueDeclare', { queue, passive: true })];
    },
    rabbitmq: [
      "ChannelClose@1 NOT_FOUND - no queue 'missing' in vhost '/' (50,10)",
      'ChannelOpenOk@1',
      "ChannelClose@1 NOT_FOUND - no queue 'missing' in vhost '/' (50,10)",
    ],
  },
  {
    id: 'C6',
    about: 'channel.close and channel.open of the same number in one go',
    play: async (stage) => {
      const client = await stage.open();
      client.send(1, 'ChannelClose', { replyCode: 200, replyText: '', classId: 0, methodId: 0 });
      client.send(1, 'ChannelOpen');
      const shown = await inAMoment(client);
      return [shown.includes('ChannelOpenOk@1') ? 'closed and open' : 'not open'];
    },
    rabbitmq: ['not open'],
    ours: ['closed and open'],
    why: 'the channel was closed, so its number is free; 3.10 loses the second request, or ends the connection over it',
  },
  {
    id: 'C7',
    about: 'channel.flow, not active',
    play: async (stage) => [await ask(await stage.open(), 'ChannelFlow', { active: false })],
    rabbitmq: ['ConnectionClose@0 NOT_IMPLEMENTED - active=false (20,20)'],
  },
  {
    id: 'C8',
    about: 'channel.flow, active',
    play: async (stage) => [await ask(await stage.open(), 'ChannelFlow', { active: true })],
    rabbitmq: ['ChannelFlowOk@1 true'],
  },
  {
    id: 'F1',
    about: 'a heartbeat on channel 1',
    play: after((client) => client.frame(HEARTBEAT, 1, nothing)),
    rabbitmq: ['ConnectionClose@0 UNEXPECTED_FRAME - type 8, all octets = <<>> (0,0)'],
  },
  {
    id: 'F2',
    about: 'a content header without basic.publish',
    play: after((client) => client.header(1, 0)),
    rabbitmq: ['ConnectionClose@0 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0,0)'],
  },
  {
    id: 'F3',
    about: 'a body without basic.publish',
    play: after((client) => client.frame(BODY, 1, Buffer.from('x'))),
    rabbitmq: ['ConnectionClose@0 UNEXPECTED_FRAME - expected method frame, got non method frame instead (0,0)'],
  },
  {
    id: 'F4',
    about: 'a method between basic.publish and its header',
    play: after((client) => {
      client.send(1, 'BasicPublish', publish);
      client.send(1, 'BasicQos');
    }),
    rabbitmq: [
      'ConnectionClose@0 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead (60,40)',
    ],
  },
  {
    id: 'F5',
    about: 'the frames of two publishes on two channels, interleaved',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      await client.openChannel(2);
      for (const channel of [1, 2]) client.send(channel, 'BasicPublish', { exchange: '', routingKey: queue });
      for (const channel of [1, 2]) client.header(channel, 4);
      for (const [first, second] of [
        ['aa', 'bb'],
        ['AA', 'BB'],
      ]) {
        client.frame(BODY, 1, Buffer.from(first));
        client.frame(BODY, 2, Buffer.from(second));
      }
      // channels run side by side in RabbitMQ: all is in the queue once each has answered
      for (const channel of [1, 2]) await client.settled(channel);
      const bodies = [await pull(client, queue), await pull(client, queue)];
      return bodies.map(({ body }) => String(body)).toSorted();
    },
    rabbitmq: ['aaAA', 'bbBB'],
  },
  {
    id: 'F6',
    about: 'a body of 6 bytes where 3 were announced',
    play: async (stage) => {
      const client = await stage.open();
      client.send(1, 'BasicPublish', publish);
      client.header(1, 3);
      client.frame(BODY, 1, Buffer.from('abcdef'));
      return inAMoment(client);
    },
    rabbitmq: [],
    ours: ['ConnectionClose@0 FRAME_ERROR - content body of 6 bytes exceeds the announced 3 (60,40)'],
    why: 'a frame error since 4.0; 3.10 waited for the rest of a message that cannot end any more',
  },
  {
    id: 'F7',
    about: 'a content header of another class',
    play: after((client) => {
      client.send(1, 'BasicPublish', publish);
      client.frame(HEADER, 1, Buffer.from([0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]));
    }),
    rabbitmq: [
      'ConnectionClose@0 UNEXPECTED_FRAME - expected content header for class 60, got one for class 10 instead (60,40)',
    ],
  },
  {
    id: 'F8',
    about: 'a frame of 5000 bytes where 4096 were agreed on',
    play: broken((client) => client.frame(BODY, 1, Buffer.alloc(5000)), 4096),
    rabbitmq: [
      'ConnectionClose@0 FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,5000,4088} (0,0)',
      'CLOSED',
    ],
  },
  {
    id: 'F8b',
    about: 'a frame that is larger than agreed on by its own overhead',
    play: after((client) => {
      client.send(1, 'BasicPublish', publish);
      client.header(1, 4096);
      client.frame(BODY, 1, Buffer.alloc(4096));
    }, 4096),
    rabbitmq: [],
  },
  {
    id: 'F9',
    about: 'a wrong last octet',
    play: broken((client) => client.frame(HEARTBEAT, 0, nothing, 0)),
    rabbitmq: [
      'ConnectionClose@0 FRAME_ERROR - type 8, all octets = <<>>: {invalid_frame_end_marker,0} (0,0)',
      'CLOSED',
    ],
  },
  {
    id: 'F10',
    about: 'a frame of type 9',
    play: after((client) => client.frame(9, 1, nothing)),
    rabbitmq: ['ConnectionClose@0 FRAME_ERROR - type 9, all octets = <<>>: unknown_frame (0,0)'],
  },
  {
    id: 'F11',
    about: 'method 200 of class 60',
    play: after((client) => client.frame(METHOD, 1, Buffer.from([0, 60, 0, 200]))),
    rabbitmq: ['ConnectionClose@0 FRAME_ERROR - cannot decode <<>> (60,200)'],
  },
  {
    id: 'F12',
    about: 'empty body frames within a body',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      client.send(1, 'BasicPublish', { exchange: '', routingKey: queue });
      client.header(1, 3);
      for (const part of ['', 'ab', '', 'c']) client.frame(BODY, 1, Buffer.from(part));
      return [await get(client, queue)];
    },
    rabbitmq: ['abc tag=1 redelivered=false left=0'],
  },
  {
    id: 'F13',
    about: 'a message without a body: header only',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue();
      client.publish(1, { routingKey: queue });
      const { name, pieces } = await pull(client, queue);
      return [`${name} body frames: ${pieces?.length}`];
    },
    rabbitmq: ['BasicGetOk body frames: 0'],
  },
  {
    id: 'F14',
    about: 'a message of 10000 bytes to a client with frames of 4096',
    play: async (stage) => {
      const [client, queue] = await stage.withQueue({}, { frameMax: 4096 });
      client.send(1, 'BasicPublish', { exchange: '', routingKey: queue });
      client.header(1, 10_000);
      for (const size of [4088, 4088, 1824]) client.frame(BODY, 1, Buffer.alloc(size));
      return [`body frames: ${(await pull(client, queue)).pieces?.join(' ')}`];
    },
    rabbitmq: ['body frames: 4088 4088 1824'],
  },
];
