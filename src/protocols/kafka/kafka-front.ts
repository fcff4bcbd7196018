import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Host, Translate } from '../../core/index.js';
import { createHandlers } from './all-handlers.js';
import { type ConnectionContext, KafkaConnection } from './connection/kafka-connection.js';
import type { GroupAccess } from './groups/group-access.js';
import { GroupCalls } from './groups/group-calls.js';
import { KAFKA_DEFAULTS, type KafkaOptions, MAX_UNAUTHENTICATED_REQUEST_BYTES } from './kafka-options.js';
import { authenticatePlain } from './sasl/plain.js';
import { ShareGroups } from './share/share-groups.js';
import { TopicDirectory } from './topics/topic-directory.js';
import { WireWriter } from './wire/wire-writer.js';

/** The Kafka dialect's server: classic groups, idempotent producers, topics; one node that leads everything. */
export class KafkaFront {
  readonly #context: ConnectionContext;
  readonly #connections = new Set<KafkaConnection>();
  readonly #server: Server;

  constructor(host: Host, groups: GroupAccess, translate: Translate, options: Partial<KafkaOptions> = {}) {
    const all: KafkaOptions = { ...KAFKA_DEFAULTS, ...options };
    const topics = new TopicDirectory(host.broker, () => host.randomUuid());
    const configs = { ofGroup: () => ({}) };
    const registry = createHandlers({
      host,
      translate,
      options: all,
      topics,
      configs,
      shares: new ShareGroups(host, configs, (topicId, index) => {
        const { topic } = topics.findById(topicId);
        return topic === undefined ? -1 : topics.partitionHandle(topic, index);
      }),
      groups: new GroupCalls(host, groups),
      clusterId: Buffer.from(host.clusterId).toString('base64url'),
    });
    this.#context = {
      registry,
      writer: new WireWriter(),
      enter: () => host.enter(),
      authenticateRaw: (token, connection) => authenticateRaw(host, token, connection),
      log: (level, message, fields) => host.log(level, message, fields),
      advertisedHost: all.advertisedHost,
      advertisedPort: all.advertisedPort,
      maxRequestBytes: all.maxRequestBytes,
      maxUnauthenticatedRequestBytes: MAX_UNAUTHENTICATED_REQUEST_BYTES,
      idleTimeoutMs: all.idleTimeoutMs,
      anonymousUser: all.anonymousUser,
    };
    this.#server = createServer((socket) => this.accept(socket));
  }

  /** Serves a client on a socket that is connected. */
  accept(socket: Socket): void {
    const connection = new KafkaConnection(socket, this.#context);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  /** Resolves when connections are accepted. Rejects with the system's error when it cannot listen. */
  async listen(port: number, address: string): Promise<{ readonly url: string; readonly port: number }> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const bound = this.#server.address() as AddressInfo;
    const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    return { url: `kafka://${host}:${bound.port}`, port: bound.port };
  }

  /** Stops accepting and ends all connections; what they still waited for was not promised to them. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }
}

/** After SaslHandshake v0: an empty token says yes; a connection that ends says no. */
async function authenticateRaw(host: Host, token: Buffer, connection: KafkaConnection): Promise<Buffer | undefined> {
  const user = await authenticatePlain(host, token, connection.remoteAddress);
  if (user === undefined) return undefined;
  connection.user = user;
  connection.authentication.done = true;
  connection.authentication.rawTokens = false;
  return Buffer.alloc(0);
}
