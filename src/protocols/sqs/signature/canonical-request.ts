import { hash } from 'node:crypto';
import type { HttpRequest } from '../http/http-exchange.js';
import { ServiceError } from '../wire/service-error.js';

/**
 * The canonical form of a request (Signature Version 4, "Create a canonical request"), one character per byte. `path`: as it goes in, encoded;
 * `payload`: the digest that the sender put in. The signature's own query parameter is left out.
 */
export function canonicalRequest(
  request: HttpRequest,
  path: string,
  signedHeaders: readonly string[],
  payload: string,
): string {
  const mark = request.target.indexOf('?');
  const query = mark < 0 ? '' : canonicalQuery(request.target.slice(mark + 1));
  const headers = signedHeaders.map((name) => `${name}:${headerValue(request.headers, name)}\n`).join('');
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(';')}\n${payload}`;
}

/** The paths that clients of SQS sign for the one that they send: encoded once more, as is right for all services but S3, or as it is. */
export function* signedPaths(target: string): Iterable<string> {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const again = path.split('/').map(encode).join('/');
  yield again;
  if (again !== path) yield path;
}

/** SHA-256 of the body, 64 hex digits. */
export function payloadDigest(body: Buffer): string {
  return hash('sha256', body, 'hex');
}

function canonicalQuery(query: string): string {
  const pairs: (readonly [string, string])[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = encode(decode(equals < 0 ? part : part.slice(0, equals)));
    if (name === 'X-Amz-Signature') continue;
    pairs.push([name, encode(decode(equals < 0 ? '' : part.slice(equals + 1)))]);
  }
  pairs.sort(([a, c], [b, d]) => order(a, b) || order(c, d));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function headerValue(headers: readonly string[], name: string): string {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === name) values.push(headers[i + 1].trim().replaceAll(/ +/g, ' '));
  }
  return values.join(',');
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    throw new ServiceError('MalformedQueryStringException', 'A parameter is not percent-encoded UTF-8.');
  }
}
