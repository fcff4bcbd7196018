/** What is called with each whole response; the body is valid only during the call. */
export type OnResponse = (status: number, body: Buffer) => void;

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** Reads HTTP/1.1 responses that carry Content-Length or are chunked, one after the other, however they are cut. */
export class HttpResponseReader {
  readonly #onResponse: OnResponse;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onResponse: OnResponse) {
    this.#onResponse = onResponse;
  }

  /** Takes what the socket gave. Throws on anything that is not such a response. */
  take(chunk: Buffer): void {
    // A response mostly comes whole, in one piece: then nothing is copied.
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const used = this.#takeOne(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    this.#rest = bytes.length === 0 ? bytes : Buffer.from(bytes);
  }

  /** Hands over the first response. Returns how many octets it had, 0 when it is not whole yet. */
  #takeOne(bytes: Buffer): number {
    const headLength = bytes.indexOf(headEnd);
    if (headLength < 0) return 0;
    const head = bytes.toString('latin1', 0, headLength);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
    if (status === undefined) throw new Error(`not an HTTP response: ${head.slice(0, 80)}`);
    const bodyAt = headLength + headEnd.length;
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    if (length !== undefined) {
      const end = bodyAt + Number(length);
      if (end > bytes.length) return 0;
      this.#onResponse(Number(status), bytes.subarray(bodyAt, end));
      return end;
    }
    if (!/^transfer-encoding: *chunked/im.test(head)) throw new Error(`a response without a length: ${head}`);
    const chunked = readChunks(bytes, bodyAt);
    if (chunked === undefined) return 0;
    this.#onResponse(Number(status), chunked.body);
    return chunked.end;
  }
}

/** Joins a chunked body; undefined when its last chunk has not come yet. Trailers are not expected. */
function readChunks(bytes: Buffer, start: number): { readonly body: Buffer; readonly end: number } | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const sizeEnd = bytes.indexOf(lineEnd, at);
    if (sizeEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    const partAt = sizeEnd + 2;
    const next = partAt + size + 2;
    if (next > bytes.length) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end: next };
    parts.push(bytes.subarray(partAt, partAt + size));
    at = next;
  }
}
