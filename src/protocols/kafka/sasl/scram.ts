import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { MIN_ITERATIONS, type ScramCredential, type ScramHash } from './scram-credential.js';
import type { SaslExchange, SaslMechanism, SaslStep } from './sasl-mechanism.js';

/** `n,,` or `y,,` and the client's first words: user and nonce, perhaps with extensions behind them. */
const CLIENT_FIRST = /^[ny],(?:a=([^,]*))?,(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(,.+)?)$/;
const CLIENT_FINAL = /^(c=([^,]+),r=([^,]+)(?:,[^,]*)*),p=([^,]+)$/;
const NONCE_BYTES = 18;

/** The credential of a user, or undefined. */
export type FindCredential = (user: string) => ScramCredential | undefined;

/**
 * SCRAM (RFC 5802) without channel binding: neither side shows the password, and the client learns that the server
 * knows it. A user that does not exist gets a salt that stays the same from try to try, and fails at the end.
 */
export function scramMechanism(hash: ScramHash, find: FindCredential): SaslMechanism {
  const decoyKey = randomBytes(32);
  const decoy = (user: string): ScramCredential => {
    const salt = createHmac('sha256', decoyKey).update(user).digest().subarray(0, 16);
    return { iterations: MIN_ITERATIONS, salt, storedKey: randomBytes(hash.keyBytes), serverKey: decoyKey };
  };
  return {
    name: hash.mechanism,
    start: () => new ScramExchange(hash, find, decoy),
  };
}

class ScramExchange implements SaslExchange {
  readonly #hash: ScramHash;
  readonly #find: FindCredential;
  readonly #decoy: (user: string) => ScramCredential;
  #user = '';
  #credential: ScramCredential | undefined;
  #clientFirst = '';
  #serverFirst = '';
  #nonce = '';

  constructor(hash: ScramHash, find: FindCredential, decoy: (user: string) => ScramCredential) {
    this.#hash = hash;
    this.#find = find;
    this.#decoy = decoy;
  }

  next(token: Uint8Array): SaslStep {
    const text = Buffer.from(token).toString('utf8');
    return this.#credential === undefined ? this.#begin(text) : this.#finish(text, this.#credential);
  }

  #begin(text: string): SaslStep {
    const match = CLIENT_FIRST.exec(text);
    if (match === null) return this.#failed('a malformed first message');
    const [, actAs, bare, escapedUser, clientNonce, extensions] = match;
    const user = unescapeName(escapedUser);
    if (user === undefined) return this.#failed('a malformed user name');
    if (/(^|,)tokenauth=true(,|$)/.test(extensions ?? '')) return this.#failed('delegation tokens are not supported');
    if (actAs !== undefined && actAs !== '' && unescapeName(actAs) !== user) {
      return this.#failed('acting as another user is not supported');
    }
    this.#user = user;
    const credential = this.#find(user) ?? this.#decoy(user);
    this.#credential = credential;
    this.#clientFirst = bare;
    this.#nonce = clientNonce + randomBytes(NONCE_BYTES).toString('base64').replaceAll(',', '.');
    const salt = Buffer.from(credential.salt).toString('base64');
    this.#serverFirst = `r=${this.#nonce},s=${salt},i=${credential.iterations}`;
    return { kind: 'challenge', token: Buffer.from(this.#serverFirst) };
  }

  #finish(text: string, { storedKey, serverKey }: ScramCredential): SaslStep {
    const match = CLIENT_FINAL.exec(text);
    if (match === null) return this.#failed('a malformed last message');
    const [, withoutProof, binding, nonce, proofText] = match;
    // The binding repeats the first message's head: without channel binding that is `n,,` or `y,,`, with an identity.
    if (!/^[ny],(a=[^,]*)?,$/.test(Buffer.from(binding, 'base64').toString()) || nonce !== this.#nonce) {
      return this.#failed('a last message that does not belong to the first');
    }
    const { digest } = this.#hash;
    const signed = `${this.#clientFirst},${this.#serverFirst},${withoutProof}`;
    const signature = createHmac(digest, storedKey).update(signed).digest();
    const proof = Buffer.from(proofText, 'base64');
    if (proof.length !== signature.length) return this.#failed(INVALID);
    const clientKey = proof.map((byte, index) => byte ^ signature[index]);
    if (!timingSafeEqual(createHash(digest).update(clientKey).digest(), storedKey)) return this.#failed(INVALID);
    const verifier = createHmac(digest, serverKey).update(signed).digest('base64');
    return { kind: 'done', user: this.#user, token: Buffer.from(`v=${verifier}`) };
  }

  #failed(reason: string): SaslStep {
    const message = `Authentication failed during authentication due to ${reason} with SASL mechanism`;
    return { kind: 'failed', message: `${message} ${this.#hash.mechanism}` };
  }
}

const INVALID = 'invalid credentials';

/** A comma is written =2C and an equals sign =3D; any other use of the latter is a mistake. */
function unescapeName(escaped: string): string | undefined {
  if (/=(?!2C|3D)/.test(escaped)) return undefined;
  return escaped.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
