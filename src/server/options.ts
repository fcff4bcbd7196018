import { account, type OptionKind, oneOf, port, text } from './option-kinds.js';

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
