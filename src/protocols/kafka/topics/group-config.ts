import { bool, ConfigSet, int, word } from './config-definition.js';

/** The configurations of a group (KIP-1043, KIP-932), with Kafka's defaults and limits. */
export const GROUP_CONFIGS = new ConfigSet('group', [
  int(
    'consumer.heartbeat.interval.ms',
    5000,
    'How often members of the newer protocol show that they live.',
    5000,
    15_000,
  ),
  int('consumer.session.timeout.ms', 45_000, 'After how long a member that is not heard of is gone.', 45_000, 60_000),
  {
    ...word('share.auto.offset.reset', 'latest', 'Where a share group that has no place begins.', 'latest', 'earliest'),
    isValid: (value) => /^(latest|earliest|by_duration:P.+)$/.test(value),
  },
  int('share.delivery.count.limit', 5, 'How often a record is delivered before it is given up.', 2, 10),
  int('share.heartbeat.interval.ms', 5000, 'How often members of a share group show that they live.', 5000, 15_000),
  word(
    'share.isolation.level',
    'read_uncommitted',
    'Whether a share group waits for transactions to end.',
    'read_uncommitted',
    'read_committed',
  ),
  int('share.partition.max.record.locks', 2000, 'How many records of a partition may be out at once.', 100, 10_000),
  int('share.record.lock.duration.ms', 30_000, 'For how long a record is held for a member.', 15_000, 60_000),
  bool('share.renew.acknowledge.enable', true, 'Whether members may hold a record for longer.'),
  int('share.session.timeout.ms', 45_000, 'After how long a member that is not heard of is gone.', 45_000, 60_000),
  int('streams.heartbeat.interval.ms', 5000, 'Kept and displayed; there are no streams groups.', 5000, 15_000),
  int('streams.num.standby.replicas', 0, 'Kept and displayed; there are no streams groups.', 0, 2),
  int('streams.session.timeout.ms', 45_000, 'Kept and displayed; there are no streams groups.', 45_000, 60_000),
]);
