import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { MalformedBytes } from '../../../bytes/index.js';
import type { Call, Handler } from '../handler.js';
import type { HandlerRegistry } from '../handler-registry.js';
import type { Api, ResponseOf } from '../wire/api.js';
import { readClientId, readRequestPrefix, writeResponseHeader } from '../wire/headers.js';
import { WireReader } from '../wire/wire-reader.js';
import type { WireWriter } from '../wire/wire-writer.js';
import type { QuotaCharge, Quotas } from '../quotas/quotas.js';
import { Authentication } from '../security/authentication.js';
import { isLoopback } from '../security/loopback.js';
import type { ClientConnection } from './client-connection.js';
import { FrameAssembler, FrameError, MIN_REQUEST_BYTES } from './frame-assembler.js';
import { ResponseQueue, type ResponseSlot } from './response-queue.js';

/** What a connection needs from its front. */
export interface ConnectionContext {
  readonly registry: HandlerRegistry;
  /** Shared by all connections: a response is written in one go. */
  readonly writer: WireWriter;
  /** Called before the requests of a chunk are handled. */
  enter(): void;
  log(level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void;
  readonly advertisedHost: string | undefined;
  readonly advertisedPort: (node: number) => number | undefined;
  readonly maxRequestBytes: number;
  readonly maxUnauthenticatedRequestBytes: number;
  readonly idleTimeoutMs: number;
  /** The user for clients that need not authenticate; undefined when they must. */
  readonly anonymousUser: string | undefined;
  /** Whether clients beyond this machine need not authenticate either. */
  readonly anonymousFromAnywhere: boolean;
  /** After which a client must authenticate again; 0: never. */
  readonly maxSessionMs: number;
  readonly quotas: Quotas;
}

const MAX_WAITING_REQUESTS = 200;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** How long a client that failed to authenticate waits for the end: guessing is slowed (connection.failed.authentication.delay.ms). */
const FAILED_AUTHENTICATION_DELAY_MS = 100;

/**
 * One client. Requests are handled as they come and answered in their order (the protocol has no other way to tell
 * whose answer is whose before the header is read, and clients rely on it). Reading pauses while too much waits to be
 * answered or sent.
 */
export class KafkaConnection implements ClientConnection {
  readonly advertisedHost: string;
  readonly advertisedPort: number;
  readonly remoteAddress: string;
  readonly node: number;
  readonly nodePorts: readonly number[];
  readonly encrypted: boolean;
  software = '';
  readonly authentication: Authentication;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #assembler: FrameAssembler;
  readonly #responses = new ResponseQueue();
  #sendScheduled = false;
  #handlingChunk = false;
  #paused = false;
  #holds = 0;
  readonly #closedCallbacks: (() => void)[] = [];
  #ended = false;
  /** Nothing more is read: the connection ends when its answers are out. */
  #ending = false;
  #timers = new Set<NodeJS.Timeout>();

