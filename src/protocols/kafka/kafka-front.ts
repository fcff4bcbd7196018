import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Host, Translate } from '../../core/index.js';
import { createHandlers } from './all-handlers.js';
import { type ConnectionContext, KafkaConnection } from './connection/kafka-connection.js';
import { FetchSessions } from './fetch/fetch-sessions.js';
import type { FrontServices } from './front-services.js';
import type { FrontStores } from './front-stores.js';
import type { GroupAccess } from './groups/group-access.js';
import { GroupCalls } from './groups/group-calls.js';
import { KAFKA_DEFAULTS, type KafkaOptions, MAX_UNAUTHENTICATED_REQUEST_BYTES } from './kafka-options.js';
import { FIRST_NODE_ID, Nodes } from './nodes.js';
import { Quotas } from './quotas/quotas.js';
import { saslMechanisms } from './sasl/sasl-mechanisms.js';
import { Access } from './security/access.js';
import { AclList } from './security/acl-list.js';
import { ScramUsers } from './security/scram-users.js';
import { DynamicConfigs } from './topics/dynamic-configs.js';
import { TopicDirectory } from './topics/topic-directory.js';
import { WireWriter } from './wire/wire-writer.js';

/** The Kafka dialect's server: one process that is all the nodes that clients see. */
export class KafkaFront {
  readonly #context: ConnectionContext;
  readonly #connections = new Set<KafkaConnection>();
  readonly #nodes: Nodes;
  readonly #tls: KafkaOptions['tls'];
  readonly #host: Host;
  readonly #servers: Server[] = [];

  constructor(
    host: Host,
    groups: GroupAccess,
    stores: FrontStores,
    translate: Translate,
    options: Partial<KafkaOptions> = {},
  ) {
    const all: KafkaOptions = { ...KAFKA_DEFAULTS, ...options };
    const acls = new AclList(stores.settings);
    const scramUsers = new ScramUsers(stores.users);
    const configs = new DynamicConfigs(stores.settings);
    const quotas = new Quotas(stores.settings);
    this.#host = host;
    this.#nodes = new Nodes(all.nodes);
    this.#tls = all.tls;
    const services: FrontServices = {
      host,
      translate,
      stores,
      options: all,
      topics: new TopicDirectory(host.broker, configs, () => host.randomUuid()),
      groups: new GroupCalls(host, groups),
      nodes: this.#nodes,
      acls,
      access: new Access(host.broker, acls),
      scramUsers,
      mechanisms: saslMechanisms(host, scramUsers, all.bearer),
      quotas,
      configs,
      fetchSessions: new FetchSessions(),
      clusterId: Buffer.from(host.clusterId).toString('base64url'),
    };
    this.#context = {
      registry: createHandlers(services),
      writer: new WireWriter(),
      enter: () => host.enter(),
      log: (level, message, fields) => host.log(level, message, fields),
      advertisedHost: all.advertisedHost,
      advertisedPort: all.advertisedPort,
      maxRequestBytes: all.maxRequestBytes,
      maxUnauthenticatedRequestBytes: MAX_UNAUTHENTICATED_REQUEST_BYTES,
      idleTimeoutMs: all.idleTimeoutMs,
      anonymousUser: all.anonymousUser,
      anonymousFromAnywhere: all.anonymousFromAnywhere,
      maxSessionMs: all.maxSessionMs,
      quotas,
    };
  }

  /** Serves a client on a socket that is connected. */
  accept(socket: Socket, node = FIRST_NODE_ID): void {
    const connection = new KafkaConnection(socket, this.#context, node);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  /**
   * Resolves when connections are accepted: the first node's on `port`, each further one's on the next; all on free
   * ports for 0. Rejects with the system's error when it cannot listen.
   */
  async listen(port: number, address: string): Promise<{ readonly url: string; readonly port: number }> {
    let first: AddressInfo | undefined;
    for (const nodeId of this.#nodes.ids) {
      const bound = await this.#listen(nodeId, port === 0 ? 0 : port + nodeId - FIRST_NODE_ID, address);
      this.#nodes.listens(nodeId, bound.port);
      first ??= bound;
    }
    const bound = first as AddressInfo;
    const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    return { url: `kafka://${host}:${bound.port}`, port: bound.port };
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
      this.#host.log('warn', 'Kafka connection closed', { reason: `no TLS: ${error.message}`, client });
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
