import { isUtf8 } from 'node:buffer';
import type { Delivery, PivotHeader, PivotMessage, PivotValue } from '../../core/index.js';
import type { BasicProperties } from './basic-properties.js';
import type { FieldTable, FieldValue } from './field-table.js';

const int32Limit = 2n ** 31n;
const int64Limit = 2n ** 63n;
const persistent = 2;

/** The properties under which a message of another dialect is delivered to an AMQP client. */
export function fromPivot(pivot: PivotMessage, delivery: Pick<Delivery, 'timestampMs' | 'priority'>): BasicProperties {
  const properties: BasicProperties = { deliveryMode: persistent };
  const texts = [
    'contentType',
    'contentEncoding',
    'messageId',
    'correlationId',
    'replyTo',
    'type',
    'appId',
    'userId',
  ] as const;
  for (const name of texts) {
    const text = pivot[name];
    if (text !== undefined) properties[name] = text;
  }
  const priority = pivot.priority ?? delivery.priority;
  if (priority >= 0) properties.priority = Math.min(priority, 255);
  const timestampMs = pivot.timestampMs ?? delivery.timestampMs;
  if (timestampMs > 0) properties.timestamp = BigInt(Math.floor(timestampMs / 1000));
  const headers = fieldsOf(pivot.headers);
  if (pivot.key !== undefined) headers.set('x-partition-key', textOrBytes(pivot.key));
  if (pivot.group !== undefined) headers.set('x-group-id', textField(pivot.group));
  if (pivot.deduplicationId !== undefined) headers.set('x-deduplication-header', textField(pivot.deduplicationId));
  if (headers.size > 0) properties.headers = headers;
  return properties;
}

function fieldsOf(headers: readonly PivotHeader[]): Map<string, FieldValue> {
  return new Map(headers.map(({ name, value }) => [name, fieldFrom(value)]));
}

function fieldFrom(value: PivotValue): FieldValue {
  switch (value.kind) {
    case 'string':
    case 'number':
      return textField(value.value);
    case 'binary':
      return bytesField(value.value);
    case 'integer':
      return integerField(value.value);
    case 'double':
      return { type: 'd', value: value.value };
    case 'boolean':
      return { type: 't', value: value.value };
    case 'timestamp':
      return { type: 'T', value: BigInt.asUintN(64, value.seconds) };
    case 'null':
      return { type: 'V' };
    case 'list':
      return { type: 'A', value: value.items.map(fieldFrom) };
    case 'table':
      return { type: 'F', value: fieldsOf(value.entries) satisfies FieldTable };
  }
}

function integerField(value: bigint): FieldValue {
  if (value >= -int32Limit && value < int32Limit) return { type: 'I', value: Number(value) };
  if (value >= -int64Limit && value < int64Limit) return { type: 'l', value };
  return textField(String(value));
}

function textField(value: string): FieldValue {
  return { type: 'S', value: Buffer.from(value) };
}

function bytesField(value: Uint8Array): FieldValue {
  return { type: 'x', value: Buffer.from(value.buffer, value.byteOffset, value.length) };
}

/** Bytes that are usually text, such as keys: as text where they are. */
function textOrBytes(value: Uint8Array): FieldValue {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  return isUtf8(value) ? { type: 'S', value: bytes } : { type: 'x', value: bytes };
}
