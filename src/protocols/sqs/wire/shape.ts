/**
 * What the members of requests and answers look like, as data. An action declares its input and output once in these terms; the JSON
 * form and the query form both read and write by them. Names of members are the JSON form's; `query` is the name in the other form.
 */
export type Shape = TextShape | IntegerShape | FlagShape | BlobShape | ListShape | MapShape | StructureShape;

export interface TextShape {
  readonly kind: 'text';
}
/** A whole number within what a double holds exactly. */
export interface IntegerShape {
  readonly kind: 'integer';
}
export interface FlagShape {
  readonly kind: 'flag';
}
/** Bytes, base64 on the wire. */
export interface BlobShape {
  readonly kind: 'blob';
}
/** In the query form flattened, `Name.1`, `Name.2`, or under a wrapper: `Name.member.1`, `Name.member.2`. */
export interface ListShape<M extends Shape = Shape> {
  readonly kind: 'list';
  readonly member: M;
  readonly wrapper: string | undefined;
}
/** In the query form flattened, `Name.1.<key>`, `Name.1.<value>`, or under a wrapper: `Name.entry.1.<key>`. */
export interface MapShape<V extends Shape = Shape> {
  readonly kind: 'map';
  readonly value: V;
  readonly keyName: string;
  readonly valueName: string;
  readonly wrapper: string | undefined;
}
export interface StructureShape<M extends Members = Members> {
  readonly kind: 'structure';
  readonly members: M;
}
export type Members = { readonly [name: string]: Member };

export interface Member<S extends Shape = Shape, R extends boolean = boolean> {
  readonly shape: S;
  /** Requests without it are refused. Lists and maps are never missing, only empty. */
  readonly required: R;
  /** Name in the query form; undefined: the same as in JSON. */
  readonly query: string | undefined;
  /** An empty list or map is written, not left out. */
  readonly writtenEmpty: boolean;
}

export const text: TextShape = { kind: 'text' };
export const integer: IntegerShape = { kind: 'integer' };
export const flag: FlagShape = { kind: 'flag' };
export const blob: BlobShape = { kind: 'blob' };

export function listOf<M extends Shape>(member: M): ListShape<M> {
  return { kind: 'list', member, wrapper: undefined };
}

/** A list as services write it that do not flatten: SNS. */
export function wrappedListOf<M extends Shape>(member: M): ListShape<M> {
  return { kind: 'list', member, wrapper: 'member' };
}

export function mapOf<V extends Shape>(value: V, keyName = 'Name', valueName = 'Value'): MapShape<V> {
  return { kind: 'map', value, keyName, valueName, wrapper: undefined };
}

/** A map as services write it that do not flatten: SNS. */
export function wrappedMapOf<V extends Shape>(value: V, keyName = 'key', valueName = 'value'): MapShape<V> {
  return { kind: 'map', value, keyName, valueName, wrapper: 'entry' };
}

export function structure<M extends Members>(members: M): StructureShape<M> {
  return { kind: 'structure', members };
}

export function required<S extends Shape>(shape: S, query?: string): Member<S, true> {
  return { shape, required: true, query, writtenEmpty: false };
}

export function optional<S extends Shape>(shape: S, query?: string): Member<S, false> {
  return { shape, required: false, query, writtenEmpty: false };
}

/** An optional member of an answer that is written even when it is empty. */
export function always<S extends ListShape>(shape: S, query?: string): Member<S, false> {
  return { shape, required: false, query, writtenEmpty: true };
}

/** The value that a shape describes. */
export type ValueOf<S extends Shape> = S extends TextShape
  ? string
  : S extends IntegerShape
    ? number
    : S extends FlagShape
      ? boolean
      : S extends BlobShape
        ? Uint8Array
        : S extends ListShape<infer M>
          ? readonly ValueOf<M>[]
          : S extends MapShape<infer V>
            ? ReadonlyMap<string, ValueOf<V>>
            : S extends StructureShape<infer M>
              ? MembersOf<M>
              : never;

type MembersOf<M extends Members> = {
  readonly [K in keyof M]: M[K] extends Member<infer S, infer R>
    ? R extends true
      ? ValueOf<S>
      : S extends ListShape | MapShape
        ? ValueOf<S>
        : ValueOf<S> | undefined
    : never;
};
