import type { Declared } from './broker.js';

/**
 * What a dialect's front tells about its clients, and how one of them is sent away: for the admin API, which knows no
 * dialect. A front is asked when somebody looks; nothing is kept for it.
 */
export interface FrontReport {
  /** Open connections, in no particular order. */
  connections(): readonly ConnectionReport[];
  /** Ends the connection of that name in the dialect's own way; false when there is none. */
  closeConnection(name: string, reason: string): boolean;
}

export interface ConnectionReport {
  /** Unique while it is open: `client address:port -> own address:port`. */
  readonly name: string;
  /** As RabbitMQ's listings name it, `AMQP 0-9-1` for example. */
  readonly protocol: string;
  readonly user: string;
  readonly virtualHost: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly ownAddress: string;
  readonly ownPort: number;
  readonly isTls: boolean;
  readonly mechanism: string;
  /** ms since the epoch. */
  readonly connectedAtMs: number;
  /** `running`, `blocked`, or what the dialect calls it. */
  readonly state: string;
  readonly heartbeatSeconds: number;
  readonly frameMaxBytes: number;
  readonly channelMax: number;
  readonly clientProperties: Declared;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly channels: readonly ChannelReport[];
}

export interface ChannelReport {
  readonly number: number;
  /** The core's handle of what it has in flight. */
  readonly session: number;
  /** For consumers that begin from now on; 0: no limit. */
  readonly prefetch: number;
  /** Over all of the channel's consumers; 0: no limit. */
  readonly sharedPrefetch: number;
  readonly confirms: boolean;
  readonly transactional: boolean;
  readonly consumers: readonly ConsumerReport[];
}

export interface ConsumerReport {
  readonly tag: string;
  readonly queue: string;
  readonly acknowledges: boolean;
  readonly exclusive: boolean;
  readonly prefetch: number;
  readonly arguments: Declared;
}
