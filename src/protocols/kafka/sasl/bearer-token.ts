import { readFile } from 'node:fs/promises';
import type { BearerOptions } from '../kafka-options.js';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  UnsecuredJWT,
} from 'jose';

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

/** JSON web tokens, checked against a set of keys (RFC 7515, RFC 7517), or, for tests only, taken as they are. */
export function bearerVerifier({ keys, audience, issuer, userClaim }: BearerOptions): VerifyBearer {
  const checks = {
    clockTolerance: CLOCK_SKEW_SECONDS,
    requiredClaims: ['exp', userClaim],
    ...(audience !== undefined && { audience }),
    ...(issuer !== undefined && { issuer }),
  };
  if (keys === 'unsecured') {
    return async (token) => identityOf(UnsecuredJWT.decode(token, checks).payload, userClaim);
  }
  const keySet = /^https?:/.test(keys) ? createRemoteJWKSet(new URL(keys)) : fileKeySet(keys);
  return async (token) => identityOf((await jwtVerify(token, keySet, checks)).payload, userClaim);
}

/** Read at the first token, not again: keys that change belong at a URL. */
function fileKeySet(path: string): JWTVerifyGetKey {
  let keySet: Promise<ReturnType<typeof createLocalJWKSet>> | undefined;
  return async (header, token) => {
    keySet ??= readFile(path, 'utf8').then((text) => createLocalJWKSet(JSON.parse(text) as JSONWebKeySet));
    return await (await keySet)(header, token);
  };
}

function identityOf(payload: JWTPayload, userClaim: string): BearerIdentity {
  const user = payload[userClaim];
  if (typeof user !== 'string' || user === '') throw new Error(`the claim ${userClaim} is no name`);
  return { user, expiresMs: (payload.exp ?? 0) * 1000 };
}
