import type { Delivery, QueueInfo } from '../../../core/index.js';
import { mapOf, optional, required, structure, text, type ValueOf } from '../wire/shape.js';
import { type MessageAttribute, messageAttributes } from './message-attribute.js';
import { digestOfAttributes } from './message-digest.js';
import type { ReadableMessage } from './readable-message.js';
import { sequenceNumber } from './sequence-number.js';

/** Message of the service model. */
export const receivedMessage = structure({
  MessageId: required(text),
  ReceiptHandle: required(text),
  MD5OfBody: required(text),
  Body: required(text),
  Attributes: optional(mapOf(text), 'Attribute'),
  MD5OfMessageAttributes: optional(text),
  MessageAttributes: optional(messageAttributes, 'MessageAttribute'),
});

export type ReceivedMessage = ValueOf<typeof receivedMessage>;

/** Which attributes a receive asked for. */
export interface WantedAttributes {
  /** AttributeNames and MessageSystemAttributeNames together. */
  readonly system: ReadonlySet<string>;
  /** MessageAttributeNames: names, `All`, `.*`, `*`, or a prefix before `.*`. */
  readonly message: readonly string[];
}

/** What of a delivery does not stand in the message itself. */
export interface ReceiveContext {
  readonly queue: QueueInfo;
  readonly wanted: WantedAttributes;
  /** The owner of the queue, who is shown as the sender. */
  readonly account: string;
  /** Scheme and host that the receiver reached this front by. */
  readonly origin: string;
  arnOf(queueName: string): string;
}

/** A message as the receive shows it: the attributes that were asked for, and a digest over just these. */
export function showMessage(
  message: ReadableMessage,
  delivery: Delivery,
  receiptHandle: string,
  context: ReceiveContext,
): ReceivedMessage {
  const attributes = message.attributes.filter(({ name }) => isWanted(name, context.wanted.message));
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.bodyDigest,
    Body: message.body,
    Attributes: systemAttributes(message, delivery, context),
    MD5OfMessageAttributes: attributes.length === 0 ? undefined : digestOfAttributes(attributes),
    MessageAttributes: new Map(attributes.map((attribute) => [attribute.name, toWire(attribute)])),
  };
}

function toWire({ dataType, value }: MessageAttribute): ValueOf<typeof messageAttributes.value> {
  return {
    StringValue: typeof value === 'string' ? value : undefined,
    BinaryValue: typeof value === 'string' ? undefined : value,
    StringListValues: [],
    BinaryListValues: [],
    DataType: dataType,
  };
}

function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.some((want) => {
    if (want === 'All' || want === '.*' || want === '*') return true;
    return want.endsWith('.*') ? name.startsWith(want.slice(0, -2)) : name === want;
  });
}

function systemAttributes(message: ReadableMessage, delivery: Delivery, context: ReceiveContext): Map<string, string> {
  const { system } = context.wanted;
  const attributes = new Map<string, string>();
  if (system.size === 0) return attributes;
  const all = system.has('All');
  const show = (name: string, value: string | undefined): void => {
    if (value !== undefined && (all || system.has(name))) attributes.set(name, value);
  };
  show('SenderId', context.account);
  show('SentTimestamp', String(delivery.timestampMs));
  show('ApproximateReceiveCount', String(delivery.attempts));
  show('ApproximateFirstReceiveTimestamp', String(delivery.firstAcquiredMs));
  show('MessageGroupId', delivery.group);
  if (context.queue.grouped) {
    show('SequenceNumber', sequenceNumber(delivery.seq));
    show('MessageDeduplicationId', delivery.deduplicationId);
  }
  show('AWSTraceHeader', message.trace);
  if (all || system.has('DeadLetterQueueSourceArn')) {
    const source = delivery.history()[0]?.queue;
    show('DeadLetterQueueSourceArn', source === undefined ? undefined : context.arnOf(source));
  }
  return attributes;
}
