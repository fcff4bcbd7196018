import { createHmac, randomBytes } from 'node:crypto';

/**
 * Remembers which credentials were found right a short while ago, so that a client which opens many connections pays
 * for the slow hash once. Keeps keyed hashes under a key that lives and dies with the process, never passwords.
 */
export class RecentLogins {
  readonly #key = randomBytes(32);
  readonly #until = new Map<string, number>();
  readonly #keepMs: number;
  readonly #limit: number;

  constructor(keepMs: number, limit: number) {
    this.#keepMs = keepMs;
    this.#limit = limit;
  }

  /** What stands for these credentials here; `version` is another one when the user's password was changed. */
  fingerprint(user: string, password: string, version: string): string {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(Buffer.byteLength(user));
    lengths.writeUInt32BE(Buffer.byteLength(version), 4);
    return createHmac('sha256', this.#key)
      .update(lengths)
      .update(user)
      .update(version)
      .update(password)
      .digest('base64');
  }

  has(fingerprint: string, nowMs: number): boolean {
    const until = this.#until.get(fingerprint);
    if (until === undefined) return false;
    if (until > nowMs) return true;
    this.#until.delete(fingerprint);
    return false;
  }

  add(fingerprint: string, nowMs: number): void {
    // The oldest entry is the first in a Map's order, and with one lifetime for all also the first to expire.
    this.#until.delete(fingerprint);
    if (this.#until.size >= this.#limit) this.#until.delete(this.#until.keys().next().value!);
    this.#until.set(fingerprint, nowMs + this.#keepMs);
  }
}
