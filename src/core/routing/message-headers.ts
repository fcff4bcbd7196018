import type { AttributeValue } from '../catalog/attribute-value.js';

/**
 * A message's headers as routing reads them: by name, and only where an exchange asks. A `ReadonlyMap` will do; a
 * front may as well look into the encoded table on demand.
 */
export interface MessageHeaders {
  /** `undefined` when there is no such header; `null` when it is there without a value. */
  get(name: string): AttributeValue | undefined;
  /** One of AMQP's properties, for `hash-property`. */
  property?(name: HashProperty): AttributeValue | undefined;
}

export type HashProperty = 'message_id' | 'correlation_id' | 'timestamp';

export const HASH_PROPERTIES: readonly string[] = ['message_id', 'correlation_id', 'timestamp'];
