import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ConnectionContext, KafkaConnection } from './connection/kafka-connection.js';
import type { TlsOptions } from './kafka-options.js';
import type { Nodes } from './nodes.js';

/** The ports on which clients reach the nodes, all in plain text or all with TLS. */
export class KafkaListener {
  readonly #context: ConnectionContext;
  readonly #nodes: Nodes;
  readonly #tls: TlsOptions | undefined;
  readonly #connections = new Set<KafkaConnection>();
  readonly #servers: Server[] = [];
  /** Of the nodes, in their order. */
  readonly #ports: number[] = [];

  constructor(context: ConnectionContext, nodes: Nodes, tls?: TlsOptions) {
    this.#context = context;
    this.#nodes = nodes;
    this.#tls = tls;
  }

  /** Serves a client on a socket that is connected. */
  accept(socket: Socket, node = this.#nodes.firstId): void {
    const connection = new KafkaConnection(socket, this.#context, node, this.#ports);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  /**
   * Resolves when connections are accepted: the first node's on `port`, each further one's on the next; all on free
   * ports for 0. Rejects with the system's error when it cannot listen.
   */
  async listen(port: number, address: string): Promise<{ readonly url: string; readonly port: number }> {
    const bound: AddressInfo[] = [];
    for (const nodeId of this.#nodes.ids) {
      const wanted = port === 0 ? 0 : port + nodeId - this.#nodes.firstId;
      const listening = await this.#listen(nodeId, wanted, address);
      bound.push(listening);
      this.#ports.push(listening.port);
    }
    const [first] = bound;
    const host = first.family === 'IPv6' ? `[${first.address}]` : first.address;
    return { url: `kafka${this.#tls === undefined ? '' : '+ssl'}://${host}:${first.port}`, port: first.port };
  }

  async #listen(nodeId: number, port: number, address: string): Promise<AddressInfo> {
    const server = this.#createServer((socket) => this.accept(socket, nodeId));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return server.address() as AddressInfo;
  }

  #createServer(accept: (socket: Socket) => void): Server {
    if (this.#tls === undefined) return createServer(accept);
    const { cert, key, ca } = this.#tls;
    const asksClients = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
    const server = createTlsServer({ cert, key, ...asksClients }, accept);
    server.on('tlsClientError', (error, socket) => {
      const { remoteAddress: client } = socket;
      this.#context.log('warn', 'Kafka connection closed', { reason: `no TLS: ${error.message}`, client });
      socket.destroy();
    });
    return server;
  }

  /** Stops accepting and ends all connections; what they still waited for was not promised to them. */
  async stop(): Promise<void> {
    const closed = this.#servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
        }),
    );
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closed);
  }
}
