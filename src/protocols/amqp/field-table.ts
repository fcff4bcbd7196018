import { shortStringSize, writeShortString } from './short-string.js';

/**
 * Field tables in RabbitMQ's reading of the type letters, which differs from the text of AMQP 0-9-1 (section 4.2.5.5):
 * `s` is a 16-bit integer, `l` and `L` are both signed 64-bit integers, `x` is a byte array.
 */
export type FieldValue =
  | { readonly type: 't'; readonly value: boolean }
  | { readonly type: 'b' | 'B' | 's' | 'u' | 'I' | 'i' | 'f' | 'd'; readonly value: number }
  | { readonly type: 'l' | 'L' | 'T'; readonly value: bigint }
  | { readonly type: 'D'; readonly scale: number; readonly value: number }
  | { readonly type: 'S' | 'x'; readonly value: Buffer }
  | { readonly type: 'A'; readonly value: readonly FieldValue[] }
  | { readonly type: 'F'; readonly value: FieldTable }
  | { readonly type: 'V' };

/** Keys in wire order. */
export type FieldTable = ReadonlyMap<string, FieldValue>;

export const emptyTable: FieldTable = new Map();

/** Bytes that are no valid encoding of what was expected there. */
export class DecodeError extends Error {}

/** Tables and arrays inside of each other; deeper ones are refused. */
export const maxTableDepth = 64;

/**
 * Decodes the table whose 4-byte length stands at `start` and which must end at or before `limit`.
 * Byte strings of the result share memory with `bytes`.
 * @throws DecodeError
 */
export function decodeTable(bytes: Buffer, start: number, limit: number): FieldTable {
  return new TableDecoder(bytes, limit).table(start, 0);
}

/** Where the table whose length stands at `start` ends. @throws DecodeError when that is beyond `limit` */
export function endOfTable(bytes: Buffer, start: number, limit: number): number {
  if (start + 4 > limit) throw new DecodeError('truncated table');
  const end = start + 4 + bytes.readUInt32BE(start);
  if (end > limit) throw new DecodeError('truncated table');
  return end;
}

class TableDecoder {
  private readonly bytes: Buffer;
  private readonly limit: number;
  private at = 0;

  constructor(bytes: Buffer, limit: number) {
    this.bytes = bytes;
    this.limit = limit;
  }

  table(start: number, depth: number): FieldTable {
    if (depth > maxTableDepth) throw new DecodeError('field table nested too deeply');
    const end = endOfTable(this.bytes, start, this.limit);
    const table = new Map<string, FieldValue>();
    this.at = start + 4;
    while (this.at < end) {
      const keyStart = this.at + 1;
      const keyEnd = keyStart + this.bytes[this.at];
      if (keyEnd >= end) throw new DecodeError('truncated field name');
      this.at = keyEnd;
      const key = this.bytes.toString('utf8', keyStart, keyEnd);
      table.set(key, this.value(end, depth));
    }
    return table;
  }

  private take(size: number, end: number): number {
    const start = this.at;
    if (start + size > end) throw new DecodeError('truncated field value');
    this.at = start + size;
    return start;
  }

  private value(end: number, depth: number): FieldValue {
    const { bytes } = this;
    const type = String.fromCharCode(bytes[this.take(1, end)]);
    switch (type) {
      case 't':
        return { type, value: bytes[this.take(1, end)] !== 0 };
      case 'b':
        return { type, value: bytes.readInt8(this.take(1, end)) };
      case 'B':
        return { type, value: bytes[this.take(1, end)] };
      case 's':
        return { type, value: bytes.readInt16BE(this.take(2, end)) };
      case 'u':
        return { type, value: bytes.readUInt16BE(this.take(2, end)) };
      case 'I':
        return { type, value: bytes.readInt32BE(this.take(4, end)) };
      case 'i':
        return { type, value: bytes.readUInt32BE(this.take(4, end)) };
      case 'l':
      case 'L':
        return { type, value: bytes.readBigInt64BE(this.take(8, end)) };
      case 'T':
        return { type, value: bytes.readBigUInt64BE(this.take(8, end)) };
      case 'f':
        return { type, value: bytes.readFloatBE(this.take(4, end)) };
      case 'd':
        return { type, value: bytes.readDoubleBE(this.take(8, end)) };
      case 'D': {
        const start = this.take(5, end);
        return { type, scale: bytes[start], value: bytes.readUInt32BE(start + 1) };
      }
      case 'S':
      case 'x': {
        const start = this.take(this.length(end), end);
        return { type, value: bytes.subarray(start, this.at) };
      }
      case 'A':
        return { type, value: this.array(end, depth + 1) };
      case 'F': {
        const start = this.at;
        const tableEnd = endOfTable(bytes, start, end);
        const value = this.table(start, depth + 1);
        this.at = tableEnd;
        return { type, value };
      }
      case 'V':
        return { type };
      default:
        throw new DecodeError(`unknown field type '${type}'`);
    }
  }

