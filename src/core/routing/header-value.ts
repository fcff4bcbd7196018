import { decodeUtf8, encodeUtf8 } from '../../bytes/utf8.js';
import type { HeaderValue, HeaderValues } from '../broker.js';

export const NO_HEADER_VALUES: HeaderValues = new Map();

/**
 * Whether two values are the same to a headers exchange and in a binding's arguments: numbers by value, whatever their
 * width; text by its bytes, whether it was decoded or not; tables whatever their order. Text never equals a number,
 * nor a boolean. NaN equals nothing.
 */
export function sameHeaderValue(a: HeaderValue, b: HeaderValue): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (isNumeric(a) || isNumeric(b)) {
    // oxlint-disable-next-line eslint/eqeqeq -- a bigint and a number of the same value are the same here
    return isNumeric(a) && isNumeric(b) && a == b;
  }
  if (typeof a === 'string') return b instanceof Uint8Array && sameBytes(encodeUtf8(a), b);
  if (typeof b === 'string') return a instanceof Uint8Array && sameBytes(a, encodeUtf8(b));
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameBytes(a, b);
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => sameHeaderValue(item, b[i]));
  return isTable(a) && isTable(b) && sameHeaderValues(a, b);
}

function sameHeaderValues(a: HeaderValues, b: HeaderValues): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !sameHeaderValue(value, other)) return false;
  }
  return true;
}

/**
 * One text per value: equal for values that {@link sameHeaderValue} calls the same, different for all others, except
 * that NaN has a text too. Serves as a key; is not meant to be read back.
 */
export function headerValueIdentity(value: HeaderValue): string {
  if (value === null) return 'v';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (isNumeric(value)) return `n${exactText(value)};`;
  if (value instanceof Uint8Array) {
    const text = decodeUtf8(value);
    if (sameBytes(encodeUtf8(text), value)) return `s${text.length}:${text}`;
    return `x${value.length}:${value.join(',')}`;
  }
  if (isList(value)) return `a${value.length}:${value.map(headerValueIdentity).join('')}`;
  return `m${value.size}:${headerValuesIdentity(value)}`;
}

/** {@link headerValueIdentity} of a table: the order of its entries does not count. The empty text for the empty table. */
export function headerValuesIdentity(table: HeaderValues): string {
  if (table.size === 0) return '';
  return [...table]
    .map(([name, value]) => `${name.length}:${name}${headerValueIdentity(value)}`)
    .sort()
    .join('');
}

function isNumeric(value: HeaderValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The same text for a number and a bigint of the same value. */
function exactText(value: number | bigint): string {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  return String(value);
}

export function isList(value: HeaderValue): value is readonly HeaderValue[] {
  return Array.isArray(value);
}

function isTable(value: HeaderValue): value is HeaderValues {
  return value instanceof Map;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
