import type { Settling } from './consumer-channel.js';
import type { Pace } from './publisher-channel.js';

/** What one AMQP run does. It is handed to the driver's threads as it is. */
export interface Workload {
  /** Names its queues; another one for each run. */
  readonly queuePrefix: string;
  readonly queues: number;
  readonly bodyBytes: number;
  readonly persistent: boolean;
  readonly publishers: {
    /** Publisher n sends to queue n modulo the number of queues. */
    readonly count: number;
    /** They share this many connections, each on a channel of its own. */
    readonly connections: number;
    readonly pace: Pace;
    /** Each stops by itself after this many messages. */
    readonly limit: number;
  };
  /** One consumer per queue, or none. */
  readonly consumers?: { readonly connections: number; readonly settling: Settling };
}

/** What the publishing thread reports when all its publishers are done. */
export interface PublishReport {
  readonly published: number;
  readonly confirmed: number;
  /** Microseconds on the monotonic clock. */
  readonly firstAt: number;
  readonly lastConfirmAt: number;
  /** Share of the time in which its event loop was busy, 0 to 1. Near 1 the driver was the limit, not the server. */
  readonly utilisation: number;
  /** Mean time per publisher in which the socket took nothing. */
  readonly pausedMs: number;
  readonly blockedCount: number;
  readonly confirmMicros: Float64Array;
  readonly lateness: Float64Array;
}

/** What the consuming thread reports when it has got all that was published. */
export interface ConsumeReport {
  readonly delivered: number;
  readonly redelivered: number;
  readonly disordered: number;
  readonly wrongSize: number;
  readonly lastAt: number;
  readonly utilisation: number;
  readonly deliverMicros: Float64Array;
}
