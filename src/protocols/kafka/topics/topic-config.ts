import type { Durability, TopicSettings } from '../../../core/index.js';
import {
  bool,
  type ConfigDefinition,
  ConfigSet,
  elements,
  int,
  isOneOf,
  list,
  long,
  MAX_LONG,
  ratio,
  word,
} from './config-definition.js';

type SettingsPatch = { -readonly [K in keyof TopicSettings]?: TopicSettings[K] };

/** One configuration key of a topic. */
export interface TopicConfig extends ConfigDefinition {
  /** The broker's configuration that is the default of this one, where Kafka has such. */
  readonly brokerName?: string;
  /** Whether the broker's configuration of that name has a default of its own; else it comes from a coarser one. */
  readonly brokerHasDefault?: false;
  /** What a value means to the broker; left out for keys that are kept and displayed only. */
  apply?(value: string, settings: SettingsPatch): void;
  /** The value in force, for keys that the broker acts on. */
  current?(settings: Partial<TopicSettings>): string | undefined;
}

const WEEK_MS = 604_800_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** What a topic that a Kafka client creates starts from: Kafka's own defaults. */
export const DEFAULT_TOPIC_SETTINGS: Partial<TopicSettings> = {
  retentionMs: WEEK_MS,
  retentionBytes: -1,
  compact: false,
  maxBatchBytes: DEFAULT_MAX_MESSAGE_BYTES,
  logAppendTime: false,
};

/** Makes the topic a retained queue: worked off by AMQP and SQS while Kafka reads it. */
export const QUEUE_CONFIG = 'rosettamq.queue';

/** A 64-bit limit as the core takes it: what is beyond a safe integer is no limit in practice. */
function limit(value: string): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

const KEPT = 'Kept and displayed; this broker has no use for it.';
const ONE_NODE = 'Kept and displayed; nothing is replicated here.';

/** With the broker's configuration that is its default. */
function under(brokerName: string, config: ConfigDefinition): TopicConfig {
  return { ...config, brokerName };
}

export const TIMESTAMP_AFTER = under(
  'log.message.timestamp.after.max.ms',
  long('message.timestamp.after.max.ms', HOUR_MS, "How far ahead of the broker's time a record's may be."),
);
export const TIMESTAMP_BEFORE = under(
  'log.message.timestamp.before.max.ms',
  long('message.timestamp.before.max.ms', MAX_LONG, "How far behind the broker's time a record's may be."),
);