  constructor(socket: Socket, context: ConnectionContext, node: number, nodePorts: readonly number[]) {
    this.#socket = socket;
    this.#context = context;
    this.advertisedHost = context.advertisedHost ?? plainAddress(socket.localAddress);
    this.advertisedPort = context.advertisedPort(node) ?? socket.localPort ?? 0;
    this.node = node;
    this.nodePorts = nodePorts;
    this.encrypted = socket instanceof TLSSocket;
    this.remoteAddress = plainAddress(socket.remoteAddress);
    const mayBeAnonymous = context.anonymousFromAnywhere || isLoopback(this.remoteAddress);
    this.authentication = new Authentication(mayBeAnonymous ? context.anonymousUser : undefined, context.maxSessionMs);
    this.#assembler = new FrameAssembler(context.maxRequestBytes, (buffer, start, end) =>
      this.#onFrame(buffer, start, end),
    );
    socket.setNoDelay(true);
    socket.setTimeout(context.idleTimeoutMs, () => this.#close());
    socket.on('data', (chunk: Buffer) => this.#onChunk(chunk));
    socket.on('drain', () => this.#resumeIfPossible());
    socket.on('error', () => this.#close()); // a reset by the peer is its way to say goodbye
    socket.on('close', () => this.#close());
  }

  get user(): string {
    return this.authentication.user;
  }

  get principal(): string {
    return this.authentication.principal;
  }

  holdReading(): () => void {
    this.#holds++;
    this.#pauseIfOverfull();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds--;
      this.#resumeIfPossible();
    };
  }

  onClosed(callback: () => void): void {
    this.#closedCallbacks.push(callback);
  }

  fail(reason: string): void {
    if (this.#ended) return;
    if (!this.#ending) this.#logEnd(reason);
    this.#close();
  }

  #logEnd(reason: string): void {
    this.#context.log('warn', 'Kafka connection closed', {
      reason,
      client: this.remoteAddress,
      software: this.software === '' ? undefined : this.software,
    });
  }

  endAfterAnswers(reason: string): void {
    if (this.#ending || this.#ended) return;
    this.#ending = true;
    this.#logEnd(reason);
    this.holdReading();
    this.#after(FAILED_AUTHENTICATION_DELAY_MS, () => this.#close());
  }

  /** Ends the connection at once; parked requests are abandoned. */
  destroy(): void {
    this.#close();
  }

  #onChunk(chunk: Buffer): void {
    this.#context.enter();
    this.#handlingChunk = true;
    const { authentication } = this;
    const { maxRequestBytes, maxUnauthenticatedRequestBytes } = this.#context;
    this.#assembler.maxFrameBytes = authentication.done ? maxRequestBytes : maxUnauthenticatedRequestBytes;
    this.#assembler.minFrameBytes = authentication.rawTokens ? 0 : MIN_REQUEST_BYTES;
    try {
      this.#assembler.push(chunk);
    } catch (error) {
      if (error instanceof FrameError) this.fail(error.message);
      else this.#failWith(error, 'a request');
    }
    this.#handlingChunk = false;
    this.#send();
  }

  #onFrame(buffer: Buffer, start: number, end: number): void {
    if (this.#ended || this.#ending) return;
    const { authentication } = this;
    if (authentication.rawTokens) {
      this.#onRawToken(buffer.subarray(start, end));
      return;
    }
    const reader = new WireReader(buffer, start, end);
    const { apiKey, apiVersion, correlationId } = readRequestPrefix(reader);
    const handler = this.#context.registry.find(apiKey);
    if (handler === undefined) {
      this.fail(`unknown API key ${apiKey}`);
      return;
    }
    if (handler.beforeAuthentication !== true) {
      if (!authentication.done) {
        const isOpen = this.#context.anonymousUser !== undefined;
        this.fail(
          `${handler.api.name} before authentication${isOpen ? '; only clients on this machine need none (--kafka-anonymous)' : ''}`,
        );
        return;
      }
      if (authentication.isOver(performance.now())) {
        this.fail(`${handler.api.name} after the end of the session: the client did not authenticate again in time`);
        return;
      }
    }
    const slot = this.#responses.add(end - start);
    const version = this.#context.registry.versionToRead(handler, apiVersion);
    if (version === undefined) {
      if (!this.#answerUnsupported(handler, apiVersion, correlationId, slot)) {
        this.fail(`${handler.api.name} version ${apiVersion} is not supported`);
      }
      return;
    }
    try {
      this.#handle(handler, version, correlationId, reader, slot);
    } catch (error) {
      this.#failWith(error, `${handler.api.name} version ${version}`);
    }
  }

  #handle(handler: Handler, version: number, correlationId: number, reader: WireReader, slot: ResponseSlot): void {
    const { api } = handler;
    const clientId = readClientId(reader, api.isFlexible(version));
    const request = api.readRequest(reader, version);
    const { quotas } = this.#context;
    const charge: QuotaCharge | undefined = quotas.isEmpty ? undefined : quotas.open(this.principal, clientId);
    const beganMs = charge === undefined ? 0 : performance.now();
    let inHandler = true;
    const throttle = (): number => {
      if (charge === undefined) return 0;
      if (inHandler) charge.add('request', performance.now() - beganMs);
      return charge.throttleMs();
    };
    const call: Call<Api> = {
      version,
      clientId,
      connection: this,
      charge: (kind, amount) => charge?.add(kind, amount),
      respond: (response) => {
        const throttleTimeMs = throttle();
        const told = throttleTimeMs === 0 ? response : { ...response, throttleTimeMs };
        this.#settle(slot, this.#encode(api, version, correlationId, told));
        if (throttleTimeMs > 0) this.#mute(throttleTimeMs);
      },
      respondNothing: () => {
        this.#settle(slot, []);
        const throttleTimeMs = throttle();
        if (throttleTimeMs > 0) this.#mute(throttleTimeMs);
      },
      onAbandoned: (callback) => {
        slot.abandoned = callback;
      },
    };
    const pending = handler.handle(request, call);
    if (charge !== undefined && slot.parts === undefined) charge.add('request', performance.now() - beganMs);
    inHandler = false;
    pending?.catch((error: unknown) => this.#failWith(error, `${api.name} version ${version}`));
  }

  /** The one API that can be answered in an unknown version: the client learns which versions there are (KIP-511). */
  #answerUnsupported(handler: Handler, version: number, correlationId: number, slot: ResponseSlot): boolean {
    const response = this.#context.registry.unsupportedVersionAnswer(handler, version);
    if (response === undefined) return false;
    this.#settle(slot, this.#encode(handler.api, 0, correlationId, response));
    return true;
  }

  #onRawToken(token: Buffer): void {
    const slot = this.#responses.add(token.length);
    this.authentication
      .take(token, () => performance.now())
      .then(
        (step) => {
          // A connection that ends says no.
          if (step.kind === 'failed') this.endAfterAnswers(step.message);
          else this.#settle(slot, [withLength(step.token)]);
        },
        (error: unknown) => this.#failWith(error, 'a SASL token'),
      );
  }

