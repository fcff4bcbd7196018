import { ErrorCode } from './error-code.js';
import type { Handler } from './handler.js';
import type { ResponseOf, Api } from './wire/api.js';
import { API_VERSIONS_KEY } from './wire/headers.js';
import { inRange, type VersionRange, versionRange } from './wire/version-range.js';

export interface AdvertisedApi {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** All handlers by API key, and what may be said about them. */
export class HandlerRegistry {
  readonly #handlers = new Map<number, Handler>();
  readonly #served = new Map<number, VersionRange>();
  /** In the order of the keys. */
  readonly advertised: readonly AdvertisedApi[];

  constructor(handlers: readonly Handler[]) {
    for (const handler of handlers) {
      this.#handlers.set(handler.api.key, handler);
      this.#served.set(handler.api.key, closed(handler, handler.served));
    }
    this.advertised = handlers
      .map((handler) => {
        const { first, last } = closed(handler, handler.advertised ?? handler.served);
        return { apiKey: handler.api.key, minVersion: first, maxVersion: last };
      })
      .toSorted((a, b) => a.apiKey - b.apiKey);
  }

  find(apiKey: number): Handler | undefined {
    return this.#handlers.get(apiKey);
  }

  /** The version when it is served, else undefined. */
  versionToRead(handler: Handler, version: number): number | undefined {
    return inRange(this.#served.get(handler.api.key), version) ? version : undefined;
  }

  /** What to answer, in version 0, to an ApiVersions request that is newer than us; undefined for any other API. */
  unsupportedVersionAnswer(handler: Handler, version: number): ResponseOf<Api> | undefined {
    if (handler.api.key !== API_VERSIONS_KEY || version < 0) return undefined;
    return {
      errorCode: ErrorCode.unsupportedVersion,
      apiKeys: this.advertised.filter(({ apiKey }) => apiKey === API_VERSIONS_KEY),
    };
  }
}

function closed(handler: Handler, text: NonNullable<Handler['advertised']>): VersionRange {
  const { first, last } = versionRange(text);
  if (last > handler.api.versions.last) throw new RangeError(`${handler.api.name} has no schema for version ${last}`);
  return { first, last };
}
