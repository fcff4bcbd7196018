import { type AssignedKind, type AssignedTimes, DEFAULT_ASSIGNED_TIMES } from '../../../core/index.js';

/** How often members of a group show that they live, and after how long they are gone, given the group's configs. */
export function assignedTimes(kind: AssignedKind, set: Readonly<Record<string, string>>): AssignedTimes {
  const { sessionTimeoutMs, heartbeatIntervalMs } = DEFAULT_ASSIGNED_TIMES;
  return {
    sessionTimeoutMs: Number(set[`${kind}.session.timeout.ms`] ?? sessionTimeoutMs),
    heartbeatIntervalMs: Number(set[`${kind}.heartbeat.interval.ms`] ?? heartbeatIntervalMs),
  };
}
