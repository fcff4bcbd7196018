import type { ShareSettings } from '../../../core/index.js';

/** What a group may have set, by the names that Kafka gives it (KIP-932), with Kafka's defaults. */
export interface ShareConfig extends ShareSettings {
  /** For how long a record is held for a member. */
  readonly lockMs: number;
  /** How many records of a partition may be held at once. */
  readonly maxLocks: number;
  /** Where a group that has no place in a partition begins: `latest`, `earliest`, or `by_duration:` and how long ago. */
  readonly reset: string;
  readonly mayRenew: boolean;
}

export function shareConfig(set: Readonly<Record<string, string>>): ShareConfig {
  return {
    maxAttempts: Number(set['share.delivery.count.limit'] ?? 5),
    uncommitted: (set['share.isolation.level'] ?? 'read_uncommitted') === 'read_uncommitted',
    lockMs: Number(set['share.record.lock.duration.ms'] ?? 30_000),
    maxLocks: Number(set['share.partition.max.record.locks'] ?? 2_000),
    reset: set['share.auto.offset.reset'] ?? 'latest',
    mayRenew: (set['share.renew.acknowledge.enable'] ?? 'true') === 'true',
  };
}

const DURATION = /^by_duration:P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** How far back `by_duration` reaches, ms; undefined for the other ways to begin. */
export function resetDurationMs(reset: string): number | undefined {
  const match = DURATION.exec(reset);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
