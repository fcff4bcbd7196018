import type { Api, RequestOf, ResponseOf } from './wire/api.js';
import type { Shape } from './wire/field.js';
import type { VersionText } from './wire/version-range.js';
import type { QuotaKind } from './quotas/quotas.js';
import type { ClientConnection } from './connection/client-connection.js';

/** One request that waits for its answer. It must be settled exactly once, at once or later. */
export interface Call<A> {
  readonly version: number;
  readonly clientId: string | null;
  readonly connection: ClientConnection;
  /** Counts against the client's quotas: bytes that it produced or fetches, or changes that it makes. */
  charge(kind: QuotaKind, amount: number): void;
  respond(response: ResponseOf<A>): void;
  /** Settles the call without an answer, as the protocol has it for a produce request with acks=0. */
  respondNothing(): void;
  /** Called once when the client goes away before the call is settled. */
  onAbandoned(callback: () => void): void;
}

/** What serves one API. */
export interface Handler<A extends Api = Api> {
  readonly api: A;
  /** Versions that work. */
  readonly served: VersionText;
  /** Versions that ApiVersions names, where these differ from the served ones. */
  readonly advertised?: VersionText;
  /** Whether it may be called before the client has authenticated. */
  readonly beforeAuthentication?: boolean;
  /** A rejection or an exception ends the connection: what the protocol can express, the handler answers itself. */
  handle(request: RequestOf<A>, call: Call<A>): void | Promise<void>;
}

/** Declares a handler, with request and answer typed by the schema of its API. */
export function defineHandler<Req extends Shape, Res extends Shape>(handler: Handler<Api<Req, Res>>): Handler {
  return handler;
}