  private length(end: number): number {
    return this.bytes.readUInt32BE(this.take(4, end));
  }

  private array(end: number, depth: number): FieldValue[] {
    if (depth > maxTableDepth) throw new DecodeError('field array nested too deeply');
    const size = this.length(end);
    const arrayEnd = this.at + size;
    if (arrayEnd > end) throw new DecodeError('truncated field array');
    const values: FieldValue[] = [];
    while (this.at < arrayEnd) values.push(this.value(arrayEnd, depth));
    return values;
  }
}

/** The size of the encoded table in bytes, its length prefix included. */
export function tableSize(table: FieldTable): number {
  let size = 4;
  for (const [key, value] of table) size += shortStringSize(key) + valueSize(value);
  return size;
}

function valueSize(field: FieldValue): number {
  switch (field.type) {
    case 'V':
      return 1;
    case 't':
    case 'b':
    case 'B':
      return 2;
    case 's':
    case 'u':
      return 3;
    case 'I':
    case 'i':
    case 'f':
      return 5;
    case 'D':
      return 6;
    case 'l':
    case 'L':
    case 'T':
    case 'd':
      return 9;
    case 'S':
    case 'x':
      return 5 + field.value.length;
    case 'F':
      return 1 + tableSize(field.value);
    case 'A':
      return field.value.reduce((size, item) => size + valueSize(item), 5);
  }
}

/** Writes `table` with its length prefix at `start`, where `tableSize(table)` bytes must be free. Returns the end. */
export function encodeTable(table: FieldTable, target: Buffer, start: number): number {
  let at = start + 4;
  for (const [key, value] of table) {
    at = encodeValue(value, target, writeShortString(key, target, at));
  }
  target.writeUInt32BE(at - start - 4, start);
  return at;
}

function encodeValue(field: FieldValue, target: Buffer, start: number): number {
  // RabbitMQ never emits `L`, and some clients cannot read it; both letters mean the same number.
  target[start] = (field.type === 'L' ? 'l' : field.type).charCodeAt(0);
  const at = start + 1;
  switch (field.type) {
    case 'V':
      return at;
    case 't':
      return target.writeUInt8(field.value ? 1 : 0, at);
    case 'b':
      return target.writeInt8(field.value, at);
    case 'B':
      return target.writeUInt8(field.value, at);
    case 's':
      return target.writeInt16BE(field.value, at);
    case 'u':
      return target.writeUInt16BE(field.value, at);
    case 'I':
      return target.writeInt32BE(field.value, at);
    case 'i':
      return target.writeUInt32BE(field.value, at);
    case 'f':
      return target.writeFloatBE(field.value, at);
    case 'd':
      return target.writeDoubleBE(field.value, at);
    case 'l':
    case 'L':
      return target.writeBigInt64BE(field.value, at);
    case 'T':
      return target.writeBigUInt64BE(field.value, at);
    case 'D':
      return target.writeUInt32BE(field.value, target.writeUInt8(field.scale, at));
    case 'S':
    case 'x':
      target.writeUInt32BE(field.value.length, at);
      return at + 4 + field.value.copy(target, at + 4);
    case 'F':
      return encodeTable(field.value, target, at);
    case 'A': {
      let end = at + 4;
      for (const item of field.value) end = encodeValue(item, target, end);
      target.writeUInt32BE(end - at - 4, at);
      return end;
    }
  }
}
