import type { Socket } from 'node:net';
import type { ConnectionReport } from '../../core/index.js';
import type { AmqpServerContext } from './amqp-server-context.js';
import { ConnectionError } from './amqp-error.js';
import { ChannelFrames, unexpectedFrame } from './channel-frames.js';
import type { ConfirmingChannel, ConnectionContext } from './connection-context.js';
import { ConnectionOutput } from './connection-output.js';
import { connectionReport } from './connection-report.js';
import { notAMethod } from './content-assembler.js';
import { found, FrameReader, type Found } from './frame-reader.js';
import { FRAME_BODY, FRAME_HEADER, FRAME_HEARTBEAT, FRAME_METHOD } from './frame-type.js';
import { writeHeartbeat, writeMethod } from './frame-writer.js';
import { handshake, Refusal, type Opened, type Wire } from './handshake.js';
import { startHeartbeat } from './heartbeat.js';
import { decodeMethod, type Method, type MethodArguments } from './method-codec.js';
import { methods, type MethodName } from './methods.js';
import type { Peer } from './peer.js';

/** So long a peer may take from TCP connect to connection.open. */
const handshakeTimeoutMs = 10_000;
/** So long the socket stays open for the peer to read why it was closed. */
const lingerMs = 3000;

/** The peer went away during the handshake. */
class Disconnected extends Error {}

/**
 * One client connection. First the handshake pulls what it expects; from then on every frame is carried out as it is
 * read.
 */
export class Connection implements Wire {
  private readonly server: AmqpServerContext;
  private readonly socket: Socket;
  private readonly peer: Peer;
  private readonly reader: FrameReader;
  private readonly output: ConnectionOutput;
  private phase: 'handshake' | 'open' | 'closing' | 'closed' = 'handshake';
  private wake: (() => void) | undefined = undefined;
  private context: ConnectionContext | undefined = undefined;
  /** There from connection.open-ok until the end. */
  private channels: ChannelFrames | undefined = undefined;
  private confirming: ConfirmingChannel[] = [];
  private pausedSessions: number[] = [];
  private published = false;
  /** Has sent messages: it is told when none are taken for now. */
  private publisher = false;
  private blocked = false;
  private readingPaused = false;
  private stopHeartbeat: () => void = () => {};
  private endTimer: NodeJS.Timeout | undefined = undefined;
  private opened: Opened | undefined = undefined;
  private readonly connectedAtMs = Date.now();

