import type { Host, Translate } from '../../core/index.js';
import type { Connection } from './connection.js';
import type { ConfirmingChannel } from './connection-context.js';
import type { FlushQueue } from './flush-queue.js';
import type { Identity } from './server-properties.js';
import type { Tuning } from './tuning.js';

/** What all connections of a front share. */
export interface AmqpServerContext {
  readonly host: Host;
  readonly translate: Translate;
  readonly identity: Identity;
  readonly tuning: Tuning;
  readonly maxMessageBytes: number;
  readonly flushQueue: FlushQueue;
  /** Is there a user of that name? */
  readonly knowsUser: (name: string) => boolean;
  /** How many connections the virtual host may have when it has them; undefined while there is room for one more. */
  connectionLimitReached(virtualHost: string): number | undefined;
  /** The channel has publishes that wait for a flush. */
  awaitStable(channel: ConfirmingChannel): void;
  forget(connection: Connection): void;
}
