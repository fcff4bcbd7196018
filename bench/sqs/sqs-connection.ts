import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { HttpResponseReader } from './http-response-reader.js';

/** Called with the response's body, which is valid only during the call. */
export type OnBody = (body: Buffer) => void;

/** One keep-alive connection that has one request under way at a time, as an SDK's has. */
export class SqsConnection {
  readonly #socket: Socket;
  readonly #onFailure: (error: Error) => void;
  #onBody: OnBody | undefined;
  #closed = false;

  private constructor(socket: Socket, onFailure: (error: Error) => void) {
    this.#socket = socket;
    this.#onFailure = onFailure;
    const reader = new HttpResponseReader((status, body) => this.#answer(status, body));
    socket.on('data', (chunk) => {
      try {
        reader.take(chunk);
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      if (!this.#closed) this.#fail(new Error('the server closed the connection'));
    });
  }

  /** @param onFailure told when the connection breaks or an answer is not 200; the process of a run ends there */
  static async open(port: number, onFailure: (error: Error) => void): Promise<SqsConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new SqsConnection(socket, onFailure);
  }

  /** Sends one request, of these octets; the next one may be sent from `onBody`. */
  send(request: Uint8Array, onBody: OnBody): void {
    this.#onBody = onBody;
    this.#socket.write(request);
  }

  /** Sends one request and resolves with its parsed answer. For everything that is not measured. */
  ask(request: Uint8Array): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      this.send(request, (body) => resolve(JSON.parse(body.toString('utf8') || '{}') as Record<string, unknown>));
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #answer(status: number, body: Buffer): void {
    const onBody = this.#onBody;
    this.#onBody = undefined;
    if (status !== 200) this.#fail(new Error(`HTTP ${status}: ${body.toString('utf8').slice(0, 300)}`));
    else if (onBody === undefined) this.#fail(new Error('a response that nobody asked for'));
    else onBody(body);
  }

  #fail(error: Error): void {
    this.#closed = true;
    this.#socket.destroy();
    this.#onFailure(error);
  }
}
