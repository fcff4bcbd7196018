import { DIALECT_KAFKA } from '../../../bytes/index.js';
import type { TopicInfo, TopicSettings } from '../../../core/index.js';
import { type ConfigEntry, configEntry, ConfigSource, type ConfigSynonym } from './config-entry.js';
import type { ConfigValues } from './dynamic-configs.js';
import { TOPIC_CONFIGS } from './topic-config.js';

/** Kept with what was declared, for it is said when the topic is made, and no configuration of it. */
export const REPLICATION_FACTOR = 'replication.factor';

/** The values that Kafka clients set, by name. */
export function declaredConfigs(topic: TopicInfo): ConfigValues {
  const declared = topic.declaredBy.get(DIALECT_KAFKA) ?? {};
  return Object.fromEntries(
    Object.entries(declared)
      .filter(([name]) => name !== REPLICATION_FACTOR)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/**
 * Every configuration of a topic with the value in force: what was declared by a Kafka client, else what another
 * dialect set, else what was set for all topics, else the default.
 *
 * @param brokerDefaults what was set for the broker while it ran, by the broker's names
 */
export function topicConfigEntries(
  declared: ConfigValues,
  settings: Partial<TopicSettings>,
  brokerDefaults: ConfigValues,
): ConfigEntry[] {
  return TOPIC_CONFIGS.definitions.map((config) => {
    const { name, fallback, brokerName = name } = config;
    const synonyms: ConfigSynonym[] = [];
    const common = brokerDefaults[brokerName];
    const given = declared[name] ?? config.current?.(settings);
    const isSet = name in declared || (given !== undefined && given !== (common ?? fallback));
    if (isSet && given !== undefined) synonyms.push({ name, value: given, source: ConfigSource.topic });
    if (common !== undefined) {
      synonyms.push({ name: brokerName, value: common, source: ConfigSource.dynamicDefaultBroker });
    }
    synonyms.push({ name: brokerName, value: fallback, source: ConfigSource.fallback });
    const entry = configEntry(config, synonyms);
    return config.brokerHasDefault === false ? { ...entry, synonyms: synonyms.slice(0, -1) } : entry;
  });
}