/** Every topic configuration that Kafka 4 lists, and ours, by name. */
export const TOPIC_CONFIGS = new ConfigSet<TopicConfig>('topic', [
  {
    ...list(
      'cleanup.policy',
      'delete',
      'What becomes of old records: delete by time and size, compact to the newest of each key, or both.',
      (value) => elements(value).length > 0 && elements(value).every(isOneOf('delete', 'compact')),
    ),
    brokerName: 'log.cleanup.policy',
    apply: (value, settings) => {
      settings.compact = elements(value).includes('compact');
    },
    current: ({ compact }) => (compact === undefined ? undefined : compact ? 'compact' : 'delete'),
  },
  under('compression.gzip.level', int('compression.gzip.level', -1, KEPT, -1, 9)),
  under('compression.lz4.level', int('compression.lz4.level', 9, KEPT, 1, 17)),
  under(
    'compression.type',
    word(
      'compression.type',
      'producer',
      'Kept and displayed; batches are stored as their producer compressed them.',
      'producer',
      'uncompressed',
      'gzip',
      'snappy',
      'lz4',
      'zstd',
    ),
  ),
  under('compression.zstd.level', int('compression.zstd.level', 3, KEPT, -131_072, 22)),
  under(
    'log.cleaner.delete.retention.ms',
    long('delete.retention.ms', DAY_MS, 'How long the mark of a deleted key stays in a compacted topic.'),
  ),
  under('log.segment.delete.delay.ms', long('file.delete.delay.ms', 60_000, KEPT)),
  under(
    'log.flush.interval.messages',
    long('flush.messages', MAX_LONG, 'Kept and displayed; see rosettamq.durability.', 1),
  ),
  under('log.flush.interval.ms', long('flush.ms', MAX_LONG, 'Kept and displayed; see rosettamq.durability.')),
  list('follower.replication.throttled.replicas', '', ONE_NODE, isReplicaList),
  under('log.index.interval.bytes', int('index.interval.bytes', 4096, KEPT)),
  list('leader.replication.throttled.replicas', '', ONE_NODE, isReplicaList),
  under('log.local.retention.bytes', long('local.retention.bytes', -2, KEPT, -2)),
  under('log.local.retention.ms', long('local.retention.ms', -2, KEPT, -2)),
  under(
    'log.cleaner.max.compaction.lag.ms',
    long('max.compaction.lag.ms', MAX_LONG, 'After how long a record must have been looked at by compaction.', 1),
  ),
  {
    ...int('max.message.bytes', DEFAULT_MAX_MESSAGE_BYTES, 'The largest batch that is accepted, compressed, in bytes.'),
    brokerName: 'message.max.bytes',
    apply: (value, settings) => {
      settings.maxBatchBytes = Number(value);
    },
    current: ({ maxBatchBytes }) => maxBatchBytes?.toString(),
  },
  TIMESTAMP_AFTER,
  TIMESTAMP_BEFORE,
  {
    ...word(
      'message.timestamp.type',
      'CreateTime',
      'Whose time records have: that of their producer, or that of the append.',
      'CreateTime',
      'LogAppendTime',
    ),
    brokerName: 'log.message.timestamp.type',
    apply: (value, settings) => {
      settings.logAppendTime = value === 'LogAppendTime';
    },
    current: ({ logAppendTime }) =>
      logAppendTime === undefined ? undefined : logAppendTime ? 'LogAppendTime' : 'CreateTime',
  },
  under(
    'log.cleaner.min.cleanable.ratio',
    ratio('min.cleanable.dirty.ratio', '0.5', 'The part of a log not yet compacted that makes compaction begin.'),
  ),
  under(
    'log.cleaner.min.compaction.lag.ms',
    long('min.compaction.lag.ms', 0, 'For how long compaction leaves a record alone.'),
  ),
  under('min.insync.replicas', int('min.insync.replicas', 1, ONE_NODE, 1)),
  under('log.preallocate', bool('preallocate', false, KEPT)),
  bool('remote.log.copy.disable', false, KEPT),
  bool('remote.log.delete.on.disable', false, KEPT),
  { ...bool('remote.storage.enable', false, 'There is no remote storage.'), isValid: isOneOf('false') },
  {
    ...long('retention.bytes', -1, 'How large a partition may grow before its oldest records go; -1 for no limit.', -1),
    brokerName: 'log.retention.bytes',
    apply: (value, settings) => {
      settings.retentionBytes = limit(value);
    },
    current: ({ retentionBytes }) => retentionBytes?.toString(),
  },
  {
    ...long('retention.ms', WEEK_MS, 'How long records stay; -1 for ever.', -1),
    brokerName: 'log.retention.ms',
    brokerHasDefault: false,
    apply: (value, settings) => {
      settings.retentionMs = limit(value);
    },
    current: ({ retentionMs }) => retentionMs?.toString(),
  },
  {
    ...word('rosettamq.durability', 'sync', 'What an acknowledgement waits for.', 'sync', 'interval', 'os'),
    apply: (value, settings) => {
      settings.durability = value as Durability;
    },
    current: ({ durability }) => durability,
  },
  bool(QUEUE_CONFIG, false, 'Makes it a queue for AMQP and SQS as well; decided when the topic is made.'),
  under('log.segment.bytes', int('segment.bytes', 1_073_741_824, KEPT, 14)),
  under('log.index.size.max.bytes', int('segment.index.bytes', 10_485_760, KEPT, 4)),
  { ...under('log.roll.jitter.ms', long('segment.jitter.ms', 0, KEPT)), brokerHasDefault: false },
  { ...under('log.roll.ms', long('segment.ms', WEEK_MS, KEPT, 1)), brokerHasDefault: false },
  under('unclean.leader.election.enable', bool('unclean.leader.election.enable', false, ONE_NODE)),
]);

/** `*`, or partition:node pairs. */
function isReplicaList(value: string): boolean {
  return value === '*' || elements(value).every((element) => /^\d+:\d+$/.test(element));
}

/** The settings that valid configuration values stand for, on top of `base`. */
export function settingsOf(
  values: Readonly<Record<string, string>>,
  base: Partial<TopicSettings>,
): Partial<TopicSettings> {
  const settings: SettingsPatch = { ...base };
  for (const [name, value] of Object.entries(values)) TOPIC_CONFIGS.find(name)?.apply?.(value, settings);
  return settings;
}
