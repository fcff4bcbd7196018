import { DIALECT_SQS } from '../../../bytes/index.js';
import {
  type DialectTranslation,
  pivotAsJson,
  type PivotMessage,
  pivotOf,
  type PivotValue,
} from '../../../core/index.js';
import { isAllowedText, type MessageAttribute } from './message-attribute.js';
import { readEnvelope } from './sqs-envelope.js';

/**
 * Message attributes that stand for what other dialects have as properties of their own. They are shown to SQS readers of such messages, and an
 * SQS sender who sets one gives its message that property.
 */
const propertyAttributes = {
  'rosettamq.content_type': 'contentType',
  'rosettamq.content_encoding': 'contentEncoding',
  'rosettamq.message_id': 'messageId',
  'rosettamq.correlation_id': 'correlationId',
  'rosettamq.reply_to': 'replyTo',
  'rosettamq.type': 'type',
  'rosettamq.app_id': 'appId',
  'rosettamq.user_id': 'userId',
  'rosettamq.exchange': 'exchange',
  'rosettamq.routing_key': 'routingKey',
} as const satisfies Record<string, keyof PivotMessage>;

type PropertyAttribute = keyof typeof propertyAttributes;
const propertyNames = Object.keys(propertyAttributes) as readonly PropertyAttribute[];

const keyAttribute = 'rosettamq.key';
const priorityAttribute = 'rosettamq.priority';
const timestampAttribute = 'rosettamq.timestamp';
/** The Subject of a message that was published with SNS. */
const subjectHeader = 'rosettamq.subject';
/** Says that the body is base64 of bytes that are no text; set on the way in, it makes the body bytes for other dialects. */
const bodyEncodingAttribute = 'rosettamq.body_encoding';

/** SQS's side of the translation between dialects, on the way from SQS. */
export const sqsTranslation: DialectTranslation = { dialect: DIALECT_SQS, toPivot };

function toPivot(
  envelope: Uint8Array,
  envelopeStart: number,
  envelopeEnd: number,
  body: Uint8Array,
  bodyStart: number,
  bodyEnd: number,
): PivotMessage {
  const { messageId, trace, attributes, topic } = readEnvelope(envelope, envelopeStart, envelopeEnd);
  const pivot = pivotOf(body.subarray(bodyStart, bodyEnd));
  pivot.messageId = messageId;
  for (const attribute of attributes) {
    if (!takeProperty(pivot, attribute)) pivot.headers.push({ name: attribute.name, value: valueOf(attribute) });
  }
  if (topic !== undefined) {
    pivot.timestampMs ??= topic.publishedMs;
    if (topic.subject !== '')
      pivot.headers.push({ name: subjectHeader, value: { kind: 'string', value: topic.subject } });
  }
  if (trace !== undefined) pivot.headers.push({ name: 'AWSTraceHeader', value: { kind: 'string', value: trace } });
  return pivot;
}

/** Puts an attribute that stands for a property where it belongs. False when it is an ordinary one. */
function takeProperty(pivot: PivotMessage, { name, value }: MessageAttribute): boolean {
  if (name === keyAttribute) {
    pivot.key = typeof value === 'string' ? Buffer.from(value) : value;
    return true;
  }
  if (typeof value !== 'string') return false;
  if (Object.hasOwn(propertyAttributes, name)) {
    pivot[propertyAttributes[name as PropertyAttribute]] = value;
    return true;
  }
  if (name === priorityAttribute && /^[0-9]{1,3}$/.test(value)) {
    pivot.priority = Math.min(Number(value), 255);
    return true;
  }
  if (name === timestampAttribute && /^[0-9]{1,15}$/.test(value)) {
    pivot.timestampMs = Number(value);
    return true;
  }
  if (name === bodyEncodingAttribute && value === 'base64') {
    pivot.body = Buffer.from(Buffer.from(pivot.body).toString('latin1'), 'base64');
    return true;
  }
  return false;
}

