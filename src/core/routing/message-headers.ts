import type { HeaderValue } from '../broker.js';

/** A message's headers as routing reads them: by name. A `HeaderValues` map is one. */
export interface MessageHeaders {
  /** `undefined` when there is no such header; `null` when it is there without a value. */
  get(name: string): HeaderValue | undefined;
  /** One of the message's properties, for an exchange that hashes it. */
  property?(name: HashProperty): HeaderValue | undefined;
  /** The body, for a binding that filters by it; valid during the route only. */
  body?(): Uint8Array;
}

/** What RabbitMQ's `hash-property` may name. */
export type HashProperty = 'message_id' | 'correlation_id' | 'timestamp';

export const HASH_PROPERTIES: readonly HashProperty[] = ['message_id', 'correlation_id', 'timestamp'];