  #encode(api: Api, version: number, correlationId: number, response: ResponseOf<Api>): Buffer[] {
    const { writer } = this.#context;
    writer.begin();
    writeResponseHeader(writer, api, version, correlationId);
    api.writeResponse(writer, version, response);
    return writer.finish();
  }

  #settle(slot: ResponseSlot, parts: readonly Buffer[]): void {
    if (this.#ended) return;
    if (slot.parts !== undefined) throw new Error('a call was settled twice');
    slot.parts = parts;
    slot.abandoned = undefined;
    if (this.#handlingChunk || this.#sendScheduled) return;
    // Answers that become ready together, say after one sync, go out in one write.
    this.#sendScheduled = true;
    process.nextTick(() => {
      this.#sendScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#ended) return;
    const socket = this.#socket;
    socket.cork();
    for (let parts = this.#responses.take(); parts !== undefined; parts = this.#responses.take()) {
      for (const part of parts) socket.write(part);
    }
    socket.uncork();
    this.#pauseIfOverfull();
    this.#resumeIfPossible();
  }

  #isOverfull(): boolean {
    const waiting = this.#responses;
    return (
      this.#holds > 0 ||
      waiting.length > MAX_WAITING_REQUESTS ||
      waiting.waitingBytes > MAX_WAITING_BYTES ||
      this.#socket.writableLength > MAX_UNSENT_BYTES
    );
  }

  #pauseIfOverfull(): void {
    if (this.#paused || !this.#isOverfull()) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #resumeIfPossible(): void {
    if (!this.#paused || this.#isOverfull()) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #failWith(error: unknown, what: string): void {
    if (error instanceof MalformedBytes) {
      this.fail(`${what} is malformed: ${error.message}`);
      return;
    }
    if (this.#ended) return;
    this.#context.log('error', `Kafka: ${what} failed`, { error: error instanceof Error ? error.stack : error });
    this.#close();
  }

  /** Reads nothing for a while: the client is over its quota (KIP-219: it was told first). */
  #mute(forMs: number): void {
    this.#after(forMs, this.holdReading());
  }

  #after(delayMs: number, callback: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#socket.destroy();
    this.#context.enter();
    this.#responses.abandon();
    for (const callback of this.#closedCallbacks) callback();
  }
}

/** IPv4 addresses on a socket that takes both come as ::ffff:a.b.c.d. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/i, '');
}

function withLength(body: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(4 + body.length);
  framed.writeInt32BE(body.length, 0);
  framed.set(body, 4);
  return framed;
}
