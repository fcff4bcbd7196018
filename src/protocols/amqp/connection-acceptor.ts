import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { Host } from '../../core/index.js';
import type { Peer } from './peer.js';
import { readProxyHeader } from './proxy-header.js';

/** How the users of client certificates are found in them. */
export type CertificateLogin = 'distinguished-name' | 'common-name';

export interface TlsOptions {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who may sign clients' certificates; undefined: clients are asked for none. */
  readonly ca: Buffer | undefined;
  readonly login: CertificateLogin;
}

export interface AcceptorOptions {
  readonly host: Host;
  /** Undefined: plain TCP. */
  readonly tls: TlsOptions | undefined;
  /** Every connection begins with a header of the PROXY protocol. */
  readonly proxyProtocol: boolean;
  accept(socket: Socket, peer: Peer): void;
}

type Origin = Pick<Peer, 'address' | 'port'>;

/** So long a peer may take for the PROXY header, and for the TLS handshake. */
const preambleTimeoutMs = 10_000;

/** Listens, and takes off what stands before AMQP: a PROXY header, then a TLS handshake, where they are asked for. */
export class ConnectionAcceptor {
  private readonly options: AcceptorOptions;
  private readonly server: Server;
  private readonly tlsServer: TlsServer | undefined;
  /** Sockets that are not accepted yet. */
  private readonly waiting = new Set<Socket>();
  /** Those of them that are in their TLS handshake, and who is behind them, by the socket's own address and port. */
  private readonly handshaking = new Map<string, { readonly socket: Socket; readonly from: Origin }>();

  constructor(options: AcceptorOptions) {
    this.options = options;
    this.server = createServer({ keepAlive: true }, (socket) => this.connected(socket));
    this.tlsServer = options.tls === undefined ? undefined : this.createTls(options.tls);
  }

  /** Resolves when connections are accepted. Port 0 picks a free one. */
  async listen(port: number, address: string): Promise<{ readonly address: string; readonly port: number }> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, address, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const bound = this.server.address() as AddressInfo;
    return { address: bound.family === 'IPv6' ? `[${bound.address}]` : bound.address, port: bound.port };
  }

  /** Stops listening; resolves when the last of its sockets is closed. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    for (const socket of this.waiting) socket.destroy();
    await closed;
  }

  private createTls({ cert, key, ca }: TlsOptions): TlsServer {
    // whether a certificate is needed is a matter of the mechanism, so a connection without one is not refused here
    const server = createTlsServer({
      cert,
      key,
      ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: false }),
      handshakeTimeout: preambleTimeoutMs,
    });
    server.on('secureConnection', (socket) => this.secured(socket));
    server.on('tlsClientError', (error, socket) => {
      this.refuse(socket, `the TLS handshake failed: ${error.message}`);
    });
    return server;
  }

  private connected(socket: Socket): void {
    this.waiting.add(socket);
    socket.once('close', () => this.waiting.delete(socket));
    if (this.options.proxyProtocol) this.readProxy(socket);
    else this.begin(socket, { address: socket.remoteAddress, port: socket.remotePort });
  }

  private begin(socket: Socket, from: Origin): void {
    if (this.tlsServer === undefined) {
      this.waiting.delete(socket);
      this.options.accept(socket, { ...from, certificateUser: undefined });
      return;
    }
    const key = keyOf(socket);
    this.handshaking.set(key, { socket, from });
    socket.once('close', () => this.handshaking.delete(key));
    this.tlsServer.emit('connection', socket);
  }

  private secured(secure: TLSSocket): void {
    const { socket, from } = this.handshaking.get(keyOf(secure)) as { socket: Socket; from: Origin };
    this.handshaking.delete(keyOf(secure));
    this.waiting.delete(socket);
    this.options.accept(secure, { ...from, certificateUser: this.certificateUser(secure) });
  }

  private readProxy(socket: Socket): void {
    let bytes = Buffer.alloc(0);
    const timeout = setTimeout(() => socket.destroy(), preambleTimeoutMs).unref();
    socket.on('error', () => {});
    socket.once('close', () => clearTimeout(timeout));
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const header = readProxyHeader(bytes);
      if (header === 'more') return;
      clearTimeout(timeout);
      socket.off('data', read);
      if (header === 'invalid') {
        this.refuse(socket, 'no PROXY protocol header');
        return;
      }
      socket.pause();
      socket.unshift(bytes.subarray(header.sizeBytes));
      this.begin(socket, header.source ?? { address: socket.remoteAddress, port: socket.remotePort });
      if (this.tlsServer === undefined) socket.resume();
    };
    socket.on('data', read);
  }

  private refuse(socket: Socket, reason: string): void {
    this.options.host.log('warn', `amqp: connection refused: ${reason}`, { peer: socket.remoteAddress });
    socket.destroy();
  }

  /** RFC 4514 puts the last part of a name first, and so does RabbitMQ. */
  private certificateUser(socket: TLSSocket): string | undefined {
    const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
    if (certificate === undefined) return undefined;
    const parts = certificate.subject.split('\n');
    if (this.options.tls?.login !== 'common-name') return parts.toReversed().join(',');
    return parts.find((part) => part.startsWith('CN='))?.slice('CN='.length);
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
