/** Settings of single groups. Kafka keeps them as configs of the resource type GROUP (KIP-848, KIP-932). */
import type { AssignedKind, AssignedTimes } from './assigned-requests.js';
import type { KeyValueEffects } from './key-value-effects.js';
import { ValueReader, ValueWriter } from './value-codec.js';

const GROUP_SETTINGS_PREFIX = 'g/k/';

const FORMAT = 1;

/** One setting by the name that Kafka gives it: a whole number in a range, or one of some words. */
export type GroupSetting =
  | { readonly name: string; readonly fallback: number; readonly least: number; readonly most: number }
  | { readonly name: string; readonly fallback: string; readonly words: readonly string[] | undefined };

/** Every setting that a group can have, with the bounds and the defaults of Kafka's group.consumer.* and group.share.*. */
const GROUP_SETTINGS: readonly GroupSetting[] = [
  { name: 'consumer.session.timeout.ms', fallback: 45_000, least: 45_000, most: 60_000 },
  { name: 'consumer.heartbeat.interval.ms', fallback: 5_000, least: 5_000, most: 15_000 },
  { name: 'share.session.timeout.ms', fallback: 45_000, least: 45_000, most: 60_000 },
  { name: 'share.heartbeat.interval.ms', fallback: 5_000, least: 5_000, most: 15_000 },
  { name: 'share.record.lock.duration.ms', fallback: 30_000, least: 15_000, most: 60_000 },
  { name: 'share.delivery.count.limit', fallback: 5, least: 2, most: 10 },
  { name: 'share.partition.max.record.locks', fallback: 2_000, least: 100, most: 4_000 },
  // latest, earliest, or by_duration: with an ISO 8601 duration behind it
  { name: 'share.auto.offset.reset', fallback: 'latest', words: undefined },
  { name: 'share.isolation.level', fallback: 'read_uncommitted', words: ['read_uncommitted', 'read_committed'] },
  { name: 'share.renew.acknowledge.enable', fallback: 'true', words: ['true', 'false'] },
];

const DEFAULTS: ReadonlyMap<string, number | string> = new Map(
  GROUP_SETTINGS.map(({ name, fallback }) => [name, fallback]),
);

/** What was set for which group, kept whether or not the group exists. */
export class GroupSettings {
  readonly #effects: KeyValueEffects;
  readonly #groups = new Map<string, ReadonlyMap<string, string>>();

  constructor(effects: KeyValueEffects) {
    this.#effects = effects;
  }

  /** Ids of the groups that something was set for. */
  groups(): Iterable<string> {
    return this.#groups.keys();
  }

  /** What was set, as it was written. */
  of(groupId: string): ReadonlyMap<string, string> {
    return this.#groups.get(groupId) ?? NOTHING;
  }

  /** Replaces all that was set for the group. The caller has checked the values. */
  set(groupId: string, values: ReadonlyMap<string, string>): void {
    if (values.size === 0) {
      if (this.#groups.delete(groupId)) this.#effects.remove(GROUP_SETTINGS_PREFIX + groupId);
      return;
    }
    this.#groups.set(groupId, new Map(values));
    const writer = new ValueWriter().byte(FORMAT).unsigned(values.size);
    for (const [name, value] of values) writer.text(name).text(value);
    this.#effects.put(GROUP_SETTINGS_PREFIX + groupId, writer.finish());
  }

  number(groupId: string, name: string): number {
    return Number(this.of(groupId).get(name) ?? DEFAULTS.get(name));
  }

  text(groupId: string, name: string): string {
    return this.of(groupId).get(name) ?? String(DEFAULTS.get(name));
  }

  times(kind: AssignedKind, groupId: string): AssignedTimes {
    return {
      sessionTimeoutMs: this.number(groupId, `${kind}.session.timeout.ms`),
      heartbeatIntervalMs: this.number(groupId, `${kind}.heartbeat.interval.ms`),
    };
  }

  /** One entry read back. False for keys of another kind; throws RangeError for a damaged entry. */
  restore(key: string, value: Uint8Array): boolean {
    if (!key.startsWith(GROUP_SETTINGS_PREFIX)) return false;
    const reader = new ValueReader(value);
    const format = reader.byte();
    if (format !== FORMAT) throw new RangeError(`stored settings of an unknown format: ${format}`);
    const values = new Map<string, string>();
    for (let left = reader.unsigned(); left > 0; left--) values.set(reader.text(), reader.text());
    reader.end();
    this.#groups.set(key.slice(GROUP_SETTINGS_PREFIX.length), values);
    return true;
  }
}

const NOTHING: ReadonlyMap<string, string> = new Map();
