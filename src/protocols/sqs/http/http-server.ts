import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FullHttpParser, type HttpTimeouts } from './full-http-parser.js';
import { HttpConnection, type HttpConnectionHost } from './http-connection.js';
import type { HttpHandler } from './http-exchange.js';

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  /** The largest request body, in bytes. */
  readonly maxBodyBytes?: number;
  /** Connections at once; further ones are closed as they come. */
  readonly maxConnections?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
}

/** The AWS SDKs drop idle connections after at most a minute; a server that closes first loses a request now and then. */
const defaultTimeouts: HttpTimeouts = { idleMs: 120_000, requestMs: 60_000 };

/** A batch of 1 MiB whose every byte is escaped as \u00xx is 6 MiB. */
const defaultMaxBodyBytes = 8 * 1024 * 1024;

/**
 * HTTP/1.1 over plain sockets, for many small requests on kept-alive connections. Everyday requests are read by a reader of our own, which
 * was measured to take 41 to 45 microseconds of processor time per request where node:http took 70 to 76; the others go to node:http.
 */
export class HttpServer {
  readonly #server: Server;
  readonly #fullParser: FullHttpParser;
  readonly #timeouts: HttpTimeouts;
  readonly #connections = new Set<HttpConnection>();
  readonly #handedOver = new Set<Socket>();
  readonly #host: HttpConnectionHost;
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: HttpServerOptions) {
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes;
    this.#fullParser = new FullHttpParser(options.handler, maxBodyBytes, this.#timeouts);
    this.#host = {
      handler: options.handler,
      maxBodyBytes,
      handOver: (socket, unread) => {
        this.#handedOver.add(socket);
        socket.on('close', () => this.#handedOver.delete(socket));
        this.#fullParser.take(socket, unread);
      },
      closed: (connection) => this.#connections.delete(connection),
    };
    // Half-open, so that an answer which is being made still reaches a client that has said all it has to say.
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, allowHalfOpen: true });
    this.#server.maxConnections = options.maxConnections ?? 10_000;
    this.#server.on('connection', (socket: Socket) => this.accept(socket, 'http'));
  }

  /** Serves a connected socket; `https` when the caller has decrypted it. */
  accept(socket: Socket, scheme: 'http' | 'https'): void {
    this.#connections.add(new HttpConnection(socket, this.#host, scheme, Date.now()));
  }

  /** Begins to listen; rejects with the system's error when the address cannot be had. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        const sweepMs = Math.min(5_000, this.#timeouts.idleMs, this.#timeouts.requestMs);
        this.#sweep = setInterval(() => this.#closeStale(Date.now()), sweepMs);
        this.#sweep.unref();
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Accepts nothing new, tells every waiting request that it is abandoned, and closes; what is left after `graceMs` is cut. */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#sweep);
    this.#fullParser.close();
    const closed = new Promise<void>((resolve) => {
      if (!this.#server.listening) resolve();
      else this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.closeGracefully();
    const cut = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
      for (const socket of this.#handedOver) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(cut);
  }

  #closeStale(nowMs: number): void {
    for (const connection of this.#connections) {
      const stale =
        connection.requestAgeMs(nowMs) > this.#timeouts.requestMs || connection.idleMs(nowMs) > this.#timeouts.idleMs;
      if (stale) connection.destroy();
    }
  }
}
