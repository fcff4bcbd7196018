import type { Socket } from 'node:net';
import type { Host, Translate } from '../../core/index.js';
import { createHandlers } from './all-handlers.js';
import type { ConnectionContext } from './connection/kafka-connection.js';
import { FetchSessions } from './fetch/fetch-sessions.js';
import type { FrontServices } from './front-services.js';
import type { FrontStores } from './front-stores.js';
import type { GroupAccess } from './groups/group-access.js';
import { GroupCalls } from './groups/group-calls.js';
import { KafkaListener } from './kafka-listener.js';
import {
  KAFKA_DEFAULTS,
  type KafkaOptions,
  MAX_UNAUTHENTICATED_REQUEST_BYTES,
  type TlsOptions,
} from './kafka-options.js';
import { Nodes } from './nodes.js';
import { Quotas } from './quotas/quotas.js';
import { saslMechanisms } from './sasl/sasl-mechanisms.js';
import { Access } from './security/access.js';
import { AclList } from './security/acl-list.js';
import { ScramUsers } from './security/scram-users.js';
import { ShareGroups } from './share/share-groups.js';
import { DynamicConfigs } from './topics/dynamic-configs.js';
import { TopicDirectory } from './topics/topic-directory.js';
import { WireWriter } from './wire/wire-writer.js';

/** The Kafka dialect's server: one process that is all the nodes that clients see. */
export class KafkaFront {
  readonly #context: ConnectionContext;
  readonly #nodes: Nodes;
  readonly #plain: KafkaListener;

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
    this.#nodes = new Nodes(all.nodes, all.firstNodeId);
    const topics = new TopicDirectory(host.broker, configs, () => host.randomUuid());
    const services: FrontServices = {
      host,
      translate,
      stores,
      options: all,
      topics,
      shares: new ShareGroups(host, configs, (topicId, index) => {
        const { topic } = topics.findById(topicId);
        return topic === undefined ? -1 : topics.partitionHandle(topic, index);
      }),
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
      advertisedPort: (node) =>
        all.advertisedPort === undefined ? undefined : all.advertisedPort + node - all.firstNodeId,
      maxRequestBytes: all.maxRequestBytes,
      maxUnauthenticatedRequestBytes: MAX_UNAUTHENTICATED_REQUEST_BYTES,
      idleTimeoutMs: all.idleTimeoutMs,
      anonymousUser: all.anonymousUser,
      anonymousFromAnywhere: all.anonymousFromAnywhere,
      maxSessionMs: all.maxSessionMs,
      quotas,
    };
    this.#plain = new KafkaListener(this.#context, this.#nodes);
  }

  /** Another way to reach the same nodes: with TLS. Its ports are its own. */
  withTls(tls: TlsOptions): KafkaListener {
    return new KafkaListener(this.#context, this.#nodes, tls);
  }

  /** Serves a client on a socket that is connected. */
  accept(socket: Socket): void {
    this.#plain.accept(socket);
  }

  /** See {@link KafkaListener.listen}. */
  async listen(port: number, address: string): Promise<{ readonly url: string; readonly port: number }> {
    return await this.#plain.listen(port, address);
  }

  async stop(): Promise<void> {
    await this.#plain.stop();
  }
}
