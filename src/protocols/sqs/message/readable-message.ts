import { DIALECT_SQS } from '../../../bytes/index.js';
import type { Delivery, QueueInfo, Translate } from '../../../core/index.js';
import type { QueueNotifications, ReadAt } from '../sns/notification/queue-notifications.js';
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

/** Where a message is read, and from where its reader calls. */
export interface ReadContext {
  readonly queue: QueueInfo;
  readonly origin: string;
}

/** Reads a delivery; everything is copied out of it. */
export function readMessage(
  delivery: Delivery,
  { queue, origin }: ReadContext,
  translate: Translate,
  notifications: QueueNotifications,
): ReadableMessage {
  const { dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd } = delivery;
  if (dialect === DIALECT_SQS) {
    const read = readEnvelope(envelope, envelopeStart, envelopeEnd);
    const text = Buffer.from(body.buffer, body.byteOffset + bodyStart, bodyEnd - bodyStart).toString();
    const { topic } = read;
    if (topic !== undefined && topic.form !== 'raw') {
      const shown = notifications.ofEnvelope(read, topic, text, readAt(delivery, queue, origin));
      return notification(derivedId(queue.log, delivery.seq), shown, read.trace);
    }
    return {
      // What SNS calls the message is not what the queue does.
      messageId: topic === undefined ? read.messageId : derivedId(queue.log, delivery.seq),
      body: text,
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
  // Its sender gave it none that SQS could show: one that is the same at each receive.
  const messageId = derivedId(queue.log, delivery.seq);
  if (exchange !== '') {
    const { timestampMs } = delivery;
    const message = { exchange, messageId, text: shown.body, attributes: shown.attributes, timestampMs };
    const wrapped = notifications.ofForeign(message, readAt(delivery, queue, origin));
    if (wrapped !== undefined) return notification(messageId, wrapped, undefined);
  }
  return {
    messageId,
    body: shown.body,
    bodyDigest: digestOfBody(shown.body),
    trace: undefined,
    attributes: shown.attributes,
  };
}

function notification(messageId: string, body: string, trace: string | undefined): ReadableMessage {
  return { messageId, body, bodyDigest: digestOfBody(body), trace, attributes: [] };
}

function readAt(delivery: Delivery, { virtualHost, name }: QueueInfo, origin: string): ReadAt {
  return { virtualHost, queue: delivery.history().at(-1)?.queue ?? name, origin };
}

/** Exchange and routing key of a delivery, both empty where the sender's dialect has none. */
function readRouting(delivery: Delivery): readonly [string, string] {
  const { envelope, routingStart, routingEnd } = delivery;
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset + routingStart, routingEnd - routingStart);
  if (bytes.length < 2) return ['', ''];
  const exchangeEnd = 1 + bytes[0];
  return [bytes.toString('utf8', 1, exchangeEnd), bytes.toString('utf8', exchangeEnd + 1)];
}
