import { decodeUtf8, encodeUtf8 } from '../../bytes/utf8.js';

/**
 * A typed value as declarations and message headers carry it, without the widths of a wire format. `null` is a value
 * that says only that it is there (AMQP's void).
 */
export type AttributeValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | AttributeTimestamp
  | AttributeDecimal
  | readonly AttributeValue[]
  | AttributeTable;

export type AttributeTable = ReadonlyMap<string, AttributeValue>;

export interface AttributeTimestamp {
  readonly kind: 'timestamp';
  /** Seconds since the epoch. */
  readonly seconds: number | bigint;
}

/** unscaled / 10^scale, compared as it is written: 1.0 differs from 1.00. */
export interface AttributeDecimal {
  readonly kind: 'decimal';
  readonly scale: number;
  readonly unscaled: number;
}

export const EMPTY_ATTRIBUTES: AttributeTable = new Map();

/**
 * Whether two values are the same to a headers exchange or in a declaration: numbers and timestamps by numeric value,
 * whatever their width; text by its bytes, whether it was decoded or not; tables whatever their order. Text never
 * equals a number, nor a boolean. NaN equals nothing.
 */
export function sameAttribute(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a === 'string' || typeof b === 'string') return sameText(a, b);
  if (typeof a === 'boolean' || typeof b === 'boolean') return false;
  const numberA = numeric(a);
  if (numberA !== undefined) {
    const numberB = numeric(b);
    // oxlint-disable-next-line eslint/eqeqeq -- a bigint and a number of the same value are the same here
    return numberB !== undefined && numberA == numberB;
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b);
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => sameAttribute(item, b[i]));
  if (a instanceof Map) return b instanceof Map && sameTable(a, b);
  if (!isDecimal(a) || !isDecimal(b)) return false;
  return a.scale === b.scale && a.unscaled === b.unscaled;
}

export function sameTable(a: AttributeTable, b: AttributeTable): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !sameAttribute(value, other)) return false;
  }
  return true;
}

/**
 * One text per value: equal for values that {@link sameAttribute} calls the same, different for all others, except that
 * NaN has a text too. Serves as a key; is not meant to be read back.
 */
export function attributeIdentity(value: AttributeValue): string {
  if (value === null) return 'v';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (value instanceof Uint8Array) {
    const text = decodeUtf8(value);
    if (sameBytes(encodeUtf8(text), value)) return `s${text.length}:${text}`;
    return `x${value.length}:${value.join(',')}`;
  }
  const number = numeric(value);
  if (number !== undefined) return `n${exactText(number)};`;
  if (isList(value)) return `a${value.length}:${value.map(attributeIdentity).join('')}`;
  if (value instanceof Map) return `m${value.size}:${tableIdentity(value)}`;
  if (isDecimal(value)) return `d${value.scale}:${value.unscaled};`;
  throw new TypeError('not an attribute value');
}

/** {@link attributeIdentity} of a table: the order of its entries does not count. The empty text for the empty table. */
export function tableIdentity(table: AttributeTable): string {
  if (table.size === 0) return '';
  return [...table]
    .map(([name, value]) => `${name.length}:${name}${attributeIdentity(value)}`)
    .sort()
    .join('');
}

function numeric(value: AttributeValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return isTimestamp(value) ? value.seconds : undefined;
}

/** The same text for a number and a bigint of the same value. */
function exactText(value: number | bigint): string {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  return String(value);
}

function isTimestamp(value: AttributeValue): value is AttributeTimestamp {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'timestamp';
}

function isDecimal(value: AttributeValue): value is AttributeDecimal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'decimal';
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function sameText(a: AttributeValue, b: AttributeValue): boolean {
  if (typeof a === 'string') return b instanceof Uint8Array && sameBytes(encodeUtf8(a), b);
  return typeof b === 'string' && a instanceof Uint8Array && sameBytes(encodeUtf8(b), a);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
