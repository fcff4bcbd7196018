import { hash, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../http/http-exchange.js';
import { headerOf } from '../http/request-head.js';
import { ServiceError } from '../wire/service-error.js';
import type { AccessKeys } from './access-keys.js';
import { canonicalRequest, payloadDigest, signedPaths } from './canonical-request.js';
import { hmac, SigningKeys } from './signing-keys.js';

const algorithm = 'AWS4-HMAC-SHA256';
/** How far the clock of a client may be off, ms. */
const maxSkewMs = 300_000;
const maxPresignedSeconds = 604_800;
/** Stands for the digest of a body that the sender did not look at. */
const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** A signature and what it says of itself, from the Authorization header or from the query of a presigned URL. */
interface Signature {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string;
  /** How long it is good for after its date, s. */
  readonly seconds: number;
}

/** Checks signatures of requests: Signature Version 4, in the header or presigned (AWS, "Signature Version 4 for API requests"). */
export class SignatureVerifier {
  readonly #keys: AccessKeys;
  readonly #signingKeys = new SigningKeys();

  constructor(keys: AccessKeys) {
    this.#keys = keys;
  }

  /** Throws the service's errors when the request is not signed, by nobody known, wrongly, or at another time than `nowMs`. */
  verify(request: HttpRequest, nowMs: number): void {
    const signature = headerSignature(request) ?? presignedSignature(request);
    if (signature === undefined) {
      throw new ServiceError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
    }
    const [accessKeyId, day, region, service, terminator, ...rest] = signature.credential.split('/');
    if (terminator !== 'aws4_request' || rest.length > 0 || !signature.date.startsWith(day)) {
      throw incomplete('Credential must have the form <key>/<date>/<region>/<service>/aws4_request.');
    }
    checkHeaders(request, signature.signedHeaders);
    const secret = this.#keys.secretOf(accessKeyId);
    if (secret === undefined) {
      throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    checkTime(signature, nowMs);
    const key = this.#signingKeys.get(secret, day, region, service);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const payload = payloadOf(request);
    for (const path of signedPaths(request.target)) {
      const canonical = canonicalRequest(request, path, signature.signedHeaders, payload);
      const digest = hash('sha256', Buffer.from(canonical, 'latin1'), 'hex');
      const expected = hmac(key, `${algorithm}\n${signature.date}\n${scope}\n${digest}`);
      if (isSame(expected, signature.signature)) return;
    }
    throw new ServiceError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
}

function headerSignature({ headers }: HttpRequest): Signature | undefined {
  const authorization = headerOf(headers, 'authorization');
  if (authorization === undefined) return undefined;
  if (!authorization.startsWith(`${algorithm} `)) throw incomplete(`Only ${algorithm} is understood.`);
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(',')
      .map((field) => [field.slice(0, field.indexOf('=')).trim(), field.slice(field.indexOf('=') + 1).trim()]),
  );
  const date = headerOf(headers, 'x-amz-date') ?? '';
  return read(fields.get('Credential'), fields.get('SignedHeaders'), fields.get('Signature'), date, 0);
}

function presignedSignature({ target }: HttpRequest): Signature | undefined {
  const mark = target.indexOf('?');
  if (mark < 0 || !target.includes('X-Amz-Signature=', mark)) return undefined;
  const query = new URLSearchParams(target.slice(mark + 1));
  if (query.get('X-Amz-Algorithm') !== algorithm) throw incomplete(`Only ${algorithm} is understood.`);
  const seconds = Number(query.get('X-Amz-Expires') ?? Number.NaN);
  if (!(seconds >= 1 && seconds <= maxPresignedSeconds)) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${maxPresignedSeconds} seconds.`);
  }
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  return read(
    text('X-Amz-Credential'),
    text('X-Amz-SignedHeaders'),
    text('X-Amz-Signature'),
    text('X-Amz-Date') ?? '',
    seconds,
  );
}

function read(
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  date: string,
  seconds: number,
): Signature {
  if (credential === undefined) throw incomplete("Authorization header requires 'Credential' parameter.");
  if (signedHeaders === undefined) throw incomplete("Authorization header requires 'SignedHeaders' parameter.");
  if (signature === undefined) throw incomplete("Authorization header requires 'Signature' parameter.");
  if (!/^\d{8}T\d{6}Z$/.test(date)) {
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  return { credential, signedHeaders: signedHeaders.split(';'), signature, date, seconds };
}

/** What says where a request goes and what it wants must be among what is signed. */
function checkHeaders({ headers }: HttpRequest, signed: readonly string[]): void {
  for (const name of ['host', 'x-amz-target']) {
    if (headerOf(headers, name) !== undefined && !signed.includes(name)) {
      throw incomplete(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

function checkTime({ date, seconds }: Signature, nowMs: number): void {
  const parts = date.match(/\d\d/g)!.map(Number);
  const [century, year, month, day, hour, minute, second] = parts;
  const signedMs = Date.UTC(century * 100 + year, month - 1, day, hour, minute, second);
  if (signedMs - nowMs > maxSkewMs) {
    throw new ServiceError('InvalidSignatureException', `Signature not yet current: ${date} is still later than now.`);
  }
  if (nowMs - signedMs > Math.max(seconds * 1000, maxSkewMs)) {
    throw new ServiceError('InvalidSignatureException', `Signature expired: ${date} is now too long ago.`);
  }
}

function payloadOf({ headers, body }: HttpRequest): string {
  const stated = headerOf(headers, 'x-amz-content-sha256');
  return stated === unsignedPayload ? stated : payloadDigest(body);
}

function isSame(expected: Buffer, given: string): boolean {
  return /^[0-9a-f]{64}$/.test(given) && timingSafeEqual(expected, Buffer.from(given, 'hex'));
}

function incomplete(message: string): ServiceError {
  return new ServiceError('IncompleteSignatureException', message);
}
