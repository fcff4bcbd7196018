import { DIALECT_NATIVE, encodeUtf8, writeUtf8 } from '../../bytes/index.js';
import type { Outgoing } from '../message.js';

export interface MessageOptions {
  readonly body: string;
  readonly transient?: boolean;
  readonly timestampMs?: number;
  readonly priority?: number;
  readonly ttlMs?: number;
  readonly delayMs?: number;
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly key?: string | undefined;
  readonly exchange?: string;
  readonly routingKey?: string;
}

/** A message with a text as body and another one, made from it, as envelope. */
export function testMessage(options: MessageOptions): Outgoing {
  const { exchange = '', routingKey = '' } = options;
  const body = encodeUtf8(options.body);
  const envelope = encodeUtf8(`envelope of ${options.body.slice(0, 40)}`);
  const key = options.key === undefined ? undefined : encodeUtf8(options.key);
  const routing = new Uint8Array(2 + exchange.length + routingKey.length);
  routing[0] = exchange.length;
  const keyAt = writeUtf8(exchange, routing, 1);
  routing[keyAt] = routingKey.length;
  writeUtf8(routingKey, routing, keyAt + 1);
  return {
    dialect: DIALECT_NATIVE,
    routingLength: routing.length,
    copyRouting: (target, at) => target.set(routing, at),
    envelopeLength: envelope.length,
    copyEnvelope: (target, at) => target.set(envelope, at),
    bodyLength: body.length,
    copyBody: (target, at) => target.set(body, at),
    transient: options.transient ?? false,
    timestampMs: options.timestampMs ?? -1,
    priority: options.priority ?? -1,
    ttlMs: options.ttlMs ?? -1,
    delayMs: options.delayMs ?? -1,
    group: options.group,
    deduplicationId: options.deduplicationId,
    keyLength: key?.length ?? -1,
    copyKey: (target, at) => target.set(key!, at),
  };
}
