import { DecodeError, decodeTable, encodeTable, endOfTable, tableSize, type FieldTable } from './field-table.js';
import { shortStringSize, writeShortString } from './short-string.js';

/** The properties of a basic message (AMQP 0-9-1 section 1.8.3), those that were set. */
export interface BasicProperties {
  contentType?: string;
  contentEncoding?: string;
  headers?: FieldTable;
  deliveryMode?: number;
  priority?: number;
  correlationId?: string;
  replyTo?: string;
  expiration?: string;
  messageId?: string;
  /** Seconds since 1970 by convention; any 64-bit number is passed on. */
  timestamp?: bigint;
  type?: string;
  userId?: string;
  appId?: string;
  clusterId?: string;
}

type PropertyKind = 'shortstr' | 'table' | 'octet' | 'timestamp';

/** In wire order; the first one is flagged by bit 15 of the flags word, the last by bit 2. */
const properties: readonly (readonly [name: keyof BasicProperties, kind: PropertyKind])[] = [
  ['contentType', 'shortstr'],
  ['contentEncoding', 'shortstr'],
  ['headers', 'table'],
  ['deliveryMode', 'octet'],
  ['priority', 'octet'],
  ['correlationId', 'shortstr'],
  ['replyTo', 'shortstr'],
  ['expiration', 'shortstr'],
  ['messageId', 'shortstr'],
  ['timestamp', 'timestamp'],
  ['type', 'shortstr'],
  ['userId', 'shortstr'],
  ['appId', 'shortstr'],
  ['clusterId', 'shortstr'],
];

/**
 * Skips the flag words at `start` and returns where the values begin. Only the first word carries known flags; the
 * lowest bit of a word announces another one.
 */
function endOfFlags(bytes: Buffer, start: number, end: number): number {
  let at = start;
  do {
    at += 2;
    if (at > end) throw new DecodeError('truncated property flags');
  } while ((bytes[at - 1] & 1) !== 0);
  return at;
}

/** Decodes flags and values in `[start, end)`, a content header's payload from its flags on. @throws DecodeError */
export function decodeProperties(bytes: Buffer, start: number, end: number): BasicProperties {
  const result: Record<string, unknown> = {};
  let at = endOfFlags(bytes, start, end);
  const flags = bytes.readUInt16BE(start);
  for (const [index, [name, kind]] of properties.entries()) {
    if ((flags & (0x8000 >> index)) === 0) continue;
    const valueEnd = endOfProperty(kind, bytes, at, end);
    if (kind === 'shortstr') result[name] = bytes.toString('utf8', at + 1, valueEnd);
    else if (kind === 'octet') result[name] = bytes[at];
    else if (kind === 'timestamp') result[name] = bytes.readBigUInt64BE(at);
    else result[name] = decodeTable(bytes, at, valueEnd);
    at = valueEnd;
  }
  return result;
}

function endOfProperty(kind: PropertyKind, bytes: Buffer, at: number, end: number): number {
  let valueEnd: number;
  if (kind === 'shortstr') valueEnd = at < end ? at + 1 + bytes[at] : end + 1;
  else if (kind === 'octet') valueEnd = at + 1;
  else if (kind === 'timestamp') valueEnd = at + 8;
  else return endOfTable(bytes, at, end);
  if (valueEnd > end) throw new DecodeError('truncated properties');
  return valueEnd;
}

/** Flags and values, as they stand in a content header after the body size. */
export function encodeProperties(values: BasicProperties): Buffer {
  let size = 2;
  for (const [name, kind] of properties) {
    const value = values[name];
    if (value === undefined) continue;
    if (kind === 'shortstr') size += shortStringSize(value as string);
    else if (kind === 'octet') size += 1;
    else if (kind === 'timestamp') size += 8;
    else size += tableSize(value as FieldTable);
  }
  const target = Buffer.allocUnsafe(size);
  let flags = 0;
  let at = 2;
  for (const [index, [name, kind]] of properties.entries()) {
    const value = values[name];
    if (value === undefined) continue;
    flags |= 0x8000 >> index;
    if (kind === 'shortstr') at = writeShortString(value as string, target, at);
    else if (kind === 'octet') at = target.writeUInt8(value as number, at);
    else if (kind === 'timestamp') at = target.writeBigUInt64BE(value as bigint, at);
    else at = encodeTable(value as FieldTable, target, at);
  }
  target.writeUInt16BE(flags, 0);
  return target.subarray(0, at);
}

const contentTypeFlags = 0xc000;
const headersFlag = 0x2000;
const deliveryModeFlag = 0x1000;
const priorityFlag = 0x0800;
const correlationIdFlag = 0x0400;
const replyToFlag = 0x0200;
const expirationFlag = 0x0100;
const messageIdFlag = 0x0080;
const timestampFlag = 0x0040;
const typeFlag = 0x0020;
const userIdFlag = 0x0010;

/**
 * What the broker itself must know of a message's properties, found without creating a value: one instance is read
 * again for every publish. Positions refer to the buffer given to `read`; a start of -1 means the property is unset.
 */
export class PropertyScan {
  deliveryMode = 0;
  priority = -1;
  headersStart = -1;
  headersEnd = -1;
  replyToStart = -1;
  replyToEnd = -1;
  expirationStart = -1;
  expirationEnd = -1;
  userIdStart = -1;
  userIdEnd = -1;

  /** @throws DecodeError when a value reaches beyond `end` */
  read(bytes: Buffer, start: number, end: number): void {
    this.deliveryMode = 0;
    this.priority = -1;
    this.headersStart = -1;
    this.replyToStart = -1;
    this.expirationStart = -1;
    this.userIdStart = -1;
    const flags = start + 2 <= end ? (bytes[start] << 8) | bytes[start + 1] : 0;
    let at = endOfFlags(bytes, start, end);
    for (let bit = 0x8000; (bit & contentTypeFlags) !== 0; bit >>= 1) {
      if ((flags & bit) !== 0) at = afterShortString(bytes, at, end);
    }
    if ((flags & headersFlag) !== 0) {
      this.headersStart = at;
      at = endOfTable(bytes, at, end);
      this.headersEnd = at;
    }
    if ((flags & deliveryModeFlag) !== 0) this.deliveryMode = bytes[at++];
    if ((flags & priorityFlag) !== 0) this.priority = bytes[at++];
    if ((flags & correlationIdFlag) !== 0) at = afterShortString(bytes, at, end);
    if ((flags & replyToFlag) !== 0) {
      this.replyToStart = at + 1;
      at = afterShortString(bytes, at, end);
      this.replyToEnd = at;
    }
    if ((flags & expirationFlag) !== 0) {
      this.expirationStart = at + 1;
      at = afterShortString(bytes, at, end);
      this.expirationEnd = at;
    }
    if ((flags & messageIdFlag) !== 0) at = afterShortString(bytes, at, end);
    if ((flags & timestampFlag) !== 0) at += 8;
    if ((flags & typeFlag) !== 0) at = afterShortString(bytes, at, end);
    if ((flags & userIdFlag) !== 0) {
      this.userIdStart = at + 1;
      at = afterShortString(bytes, at, end);
      this.userIdEnd = at;
    }
    for (let bit = userIdFlag >> 1; bit > 2; bit >>= 1) {
      if ((flags & bit) !== 0) at = afterShortString(bytes, at, end);
    }
    if (at > end) throw new DecodeError('truncated properties');
  }
}

function afterShortString(bytes: Buffer, at: number, end: number): number {
  if (at >= end) throw new DecodeError('truncated properties');
  const next = at + 1 + bytes[at];
  if (next > end) throw new DecodeError('truncated properties');
  return next;
}
