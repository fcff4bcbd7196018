import { readFile } from 'node:fs/promises';
import type { BearerOptions } from '../kafka-options.js';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose';

type Jose = typeof import('jose');

/** Who a token speaks for, and until when. */
export interface BearerIdentity {
  readonly user: string;
  /** ms since the epoch. */
  readonly expiresMs: number;
}

/** Rejects with an error that says why the token is not accepted. */
export type VerifyBearer = (token: string) => Promise<BearerIdentity>;

/** Kafka's default for clocks that do not agree (`sasl.oauthbearer.clock.skew.seconds`). */
const CLOCK_SKEW_SECONDS = 30;

/**
 * JSON web tokens, checked against a set of keys (RFC 7515, RFC 7517), or, for tests only, taken as they are. The library
 * is loaded for the first token: most brokers never see one.
 */
export function bearerVerifier(options: BearerOptions): VerifyBearer {
  let verifier: Promise<VerifyBearer> | undefined;
  return async (token) => {
    verifier ??= import('jose').then((jose) => verifierOf(jose, options));
    return await (await verifier)(token);
  };
}

function verifierOf(jose: Jose, { keys, audience, issuer, userClaim }: BearerOptions): VerifyBearer {
  const checks = {
    clockTolerance: CLOCK_SKEW_SECONDS,
    requiredClaims: ['exp', userClaim],
    ...(audience !== undefined && { audience }),
    ...(issuer !== undefined && { issuer }),
  };
  if (keys === 'unsecured') {
    return async (token) => identityOf(jose.UnsecuredJWT.decode(token, checks).payload, userClaim);
  }
  const keySet = /^https?:/.test(keys) ? jose.createRemoteJWKSet(new URL(keys)) : fileKeySet(jose, keys);
  return async (token) => identityOf((await jose.jwtVerify(token, keySet, checks)).payload, userClaim);
}

/** Read at the first token, not again: keys that change belong at a URL. */
function fileKeySet(jose: Jose, path: string): JWTVerifyGetKey {
  let keySet: Promise<ReturnType<Jose['createLocalJWKSet']>> | undefined;
  return async (header, token) => {
    keySet ??= readFile(path, 'utf8').then((text) => jose.createLocalJWKSet(JSON.parse(text) as JSONWebKeySet));
    return await (await keySet)(header, token);
  };
}

function identityOf(payload: JWTPayload, userClaim: string): BearerIdentity {
  const user = payload[userClaim];
  if (typeof user !== 'string' || user === '') throw new Error(`the claim ${userClaim} is no name`);
  return { user, expiresMs: (payload.exp ?? 0) * 1000 };
}