/** The labels under which values of kinds that SQS does not have come back as what they were. */
function valueOf({ dataType, value }: MessageAttribute): PivotValue {
  const dot = dataType.indexOf('.');
  const label = dot < 0 ? {} : { label: dataType.slice(dot + 1) };
  if (typeof value !== 'string') return { kind: 'binary', value, ...label };
  switch (dataType) {
    case 'String.boolean':
      return { kind: 'boolean', value: value === 'true' };
    case 'String.null':
      return { kind: 'null' };
    case 'Number.timestamp':
      if (/^-?[0-9]{1,18}$/.test(value)) return { kind: 'timestamp', seconds: BigInt(value) };
      break;
    case 'Number.double':
    case 'String.double':
      return { kind: 'double', value: Number(value) };
  }
  if (!dataType.startsWith('Number')) return { kind: 'string', value, ...label };
  if (/^[+-]?[0-9]{1,18}$/.test(value)) return { kind: 'integer', value: BigInt(value), ...label };
  return { kind: 'number', value, ...label };
}

/** What an SQS reader sees of a message of another dialect. */
export interface Translated {
  readonly body: string;
  readonly attributes: readonly MessageAttribute[];
}

/** SQS's side of the translation, on the way to SQS. Nothing makes it fail: what SQS cannot carry is shown in the nearest form that it can. */
export function fromPivot(pivot: PivotMessage): Translated {
  const attributes: MessageAttribute[] = [];
  const text = textOf(pivot.body);
  if (text === undefined) attributes.push({ name: bodyEncodingAttribute, dataType: 'String', value: 'base64' });
  for (const name of propertyNames) {
    const value = pivot[propertyAttributes[name]];
    if (value !== undefined) attributes.push({ name, dataType: 'String', value: printable(value) });
  }
  if (pivot.key !== undefined) attributes.push(keyOf(pivot.key));
  if (pivot.priority !== undefined)
    attributes.push({ name: priorityAttribute, dataType: 'Number', value: String(pivot.priority) });
  if (pivot.timestampMs !== undefined) {
    attributes.push({ name: timestampAttribute, dataType: 'Number', value: String(pivot.timestampMs) });
  }
  for (const { name, value } of pivot.headers) attributes.push({ name: printable(name), ...attributeValue(value) });
  return { body: text ?? Buffer.from(pivot.body).toString('base64'), attributes };
}

function keyOf(key: Uint8Array): MessageAttribute {
  const text = textOf(key);
  return text === undefined
    ? { name: keyAttribute, dataType: 'Binary', value: new Uint8Array(key) }
    : { name: keyAttribute, dataType: 'String', value: text };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that the bytes are, or undefined when SQS could not carry it as text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = strictUtf8.decode(bytes);
    return isAllowedText(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Text without the characters that SQS does not allow. */
function printable(text: string): string {
  return isAllowedText(text)
    ? text
    : text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}

function attributeValue(value: PivotValue): { readonly dataType: string; readonly value: string | Uint8Array } {
  const labelled = (type: string): string =>
    'label' in value && value.label !== undefined ? `${type}.${value.label}` : type;
  switch (value.kind) {
    case 'string':
      return { dataType: labelled('String'), value: printable(value.value) };
    case 'binary':
      return { dataType: labelled('Binary'), value: new Uint8Array(value.value) };
    case 'integer':
      return { dataType: labelled('Number'), value: String(value.value) };
    case 'number':
      return { dataType: labelled('Number'), value: value.value };
    case 'double':
      return { dataType: Number.isFinite(value.value) ? 'Number.double' : 'String.double', value: String(value.value) };
    case 'boolean':
      return { dataType: 'String.boolean', value: String(value.value) };
    case 'timestamp':
      return { dataType: 'Number.timestamp', value: String(value.seconds) };
    case 'null':
      return { dataType: 'String.null', value: 'null' };
    case 'list':
    case 'table':
      return { dataType: 'String.json', value: printable(JSON.stringify(pivotAsJson(value, base64))) };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
