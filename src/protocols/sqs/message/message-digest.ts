import { createHash, hash } from 'node:crypto';
import type { MessageAttribute } from './message-attribute.js';

/** MD5 of a body, as 32 hex digits. */
export function digestOfBody(body: string | Uint8Array): string {
  return hash('md5', body, 'hex');
}

const stringMark = Buffer.from([1]);
const binaryMark = Buffer.from([2]);

/**
 * MD5 of message attributes, as 32 hex digits (developer guide, "Calculating the MD5 message digest for message attributes"). In the
 * order of their names, each is: length and name, length and data type, 1 for text or 2 for bytes, length and value; lengths are u32,
 * big-endian.
 */
export function digestOfAttributes(attributes: readonly MessageAttribute[]): string {
  const digest = createHash('md5');
  const sorted = attributes.length < 2 ? attributes : [...attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
  const field = (value: string | Uint8Array): void => {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const { name, dataType, value } of sorted) {
    field(name);
    field(dataType);
    digest.update(typeof value === 'string' ? stringMark : binaryMark);
    field(value);
  }
  return digest.digest('hex');
}
