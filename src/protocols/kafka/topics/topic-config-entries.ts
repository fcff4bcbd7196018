import { DIALECT_KAFKA } from '../../../bytes/index.js';
import type { TopicInfo, TopicSettings } from '../../../core/index.js';
import { TOPIC_CONFIGS } from './topic-config.js';

/** Where a value comes from, as DescribeConfigs numbers it. */
export const ConfigSource = { topic: 1, brokerFile: 4, fallback: 5 } as const;

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly type: number;
  readonly source: number;
  readonly readOnly: boolean;
  /** All values that could have been in force, the one that is first. */
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: number }[];
}

/** The values that Kafka clients set, by name. */
export function declaredConfigs(topic: TopicInfo): Readonly<Record<string, string>> {
  const declared = topic.declaredBy.get(DIALECT_KAFKA) ?? {};
  return Object.fromEntries(
    Object.entries(declared).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/**
 * Every configuration of a topic with the value in force: what was declared by a Kafka client, else what another
 * dialect set, else the default.
 */
export function topicConfigEntries(
  declared: Readonly<Record<string, string>>,
  settings: Partial<TopicSettings>,
): ConfigEntry[] {
  return TOPIC_CONFIGS.map((config) => {
    const { name, type, fallback } = config;
    const given = declared[name];
    const inForce = given ?? config.current?.(settings) ?? fallback;
    const isSet = given !== undefined || inForce !== fallback;
    const byDefault = { name, value: fallback, source: ConfigSource.fallback };
    const set = { name, value: inForce, source: ConfigSource.topic };
    return {
      name,
      value: inForce,
      type,
      source: isSet ? ConfigSource.topic : ConfigSource.fallback,
      readOnly: false,
      synonyms: isSet ? [set, byDefault] : [byDefault],
    };
  });
}
