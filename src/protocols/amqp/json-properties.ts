import { BrokerError, type Declared, type DeclaredValue } from '../../core/index.js';
import type { BasicProperties } from './basic-properties.js';
import { keepArguments } from './declared-arguments.js';
import { tableOfJson } from './json-fields.js';

type Kind = 'text' | 'table' | 'octet' | 'integer';

/** By their names in RabbitMQ's JSON. */
const properties: readonly (readonly [json: string, name: keyof BasicProperties, kind: Kind])[] = [
  ['content_type', 'contentType', 'text'],
  ['content_encoding', 'contentEncoding', 'text'],
  ['headers', 'headers', 'table'],
  ['delivery_mode', 'deliveryMode', 'octet'],
  ['priority', 'priority', 'octet'],
  ['correlation_id', 'correlationId', 'text'],
  ['reply_to', 'replyTo', 'text'],
  ['expiration', 'expiration', 'text'],
  ['message_id', 'messageId', 'text'],
  ['timestamp', 'timestamp', 'integer'],
  ['type', 'type', 'text'],
  ['user_id', 'userId', 'text'],
  ['app_id', 'appId', 'text'],
  ['cluster_id', 'clusterId', 'text'],
];

/** Names that are no property are ignored, as RabbitMQ does. @throws BrokerError `invalid-argument` for a wrong type */
export function propertiesOfJson(json: Declared): BasicProperties {
  const result: Record<string, unknown> = {};
  for (const [key, name, kind] of properties) {
    const value = json[key];
    if (value !== undefined && value !== null) result[name] = valueOf(key, kind, value);
  }
  return result;
}

function valueOf(key: string, kind: Kind, value: DeclaredValue): unknown {
  if (kind === 'text' && typeof value === 'string') return value;
  if (kind === 'table' && typeof value === 'object') {
    // a table without entries may come as an empty list: a language of RabbitMQ's tools cannot tell them apart
    return tableOfJson(Array.isArray(value) ? {} : (value as Declared));
  }
  if (kind === 'octet' && Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256) return value;
  if (kind === 'integer' && Number.isSafeInteger(value) && (value as number) >= 0) return BigInt(value as number);
  throw new BrokerError('invalid-argument', `property ${key} has a value that it cannot have`, { field: key });
}

/** Those that are set. */
export function jsonOfProperties(values: BasicProperties): Declared {
  const result: Record<string, DeclaredValue> = {};
  for (const [key, name, kind] of properties) {
    if (name === 'headers') {
      if (values.headers !== undefined) result[key] = keepArguments(values.headers).arguments;
      continue;
    }
    const value = values[name];
    if (value === undefined) continue;
    result[key] = kind === 'integer' ? Number(value) : (value as string | number);
  }
  return result;
}
