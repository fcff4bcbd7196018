import type { RecordHeader } from '../../../bytes/index.js';
import type { PivotHeader, PivotMessage, PivotValue } from '../../../core/index.js';
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
      return Buffer.from(JSON.stringify(jsonOf(value)));
  }
}

function jsonOf(value: PivotValue): unknown {
  switch (value.kind) {
    case 'string':
    case 'boolean':
    case 'number':
      return value.value;
    case 'binary':
      return Buffer.from(value.value).toString('base64');
    case 'integer':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : String(value.value);
    case 'double':
      return Number.isFinite(value.value) ? value.value : String(value.value);
    case 'timestamp':
      return Number(value.seconds);
    case 'null':
      return null;
    case 'list':
      return value.items.map(jsonOf);
    case 'table':
      return tableOf(value.entries);
  }
}

/** Without a prototype, so that no header name can mean anything but itself. */
function tableOf(entries: readonly PivotHeader[]): unknown {
  const table = Object.create(null) as Record<string, unknown>;
  for (const { name, value } of entries) table[name] = jsonOf(value);
  return table;
}