  constructor(socket: Socket, peer: Peer, server: AmqpServerContext) {
    this.server = server;
    this.socket = socket;
    this.peer = peer;
    this.reader = new FrameReader(server.tuning.frameMaxBytes);
    this.output = new ConnectionOutput(
      socket,
      server.flushQueue,
      () => this.writeConfirms(),
      () => this.resumeSessions(),
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('close', () => this.onClose());
    // 'close' follows and does what is to be done
    socket.on('error', () => {});
    void this.open();
  }

  /** Tells the client that it must go, and gives it a moment to answer. */
  shutdown(text = "broker forced connection closure with reason 'shutdown'"): void {
    this.closeWith(new ConnectionError('CONNECTION_FORCED', text));
  }

  /** The virtual host that it works in; undefined before it is open and when it closes. */
  get virtualHost(): string | undefined {
    return this.context?.virtualHost;
  }

  /** Undefined before it is open and when it closes. */
  report(): ConnectionReport | undefined {
    if (this.phase !== 'open' || this.opened === undefined || this.channels === undefined) return undefined;
    const state = this.readingPaused ? 'blocked' : 'running';
    return connectionReport(this.socket, this.opened, this.channels.all(), state, this.connectedAtMs);
  }

  // ---- handshake

  private async open(): Promise<void> {
    const timeout = setTimeout(() => this.socket.destroy(), handshakeTimeoutMs);
    timeout.unref();
    try {
      const opened = await handshake(this, {
        identity: this.server.identity,
        tuning: this.server.tuning,
        authenticate: (user, password) => this.server.host.authenticate(user, password, this.peer.address),
        certificateUser: this.peer.certificateUser,
        knowsUser: (name) => this.server.knowsUser(name),
        hasVirtualHost: (name) => this.server.host.broker.hasVirtualHost(name),
        mayEnter: (user, virtualHost) => this.server.host.broker.mayEnter(user, virtualHost),
        connectionLimitReached: (virtualHost) => this.server.connectionLimitReached(virtualHost),
      });
      this.start(opened);
    } catch (error) {
      this.refuse(error);
    } finally {
      clearTimeout(timeout);
    }
  }

  private start(opened: Opened): void {
    if (this.phase !== 'handshake') return;
    const { host } = this.server;
    host.enter();
    this.context = this.createContext(opened);
    this.channels = new ChannelFrames(this.reader, this.context);
    this.opened = opened;
    this.phase = 'open';
    this.reader.setFrameMax(opened.tuning.frameMaxBytes);
    this.stopHeartbeat = startHeartbeat(opened.tuning.heartbeatSeconds, {
      bytesRead: () => this.socket.bytesRead,
      bytesWritten: () => this.socket.bytesWritten,
      readingPaused: () => this.readingPaused,
      send: () => {
        writeHeartbeat(this.output.buffer);
        this.output.markDirty();
      },
      silent: () => {
        host.log('warn', 'amqp: missed heartbeats from client', { peer: this.peer.address });
        this.socket.destroy();
      },
    });
    this.send('connection.open-ok', { reserved1: '' });
    this.readFrames();
  }

  private createContext(opened: Opened): ConnectionContext {
    const { server, output } = this;
    return {
      host: server.host,
      broker: server.host.broker,
      translate: server.translate,
      user: opened.user,
      virtualHost: opened.virtualHost,
      tuning: opened.tuning,
      capabilities: opened.capabilities,
      maxMessageBytes: server.maxMessageBytes,
      owner: server.host.newOwner(),
      out: output.buffer,
      markDirty: () => output.markDirty(),
      outputFull: (pendingBytes) => output.full(pendingBytes),
      resumeLater: (session) => {
        this.pausedSessions.push(session);
      },
      confirmLater: (channel) => {
        if (!this.confirming.includes(channel)) this.confirming.push(channel);
        output.markDirty();
      },
      awaitStable: (channel) => server.awaitStable(channel),
      notePublish: () => {
        this.published = true;
      },
    };
  }

  /** The handshake did not end in an open connection. */
  private refuse(error: unknown): void {
    if (error instanceof Disconnected) return;
    if (error instanceof ConnectionError) {
      this.fail(error);
      return;
    }
    if (!(error instanceof Refusal)) {
      this.fail(this.internalError(error));
      return;
    }
    this.server.host.log('warn', `amqp: connection refused: ${error.message}`, { peer: this.peer.address });
    this.phase = 'closing';
    this.endAfter(error.delayMs);
  }

  receiveBytes(size: number): Promise<Buffer> {
    return this.receive(() => this.reader.take(size));
  }

  receiveMethod(): Promise<Method> {
    return this.receive(() => {
      const { reader } = this;
      for (;;) {
        if (reader.next() === found.needMore) return undefined;
        if (reader.type === FRAME_HEARTBEAT) continue;
        if (reader.type !== FRAME_METHOD || reader.channel !== 0) throw notAMethod();
        return decodeMethod(reader.buffer, reader.start, reader.end);
      }
    });
  }

  private async receive<T>(attempt: () => T | undefined): Promise<T> {
    for (;;) {
      if (this.phase !== 'handshake') throw new Disconnected();
      const result = attempt();
      if (result !== undefined) return result;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  send<Name extends MethodName>(name: Name, args: MethodArguments<Name>): void {
    writeMethod(this.output.buffer, 0, name, args);
    this.output.markDirty();
  }

  sendBytes(bytes: Buffer): void {
    const { buffer } = this.output;
    const at = buffer.reserve(bytes.length);
    buffer.commit(at + bytes.copy(buffer.bytes, at));
    this.output.markDirty();
  }

  // ---- reading

  private onData(chunk: Buffer): void {
    this.reader.append(chunk);
    if (this.phase === 'handshake') {
      this.wake?.();
      return;
    }
    this.server.host.enter();
    this.readFrames();
  }

  private readFrames(): void {
    const { reader } = this;
    try {
      while (this.phase === 'open') {
        const result = reader.next();
        if (result === found.needMore) break;
        this.handle(result);
      }
      if (this.phase === 'closing') this.discardUntilClosed();
    } catch (error) {
      this.fail(error instanceof ConnectionError ? error : this.internalError(error));
    }
    if (!this.published) return;
    this.publisher = true;
    this.tellFullness();
    this.holdBackIfCongested();
  }

  /** Tells a client that publishes when no messages are taken for now, and when they are again. */
  tellFullness(): void {
    const { full } = this.server.host;
    if (full === this.blocked || this.phase !== 'open' || !this.publisher) return;
    if (this.context?.capabilities.connectionBlocked !== true) return;
    this.blocked = full;
    if (full) this.send('connection.blocked', { reason: 'low on disk' });
    else this.send('connection.unblocked', {});
  }

  /** Publishers wait while too much is waiting for the disk. */
  private holdBackIfCongested(): void {
    const { host } = this.server;
    this.published = false;
    if (!host.congested || this.readingPaused) return;
    this.readingPaused = true;
    this.socket.pause();
    host.whenRelieved(() => {
      this.readingPaused = false;
      this.socket.resume();
    });
  }

  private handle(result: Found): void {
    const { reader } = this;
    if (reader.channel === 0) {
      this.handleOwn();
      return;
    }
    (this.channels as ChannelFrames).handle(result);
  }

  // ---- the connection's own methods

  private handleOwn(): void {
    const { reader } = this;
    if (reader.type === FRAME_HEARTBEAT) return;
    if (reader.type === FRAME_HEADER || reader.type === FRAME_BODY) throw notAMethod();
    if (reader.type !== FRAME_METHOD) throw unexpectedFrame(reader.type);
    const method = decodeMethod(reader.buffer, reader.start, reader.end);
    switch (method.name) {
      case 'connection.close':
        this.closeByClient();
        return;
      case 'connection.update-secret':
        this.send('connection.update-secret-ok', {});
        return;
      case 'connection.close-ok':
        return;
      default: {
        const [classId, methodId] = methods[method.name].id;
        if (method.name.startsWith('connection.')) {
          throw new ConnectionError(
            'CHANNEL_ERROR',
            'unexpected method in connection state running',
            classId,
            methodId,
          );
        }
        throw new ConnectionError('COMMAND_INVALID', 'unimplemented method', classId, methodId);
      }
    }
  }

  /** Exclusive queues are gone before the answer; then it is the client's turn to close the socket. */
  private closeByClient(): void {
    this.release();
    this.phase = 'closing';
    this.send('connection.close-ok', {});
    this.endAfter(lingerMs);
  }

  /** An error of the peer, or one of our own while serving it, ends the connection. */
  private fail(error: ConnectionError): void {
    if (this.phase === 'closing' || this.phase === 'closed') return;
    this.server.host.log('warn', `amqp: closing connection: ${error.replyText}`, { peer: this.peer.address });
    this.closeWith(error);
  }

  /** Sends connection.close and waits a moment for the answer. */
  private closeWith({ replyCode, replyText, classId, methodId }: ConnectionError): void {
    if (this.phase === 'closing' || this.phase === 'closed') return;
    this.release();
    this.phase = 'closing';
    this.send('connection.close', { replyCode, replyText, classId, methodId });
    this.endAfter(lingerMs);
  }

  private internalError(error: unknown): ConnectionError {
    const stack = error instanceof Error ? error.stack : String(error);
    this.server.host.log('error', 'amqp: unexpected error', { error: stack });
    return new ConnectionError('INTERNAL_ERROR', '', 0, 0, false);
  }

  /** While closing, everything is read and dropped until the client's answer. */
  private discardUntilClosed(): void {
    const { reader } = this;
    try {
      while (reader.next() !== found.needMore) {
        if (reader.type !== FRAME_METHOD || reader.channel !== 0) continue;
        const { name } = decodeMethod(reader.buffer, reader.start, reader.end);
        if (name === 'connection.close') this.send('connection.close-ok', {});
        if (name === 'connection.close-ok') this.socket.end();
      }
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      // the stream is broken; what comes now cannot be understood
      this.socket.removeAllListeners('data');
      this.socket.resume();
    }
  }

  private endAfter(delayMs: number): void {
    this.stopHeartbeat();
    clearTimeout(this.endTimer);
    this.endTimer = setTimeout(() => {
      this.socket.end();
      this.socket.destroySoon();
    }, delayMs).unref();
  }

  private onClose(): void {
    if (this.phase === 'closed') return;
    this.server.host.enter();
    this.release();
    this.phase = 'closed';
    clearTimeout(this.endTimer);
    this.stopHeartbeat();
    this.server.forget(this);
    this.wake?.();
  }

  /** Gives back all that the connection holds in the core. */
  private release(): void {
    this.channels?.close();
    this.channels = undefined;
    this.confirming = [];
    this.pausedSessions = [];
    if (this.context !== undefined) this.server.host.releaseOwner(this.context.owner);
    this.context = undefined;
  }

  // ---- writing

  private writeConfirms(): void {
    if (this.confirming.length === 0) return;
    const channels = this.confirming;
    this.confirming = [];
    for (const channel of channels) channel.writeReadyConfirms();
  }

  private resumeSessions(): void {
    const { host } = this.server;
    const sessions = this.pausedSessions;
    if (sessions.length === 0) return;
    this.pausedSessions = [];
    host.enter();
    for (const session of sessions) host.broker.setPaused(session, false);
  }
}
