import { createHash, createHmac } from 'node:crypto';

/** A hash that SCRAM is used with, under the numbers and names that Kafka gives it. */
export interface ScramHash {
  /** In DescribeUserScramCredentials and its counterpart. */
  readonly number: number;
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  /** The kind of a user's credential. */
  readonly kind: string;
  readonly digest: 'sha256' | 'sha512';
  readonly keyBytes: number;
}

export const SCRAM_HASHES: readonly ScramHash[] = [
  { number: 1, mechanism: 'SCRAM-SHA-256', kind: 'scram-sha-256', digest: 'sha256', keyBytes: 32 },
  { number: 2, mechanism: 'SCRAM-SHA-512', kind: 'scram-sha-512', digest: 'sha512', keyBytes: 64 },
];

/** Fewer make guessing too cheap, more would let one client keep the processor busy: Kafka's limits. */
export const MIN_ITERATIONS = 4096;
export const MAX_ITERATIONS = 16_384;

/** What is kept of a password: enough to check a proof, not enough to make one (RFC 5802 section 3). */
export interface ScramCredential {
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export function credentialOfSaltedPassword(
  { digest }: ScramHash,
  iterations: number,
  salt: Uint8Array,
  saltedPassword: Uint8Array,
): ScramCredential {
  const clientKey = createHmac(digest, saltedPassword).update('Client Key').digest();
  const storedKey = createHash(digest).update(clientKey).digest();
  const serverKey = createHmac(digest, saltedPassword).update('Server Key').digest();
  return { iterations, salt, storedKey, serverKey };
}

/** As the secret of a user's credential: JSON, bytes in base64. */
export function encodeCredential({ iterations, salt, storedKey, serverKey }: ScramCredential): Uint8Array {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return Buffer.from(JSON.stringify([iterations, text(salt), text(storedKey), text(serverKey)]));
}

/** Throws SyntaxError for what {@link encodeCredential} did not write. */
export function decodeCredential(secret: Uint8Array): ScramCredential {
  const [iterations, ...texts] = JSON.parse(Buffer.from(secret).toString()) as [number, string, string, string];
  const [salt, storedKey, serverKey] = texts.map((text) => Buffer.from(text, 'base64'));
  return { iterations, salt, storedKey, serverKey };
}
