import type { Durability, TopicSettings } from '../../../core/index.js';

/** Kafka's numbers for the types of a configuration value, as DescribeConfigs v3 has them. */
export const ConfigType = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const;

type SettingsPatch = { -readonly [K in keyof TopicSettings]?: TopicSettings[K] };

/** One configuration key of a topic. */
export interface TopicConfig {
  readonly name: string;
  readonly type: number;
  /** What is displayed when nothing was set. */
  readonly fallback: string;
  /** Whether a value may be set. */
  isValid(value: string): boolean;
  /** What a value means to the broker; left out for keys that are kept and displayed only. */
  apply?(value: string, settings: SettingsPatch): void;
  /** The value in force, for keys that the broker acts on. */
  current?(settings: Partial<TopicSettings>): string | undefined;
}

const WEEK_MS = 604_800_000;
const DAY_MS = 86_400_000;
const MAX_LONG = '9223372036854775807';

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

const integer = (min: number, max: number) => (value: string) =>
  /^-?\d{1,19}$/.test(value.trim()) && Number(value) >= min && Number(value) <= max;
const oneOf =
  (...allowed: readonly string[]) =>
  (value: string) =>
    allowed.includes(value);

function long(name: string, fallback: number | string, min = 0): TopicConfig {
  return { name, type: ConfigType.long, fallback: String(fallback), isValid: integer(min, Number(MAX_LONG)) };
}

function int(name: string, fallback: number, min = 0): TopicConfig {
  return { name, type: ConfigType.int, fallback: String(fallback), isValid: integer(min, 0x7fff_ffff) };
}

function boolean(name: string, fallback: boolean): TopicConfig {
  return { name, type: ConfigType.boolean, fallback: String(fallback), isValid: oneOf('true', 'false') };
}

/** A 64-bit limit as the core takes it: what is beyond a safe integer is no limit in practice. */
function limit(value: string): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

const policies = (value: string) => value.split(',').map((policy) => policy.trim());

/** Every topic configuration that Kafka 4 lists, and ours. */
export const TOPIC_CONFIGS: readonly TopicConfig[] = [
  {
    name: 'cleanup.policy',
    type: ConfigType.list,
    fallback: 'delete',
    isValid: (value) => policies(value).every(oneOf('delete', 'compact')),
    apply: (value, settings) => {
      settings.compact = policies(value).includes('compact');
    },
    current: ({ compact }) => (compact === undefined ? undefined : compact ? 'compact' : 'delete'),
  },
  { name: 'compression.type', type: ConfigType.string, fallback: 'producer', isValid: oneOf('producer') },
  int('compression.gzip.level', -1, -1),
  int('compression.lz4.level', 9, 1),
  int('compression.zstd.level', 3, -131_072),
  long('delete.retention.ms', DAY_MS),
  long('file.delete.delay.ms', 60_000),
  long('flush.messages', MAX_LONG, 1),
  long('flush.ms', MAX_LONG),
  {
    name: 'follower.replication.throttled.replicas',
    type: ConfigType.list,
    fallback: '',
    isValid: () => true,
  },
  int('index.interval.bytes', 4096),
  {
    name: 'leader.replication.throttled.replicas',
    type: ConfigType.list,
    fallback: '',
    isValid: () => true,
  },
  long('local.retention.bytes', -2, -2),
  long('local.retention.ms', -2, -2),
  long('max.compaction.lag.ms', MAX_LONG, 1),
  {
    ...int('max.message.bytes', DEFAULT_MAX_MESSAGE_BYTES),
    apply: (value, settings) => {
      settings.maxBatchBytes = Number(value);
    },
    current: ({ maxBatchBytes }) => maxBatchBytes?.toString(),
  },
  long('message.timestamp.after.max.ms', 3_600_000),
  long('message.timestamp.before.max.ms', MAX_LONG),
  {
    name: 'message.timestamp.type',
    type: ConfigType.string,
    fallback: 'CreateTime',
    isValid: oneOf('CreateTime', 'LogAppendTime'),
    apply: (value, settings) => {
      settings.logAppendTime = value === 'LogAppendTime';
    },
    current: ({ logAppendTime }) =>
      logAppendTime === undefined ? undefined : logAppendTime ? 'LogAppendTime' : 'CreateTime',
  },
  {
    name: 'min.cleanable.dirty.ratio',
    type: ConfigType.double,
    fallback: '0.5',
    isValid: (value) => /^\d*\.?\d+$/.test(value) && Number(value) <= 1,
  },
  long('min.compaction.lag.ms', 0),
  int('min.insync.replicas', 1, 1),
  boolean('preallocate', false),
  boolean('remote.storage.enable', false),
  {
    ...long('retention.bytes', -1, -1),
    apply: (value, settings) => {
      settings.retentionBytes = limit(value);
    },
    current: ({ retentionBytes }) => retentionBytes?.toString(),
  },
  {
    ...long('retention.ms', WEEK_MS, -1),
    apply: (value, settings) => {
      settings.retentionMs = limit(value);
    },
    current: ({ retentionMs }) => retentionMs?.toString(),
  },
  {
    name: 'rosettamq.durability',
    type: ConfigType.string,
    fallback: 'sync',
    isValid: oneOf('sync', 'interval', 'os'),
    apply: (value, settings) => {
      settings.durability = value as Durability;
    },
    current: ({ durability }) => durability,
  },
  boolean(QUEUE_CONFIG, false),
  int('segment.bytes', 1_073_741_824, 14),
  int('segment.index.bytes', 10_485_760, 4),
  long('segment.jitter.ms', 0),
  long('segment.ms', WEEK_MS, 1),
  boolean('unclean.leader.election.enable', false),
];

const BY_NAME = new Map(TOPIC_CONFIGS.map((config) => [config.name, config]));

export function topicConfig(name: string): TopicConfig | undefined {
  return BY_NAME.get(name);
}

/** What is wrong with setting `name` to `value`, in words for the client; undefined when it may be set. */
export function configFault(name: string, value: string | null): string | undefined {
  const config = BY_NAME.get(name);
  if (config === undefined) return `Unknown topic config name: ${name}`;
  if (value === null) return `Null value not supported for topic config: ${name}`;
  return config.isValid(value) ? undefined : `Invalid value ${value} for configuration ${name}`;
}

/** The settings that valid configuration values stand for, on top of `base`. */
export function settingsOf(
  values: Readonly<Record<string, string>>,
  base: Partial<TopicSettings>,
): Partial<TopicSettings> {
  const settings: SettingsPatch = { ...base };
  for (const [name, value] of Object.entries(values)) BY_NAME.get(name)?.apply?.(value, settings);
  return settings;
}
