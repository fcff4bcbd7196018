import type { RecordHeader } from '../../../bytes/index.js';
import { pivotAsJson, type PivotMessage, type PivotValue } from '../../../core/index.js';
import {
  EXCHANGE_HEADER,
  PRIORITY_HEADER,
  PROPERTY_HEADER_NAMES,
  PROPERTY_HEADERS,
  ROUTING_KEY_HEADER,
} from './property-headers.js';

/**
 * The record headers under which Kafka clients see a message of another dialect: its properties first, then its own
 * headers in their order. A header's value is its text, or its bytes where it has no text; lists and tables are JSON.
 */
export function headersFromPivot(pivot: PivotMessage): RecordHeader[] {
  const headers: RecordHeader[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') headers.push({ key: Buffer.from(name), value: Buffer.from(value) });
  };
  add(EXCHANGE_HEADER, pivot.exchange);
  add(ROUTING_KEY_HEADER, pivot.routingKey);
  for (const name of PROPERTY_HEADER_NAMES) add(name, pivot[PROPERTY_HEADERS[name]]);
  add(PRIORITY_HEADER, pivot.priority?.toString());
  for (const { name, value } of pivot.headers) headers.push({ key: Buffer.from(name), value: bytesOf(value) });
  return headers;
}

function bytesOf(value: PivotValue): Uint8Array | null {
  switch (value.kind) {
    case 'null':
      return null;
    case 'binary':
      return value.value;
    case 'string':
    case 'number':
      return Buffer.from(value.value);
    case 'integer':
    case 'double':
    case 'boolean':
      return Buffer.from(String(value.value));
    case 'timestamp':
      return Buffer.from(String(value.seconds));
    case 'list':
    case 'table':
      return Buffer.from(JSON.stringify(pivotAsJson(value, base64)));
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
