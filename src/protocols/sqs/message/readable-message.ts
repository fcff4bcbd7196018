import { DIALECT_SQS } from '../../../bytes/index.js';
import type { Delivery, Translate } from '../../../core/index.js';
import { derivedId } from './derived-id.js';
import type { MessageAttribute } from './message-attribute.js';
import { digestOfBody } from './message-digest.js';
import { fromPivot } from './pivot.js';
import { readEnvelope } from './sqs-envelope.js';

/** A stored message as SQS shows it, whichever dialect it was sent in. */
export interface ReadableMessage {
  readonly messageId: string;
  readonly body: string;
  /** MD5 of the body, 32 hex digits. */
  readonly bodyDigest: string;
  readonly trace: string | undefined;
  readonly attributes: readonly MessageAttribute[];
}

/** Reads a delivery; everything is copied out of it. `log`: the log of the queue that it came from. */
export function readMessage(delivery: Delivery, log: number, translate: Translate): ReadableMessage {
  const { dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd } = delivery;
  if (dialect === DIALECT_SQS) {
    const read = readEnvelope(envelope, envelopeStart, envelopeEnd);
    return {
      messageId: read.messageId,
      body: Buffer.from(body.buffer, body.byteOffset + bodyStart, bodyEnd - bodyStart).toString(),
      bodyDigest: read.bodyDigest,
      trace: read.trace,
      attributes: read.attributes,
    };
  }
  const pivot = translate(dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd);
  const [exchange, routingKey] = readRouting(delivery);
  if (exchange !== '') pivot.exchange ??= exchange;
  if (routingKey !== '') pivot.routingKey ??= routingKey;
  const shown = fromPivot(pivot);
  return {
    // Its sender gave it none that SQS could show: one that is the same at each receive.
    messageId: derivedId(log, delivery.seq),
    body: shown.body,
    bodyDigest: digestOfBody(shown.body),
    trace: undefined,
    attributes: shown.attributes,
  };
}

/** Exchange and routing key of a delivery, both empty where the sender's dialect has none. */
function readRouting(delivery: Delivery): readonly [string, string] {
  const { envelope, routingStart, routingEnd } = delivery;
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset + routingStart, routingEnd - routingStart);
  if (bytes.length < 2) return ['', ''];
  const exchangeEnd = 1 + bytes[0];
  return [bytes.toString('utf8', 1, exchangeEnd), bytes.toString('utf8', exchangeEnd + 1)];
}
