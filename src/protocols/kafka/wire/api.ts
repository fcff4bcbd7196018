import type { Read, Shape, Written } from './field.js';
import { compileStruct, type StructCodec } from './struct-codec.js';
import { inRange, type VersionRange, type VersionText, versionRange } from './version-range.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

/** What a schema file says about one API. */
export interface ApiSchema<Req extends Shape, Res extends Shape> {
  readonly key: number;
  readonly name: string;
  /** Versions that the two shapes describe; what the broker serves of them is its handler's word. */
  readonly versions: VersionText;
  /** Versions with compact lengths and tagged fields (KIP-482); none when left out. */
  readonly flexible?: VersionText;
  readonly request: Req;
  readonly response: Res;
}

/** One API of the protocol with its codecs, each compiled when first used. */
export interface Api<Req extends Shape = Shape, Res extends Shape = Shape> {
  readonly key: number;
  readonly name: string;
  readonly versions: VersionRange;
  readonly request: Req;
  readonly response: Res;
  isFlexible(version: number): boolean;
  readRequest(reader: WireReader, version: number): Read<Req>;
  writeRequest(writer: WireWriter, version: number, request: Written<Req>): void;
  readResponse(reader: WireReader, version: number): Read<Res>;
  writeResponse(writer: WireWriter, version: number, response: Written<Res>): void;
}

export type RequestOf<A> = A extends Api<infer Req, Shape> ? Read<Req> : never;
export type ResponseOf<A> = A extends Api<Shape, infer Res> ? Written<Res> : never;
/** What a client reads of a response. */
export type ReceivedOf<A> = A extends Api<Shape, infer Res> ? Read<Res> : never;

export function defineApi<Req extends Shape, Res extends Shape>(schema: ApiSchema<Req, Res>): Api<Req, Res> {
  const versions = versionRange(schema.versions);
  const flexible = schema.flexible === undefined ? undefined : versionRange(schema.flexible);
  const isFlexible = (version: number) => inRange(flexible, version);
  const requests = compiledByVersion(schema.request, isFlexible);
  const responses = compiledByVersion(schema.response, isFlexible);
  return {
    key: schema.key,
    name: schema.name,
    versions,
    request: schema.request,
    response: schema.response,
    isFlexible,
    readRequest: (reader, version) => requests(version).read(reader) as Read<Req>,
    writeRequest: (writer, version, request) => requests(version).write(writer, request),
    readResponse: (reader, version) => responses(version).read(reader) as Read<Res>,
    writeResponse: (writer, version, response) => responses(version).write(writer, response),
  };
}

function compiledByVersion(shape: Shape, isFlexible: (version: number) => boolean): (version: number) => StructCodec {
  const codecs: (StructCodec | undefined)[] = [];
  return (version) => (codecs[version] ??= compileStruct(shape, version, isFlexible(version)));
}
