import type { FieldTable, FieldValue } from './field-table.js';

/** A value as a program writes it, for tables that the broker itself makes. */
export type PlainField =
  | string
  | number
  | bigint
  | boolean
  | null
  | Buffer
  | FieldValue
  | readonly PlainField[]
  | { readonly [key: string]: PlainField };

const int32Limit = 2 ** 31;

/** Text becomes `S`, integers `I` or `l`, other numbers `d`; a value that already is a field stays what it is. */
export function fieldOf(value: PlainField): FieldValue {
  if (value === null) return { type: 'V' };
  if (typeof value === 'string') return { type: 'S', value: Buffer.from(value) };
  if (typeof value === 'boolean') return { type: 't', value };
  if (typeof value === 'bigint') return { type: 'l', value };
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return { type: 'd', value };
    if (value >= -int32Limit && value < int32Limit) return { type: 'I', value };
    return { type: 'l', value: BigInt(value) };
  }
  if (Buffer.isBuffer(value)) return { type: 'x', value };
  if (Array.isArray(value)) return { type: 'A', value: (value as readonly PlainField[]).map(fieldOf) };
  if (isFieldValue(value)) return value;
  return { type: 'F', value: tableOf(value as { readonly [key: string]: PlainField }) };
}

export function tableOf(object: { readonly [key: string]: PlainField }): FieldTable {
  return new Map(Object.entries(object).map(([key, value]) => [key, fieldOf(value)]));
}

function isFieldValue(value: object): value is FieldValue {
  return 'type' in value && typeof value.type === 'string' && value.type.length === 1;
}
