/** The longest request head (request line and headers) that is read here, in bytes; the same bound as node:http. */
export const maxHeadBytes = 16 * 1024;

/** A request line and its headers, as they came; values are decoded as Latin-1 and trimmed. */
export interface RequestHead {
  readonly method: string;
  /** The request target exactly as sent: path and query. */
  readonly target: string;
  /** Names in lower case at even places, values at odd ones. */
  readonly headers: readonly string[];
  /** Bytes of body that follow the head. */
  readonly contentLength: number;
  /** False when the client asked for the connection to be closed after this answer. */
  readonly keepAlive: boolean;
  /** Bytes of the head itself, the empty line included. */
  readonly headBytes: number;
}

const requestLine = /(GET|POST) ([!-~]+) HTTP\/1\.1\r\n/y;
const headerLine = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\u0020-\u007e\u0080-\u00ff]*)\r\n/y;
const digits = /^[0-9]{1,15}$/;

/**
 * Reads the head of an everyday request at `start` of `bytes`: GET without a body or POST with one Content-Length, HTTP/1.1,
 * well-formed headers (RFC 9112).
 *
 * Answers `incomplete` while the empty line has not arrived, and `odd` for everything else: other methods, chunked bodies,
 * Expect, Upgrade, folded or malformed lines, a head that is too long. Whether an odd request is good or bad is not decided here.
 */
export function readRequestHead(bytes: Buffer, start: number, end: number): RequestHead | 'incomplete' | 'odd' {
  const blank = bytes.indexOf('\r\n\r\n', start, 'latin1');
  if (blank < 0 || blank + 4 > end) return end - start > maxHeadBytes ? 'odd' : 'incomplete';
  const headBytes = blank + 4 - start;
  if (headBytes > maxHeadBytes) return 'odd';
  const text = bytes.toString('latin1', start, blank + 2);

  requestLine.lastIndex = 0;
  const line = requestLine.exec(text);
  if (line === null) return 'odd';
  const method = line[1];

  const headers: string[] = [];
  let contentLength = -1;
  let keepAlive = true;
  let hosts = 0;
  headerLine.lastIndex = requestLine.lastIndex;
  while (headerLine.lastIndex < text.length) {
    const header = headerLine.exec(text);
    if (header === null) return 'odd';
    const name = header[1].toLowerCase();
    const value = header[2].trimEnd();
    switch (name) {
      case 'content-length':
        if (contentLength >= 0 || !digits.test(value)) return 'odd';
        contentLength = Number(value);
        break;
      case 'connection': {
        const wish = value.toLowerCase();
        if (wish === 'close') keepAlive = false;
        else if (wish !== 'keep-alive') return 'odd';
        break;
      }
      case 'host':
        hosts += 1;
        break;
      case 'transfer-encoding':
      case 'expect':
      case 'upgrade':
      case 'content-encoding':
      case 'trailer':
        return 'odd';
    }
    headers.push(name, value);
  }
  if (hosts !== 1) return 'odd';
  if (method === 'GET' ? contentLength > 0 : contentLength < 0) return 'odd';
  return { method, target: line[2], headers, contentLength: Math.max(contentLength, 0), keepAlive, headBytes };
}

/** The first value of the header `name` (lower case), or undefined. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
  return undefined;
}
