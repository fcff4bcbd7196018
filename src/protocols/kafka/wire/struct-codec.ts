import { MalformedBytes } from '../../../bytes/index.js';
import type { Field, FieldType, PrimitiveType, Records, Shape } from './field.js';
import { inRange } from './version-range.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

type Struct = Record<string, unknown>;

/** Reader and writer of one struct in one version. */
export interface StructCodec {
  /** Throws {@link MalformedBytes}. */
  read(reader: WireReader): Struct;
  /** Throws RangeError for a value that the version cannot carry. */
  write(writer: WireWriter, value: Readonly<Struct>): void;
}

interface ValueCodec {
  read(reader: WireReader): unknown;
  write(writer: WireWriter, value: unknown): void;
}

interface PlacedField extends ValueCodec {
  readonly name: string;
  readonly fallback: unknown;
}

interface TaggedField extends PlacedField {
  readonly tag: number;
}

/**
 * Compiles a shape for one version: what the version does not have is left out here, once, so reading and writing
 * take no decisions about versions.
 *
 * @param flexible whether the version uses compact lengths and tagged fields (KIP-482)
 */
export function compileStruct(shape: Shape, version: number, flexible: boolean): StructCodec {
  const defaults: Struct = {};
  const placed: PlacedField[] = [];
  const taggedFields: TaggedField[] = [];
  for (const [name, field] of Object.entries(shape)) {
    defaults[name] = field.fallback;
    if (!inRange(field.versions, version)) continue;
    const codec = { name, fallback: field.fallback, ...compileField(field, version, flexible) };
    if (field.tag === undefined) placed.push(codec);
    else taggedFields.push({ ...codec, tag: field.tag });
  }
  const byTag = new Map(taggedFields.map((field) => [field.tag, field]));
  const inTagOrder = taggedFields.toSorted((a, b) => a.tag - b.tag);

  return {
    read(reader) {
      const value = { ...defaults };
      for (const field of placed) value[field.name] = field.read(reader);
      if (flexible) readTags(reader, byTag, value);
      return value;
    },
    write(writer, value) {
      for (const field of placed) {
        const given = value[field.name];
        field.write(writer, given === undefined ? field.fallback : given);
      }
      if (flexible) writeTags(writer, inTagOrder, value);
    },
  };
}

function readTags(reader: WireReader, byTag: ReadonlyMap<number, TaggedField>, value: Struct): void {
  if (byTag.size === 0) {
    reader.skipTags();
    return;
  }
  for (let left = reader.readUnsigned(); left > 0; left--) {
    const field = byTag.get(reader.readUnsigned());
    const size = reader.readUnsigned();
    if (field === undefined) {
      reader.slice(size);
      continue;
    }
    const end = reader.position + size;
    value[field.name] = field.read(reader);
    if (reader.position !== end) throw new MalformedBytes('a tagged field does not have the size that it announces');
  }
}

function writeTags(writer: WireWriter, fields: readonly TaggedField[], value: Readonly<Struct>): void {
  const present = fields.filter((field) => !isDefault(value[field.name], field.fallback));
  writer.unsignedVarint(present.length);
  for (const field of present) {
    writer.unsignedVarint(field.tag);
    writer.sized(() => field.write(writer, value[field.name]));
  }
}

function isDefault(value: unknown, fallback: unknown): boolean {
  if (value === undefined || value === fallback) return true;
  return Array.isArray(value) && Array.isArray(fallback) && value.length === 0 && fallback.length === 0;
}

function compileField(field: Field<unknown>, version: number, flexible: boolean): ValueCodec {
  const mayBeNull = inRange(field.nullable, version);
  switch (field.type) {
    case 'array': {
      const element =
        field.element === undefined ? structValue(field, version, flexible) : primitive(field.element, flexible, false);
      return arrayCodec(element, flexible, mayBeNull);
    }
    case 'struct': {
      const codec = structValue(field, version, flexible);
      return mayBeNull ? nullableStruct(codec) : codec;
    }
    case 'bytes':
      return bytesCodec(flexible, mayBeNull);
    case 'records':
      return recordsCodec(flexible);
    default:
      return primitive(field.type, flexible, mayBeNull);
  }
}

