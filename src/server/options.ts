import { account, type OptionKind, oneOf, port, text, wholeNumber } from './option-kinds.js';

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
  amqpsPort: option<number | 'off'>(port, 'off', 'AMQP 0-9-1 over TLS, by convention 5671; needs --tls-cert'),
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
  amqpProduct: option(text('NAME'), 'RabbitMQ', 'what the broker calls itself to AMQP clients, which look at it'),
  amqpVersion: option(text('VERSION'), '4.2.0', 'the version of that'),
  amqpChannelMax: option(wholeNumber(1, 65_535), 2047, 'channels of one AMQP connection'),
  amqpFrameMaxBytes: option(wholeNumber(4096, 16_777_216), 131_072, 'the largest AMQP frame'),
  amqpHeartbeatSeconds: option(wholeNumber(0, 65_535), 60, 'what AMQP clients are asked for; 0: no heartbeats'),
  amqpMaxMessageBytes: option(wholeNumber(1, 536_870_912), 16_777_216, 'the largest AMQP message'),
  amqpProxyProtocol: option(oneOf('off', 'on'), 'off', 'on: AMQP connections begin with a PROXY protocol header'),
  amqpCertificateLogin: option(
    oneOf('distinguished-name', 'common-name'),
    'distinguished-name',
    'which part of a client certificate is the name of its user',
  ),
  defaultUser: option(
    text('NAME'),
    'guest',
    'the user that is made at the first start; guest may log in from loopback only',
  ),
  defaultPassword: option(text('PASSWORD'), 'guest', 'its password (prefer the environment variable or the file)'),
  passwordHashing: option(
    oneOf('sha256', 'sha512', 'scrypt'),
    'sha256',
    'how new passwords are kept; RabbitMQ can import the first two, scrypt is slow to guess',
  ),
  usersFile: option<string | undefined>(
    text('FILE'),
    undefined,
    'more users: a RabbitMQ definitions export, of which `users` and `permissions` are read',
  ),
  definitions: option<string | undefined>(
    text('FILE'),
    undefined,
    'what is to be there from the start: SQS queues with their attributes and tags',
  ),
  sqsAccount: option(account, '000000000000', 'the account that owns SQS queues, in their URLs and ARNs'),
  sqsRegion: option(text('REGION'), 'us-east-1', 'the region of SQS requests that are not signed'),
  sqsAccessKeys: option<string | undefined>(
    text('ID:SECRET,…'),
    undefined,
    'who may sign SQS requests, beside the `access_keys` of the users file; with any, signatures are verified',
  ),
  sqsAccess: option(
    oneOf('auto', 'open'),
    'auto',
    'auto verifies signatures when there are access keys, and else serves this machine only; open serves everybody',
  ),
  sqsNamespaces: option(
    oneOf('shared', 'regions', 'accounts', 'accounts-and-regions'),
    'shared',
    'which of them have SQS queues of their own; the account is the access key, where that has twelve digits',
  ),
  sqsCooldowns: option(
    oneOf('off', 'on'),
    'off',
    "Amazon's 60 seconds between two purges, and from deleting a queue to creating it again",
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
