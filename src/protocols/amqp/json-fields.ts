import type { Declared, DeclaredValue } from '../../core/index.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** JSON as RabbitMQ's management makes arguments and headers of it: integers are `l`, other numbers `d`, objects tables. */
export function tableOfJson(object: Declared): FieldTable {
  return new Map(Object.entries(object).map(([key, value]) => [key, fieldOfJson(value)]));
}

function fieldOfJson(value: DeclaredValue): FieldValue {
  if (value === null) return { type: 'V' };
  if (typeof value === 'string') return { type: 'S', value: Buffer.from(value) };
  if (typeof value === 'boolean') return { type: 't', value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { type: 'l', value: BigInt(value) } : { type: 'd', value };
  }
  if (isList(value)) return { type: 'A', value: value.map(fieldOfJson) };
  return { type: 'F', value: tableOfJson(value) };
}

function isList(value: DeclaredValue): value is readonly DeclaredValue[] {
  return Array.isArray(value);
}
