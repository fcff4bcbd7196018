import type { Socket } from 'node:net';
import type { HttpExchange, HttpHandler, HttpReply, HttpRequest } from './http-exchange.js';
import { readRequestHead, type RequestHead } from './request-head.js';
import { responseHead } from './response-head.js';

/** Requests of one connection that may wait for their answers at once; more stay unread in the socket. */
const maxPipelined = 64;
/** Answers that the client has not taken yet, in bytes, beyond which nothing more is read from it. */
const maxUnreadReplyBytes = 1024 * 1024;

const empty = Buffer.alloc(0);

export interface HttpConnectionHost {
  readonly handler: HttpHandler;
  /** The largest body accepted, in bytes; a larger one is answered 413 and the connection closed. */
  readonly maxBodyBytes: number;
  /** Takes over the socket with `unread` bytes that belong to a request which this reader leaves to a full HTTP parser. */
  handOver(socket: Socket, unread: Buffer): void;
  closed(connection: HttpConnection): void;
}

/**
 * One HTTP/1.1 connection: reads everyday requests itself, runs pipelined ones side by side and answers them in order.
 *
 *     head --Content-Length--> body --> exchange queued, handler called --> head ...
 *       \--odd--> wait until every exchange is answered --> socket handed over
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: HttpConnectionHost;
  readonly #scheme: 'http' | 'https';
  readonly #address: string;
  /** Bytes read and not yet understood; only ever a part of one head, or what waits behind a full pipeline. */
  #unread: Buffer = empty;
  #head: RequestHead | undefined;
  #bodyParts: Buffer[] = [];
  #bodyBytes = 0;
  readonly #exchanges: QueuedExchange[] = [];
  #output = '';
  /** Every character of the output is one byte, which is written in half the time. */
  #outputIsAscii = true;
  #flushQueued = false;
  #reading = true;
  /** Set when a request of this connection is to be read by the full parser. */
  #odd = false;
  /** Set when no request after the ones queued will be served. */
  #lastRequestSeen = false;
  #ended = false;
  #closed = false;
  #lastActivityMs: number;
  #requestSinceMs = 0;

  constructor(socket: Socket, host: HttpConnectionHost, scheme: 'http' | 'https', nowMs: number) {
    this.#socket = socket;
    this.#host = host;
    this.#scheme = scheme;
    this.#address = socket.remoteAddress ?? '';
    this.#lastActivityMs = nowMs;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
    socket.on('drain', this.#adjustReading);
  }

  /** Milliseconds of `nowMs` since a request began to arrive that is not complete yet; 0 when there is none. */
  requestAgeMs(nowMs: number): number {
    return this.#requestSinceMs === 0 ? 0 : nowMs - this.#requestSinceMs;
  }

  /** Milliseconds since the connection last had anything to do; 0 while a request waits for its answer. */
  idleMs(nowMs: number): number {
    return this.#exchanges.length > 0 ? 0 : nowMs - this.#lastActivityMs;
  }

  /** Serves what has arrived, then closes; at once when nothing waits for an answer. */
  closeGracefully(): void {
    this.#lastRequestSeen = true;
    if (this.#exchanges.length === 0) this.#socket.end();
    else for (const exchange of this.#exchanges.slice()) exchange.abandon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#lastActivityMs = Date.now();
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    this.#unread = empty;
    this.#consume(bytes);
  };

  #consume(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#lastRequestSeen && !this.#odd) {
      if (this.#exchanges.length >= maxPipelined) break;
      if (this.#head === undefined) {
        const head = readRequestHead(bytes, at, bytes.length);
        if (head === 'incomplete') break;
        if (head === 'odd') {
          this.#odd = true;
          break;
        }
        at += head.headBytes;
        if (head.contentLength > this.#host.maxBodyBytes) {
          this.#refuse(head, 413);
          return;
        }
        this.#head = head;
      }
      const head = this.#head;
      const wanted = head.contentLength - this.#bodyBytes;
      const available = Math.min(wanted, bytes.length - at);
      const part = bytes.subarray(at, at + available);
      at += available;
      if (available < wanted) {
        this.#bodyParts.push(part);
        this.#bodyBytes += available;
        break;
      }
      const body = this.#bodyParts.length === 0 ? part : Buffer.concat([...this.#bodyParts, part]);
      this.#bodyParts = [];
      this.#bodyBytes = 0;
      this.#head = undefined;
      this.#serve(head, body);
    }
    if (this.#lastRequestSeen) return;
    this.#unread = at < bytes.length ? bytes.subarray(at) : empty;
    const partial = this.#head !== undefined || this.#unread.length > 0;
    if (!partial || this.#exchanges.length >= maxPipelined) this.#requestSinceMs = 0;
    else if (this.#requestSinceMs === 0) this.#requestSinceMs = this.#lastActivityMs;
    if (this.#odd) this.#handOverWhenAnswered();
    else this.#adjustReading();
  }

  #serve(head: RequestHead, body: Buffer): void {
    if (!head.keepAlive) this.#lastRequestSeen = true;
    const exchange = new QueuedExchange(this.#request(head, body), head.keepAlive, this.#answered);
    this.#exchanges.push(exchange);
    this.#host.handler(exchange);
  }

  #request({ method, target, headers }: RequestHead, body: Buffer): HttpRequest {
    return { method, target, headers, body, scheme: this.#scheme, address: this.#address };
  }

  /** Answers a request whose body is not going to be read; the connection cannot be used after that. */
  #refuse(head: RequestHead, status: number): void {
    this.#lastRequestSeen = true;
    const exchange = new QueuedExchange(this.#request(head, empty), false, this.#answered);
    this.#exchanges.push(exchange);
    exchange.reply({ status, headers: '', body: '' });
  }

  readonly #answered = (): void => {
    const exchanges = this.#exchanges;
    let done = 0;
    let close = false;
    while (done < exchanges.length && exchanges[done].answer !== undefined) {
      const { answer, keepAlive } = exchanges[done];
      const { status, headers, body } = answer as HttpReply;
      const last = done === exchanges.length - 1;
      close = !keepAlive || (last && (this.#ended || this.#lastRequestSeen));
      const bodyBytes = Buffer.byteLength(body);
      if (bodyBytes !== body.length) this.#outputIsAscii = false;
      this.#output += responseHead(status, headers, bodyBytes, !close) + body;
      done += 1;
      if (close) break;
    }
    if (done === 0) return;
    exchanges.splice(0, done);
    if (close) {
      this.#flush();
      this.#socket.end();
      return;
    }
    if (!this.#flushQueued) {
      this.#flushQueued = true;
      queueMicrotask(this.#flush);
    }
  };

  /** One write for all that was answered in this turn. */
  readonly #flush = (): void => {
    this.#flushQueued = false;
    const output = this.#output;
    const encoding = this.#outputIsAscii ? 'latin1' : 'utf8';
    this.#output = '';
    this.#outputIsAscii = true;
    this.#lastActivityMs = Date.now();
    if (this.#closed) return;
    if (output !== '') this.#socket.write(output, encoding);
    if (this.#odd) this.#handOverWhenAnswered();
    else this.#adjustReading();
  };

  /** Stops reading while the pipeline is full or the client does not take its answers; goes on where it stopped. */
  readonly #adjustReading = (): void => {
    const wanted = this.#exchanges.length < maxPipelined && this.#socket.writableLength < maxUnreadReplyBytes;
    if (wanted === this.#reading || this.#odd) return;
    this.#reading = wanted;
    if (!wanted) {
      this.#socket.pause();
      return;
    }
    this.#socket.resume();
    if (this.#unread.length === 0) return;
    const waiting = this.#unread;
    this.#unread = empty;
    this.#consume(waiting);
  };

  #handOverWhenAnswered(): void {
    this.#socket.pause();
    this.#reading = false;
    if (this.#exchanges.length > 0 || this.#output !== '' || this.#closed) return;
    const unread = this.#unread;
    this.#unread = empty;
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onClose);
    this.#socket.off('error', this.#onError);
    this.#socket.off('drain', this.#adjustReading);
    this.#closed = true;
    this.#host.closed(this);
    this.#host.handOver(this.#socket, unread);
  }

  /** The client sends nothing more. Waiting on its behalf ends; an answer that is being made is still written. */
  readonly #onEnd = (): void => {
    this.#ended = true;
    if (this.#exchanges.length === 0) this.#socket.end();
    else for (const exchange of this.#exchanges.slice()) exchange.abandon();
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#closed = true;
    this.#host.closed(this);
    for (const exchange of this.#exchanges.splice(0)) exchange.abandon();
  };
}

class QueuedExchange implements HttpExchange {
  readonly request: HttpRequest;
  readonly keepAlive: boolean;
  answer: HttpReply | undefined;
  abandoned = false;
  readonly #answered: () => void;
  #listener: (() => void) | undefined;

  constructor(request: HttpRequest, keepAlive: boolean, answered: () => void) {
    this.request = request;
    this.keepAlive = keepAlive;
    this.#answered = answered;
  }

  reply(reply: HttpReply): void {
    if (this.answer !== undefined) throw new Error('a request was answered twice');
    this.answer = reply;
    this.#listener = undefined;
    this.#answered();
  }

  whenAbandoned(listener: () => void): void {
    if (this.abandoned) listener();
    else if (this.answer === undefined) this.#listener = listener;
  }

  abandon(): void {
    this.abandoned = true;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.();
  }
}
