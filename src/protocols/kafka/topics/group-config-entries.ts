import { type ConfigEntry, configEntry, ConfigSource, type ConfigSynonym } from './config-entry.js';
import type { ConfigValues } from './dynamic-configs.js';
import { GROUP_CONFIGS } from './group-config.js';

/** Every configuration of a group, given what was set for it. */
export function groupConfigEntries(set: ConfigValues): ConfigEntry[] {
  return GROUP_CONFIGS.definitions.map((definition) => {
    const { name, fallback } = definition;
    const synonyms: ConfigSynonym[] = [];
    if (name in set) synonyms.push({ name, value: set[name], source: ConfigSource.group });
    synonyms.push({ name: `group.${name}`, value: fallback, source: ConfigSource.fallback });
    return configEntry(definition, synonyms);
  });
}
