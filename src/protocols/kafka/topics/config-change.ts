import { ConfigType, type ConfigSet, elements } from './config-definition.js';
import { QUEUE_CONFIG } from './topic-config.js';

/** What IncrementalAlterConfigs can do to a value (KIP-339). */
export const ConfigOperation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export interface ConfigChange {
  readonly name: string;
  readonly operation: number;
  readonly value: string | null;
}

export type ChangedConfigs =
  | { readonly values: Readonly<Record<string, string>>; readonly fault: undefined }
  | { readonly fault: string };

/**
 * The configuration that results from changes to `before`, or what is wrong with them. Lists are appended to and
 * subtracted from element by element; whether a topic is a queue was decided when it was made.
 */
export function changeConfigs(
  configs: ConfigSet,
  before: Readonly<Record<string, string>>,
  changes: readonly ConfigChange[],
): ChangedConfigs {
  const values: Record<string, string> = { ...before };
  for (const { name, operation, value } of changes) {
    const config = configs.settable(name);
    if (config === undefined) return { fault: `Unknown ${configs.kind} config name: ${name}` };
    if (operation === ConfigOperation.delete) delete values[name];
    else if (operation === ConfigOperation.set) values[name] = value ?? '';
    else if (config.type !== ConfigType.list) return { fault: `${name} is no list: it can only be set or deleted` };
    else if (operation === ConfigOperation.append || operation === ConfigOperation.subtract) {
      const named = elements(value ?? '');
      const others = elements(values[name] ?? config.fallback).filter((element) => !named.includes(element));
      values[name] = (operation === ConfigOperation.append ? [...others, ...named] : others).join(',');
    } else return { fault: `Unknown operation ${operation} on ${name}` };
    const fault = name in values ? configs.fault(name, values[name]) : undefined;
    if (fault !== undefined) return { fault };
  }
  if ((before[QUEUE_CONFIG] ?? 'false') !== (values[QUEUE_CONFIG] ?? 'false')) {
    return { fault: `${QUEUE_CONFIG} cannot be changed after the topic was created` };
  }
  return { values, fault: undefined };
}
