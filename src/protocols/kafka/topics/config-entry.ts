import type { ConfigDefinition } from './config-definition.js';

/** Where a value comes from, as DescribeConfigs numbers it. */
export const ConfigSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  brokerFile: 4,
  fallback: 5,
  group: 8,
} as const;

/** A value that is in force, or would be if those before it were not. */
export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

/** A configuration as clients are shown it. */
export interface ConfigEntry extends ConfigSynonym {
  readonly type: number;
  readonly readOnly: boolean;
  readonly documentation: string;
  /** All values that could have been in force, the one that is first. */
  readonly synonyms: readonly ConfigSynonym[];
}

/** @param synonyms at least one: the first is in force */
export function configEntry(
  { name, type, documentation }: Omit<ConfigDefinition, 'isValid' | 'fallback'>,
  synonyms: readonly ConfigSynonym[],
  readOnly = false,
): ConfigEntry {
  const [{ value, source }] = synonyms;
  return { name, value, source, type, readOnly, documentation, synonyms };
}
