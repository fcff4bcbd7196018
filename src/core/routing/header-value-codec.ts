import type { HeaderValue, HeaderValues } from '../broker.js';
import type { ValueReader, ValueWriter } from '../group/value-codec.js';
import { isList } from './header-value.js';

/** What stands before each stored value. */
const TAG = {
  null: 0,
  false: 1,
  true: 2,
  integer: 3,
  float: 4,
  bigint: 5,
  text: 6,
  bytes: 7,
  list: 8,
  table: 9,
} as const;

/** A table: a count, then name and value of each entry. */
export function writeHeaderValues(writer: ValueWriter, table: HeaderValues): void {
  writer.unsigned(table.size);
  for (const [name, value] of table) {
    writer.text(name);
    writeHeaderValue(writer, value);
  }
}

/** @throws RangeError when the bytes are not what {@link writeHeaderValues} writes */
export function readHeaderValues(reader: ValueReader): HeaderValues {
  const table = new Map<string, HeaderValue>();
  for (let left = reader.unsigned(); left > 0; left--) {
    const name = reader.text();
    table.set(name, readHeaderValue(reader));
  }
  return table;
}

/** A tag, then: integer signed | float 8 bytes big-endian | bigint its digits as text | list a count and the items. */
function writeHeaderValue(writer: ValueWriter, value: HeaderValue): void {
  if (value === null) writer.byte(TAG.null);
  else if (typeof value === 'boolean') writer.byte(value ? TAG.true : TAG.false);
  else if (typeof value === 'string') writer.byte(TAG.text).text(value);
  else if (typeof value === 'bigint') writer.byte(TAG.bigint).text(value.toString());
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (value instanceof Uint8Array) writer.byte(TAG.bytes).bytes(value);
  else if (isList(value)) {
    writer.byte(TAG.list).unsigned(value.length);
    for (const item of value) writeHeaderValue(writer, item);
  } else writeHeaderValues(writer.byte(TAG.table), value);
}

function writeNumber(writer: ValueWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    writer.byte(TAG.integer).signed(value);
    return;
  }
  writer.byte(TAG.float);
  const encoded = new DataView(new ArrayBuffer(8));
  encoded.setFloat64(0, value);
  for (let i = 0; i < 8; i++) writer.byte(encoded.getUint8(i));
}

function readHeaderValue(reader: ValueReader): HeaderValue {
  const tag = reader.byte();
  switch (tag) {
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.integer:
      return reader.signed();
    case TAG.float: {
      const encoded = new DataView(new ArrayBuffer(8));
      for (let i = 0; i < 8; i++) encoded.setUint8(i, reader.byte());
      return encoded.getFloat64(0);
    }
    case TAG.bigint: {
      const digits = reader.text();
      if (!/^-?[0-9]+$/.test(digits)) throw new RangeError('not a number in a stored value');
      return BigInt(digits);
    }
    case TAG.text:
      return reader.text();
    case TAG.bytes:
      return reader.bytes();
    case TAG.list: {
      const list: HeaderValue[] = [];
      for (let left = reader.unsigned(); left > 0; left--) list.push(readHeaderValue(reader));
      return list;
    }
    case TAG.table:
      return readHeaderValues(reader);
    default:
      throw new RangeError(`unknown kind of stored value: ${tag}`);
  }
}
