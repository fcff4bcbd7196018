import { hash } from 'node:crypto';
import type { Host, QueueInfo } from '../../../core/index.js';
import { maxMessageBytes } from '../queue/queue-attribute.js';
import { hasContentBasedDeduplication } from '../queue/sqs-queue.js';
import { invalidParameter, invalidValue, missingParameter, ServiceError } from '../wire/service-error.js';
import { integer, mapOf, optional, required, text, type ValueOf, structure } from '../wire/shape.js';
import { derivedId } from './derived-id.js';
import {
  attributeBytes,
  checkMessageAttributes,
  checkTraceHeader,
  isAllowedText,
  type MessageAttribute,
  messageAttributes,
  messageAttributeValue,
} from './message-attribute.js';
import { digestOfAttributes, digestOfBody } from './message-digest.js';
import { OutgoingMessage } from './outgoing-message.js';
import { sequenceNumber } from './sequence-number.js';

const maxDelaySeconds = 900;
const fifoId = /^[0-9A-Za-z!"#$%&'()*+,./:;<=>?@[\\\]^_`{|}~-]{1,128}$/;

/** What SendMessage and an entry of SendMessageBatch have in common. */
export const messageMembers = {
  MessageBody: required(text),
  DelaySeconds: optional(integer),
  MessageAttributes: optional(messageAttributes, 'MessageAttribute'),
  MessageSystemAttributes: optional(mapOf(messageAttributeValue), 'MessageSystemAttribute'),
  MessageDeduplicationId: optional(text),
  MessageGroupId: optional(text),
} as const;

export const sentMembers = {
  MessageId: required(text),
  MD5OfMessageBody: required(text),
  MD5OfMessageAttributes: optional(text),
  MD5OfMessageSystemAttributes: optional(text),
  SequenceNumber: optional(text),
} as const;

const message = structure(messageMembers);
const sent = structure(sentMembers);

type Message = ValueOf<typeof message>;
export type Sent = ValueOf<typeof sent>;

/** A message that may be sent: checked, with everything that is computed from it alone. */
export interface CheckedMessage {
  readonly body: string;
  readonly bodyBytes: number;
  readonly attributes: readonly MessageAttribute[];
  /** Trace header given as a system attribute. */
  readonly trace: string | undefined;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  /** -1: the queue's own. */
  readonly delayMs: number;
}

/** The size of a message as limits count it: body, and names, types and values of its attributes, in bytes. */
export function messageBytes(given: Message): number {
  let bytes = Buffer.byteLength(given.MessageBody);
  for (const [name, { DataType: dataType, StringValue: string, BinaryValue: binary }] of given.MessageAttributes) {
    bytes += attributeBytes({ name, dataType, value: binary ?? string ?? '' });
  }
  return bytes;
}

/** Checks one message for `queue`. `where` words the size error, which differs inside a batch. Throws {@link ServiceError}. */
export function checkMessage(queue: QueueInfo, given: Message, where: 'single' | 'batch'): CheckedMessage {
  const body = given.MessageBody;
  if (body === '') throw missingParameter('MessageBody');
  const limit = Math.min(queue.settings.maxMessageBytes ?? maxMessageBytes, maxMessageBytes);
  if (messageBytes(given) > limit) {
    const parameters = where === 'single' ? 'are invalid' : 'cannot be validated';
    throw invalidParameter(
      `One or more parameters ${parameters}. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  if (!isAllowedText(body)) {
    throw new ServiceError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  const attributes = checkMessageAttributes(given.MessageAttributes);
  const trace = checkTraceHeader(given.MessageSystemAttributes);
  checkFifoId('MessageDeduplicationId', given.MessageDeduplicationId);
  checkFifoId('MessageGroupId', given.MessageGroupId);
  return {
    body,
    bodyBytes: Buffer.byteLength(body),
    attributes,
    trace,
    group: groupOf(queue, given),
    deduplicationId: deduplicationIdOf(queue, given),
    delayMs: delayOf(queue, given.DelaySeconds),
  };
}

/** Checks a group, deduplication or attempt id. Throws InvalidParameterValue. */
export function checkFifoId(name: string, value: string | undefined): void {
  if (value === undefined || fifoId.test(value)) return;
  throw invalidValue(
    name,
    value,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function groupOf(queue: QueueInfo, given: Message): string | undefined {
  if (queue.grouped && given.MessageGroupId === undefined) throw missingParameter('MessageGroupId');
  return given.MessageGroupId;
}

function deduplicationIdOf(queue: QueueInfo, given: Message): string | undefined {
  const id = given.MessageDeduplicationId;
  if (!queue.grouped) {
    if (id === undefined) return undefined;
    throw invalidValue(
      'MessageDeduplicationId',
      id,
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  if (id !== undefined) return id;
  if (hasContentBasedDeduplication(queue)) return hash('sha256', given.MessageBody, 'hex');
  throw missingDeduplicationId();
}

export function missingDeduplicationId(): ServiceError {
  return invalidParameter(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function delayOf(queue: QueueInfo, seconds: number | undefined): number {
  if (seconds === undefined || (queue.grouped && seconds === 0)) return -1;
  if (queue.grouped) {
    throw invalidValue('DelaySeconds', seconds, 'The request include parameter that is not valid for this queue type.');
  }
  if (seconds < 0 || seconds > maxDelaySeconds) {
    throw invalidValue('DelaySeconds', seconds, `DelaySeconds must be >= 0 and <= ${maxDelaySeconds}.`);
  }
  return seconds * 1000;
}

/** Publishes checked messages. */
export class Sender {
  readonly #host: Host;
  readonly #outgoing = new OutgoingMessage();

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Publishes and says what to answer; not to be sent before `flush` is stable. `callerTrace`: the trace header of the request, for a message that
   * has none of its own. Throws BrokerError, or RequestThrottled when the queue's length limit refuses the message.
   */
  send(
    queue: QueueInfo,
    checked: CheckedMessage,
    callerTrace: string | undefined,
  ): { readonly sent: Sent; readonly flush: number } {
    const { broker } = this.#host;
    const bodyDigest = digestOfBody(checked.body);
    const identity = (acceptedMs: number): string =>
      checked.deduplicationId === undefined
        ? this.#host.randomUuid()
        : fifoMessageId(queue, checked.deduplicationId, checked.group, acceptedMs);
    const messageId = identity(broker.nowMs);
    const outgoing = this.#outgoing;
    const envelope = { messageId, bodyDigest, trace: checked.trace ?? callerTrace, attributes: checked.attributes };
    outgoing.fill(checked.body, checked.bodyBytes, envelope, keyOf(checked), checked.delayMs);
    outgoing.group = checked.group;
    outgoing.deduplicationId = checked.deduplicationId;
    const outcome = broker.publish(broker.routeToQueue(queue.handle), outgoing);
    if (outcome.refused > 0) throw new ServiceError('RequestThrottled', 'The queue is at its length limit.');
    const { attributes, trace } = checked;
    const sent: Sent = {
      MessageId: outcome.duplicate ? identity(outcome.acceptedMs) : messageId,
      MD5OfMessageBody: bodyDigest,
      MD5OfMessageAttributes: attributes.length === 0 ? undefined : digestOfAttributes(attributes),
      MD5OfMessageSystemAttributes:
        trace === undefined
          ? undefined
          : digestOfAttributes([{ name: 'AWSTraceHeader', dataType: 'String', value: trace }]),
      SequenceNumber: queue.grouped ? sequenceNumber(outcome.seq) : undefined,
    };
    return { sent, flush: outcome.flush };
  }
}

/**
 * The id of a FIFO message follows from what makes it unique: queue, deduplication id and the time at which the window of that id began. So the answer
 * to a duplicate has the id of the original, also when that is deleted already, and no list of ids has to be kept.
 */
export function fifoMessageId(
  queue: QueueInfo,
  deduplicationId: string,
  group: string | undefined,
  acceptedMs: number,
): string {
  const scope = queue.settings.deduplicationScope === 'group' ? group : '';
  return derivedId(queue.log, deduplicationId, scope, acceptedMs);
}

/** The record key for a queue that Kafka reads, too. */
function keyOf(checked: CheckedMessage): string | undefined {
  const own = checked.attributes.find(({ name }) => name === 'x-partition-key');
  return typeof own?.value === 'string' ? own.value : checked.group;
}
