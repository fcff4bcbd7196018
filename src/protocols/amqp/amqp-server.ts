import type { Socket } from 'node:net';
import type { ConnectionReport, FrontReport, Host, Translate } from '../../core/index.js';
import type { AmqpServerContext } from './amqp-server-context.js';
import { Connection } from './connection.js';
import { ConnectionAcceptor, type TlsOptions } from './connection-acceptor.js';
import type { ConfirmingChannel } from './connection-context.js';
import { FlushQueue } from './flush-queue.js';
import { defaultIdentity, type Identity } from './server-properties.js';
import { defaultTuning, type Tuning } from './tuning.js';

export interface AmqpServerOptions {
  readonly host: Host;
  /** Reads messages that came in another dialect. */
  readonly translate: Translate;
  readonly identity?: Partial<Identity>;
  readonly tuning?: Partial<Tuning>;
  /** Larger messages are refused with 406. */
  readonly maxMessageBytes?: number;
  /** Without it the front listens in the clear. */
  readonly tls?: TlsOptions;
  /** Every connection begins with a header of the PROXY protocol. */
  readonly proxyProtocol?: boolean;
  /** Is there a user of that name? Asked for one that a certificate names. */
  readonly knowsUser: (name: string) => boolean;
  /** How many connections a virtual host may have; undefined or negative: no limit. */
  readonly connectionLimit?: (virtualHost: string) => number | undefined;
}

/** RabbitMQ's default since 4.0. */
const defaultMaxMessageBytes = 16 * 1024 * 1024;
/** So long clients have to answer connection.close when the front closes. */
const closeGraceMs = 1000;

/** The AMQP 0-9-1 front: listens and serves until it is closed. */
export class AmqpServer implements AmqpServerContext, FrontReport {
  readonly host: Host;
  readonly translate: Translate;
  readonly identity: Identity;
  readonly tuning: Tuning;
  readonly maxMessageBytes: number;
  readonly knowsUser: (name: string) => boolean;
  readonly flushQueue = new FlushQueue();
  private readonly scheme: 'amqp' | 'amqps';
  private readonly acceptor: ConnectionAcceptor;
  private readonly connectionLimit: (virtualHost: string) => number | undefined;
  private readonly sockets = new Map<Connection, Socket>();
  private awaiting: ConfirmingChannel[] = [];

  constructor(options: AmqpServerOptions) {
    this.host = options.host;
    this.translate = options.translate;
    this.identity = { ...defaultIdentity, ...options.identity };
    this.tuning = { ...defaultTuning, ...options.tuning };
    this.maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes;
    this.connectionLimit = options.connectionLimit ?? (() => undefined);
    this.knowsUser = options.knowsUser;
    this.scheme = options.tls === undefined ? 'amqp' : 'amqps';
    this.acceptor = new ConnectionAcceptor({
      host: options.host,
      tls: options.tls,
      proxyProtocol: options.proxyProtocol ?? false,
      accept: (socket, peer) => this.sockets.set(new Connection(socket, peer, this), socket),
    });
    this.host.onFullChanged(() => {
      for (const connection of this.sockets.keys()) connection.tellFullness();
    });
    this.host.onStable((stableFlush) => {
      this.awaiting = this.awaiting.filter((channel) => channel.confirmStable(stableFlush));
    });
  }

  /** Resolves when connections are accepted. Port 0 picks a free one; the URL tells which. */
  async listen(port: number, address: string): Promise<{ readonly url: string }> {
    const bound = await this.acceptor.listen(port, address);
    return { url: `${this.scheme}://${bound.address}:${bound.port}` };
  }

  /** Stops listening, tells every client, and cuts those that have not left after a moment. */
  async stop(): Promise<void> {
    const closed = this.acceptor.stop();
    this.host.enter();
    for (const connection of this.sockets.keys()) connection.shutdown();
    const cut = setTimeout(() => {
      for (const socket of this.sockets.values()) socket.destroy();
    }, closeGraceMs);
    await closed;
    clearTimeout(cut);
  }

  connectionLimitReached(virtualHost: string): number | undefined {
    const most = this.connectionLimit(virtualHost) ?? -1;
    if (most < 0) return undefined;
    let count = 0;
    for (const connection of this.sockets.keys()) if (connection.virtualHost === virtualHost) count++;
    return count < most ? undefined : most;
  }

  connections(): ConnectionReport[] {
    const reports: ConnectionReport[] = [];
    for (const connection of this.sockets.keys()) {
      const report = connection.report();
      if (report !== undefined) reports.push(report);
    }
    return reports;
  }

  closeConnection(name: string, reason: string): boolean {
    for (const connection of this.sockets.keys()) {
      if (connection.report()?.name !== name) continue;
      connection.shutdown(reason);
      return true;
    }
    return false;
  }

  awaitStable(channel: ConfirmingChannel): void {
    this.awaiting.push(channel);
  }

  forget(connection: Connection): void {
    this.sockets.delete(connection);
  }
}
