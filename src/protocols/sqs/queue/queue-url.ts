import { headerOf } from '../http/request-head.js';
import type { HttpRequest } from '../http/http-exchange.js';

/**
 * Scheme and host that the client reached this front by, without a slash at the end. Clients send later requests to the URL of the
 * queue, so it must be one that works from where they are.
 */
export function originOf(request: HttpRequest): string {
  const scheme = headerOf(request.headers, 'x-forwarded-proto') ?? request.scheme;
  const host = headerOf(request.headers, 'x-forwarded-host') ?? headerOf(request.headers, 'host') ?? 'localhost';
  return `${scheme}://${host}`;
}

export function queueUrl(origin: string, account: string, name: string): string {
  return `${origin}/${account}/${encodeURIComponent(name)}`;
}

/**
 * The name of the queue that a QueueUrl or the path of a request means, still percent-decoded or not as `decoded` and `raw`; undefined
 * when it names none. All that clients have been seen to send is understood, because only the last segment counts: a bare name, `/<account>/<queue>`,
 * `/queue/<region>/<account>/<queue>`, `/queue/<queue>`, `/<queue>`, each with any host, with or without a slash at the end.
 */
export function queueNameIn(url: string): QueueNames | undefined {
  if (url === '/') return undefined;
  let names = known.get(url);
  if (names === undefined) {
    names = readNames(url);
    if (names === undefined) return undefined;
    if (known.size >= maxKnown) known.clear();
    known.set(url, names);
  }
  return names;
}

interface QueueNames {
  readonly raw: string;
  readonly decoded: string;
  /** Twelve digits before the name. */
  readonly account: string | undefined;
}

/** Clients send the same few URLs again and again. */
const known = new Map<string, QueueNames>();
const maxKnown = 1000;

function readNames(url: string): QueueNames | undefined {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  const segments = path.split('/').filter((segment) => segment !== '');
  const raw = segments.at(-1);
  if (raw === undefined) return undefined;
  const owner = segments.at(-2);
  const account = owner !== undefined && /^[0-9]{12}$/.test(owner) ? owner : undefined;
  let decoded = raw;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    // Not percent-encoded, then: the name is what is written.
  }
  return { raw, decoded, account };
}
