import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that an endpoint was sent. */
export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** When it came, by performance.now(). */
  readonly atMs: number;
}

/** An HTTP server that answers as the test says, and hands over what it was sent, in order. */
export class HttpEndpoint {
  /** The status of the next answers; undefined: no answer at all. */
  answer: (posted: Posted) => number | undefined = () => 200;
  readonly #posts: Posted[] = [];
  readonly #waiting: ((posted: Posted) => void)[] = [];
  readonly #unanswered: ServerResponse[] = [];
  #server!: Server;
  #port = 0;

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const posted = { headers: request.headers, body: Buffer.concat(chunks).toString(), atMs: performance.now() };
        const status = this.answer(posted);
        if (status === undefined) this.#unanswered.push(response);
        else response.writeHead(status).end();
        const next = this.#waiting.shift();
        if (next === undefined) this.#posts.push(posted);
        else next(posted);
      });
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    // The next start is at the same place.
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook?a=b`;
  }

  get count(): number {
    return this.#posts.length;
  }

  next(): Promise<Posted> {
    const posted = this.#posts.shift();
    return posted === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(posted);
  }
}
