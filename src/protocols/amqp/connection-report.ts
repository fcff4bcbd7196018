import type { Socket } from 'node:net';
import type { ChannelReport, ConnectionReport } from '../../core/index.js';
import type { Channel } from './channel.js';
import { keepArguments } from './declared-arguments.js';
import type { Opened } from './handshake.js';

/** What is told about a connection that is open. */
export function connectionReport(
  socket: Socket,
  opened: Opened,
  channels: Iterable<Channel>,
  state: string,
  connectedAtMs: number,
): ConnectionReport {
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
  const { user, virtualHost, mechanism, tuning, clientProperties } = opened;
  return {
    name: `${remoteAddress}:${remotePort} -> ${localAddress}:${localPort}`,
    protocol: 'AMQP 0-9-1',
    user,
    virtualHost,
    clientAddress: remoteAddress,
    clientPort: remotePort,
    ownAddress: localAddress,
    ownPort: localPort,
    isTls: 'encrypted' in socket,
    mechanism,
    connectedAtMs,
    state,
    heartbeatSeconds: tuning.heartbeatSeconds,
    frameMaxBytes: tuning.frameMaxBytes,
    channelMax: tuning.channelMax,
    clientProperties: keepArguments(clientProperties).arguments,
    receivedBytes: socket.bytesRead,
    sentBytes: socket.bytesWritten,
    channels: Array.from(channels, channelReport),
  };
}

function channelReport(channel: Channel): ChannelReport {
  return {
    number: channel.number,
    session: channel.session,
    prefetch: channel.prefetch,
    sharedPrefetch: channel.sharedPrefetch,
    confirms: channel.confirms !== undefined,
    transactional: channel.transaction !== undefined,
    consumers: Array.from(channel.consumers.all(), ({ tag, report }) => ({ tag, ...report })),
  };
}
