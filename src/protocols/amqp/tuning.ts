import { ConnectionError } from './amqp-error.js';

/** What client and broker agreed on in connection.tune. */
export interface Tuning {
  readonly channelMax: number;
  /** The whole frame, its 8 bytes of overhead included. */
  readonly frameMaxBytes: number;
  /** 0: no heartbeats. */
  readonly heartbeatSeconds: number;
}

export const defaultTuning: Tuning = { channelMax: 2047, frameMaxBytes: 131_072, heartbeatSeconds: 60 };

/** AMQP 0-9-1 section 1.2, frame-min-size: every peer must take frames of this size. */
const smallestFrameMaxBytes = 4096;

/**
 * What holds after the client's tune-ok. A client's 0 means "no limit", which is above any limit of the server.
 * @throws ConnectionError 530 for values outside of what the server offered
 */
export function negotiate(offered: Tuning, asked: Tuning): Tuning {
  assertWithin('channel_max', asked.channelMax, 1, offered.channelMax);
  assertWithin('frame_max', asked.frameMaxBytes, smallestFrameMaxBytes, offered.frameMaxBytes);
  return asked;
}

function assertWithin(field: string, value: number, min: number, max: number): void {
  const shown = value === 0 ? '0 (no limit)' : String(value);
  if (value === 0 || value > max)
    throw refusal(`negotiated ${field} = ${shown} is higher than the maximum allowed value (${max})`);
  if (value < min) throw refusal(`negotiated ${field} = ${shown} is lower than the minimum allowed value (${min})`);
}

function refusal(detail: string): ConnectionError {
  return new ConnectionError('NOT_ALLOWED', detail, 10, 30);
}
