import { type OptionKind, oneOf, port, text, wholeNumber } from './option-kinds.js';

/**
 * One option. Its key here, `amqpPort`, gives all its other names: the flag `--amqp-port`, the environment variable
 * `ROSETTAMQ_AMQP_PORT` and the config-file key `amqp-port`.
 */
export interface OptionDeclaration<T> extends OptionKind<T> {
  readonly default: T;
  /** One line for the help text. */
  readonly help: string;
}

function option<T>(kind: OptionKind<T>, defaultValue: T, help: string): OptionDeclaration<T> {
  return { ...kind, default: defaultValue, help };
}

/** Every option of the broker, declared once, in the order of the help text. */
export const OPTIONS = {
  dataDir: option(text('DIR'), './rosettamq-data', 'where everything durable is kept'),
  storage: option(
    oneOf('segment-log', 'memory'),
    'segment-log',
    'the storage engine; memory keeps nothing over a restart',
  ),
  durability: option(
    oneOf('sync', 'interval', 'os'),
    'sync',
    'what an answer waits for: the sync; or only the write, synced every second; or the write, never synced',
  ),
  host: option(text('ADDRESS'), '127.0.0.1', 'the address that every front listens on'),
  amqpPort: option(port, 5672, 'AMQP 0-9-1, for RabbitMQ clients'),
  kafkaPort: option(port, 9092, 'Kafka'),
  sqsPort: option(port, 9324, 'SQS and SNS over HTTP'),
  adminPort: option(port, 15672, 'admin API and dashboard'),
  tlsCert: option<string | undefined>(
    text('FILE'),
    undefined,
    'the certificate of all TLS listeners, PEM, with those between it and its root',
  ),
  tlsKey: option<string | undefined>(text('FILE'), undefined, 'its private key, PEM'),
  tlsCa: option<string | undefined>(
    text('FILE'),
    undefined,
    'whose signature clients may log in with by certificate, PEM; without it none is asked for',
  ),
  defaultUser: option(
    text('NAME'),
    'guest',
    'the user that exists from the start; guest may log in from loopback only',
  ),
  defaultPassword: option(text('PASSWORD'), 'guest', 'its password (prefer the environment variable or the file)'),
  usersFile: option<string | undefined>(
    text('FILE'),
    undefined,
    'more users: a RabbitMQ definitions export, of which `users` and `permissions` are read',
  ),
  kafkaTlsPort: option<number | 'off'>(port, 'off', 'Kafka over TLS; needs --tls-cert'),
  kafkaAnonymous: option(
    oneOf('loopback', 'anywhere', 'off'),
    'loopback',
    'which Kafka clients need no SASL; they have the permissions of the default user',
  ),
  kafkaAdvertisedHost: option<string | undefined>(
    text('NAME'),
    undefined,
    'what Kafka clients are told to connect to; without it, what they dialled',
  ),
  kafkaAdvertisedPort: option<number | undefined>(wholeNumber(1, 65_535), undefined, 'the port that goes with it'),
  kafkaVirtualBrokers: option(
    wholeNumber(1, 100),
    1,
    'as how many Kafka nodes the broker appears, on as many ports, and the highest replication factor',
  ),
  kafkaNodeId: option(wholeNumber(0, 2_147_483_000), 1, 'the id of the first of them'),
  kafkaAutoCreateTopics: option(oneOf('on', 'off'), 'on', 'whether asking for a Kafka topic by name creates it'),
  kafkaDefaultPartitions: option(wholeNumber(1, 10_000), 1, 'partitions of a Kafka topic whose creator does not say'),
  kafkaMaxSessionSeconds: option(
    wholeNumber(0, 31_536_000),
    0,
    'after how long a Kafka client must authenticate again; 0: never',
  ),
  kafkaTokenKeys: option<string | undefined>(
    text('FILE|URL|unsecured'),
    undefined,
    'the JWKS that OAUTHBEARER tokens are checked with; unsecured takes any token and is for tests',
  ),
  kafkaTokenAudience: option<string | undefined>(text('NAME'), undefined, 'whom tokens must be for'),
  kafkaTokenIssuer: option<string | undefined>(text('NAME'), undefined, 'by whom tokens must be issued'),
  kafkaTokenUserClaim: option(text('CLAIM'), 'sub', 'the claim of a token that names the user'),
  logLevel: option(oneOf('debug', 'info', 'warn', 'error'), 'info', 'the least severe lines to log'),
  logFormat: option(oneOf('auto', 'human', 'json'), 'auto', 'auto is human on a terminal and JSON lines elsewhere'),
} as const;

export type OptionKey = keyof typeof OPTIONS;

/** The options with their values, complete and valid. */
export type ServerOptions = {
  readonly [K in OptionKey]: (typeof OPTIONS)[K] extends OptionDeclaration<infer T> ? T : never;
};

export const OPTION_KEYS = Object.keys(OPTIONS) as readonly OptionKey[];

/** `amqpPort` → `amqp-port`: the flag without its dashes, and the config-file key. */
export function optionName(key: string): string {
  return key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

/** `amqpPort` → `ROSETTAMQ_AMQP_PORT`. */
export function environmentName(key: string): string {
  return `ROSETTAMQ_${optionName(key).replaceAll('-', '_').toUpperCase()}`;
}

const KEY_OF_NAME = new Map<string, OptionKey>(OPTION_KEYS.map((key) => [optionName(key), key]));

/** `amqp-port` → `amqpPort`; undefined when there is no such option. */
export function optionOfName(name: string): OptionKey | undefined {
  return KEY_OF_NAME.get(name);
}

/** The names of all options, as flags without dashes. */
export function optionNames(): readonly string[] {
  return [...KEY_OF_NAME.keys()];
}
