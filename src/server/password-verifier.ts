import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Answers whether a password is the right one. Never blocks the event loop for longer than a fast hash takes. */
export type PasswordVerifier = (password: string) => Promise<boolean>;

const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** 2^15 blocks of 8 × 128 bytes: 32 MiB and some 100 ms of a core for each guess. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** A verifier for a password that is known now; what it keeps is only a salted scrypt key. */
export async function scryptVerifier(password: string): Promise<PasswordVerifier> {
  const salt = randomBytes(SALT_BYTES);
  const expected = await scryptKey(password, salt);
  return async (candidate) => timingSafeEqual(await scryptKey(candidate, salt), expected);
}

const RABBITMQ_SALT_BYTES = 4;
const RABBITMQ_ALGORITHMS = new Map([
  ['rabbit_password_hashing_sha256', 'sha256'],
  ['rabbit_password_hashing_sha512', 'sha512'],
]);

/**
 * A verifier for a `password_hash` as RabbitMQ exports it: base64 of a 4-byte salt and the hash of salt and password
 * (https://www.rabbitmq.com/docs/passwords). Undefined when the algorithm is not known or the hash has another length.
 */
export function rabbitmqVerifier(passwordHash: string, algorithm: string): PasswordVerifier | undefined {
  const digest = RABBITMQ_ALGORITHMS.get(algorithm);
  if (digest === undefined) return undefined;
  const bytes = Buffer.from(passwordHash, 'base64');
  const salt = bytes.subarray(0, RABBITMQ_SALT_BYTES);
  const expected = bytes.subarray(RABBITMQ_SALT_BYTES);
  const hash = (password: string) => createHash(digest).update(salt).update(password).digest();
  if (expected.length !== hash('').length) return undefined;
  return async (candidate) => timingSafeEqual(hash(candidate), expected);
}

function scryptKey(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
