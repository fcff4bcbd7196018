/** A whole request as the front sees it, whichever way it was read. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  /** Names in lower case at even places, values at odd ones. */
  readonly headers: readonly string[];
  /** Valid until the handler returns: the bytes may lie in a buffer that is used again. */
  readonly body: Buffer;
  /** The scheme that the client reached this socket with. */
  readonly scheme: 'http' | 'https';
  /** The client's address as its socket names it; empty when it is gone already. */
  readonly address: string;
}

/** An answer. Content-Length, Date and Connection are added where it is written. */
export interface HttpReply {
  readonly status: number;
  /** Whole header lines, each ending in CRLF. */
  readonly headers: string;
  readonly body: string;
}

/** One request that waits for its answer. */
export interface HttpExchange {
  readonly request: HttpRequest;
  /** True once the client has closed its side: nobody will read what is answered now. */
  readonly abandoned: boolean;
  /** Answers the request; answers leave in the order of the requests. May be called once. */
  reply(reply: HttpReply): void;
  /** Calls `listener` when the client goes away before the answer; at once when it already has. Only the last one counts. */
  whenAbandoned(listener: () => void): void;
}

/** Takes a request; answers through the exchange, now or later. It must not throw. */
export type HttpHandler = (exchange: HttpExchange) => void;
