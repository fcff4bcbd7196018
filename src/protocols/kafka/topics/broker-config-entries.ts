import type { ClientConnection } from '../connection/client-connection.js';
import { type KafkaOptions, NODE_ID } from '../kafka-options.js';
import { type ConfigEntry, ConfigSource } from './topic-config-entries.js';
import { ConfigType, DEFAULT_MAX_MESSAGE_BYTES } from './topic-config.js';

/** The broker's configuration under the names by which Kafka tools look for it. All of it is read-only. */
export function brokerConfigEntries(options: KafkaOptions, connection: ClientConnection): ConfigEntry[] {
  const { advertisedHost, advertisedPort } = connection;
  const address = `PLAINTEXT://${advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost}:${advertisedPort}`;
  const entries: readonly (readonly [name: string, type: number, value: string])[] = [
    ['advertised.listeners', ConfigType.string, address],
    ['auto.create.topics.enable', ConfigType.boolean, String(options.autoCreateTopics)],
    ['broker.id', ConfigType.int, String(NODE_ID)],
    ['compression.type', ConfigType.string, 'producer'],
    ['connections.max.idle.ms', ConfigType.long, String(options.idleTimeoutMs)],
    ['default.replication.factor', ConfigType.int, '1'],
    ['delete.topic.enable', ConfigType.boolean, 'true'],
    ['fetch.max.bytes', ConfigType.int, String(options.maxFetchBytes)],
    ['listeners', ConfigType.string, address],
    ['log.cleanup.policy', ConfigType.list, 'delete'],
    ['log.retention.bytes', ConfigType.long, '-1'],
    ['log.retention.ms', ConfigType.long, '604800000'],
    ['message.max.bytes', ConfigType.int, String(DEFAULT_MAX_MESSAGE_BYTES)],
    ['min.insync.replicas', ConfigType.int, '1'],
    ['node.id', ConfigType.int, String(NODE_ID)],
    ['num.partitions', ConfigType.int, String(options.defaultPartitions)],
    ['offsets.topic.replication.factor', ConfigType.int, '1'],
    ['socket.request.max.bytes', ConfigType.int, String(options.maxRequestBytes)],
  ];
  return entries.map(([name, type, value]) => ({
    name,
    value,
    type,
    source: ConfigSource.brokerFile,
    readOnly: true,
    synonyms: [{ name, value, source: ConfigSource.brokerFile }],
  }));
}
