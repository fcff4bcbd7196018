import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpExchange, HttpHandler, HttpReply, HttpRequest } from './http-exchange.js';
import { maxHeadBytes } from './request-head.js';

/** Times of a connection, in milliseconds. */
export interface HttpTimeouts {
  /** How long a connection may stay open with nothing to do. Clients keep theirs for up to a minute: stay above that. */
  readonly idleMs: number;
  /** How long one request may take to arrive. */
  readonly requestMs: number;
}

/**
 * node:http for the requests that the quick reader leaves alone: chunked bodies, Expect: 100-continue, other methods, and whatever
 * is malformed. It never listens; it is given sockets.
 */
export class FullHttpParser {
  readonly #server: Server;
  readonly #handler: HttpHandler;
  readonly #maxBodyBytes: number;

  constructor(handler: HttpHandler, maxBodyBytes: number, timeouts: HttpTimeouts) {
    this.#handler = handler;
    this.#maxBodyBytes = maxBodyBytes;
    this.#server = createServer({
      maxHeaderSize: maxHeadBytes,
      keepAliveTimeout: timeouts.idleMs,
      headersTimeout: timeouts.requestMs,
      requestTimeout: timeouts.requestMs,
    });
    this.#server.on('request', this.#onRequest);
    // Timeouts are watched from the moment a server listens. This one never does, so it is told that it does.
    this.#server.emit('listening');
  }

  /** Reads all further requests of `socket`, beginning with `unread`. The socket must be paused and without listeners. */
  take(socket: Socket, unread: Buffer): void {
    if (unread.length > 0) socket.unshift(unread);
    this.#server.emit('connection', socket);
    socket.resume();
  }

  /** Stops watching timeouts. The sockets belong to the caller. */
  close(): void {
    this.#server.close();
  }

  readonly #onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= this.#maxBodyBytes) parts.push(part);
      else if (!response.headersSent) {
        response.writeHead(413, { Connection: 'close', 'Content-Length': 0 }).end(() => incoming.destroy());
      }
    });
    incoming.on('error', () => incoming.destroy());
    incoming.on('end', () => {
      if (bytes > this.#maxBodyBytes) return;
      const scheme = 'encrypted' in incoming.socket ? 'https' : 'http';
      const { method = '', url = '', rawHeaders } = incoming;
      const headers = rawHeaders.map((text, place) => (place % 2 === 0 ? text.toLowerCase() : text));
      const address = incoming.socket.remoteAddress ?? '';
      const body = Buffer.concat(parts);
      this.#handler(new NodeExchange({ method, target: url, headers, body, scheme, address }, response));
    });
  };
}

class NodeExchange implements HttpExchange {
  readonly request: HttpRequest;
  readonly #response: ServerResponse;
  abandoned = false;
  #listener: (() => void) | undefined;

  constructor(request: HttpRequest, response: ServerResponse) {
    this.request = request;
    this.#response = response;
    response.on('close', () => {
      if (response.writableFinished) return;
      this.abandoned = true;
      this.#listener?.();
      this.#listener = undefined;
    });
  }

  reply(reply: HttpReply): void {
    this.#listener = undefined;
    for (const line of reply.headers.split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) this.#response.setHeader(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    this.#response.statusCode = reply.status;
    this.#response.setHeader('Content-Length', Buffer.byteLength(reply.body));
    this.#response.end(reply.body);
  }

  whenAbandoned(listener: () => void): void {
    if (this.abandoned) listener();
    else this.#listener = listener;
  }
}
