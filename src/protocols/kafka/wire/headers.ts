import type { Api } from './api.js';
import type { WireReader } from './wire-reader.js';
import type { WireWriter } from './wire-writer.js';

export const API_VERSIONS_KEY = 18;

/** Key, version and correlation id stand at the same place in every version of the request header. */
export interface RequestPrefix {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

export function readRequestPrefix(reader: WireReader): RequestPrefix {
  return { apiKey: reader.int16(), apiVersion: reader.int16(), correlationId: reader.int32() };
}

/**
 * Reads the rest of a request header of version 1, or 2 for flexible versions, and answers the client id. It is
 * nullable and, in version 2 as well, not compact.
 */
export function readClientId(reader: WireReader, flexible: boolean): string | null {
  const length = reader.stringLength(false);
  const clientId = length < 0 ? null : reader.utf8(length);
  if (flexible) reader.skipTags();
  return clientId;
}

/** Response header version 0, or 1 for flexible versions; ApiVersions has version 0 throughout (KIP-511). */
export function writeResponseHeader(writer: WireWriter, api: Api, version: number, correlationId: number): void {
  writer.int32(correlationId);
  if (hasTaggedHeader(api, version)) writer.unsignedVarint(0);
}

export function hasTaggedHeader(api: Pick<Api, 'key' | 'isFlexible'>, version: number): boolean {
  return api.key !== API_VERSIONS_KEY && api.isFlexible(version);
}
