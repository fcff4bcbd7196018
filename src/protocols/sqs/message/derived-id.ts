import { hash } from 'node:crypto';
import { uuidText } from './sqs-envelope.js';

/** A UUID that follows from the values: the same for the same ones (version 8, RFC 9562, 5.8). */
export function derivedId(...values: readonly (string | number | undefined)[]): string {
  const hex = hash('sha256', JSON.stringify(values), 'hex');
  return uuidText(`${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`);
}
