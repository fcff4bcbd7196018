import { isUtf8 } from 'node:buffer';
import { ConnectionError } from './amqp-error.js';
import {
  DecodeError,
  decodeTable,
  emptyTable,
  encodeTable,
  endOfTable,
  tableSize,
  type FieldTable,
} from './field-table.js';
import { methodCode, methods, type ArgumentType, type MethodName, type Methods } from './methods.js';
import { shortStringSize, writeShortString } from './short-string.js';

interface ArgumentValues {
  bit: boolean;
  octet: number;
  short: number;
  long: number;
  /** Exact up to 2^53; larger ones are rounded, which no tag that the broker issued ever is. */
  longlong: number;
  shortstr: string;
  longstr: Buffer;
  table: FieldTable;
}

type Values<Shape extends Readonly<Record<string, ArgumentType>>> = {
  readonly [Name in keyof Shape]: ArgumentValues[Shape[Name]];
};

export type MethodArguments<Name extends MethodName> = Values<Methods[Name]['args']>;

/** A decoded method; a switch over `name` narrows `args`. */
export type Method = {
  [Name in MethodName]: { readonly name: Name; readonly args: MethodArguments<Name> };
}[MethodName];

interface Shape {
  readonly name: MethodName;
  readonly args: readonly (readonly [name: string, type: ArgumentType])[];
}

const shapes = new Map<number, Shape>(
  (Object.keys(methods) as MethodName[]).map((name) => [
    methodCode(name),
    { name, args: Object.entries(methods[name].args) },
  ]),
);

/**
 * Decodes the method frame payload `[start, end)`. Byte strings share memory with `bytes`.
 * @throws ConnectionError 501 for an unknown method or arguments that do not parse
 */
export function decodeMethod(bytes: Buffer, start: number, end: number): Method {
  const code = end - start < 4 ? 0 : bytes.readUInt32BE(start);
  const shape = shapes.get(code);
  if (shape === undefined) throw cannotDecode(code);
  try {
    return { name: shape.name, args: decodeArguments(shape, bytes, start + 4, end) } as Method;
  } catch (error) {
    if (error instanceof DecodeError) throw cannotDecode(code);
    throw error;
  }
}

function cannotDecode(code: number): ConnectionError {
  return new ConnectionError('FRAME_ERROR', 'cannot decode <<>>', code >>> 16, code & 0xffff);
}

function decodeArguments(shape: Shape, bytes: Buffer, start: number, end: number): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  let at = start;
  let bit = 0;
  const take = (size: number): number => {
    const from = at;
    if (from + size > end) throw new DecodeError('truncated method');
    at = from + size;
    return from;
  };
  for (const [name, type] of shape.args) {
    if (type === 'bit') {
      if (bit === 0) take(1);
      args[name] = (bytes[at - 1] & (1 << bit)) !== 0;
      bit = (bit + 1) & 7;
      continue;
    }
    bit = 0;
    switch (type) {
      case 'octet':
        args[name] = bytes[take(1)];
        break;
      case 'short':
        args[name] = bytes.readUInt16BE(take(2));
        break;
      case 'long':
        args[name] = bytes.readUInt32BE(take(4));
        break;
      case 'longlong':
        args[name] = readLongLong(bytes, take(8));
        break;
      case 'shortstr': {
        const length = bytes[take(1)];
        const from = take(length);
        if (!isUtf8(bytes.subarray(from, at))) {
          throw new ConnectionError('FRAME_ERROR', 'Malformed UTF-8 in shortstr', 0, 0, false);
        }
        args[name] = bytes.toString('utf8', from, at);
        break;
      }
      case 'longstr': {
        const length = bytes.readUInt32BE(take(4));
        args[name] = bytes.subarray(take(length), at);
        break;
      }
      case 'table': {
        const tableEnd = endOfTable(bytes, at, end);
        args[name] = tableEnd === at + 4 ? emptyTable : decodeTable(bytes, at, tableEnd);
        at = tableEnd;
        break;
      }
    }
  }
  return args;
}

export function readLongLong(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

/** The payload of a method frame: class id, method id, arguments. */
export function encodeMethod<Name extends MethodName>(name: Name, args: MethodArguments<Name>): Buffer {
  const values = args as Readonly<Record<string, unknown>>;
  const types = Object.entries(methods[name].args) as [string, ArgumentType][];
  const payload = Buffer.allocUnsafe(4 + types.reduce((size, [key, type]) => size + maxSize(type, values[key]), 0));
  let at = payload.writeUInt32BE(methodCode(name), 0);
  let bit = 0;
  for (const [key, type] of types) {
    const value = values[key];
    if (type === 'bit') {
      if (bit === 0) payload[at++] = 0;
      if (value === true) payload[at - 1] |= 1 << bit;
      bit = (bit + 1) & 7;
      continue;
    }
    bit = 0;
    at = encodeArgument(type, value, payload, at);
  }
  return payload.subarray(0, at);
}

function maxSize(type: ArgumentType, value: unknown): number {
  switch (type) {
    case 'bit':
    case 'octet':
      return 1;
    case 'short':
      return 2;
    case 'long':
      return 4;
    case 'longlong':
      return 8;
    case 'shortstr':
      return shortStringSize(value as string);
    case 'longstr':
      return 4 + (value as Buffer).length;
    case 'table':
      return tableSize(value as FieldTable);
  }
}

function encodeArgument(type: Exclude<ArgumentType, 'bit'>, value: unknown, payload: Buffer, at: number): number {
  switch (type) {
    case 'octet':
      return payload.writeUInt8(value as number, at);
    case 'short':
      return payload.writeUInt16BE(value as number, at);
    case 'long':
      return payload.writeUInt32BE(value as number, at);
    case 'longlong': {
      const tag = value as number;
      return payload.writeUInt32BE(tag >>> 0, payload.writeUInt32BE(Math.floor(tag / 0x1_0000_0000), at));
    }
    case 'shortstr':
      return writeShortString(value as string, payload, at);
    case 'longstr': {
      const text = value as Buffer;
      payload.writeUInt32BE(text.length, at);
      return at + 4 + text.copy(payload, at + 4);
    }
    case 'table':
      return encodeTable(value as FieldTable, payload, at);
  }
}
