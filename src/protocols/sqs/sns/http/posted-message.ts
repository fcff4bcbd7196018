import { DIALECT_SQS } from '../../../../bytes/index.js';
import type { Delivery, Translate } from '../../../../core/index.js';
import { derivedId } from '../../message/derived-id.js';
import { fromPivot } from '../../message/pivot.js';
import { readEnvelope } from '../../message/sqs-envelope.js';
import type { NotificationSource } from '../notification/notification-json.js';

/** Who the message is for, where it does not say so itself. */
interface For {
  readonly topicArn: string;
  readonly signatureVersion: string;
  readonly log: number;
}

/** A message to be posted, copied out of its delivery. What another dialect published to the topic's exchange is a notification like any. */
export function readPosted(delivery: Delivery, to: For, translate: Translate): NotificationSource {
  const { dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd, seq, timestampMs } = delivery;
  if (dialect === DIALECT_SQS) {
    const { messageId, attributes, topic } = readEnvelope(envelope, envelopeStart, envelopeEnd);
    const text = Buffer.from(body.buffer, body.byteOffset + bodyStart, bodyEnd - bodyStart).toString();
    return { messageId, attributes, text, topic: topic ?? part(to, timestampMs) };
  }
  const { body: text, attributes } = fromPivot(
    translate(dialect, envelope, envelopeStart, envelopeEnd, body, bodyStart, bodyEnd),
  );
  return { messageId: derivedId(to.log, seq), attributes, text, topic: part(to, timestampMs) };
}

function part({ topicArn, signatureVersion }: For, publishedMs: number): NotificationSource['topic'] {
  return {
    form: 'notification',
    topicArn,
    subject: '',
    publishedMs,
    sequenceNumber: '',
    signatureVersion,
    subscriptionArn: '',
  };
}
