import { type VersionRange, type VersionText, versionRange } from './version-range.js';
import { type ByteSlice, ZERO_UUID } from './wire-reader.js';

/*
 * The words in which message schemas are written. A schema is an object of fields, in wire order; a field says its
 * type and the versions in which it exists. In other versions it is not written, and reads as its default.
 *
 *   const request = {
 *     replicaId: int32('0-14', -1),               // a default makes it optional for who writes
 *     topics: array('0+', { name: string('0-12'), topicId: uuid('13+') }),
 *     clusterId: tagged(0, nullable(string('12+'))),
 *   };
 */

export type PrimitiveType = 'int8' | 'int16' | 'uint16' | 'int32' | 'int64' | 'float64' | 'bool' | 'uuid' | 'string';
export type FieldType = PrimitiveType | 'bytes' | 'records' | 'array' | 'struct';

/** Batches of records: read as one slice of the frame, written as any number of slices. */
export type Records = readonly ByteSlice[];

export interface Field<T, Optional extends boolean = boolean> {
  readonly type: FieldType;
  readonly versions: VersionRange;
  /** Versions in which null is legal. */
  readonly nullable: VersionRange | undefined;
  /** The tag of a tagged field; undefined for one with a fixed place. */
  readonly tag: number | undefined;
  readonly fallback: T;
  /** Whether a writer may leave it out. */
  readonly optional: Optional;
  /** Of arrays of primitives. */
  readonly element: PrimitiveType | undefined;
  /** Of structs and arrays of structs. */
  readonly shape: Shape | undefined;
}

export type Shape = Readonly<Record<string, Field<unknown>>>;

type Value<F> = F extends Field<infer T> ? T : never;
type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K]['optional'] extends true ? K : never }[keyof S];

/** What reading a struct of this shape gives. */
export type Read<S extends Shape> = { -readonly [K in keyof S]: Value<S[K]> };

/** What writing a struct of this shape takes: fields with a default may be left out. */
export type Written<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: WrittenValue<S[K]>;
} & { readonly [K in OptionalKeys<S>]?: WrittenValue<S[K]> | undefined };

type WrittenValue<F> =
  F extends StructArrayField<infer S, infer N>
    ? readonly Written<S>[] | N
    : F extends StructField<infer S, infer N>
      ? Written<S> | N
      : Value<F>;

export interface StructArrayField<S extends Shape, N extends null> extends Field<Read<S>[] | N> {
  readonly type: 'array';
  readonly shape: S;
  /** For the type checker only: the null that a value may be, if any. */
  readonly nullType?: readonly [N];
}
export interface StructField<S extends Shape, N extends null> extends Field<Read<S> | N> {
  readonly type: 'struct';
  readonly shape: S;
  /** For the type checker only: the null that a value may be, if any. */
  readonly nullType?: readonly [N];
}

interface ScalarField<T> {
  (versions: VersionText): Field<T, false>;
  (versions: VersionText, fallback: T): Field<T, true>;
}

function scalar<T>(type: FieldType, zero: T): ScalarField<T> {
  function field(versions: VersionText): Field<T, false>;
  function field(versions: VersionText, fallback: T): Field<T, true>;
  function field(versions: VersionText, fallback?: T): Field<T> {
    const optional = fallback !== undefined;
    return make(type, versions, optional ? fallback : zero, optional);
  }
  return field;
}

function make<T, O extends boolean>(type: FieldType, versions: VersionText, fallback: T, optional: O): Field<T, O> {
  return {
    type,
    versions: versionRange(versions),
    nullable: undefined,
    tag: undefined,
    fallback,
    optional,
    element: undefined,
    shape: undefined,
  };
}

export const int8 = scalar('int8', 0);
export const int16 = scalar('int16', 0);
export const uint16 = scalar('uint16', 0);
export const int32 = scalar('int32', 0);
/** A number: exact within 2^53 either way. */
export const int64 = scalar('int64', 0);
export const float64 = scalar('float64', 0);
export const bool = scalar('bool', false);
/** 32 lower-case hex digits. */
export const uuid = scalar('uuid', ZERO_UUID);
export const string = scalar('string', '');
/** A view of the frame: copy what must outlive the request. */
export const bytes = scalar<Uint8Array>('bytes', new Uint8Array(0));

/** Null in every version of the field, as the protocol has it. */
export function records(versions: VersionText): Field<Records | null, true> {
  return { ...make<Records | null, true>('records', versions, null, true), nullable: versionRange('0+') };
}

const NOTHING: readonly never[] = Object.freeze([]);

export function array<S extends Shape>(
  versions: VersionText,
  shape: S,
): StructArrayField<S, never> & { readonly optional: false } {
  const field = make('array', versions, NOTHING as unknown as Read<S>[], false);
  return { ...field, type: 'array', shape };
}

export function arrayOfInt32(versions: VersionText): Field<readonly number[], false> {
  return { ...make<readonly number[], false>('array', versions, NOTHING, false), element: 'int32' };
}

export function arrayOfInt8(versions: VersionText): Field<readonly number[], false> {
  return { ...make<readonly number[], false>('array', versions, NOTHING, false), element: 'int8' };
}

export function arrayOfInt64(versions: VersionText): Field<readonly number[], false> {
  return { ...make<readonly number[], false>('array', versions, NOTHING, false), element: 'int64' };
}

export function arrayOfStrings(versions: VersionText): Field<readonly string[], false> {
  return { ...make<readonly string[], false>('array', versions, NOTHING, false), element: 'string' };
}

export function struct<S extends Shape>(
  versions: VersionText,
  shape: S,
): StructField<S, null> & { readonly optional: true } {
  const field = make('struct', versions, null, true);
  return { ...field, type: 'struct', shape };
}

type Nullable<F> =
  F extends StructArrayField<infer S, never>
    ? StructArrayField<S, null> & { readonly optional: true }
    : F extends StructField<infer S, null>
      ? StructField<S, null> & { readonly optional: true }
      : F extends Field<infer T>
        ? Field<T | null, true>
        : never;

/** Makes null legal, in `versions` or wherever the field exists; null becomes the default. */
export function nullable<F extends Field<unknown>>(field: F, versions?: VersionText): Nullable<F> {
  const range = versions === undefined ? field.versions : versionRange(versions);
  return { ...field, nullable: range, fallback: null, optional: true } as unknown as Nullable<F>;
}

type Tagged<F> =
  F extends StructArrayField<infer S, infer N>
    ? StructArrayField<S, N> & { readonly optional: true }
    : F extends StructField<infer S, infer N>
      ? StructField<S, N> & { readonly optional: true }
      : F extends Field<infer T>
        ? Field<T, true>
        : never;

/** Moves a field into the tagged section; it is written only when it differs from its default. */
export function tagged<F extends Field<unknown>>(tag: number, field: F): Tagged<F> {
  return { ...field, tag, optional: true } as unknown as Tagged<F>;
}
