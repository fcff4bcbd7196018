import type { ClientConnection } from '../connection/client-connection.js';
import type { FrontServices } from '../front-services.js';
import { DYNAMIC_BROKER_CONFIGS } from './broker-config.js';
import { ConfigType } from './config-definition.js';
import { type ConfigEntry, configEntry, ConfigSource, type ConfigSynonym } from './config-entry.js';
import type { ConfigValues } from './dynamic-configs.js';

const STATIC = 'Decided when the broker is started.';

type StaticConfig = readonly [name: string, type: number, value: string | null];

/** What is in force for one node, under the names by which Kafka's tools look for it. */
export function brokerConfigEntries(
  services: FrontServices,
  nodeId: number,
  connection: ClientConnection,
): ConfigEntry[] {
  const { configs } = services;
  const fixed = staticConfigs(services, nodeId, connection).map(([name, type, value]) =>
    configEntry({ name, type, documentation: STATIC }, [{ name, value, source: ConfigSource.brokerFile }], true),
  );
  const dynamic = dynamicEntries(configs.ofBroker(String(nodeId)), configs.ofBroker(''));
  return [...fixed, ...dynamic].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What was set for all nodes, and nothing else. */
export function defaultBrokerConfigEntries({ configs }: FrontServices): ConfigEntry[] {
  const common = configs.ofBroker('');
  return dynamicEntries({}, common).filter(({ name }) => name in common);
}

function dynamicEntries(own: ConfigValues, common: ConfigValues): ConfigEntry[] {
  const known = DYNAMIC_BROKER_CONFIGS.definitions;
  const others = new Set(
    [...Object.keys(own), ...Object.keys(common)].filter((name) => !DYNAMIC_BROKER_CONFIGS.find(name)),
  );
  return [...known, ...Array.from(others, (name) => DYNAMIC_BROKER_CONFIGS.settable(name))].map((definition) => {
    const { name, fallback } = definition;
    const synonyms: ConfigSynonym[] = [];
    if (name in own) synonyms.push({ name, value: own[name], source: ConfigSource.dynamicBroker });
    if (name in common) synonyms.push({ name, value: common[name], source: ConfigSource.dynamicDefaultBroker });
    synonyms.push({ name, value: fallback, source: ConfigSource.fallback });
    return configEntry(definition, synonyms);
  });
}

function staticConfigs(
  { options, nodes, mechanisms, stores }: FrontServices,
  nodeId: number,
  connection: ClientConnection,
): StaticConfig[] {
  const { boolean, class: className, int, list, long, short, string } = ConfigType;
  const { host, port } = nodes.addressOf(nodeId, connection);
  const mustAuthenticate = options.anonymousUser === undefined;
  const protocol = `${mustAuthenticate ? 'SASL_' : ''}${connection.encrypted ? 'SSL' : 'PLAINTEXT'}`;
  const address = `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return [
    ['advertised.listeners', string, address],
    ['allow.everyone.if.no.acl.found', boolean, 'true'],
    ['authorizer.class.name', className, 'rosettamq'],
    ['auto.create.topics.enable', boolean, String(options.autoCreateTopics)],
    ['auto.leader.rebalance.enable', boolean, 'false'],
    ['broker.id', int, String(nodeId)],
    ['broker.rack', string, null],
    ['connections.max.idle.ms', long, String(options.idleTimeoutMs)],
    ['connections.max.reauth.ms', long, String(options.maxSessionMs)],
    ['default.replication.factor', int, '1'],
    ['delete.topic.enable', boolean, 'true'],
    ['fetch.max.bytes', int, String(options.maxFetchBytes)],
    ['group.consumer.assignors', list, 'uniform,range'],
    ['group.coordinator.rebalance.protocols', list, 'classic,consumer'],
    ['group.initial.rebalance.delay.ms', int, '0'],
    ['group.max.session.timeout.ms', int, '1800000'],
    ['group.min.session.timeout.ms', int, '6000'],
    ['inter.broker.protocol.version', string, '4.2-IV1'],
    ['listener.security.protocol.map', string, `${protocol}:${protocol}`],
    ['listeners', list, address],
    ['log.cleaner.enable', boolean, 'true'],
    ['log.dir', string, stores.directory ?? ''],
    ['log.dirs', string, stores.directory ?? ''],
    ['max.connections', int, '2147483647'],
    ['max.connections.per.ip', int, '2147483647'],
    ['max.incremental.fetch.session.cache.slots', int, '1000'],
    ['node.id', int, String(nodeId)],
    ['num.partitions', int, String(options.defaultPartitions)],
    ['offset.metadata.max.bytes', int, '4096'],
    ['offsets.retention.minutes', int, '2147483647'],
    ['offsets.topic.num.partitions', int, '1'],
    ['offsets.topic.replication.factor', short, '1'],
    ['process.roles', list, 'broker,controller'],
    ['producer.id.expiration.ms', int, '86400000'],
    ['sasl.enabled.mechanisms', list, mechanisms.map(({ name }) => name).join(',')],
    ['socket.request.max.bytes', int, String(options.maxRequestBytes)],
    ['super.users', string, ''],
    ['transaction.max.timeout.ms', int, '900000'],
    ['transaction.state.log.min.isr', int, '1'],
    ['transaction.state.log.num.partitions', int, '1'],
    ['transaction.state.log.replication.factor', short, '1'],
    ['transactional.id.expiration.ms', int, '604800000'],
  ];
}
