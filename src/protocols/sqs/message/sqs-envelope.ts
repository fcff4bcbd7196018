import { readU16, readU32, writeU16, writeU32 } from '../../../bytes/index.js';
import type { MessageAttribute } from './message-attribute.js';

/** What SQS keeps of a message beside its body. */
export interface SqsEnvelope {
  /** A UUID with its dashes. */
  readonly messageId: string;
  /** MD5 of the body, 32 hex digits. */
  readonly bodyDigest: string;
  /** X-Ray trace header, or undefined. */
  readonly trace: string | undefined;
  readonly attributes: readonly MessageAttribute[];
  /** What it had from the topic that it came through. */
  readonly topic?: TopicPart | undefined;
}

/** What SNS adds to a message. The notification that a reader sees is made of it when it is read. */
export interface TopicPart {
  /** As it is shown: the message alone, or wrapped into the JSON of a notification or of a request to confirm. */
  readonly form: 'raw' | 'notification' | 'confirmation';
  readonly topicArn: string;
  /** Empty: none. */
  readonly subject: string;
  /** ms since the epoch. */
  readonly publishedMs: number;
  /** Of a FIFO topic; empty: none. */
  readonly sequenceNumber: string;
  /** Empty: not signed. */
  readonly signatureVersion: string;
  /** Empty: it follows from topic and queue. */
  readonly subscriptionArn: string;
}

const version = 1;
const hasTrace = 1;
const hasTopic = 2;
const topicForms: readonly TopicPart['form'][] = ['raw', 'notification', 'confirmation'];
const fixedBytes = 36;

/**
 * The envelope of an SQS message in the store. Big-endian; texts are UTF-8.
 *
 *    0  u8   version
 *    1  16   message id
 *   17  16   MD5 of the body
 *   33  u8   flags: 1 a trace header follows, 2 what a topic added follows
 *   34  u16  attributes
 *   36       trace header, if any: u16 length, text
 *            of a topic, if any: u8 form · f64 published, ms · as u16 length and text each: topic ARN, subject, sequence
 *            number, signature version, subscription ARN
 *            per attribute: u16 length, name · u16 length, data type · u8 1 text, 2 bytes · u32 length, value
 */
export class EnvelopeWriter {
  #bytes: Buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes written last; valid until the next {@link write}. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  write(envelope: SqsEnvelope): void {
    this.#length = 0;
    this.#reserve(fixedBytes);
    const bytes = this.#bytes;
    bytes[0] = version;
    bytes.write(envelope.messageId.replaceAll('-', ''), 1, 'hex');
    bytes.write(envelope.bodyDigest, 17, 'hex');
    const { topic } = envelope;
    bytes[33] = (envelope.trace === undefined ? 0 : hasTrace) | (topic === undefined ? 0 : hasTopic);
    writeU16(bytes, 34, envelope.attributes.length);
    this.#length = fixedBytes;
    if (envelope.trace !== undefined) this.#shortText(envelope.trace);
    if (topic !== undefined) this.#topic(topic);
    for (const { name, dataType, value } of envelope.attributes) {
      this.#shortText(name);
      this.#shortText(dataType);
      this.#value(value);
    }
  }

  #topic(topic: TopicPart): void {
    this.#reserve(9);
    this.#bytes[this.#length] = topicForms.indexOf(topic.form);
    this.#bytes.writeDoubleBE(topic.publishedMs, this.#length + 1);
    this.#length += 9;
    for (const text of [topic.topicArn, topic.subject, topic.sequenceNumber, topic.signatureVersion])
      this.#shortText(text);
    this.#shortText(topic.subscriptionArn);
  }

  #shortText(text: string): void {
    const length = Buffer.byteLength(text);
    this.#reserve(2 + length);
    writeU16(this.#bytes, this.#length, length);
    this.#bytes.write(text, this.#length + 2);
    this.#length += 2 + length;
  }

  #value(value: string | Uint8Array): void {
    const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
    this.#reserve(5 + length);
    this.#bytes[this.#length] = typeof value === 'string' ? 1 : 2;
    writeU32(this.#bytes, this.#length + 1, length);
    if (typeof value === 'string') this.#bytes.write(value, this.#length + 5);
    else this.#bytes.set(value, this.#length + 5);
    this.#length += 5 + length;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads an envelope that {@link EnvelopeWriter} wrote; values are copied out of `source`. */
export function readEnvelope(source: Uint8Array, start: number, end: number): SqsEnvelope {
  const bytes = Buffer.from(source.buffer, source.byteOffset + start, end - start);
  if (bytes.length < fixedBytes || bytes[0] !== version)
    throw new Error('not an SQS envelope of a version that is known here');
  let at = fixedBytes;
  const shortText = (): string => {
    const length = readU16(bytes, at);
    at += 2 + length;
    return bytes.toString('utf8', at - length, at);
  };
  const trace = (bytes[33] & hasTrace) === 0 ? undefined : shortText();
  let topic: TopicPart | undefined;
  if ((bytes[33] & hasTopic) !== 0) {
    const form = topicForms[bytes[at]];
    const publishedMs = bytes.readDoubleBE(at + 1);
    at += 9;
    topic = {
      form,
      publishedMs,
      topicArn: shortText(),
      subject: shortText(),
      sequenceNumber: shortText(),
      signatureVersion: shortText(),
      subscriptionArn: shortText(),
    };
  }
  const attributes: MessageAttribute[] = [];
  for (let count = readU16(bytes, 34); count > 0; count -= 1) {
    const name = shortText();
    const dataType = shortText();
    const isText = bytes[at] === 1;
    const length = readU32(bytes, at + 1);
    at += 5 + length;
    const value = isText ? bytes.toString('utf8', at - length, at) : new Uint8Array(bytes.subarray(at - length, at));
    attributes.push({ name, dataType, value });
  }
  return {
    messageId: uuidText(bytes.toString('hex', 1, 17)),
    bodyDigest: bytes.toString('hex', 17, 33),
    trace,
    attributes,
    topic,
  };
}

/** 32 hex digits with the dashes of a UUID. */
export function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