function structValue(field: Field<unknown>, version: number, flexible: boolean): ValueCodec {
  const codec = compileStruct(field.shape ?? {}, version, flexible);
  return { read: (reader) => codec.read(reader), write: (writer, value) => codec.write(writer, value as Struct) };
}

function primitive(type: PrimitiveType, compact: boolean, mayBeNull: boolean): ValueCodec {
  switch (type) {
    case 'string':
      return stringCodec(compact, mayBeNull);
    case 'int8':
      return { read: (reader) => reader.int8(), write: (writer, value) => writer.int8(value as number) };
    case 'int16':
      return { read: (reader) => reader.int16(), write: (writer, value) => writer.int16(value as number) };
    case 'int32':
      return { read: (reader) => reader.int32(), write: (writer, value) => writer.int32(value as number) };
    case 'int64':
      return { read: (reader) => reader.int64(), write: (writer, value) => writer.int64(value as number) };
    case 'uint16':
      return { read: (reader) => reader.uint16(), write: (writer, value) => writer.int16(value as number) };
    case 'float64':
      return { read: (reader) => reader.float64(), write: (writer, value) => writer.float64(value as number) };
    case 'bool':
      return { read: (reader) => reader.bool(), write: (writer, value) => writer.bool(value as boolean) };
    case 'uuid':
      return { read: (reader) => reader.uuid(), write: (writer, value) => writer.uuid(value as string) };
  }
}

function stringCodec(compact: boolean, mayBeNull: boolean): ValueCodec {
  return {
    read(reader) {
      const length = reader.stringLength(compact);
      return length < 0 ? readNull('string', mayBeNull) : reader.utf8(length);
    },
    write(writer, value) {
      if (value !== null) writer.string(value as string, compact);
      else writer.stringLength(writeNull('string', mayBeNull), compact);
    },
  };
}

function bytesCodec(compact: boolean, mayBeNull: boolean): ValueCodec {
  return {
    read(reader) {
      const length = reader.length(compact);
      return length < 0 ? readNull('bytes', mayBeNull) : reader.view(length);
    },
    write(writer, value) {
      if (value === null) {
        writer.length(writeNull('bytes', mayBeNull), compact);
        return;
      }
      const bytes = value as Uint8Array;
      writer.length(bytes.length, compact);
      writer.bytes(bytes);
    },
  };
}

function recordsCodec(compact: boolean): ValueCodec {
  return {
    read(reader): Records | null {
      const length = reader.length(compact);
      return length < 0 ? null : [reader.slice(length)];
    },
    write(writer, value) {
      if (value === null) {
        writer.length(null, compact);
        return;
      }
      const slices = value as Records;
      let length = 0;
      for (const slice of slices) length += slice.end - slice.start;
      writer.length(length, compact);
      writer.slices(slices);
    },
  };
}

function arrayCodec(element: ValueCodec, compact: boolean, mayBeNull: boolean): ValueCodec {
  return {
    read(reader) {
      const count = reader.length(compact);
      if (count < 0) return readNull('array', mayBeNull);
      // Every element takes at least one byte, so a count beyond what is left is a lie: refuse before allocating.
      if (count > reader.remaining) throw new MalformedBytes('an array claims more elements than its frame can hold');
      const values: unknown[] = [];
      for (let index = 0; index < count; index++) values.push(element.read(reader));
      return values;
    },
    write(writer, value) {
      if (value === null) {
        writer.length(writeNull('array', mayBeNull), compact);
        return;
      }
      const values = value as readonly unknown[];
      writer.length(values.length, compact);
      for (const each of values) element.write(writer, each);
    },
  };
}

/** A struct that may be null has a byte before it: 1 when it is there, -1 when not. */
function nullableStruct(codec: ValueCodec): ValueCodec {
  return {
    read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) codec.write(writer, value);
    },
  };
}

function readNull(type: FieldType, mayBeNull: boolean): null {
  if (!mayBeNull) throw new MalformedBytes(`a null ${type} where none is legal`);
  return null;
}

function writeNull(type: FieldType, mayBeNull: boolean): null {
  if (!mayBeNull) throw new RangeError(`a null ${type} where none is legal`);
  return null;
}
