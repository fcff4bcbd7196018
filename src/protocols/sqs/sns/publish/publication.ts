import { hash } from 'node:crypto';
import { attributeBytes, type MessageAttribute } from '../../message/message-attribute.js';
import { optional, text, type ValueOf, structure } from '../../wire/shape.js';
import { invalid, missing } from '../sns-error.js';
import { standardMessageBytes } from '../topic/topic-attribute.js';
import type { Topic } from '../topic/topic.js';
import { checkAttributes, messageAttributes } from './message-attributes.js';

/** What Publish and an entry of PublishBatch have in common. */
export const publicationMembers = {
  Message: optional(text),
  Subject: optional(text),
  MessageStructure: optional(text),
  MessageAttributes: optional(messageAttributes),
  MessageDeduplicationId: optional(text),
  MessageGroupId: optional(text),
} as const;

const given = structure(publicationMembers);
export type Given = ValueOf<typeof given>;

/** A message that may be published: checked, with everything that follows from it alone. */
export interface Publication {
  /** What every subscriber gets for whom there is nothing else. */
  readonly text: string;
  /** By protocol, where MessageStructure is json. */
  readonly texts: ReadonlyMap<string, string>;
  readonly subject: string;
  readonly attributes: readonly MessageAttribute[];
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sizeBytes: number;
}

const maxSubject = 100;
const fifoId = /^[0-9A-Za-z!"#$%&'()*+,./:;<=>?@[\\\]^_`{|}~-]{1,128}$/;

/** Checks one message for a topic; `at`: see {@link checkAttributes}. Throws {@link SnsError} with the service's wording. */
export function checkPublication(topic: Topic, message: Given, at = ''): Publication {
  const { Message: body, Subject: subject, MessageStructure: form } = message;
  if (subject !== undefined && !isSubject(subject)) throw invalid('Subject');
  if (body === undefined) throw missing(`${at}message`);
  if (body === '') throw invalid('Empty message');
  const attributes = checkAttributes(message.MessageAttributes, at);
  const sizeBytes = attributes.reduce((bytes, each) => bytes + attributeBytes(each), Buffer.byteLength(body));
  if (sizeBytes > maxBytesOf(topic)) throw invalid('Message too long');
  if (form !== undefined && form !== '' && form !== 'json') throw invalid('MessageStructure');
  const texts = form === 'json' ? textsByProtocol(body) : new Map<string, string>();
  return {
    text: texts.get('default') ?? body,
    texts,
    subject: subject ?? '',
    attributes,
    group: groupOf(topic, message.MessageGroupId),
    deduplicationId: deduplicationIdOf(topic, message),
    sizeBytes,
  };
}

export function maxBytesOf(topic: Topic): number {
  return Number(topic.record.attributes['MaximumMessageSize'] ?? standardMessageBytes);
}

/** ASCII text that begins with a letter, number or punctuation mark, without line breaks or control characters (Publish). */
function isSubject(subject: string): boolean {
  return subject.length <= maxSubject && /^[\u0021-\u007e][\u0020-\u007e]*$/.test(subject);
}

function textsByProtocol(body: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  // What is not text counts as not there.
  const texts = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  if (!texts.has('default')) throw invalid('Message Structure - No default entry in JSON message body');
  return texts;
}

function groupOf(topic: Topic, group: string | undefined): string | undefined {
  if (topic.fifo && group === undefined) throw invalid('The MessageGroupId parameter is required for FIFO topics');
  if (group !== undefined && !fifoId.test(group)) throw unusable('MessageGroupId');
  return group;
}

function deduplicationIdOf(topic: Topic, message: Given): string | undefined {
  const { MessageDeduplicationId: id } = message;
  if (!topic.fifo) {
    if (id === undefined) return undefined;
    throw invalid(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  if (id !== undefined) {
    if (!fifoId.test(id)) throw unusable('MessageDeduplicationId');
    return id;
  }
  if (topic.record.attributes['ContentBasedDeduplication'] === 'true')
    return hash('sha256', message.Message ?? '', 'hex');
  throw invalid(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function unusable(parameter: string): Error {
  const rule = 'can only include alphanumeric and punctuation characters. 1 to 128 in length';
  return invalid(`${parameter} Reason: ${parameter} ${rule}`);
}
