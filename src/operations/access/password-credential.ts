import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Credential } from '../../core/index.js';

/** How a new password is kept. */
export type PasswordHashing = 'sha256' | 'sha512' | 'scrypt';

const SCRYPT = 'scrypt';
const SCRYPT_SALT_BYTES = 16;
const SCRYPT_KEY_BYTES = 32;
/** 2^15 blocks of 8 × 128 bytes: 32 MiB and some 100 ms of a core for each guess. */
const SCRYPT_COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

const RABBITMQ_SALT_BYTES = 4;

/**
 * RabbitMQ's hashes (https://www.rabbitmq.com/docs/passwords): a 4-byte salt, then the digest of salt and password. MD5
 * is that of its early versions, whose exports do not name it.
 */
const RABBITMQ_DIGESTS = [
  { kind: 'rabbitmq-sha256', algorithm: 'rabbit_password_hashing_sha256', digest: 'sha256', sizeBytes: 32 },
  { kind: 'rabbitmq-sha512', algorithm: 'rabbit_password_hashing_sha512', digest: 'sha512', sizeBytes: 64 },
  { kind: 'rabbitmq-md5', algorithm: 'rabbit_password_hashing_md5', digest: 'md5', sizeBytes: 16 },
] as const;

/** The credential of a password that is known now. What it holds is salted. */
export async function passwordCredential(password: string, hashing: PasswordHashing): Promise<Credential> {
  if (hashing === 'scrypt') {
    const salt = randomBytes(SCRYPT_SALT_BYTES);
    return { kind: SCRYPT, id: '', secret: Buffer.concat([salt, await scryptKey(password, salt)]) };
  }
  const salt = randomBytes(RABBITMQ_SALT_BYTES);
  const secret = Buffer.concat([salt, saltedDigest(hashing, salt, password)]);
  return { kind: `rabbitmq-${hashing}`, id: '', secret };
}

/** A `password_hash` as RabbitMQ exports it; undefined when the algorithm is not known or the hash has another length. */
export function rabbitmqCredential(passwordHash: string, algorithm: string): Credential | undefined {
  const known = RABBITMQ_DIGESTS.find((each) => each.algorithm === algorithm);
  if (known === undefined) return undefined;
  const secret = Buffer.from(passwordHash, 'base64');
  if (secret.length !== RABBITMQ_SALT_BYTES + known.sizeBytes) return undefined;
  return { kind: known.kind, id: '', secret };
}

/** The same backwards; undefined for what RabbitMQ has no form of. */
export function rabbitmqHash(credential: Credential): { hash: string; algorithm: string } | undefined {
  const known = RABBITMQ_DIGESTS.find(({ kind }) => kind === credential.kind);
  if (known === undefined) return undefined;
  return { hash: Buffer.from(credential.secret).toString('base64'), algorithm: known.algorithm };
}

/** Is it one that a password proves? */
export function isPasswordCredential({ kind }: Credential): boolean {
  return kind === SCRYPT || RABBITMQ_DIGESTS.some((known) => known.kind === kind);
}

/** Whether it is the password of that credential. Never blocks the event loop for longer than a fast hash takes. */
export async function provesPassword({ kind, secret }: Credential, password: string): Promise<boolean> {
  if (kind === SCRYPT) {
    const key = await scryptKey(password, secret.subarray(0, SCRYPT_SALT_BYTES));
    return timingSafeEqual(key, secret.subarray(SCRYPT_SALT_BYTES));
  }
  const known = RABBITMQ_DIGESTS.find((each) => each.kind === kind);
  if (known === undefined) return false;
  const salt = secret.subarray(0, RABBITMQ_SALT_BYTES);
  return timingSafeEqual(saltedDigest(known.digest, salt, password), secret.subarray(RABBITMQ_SALT_BYTES));
}

function saltedDigest(digest: string, salt: Uint8Array, password: string): Buffer {
  return createHash(digest).update(salt).update(password).digest();
}

function scryptKey(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, SCRYPT_KEY_BYTES, SCRYPT_COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
