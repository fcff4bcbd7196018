import type { QueueSettings } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import { integerOf, textOf, typeName } from './declared-arguments.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** What the arguments of queue.declare say. */
export interface QueueArguments {
  readonly settings: Partial<QueueSettings>;
  /** `x-retain`: undefined without it, -1 for `true`. */
  readonly retainMs: number | undefined;
  readonly type: QueueType;
}

export type QueueType = 'classic' | 'quorum' | 'stream';

/** Which arguments RabbitMQ compares when a queue is declared again; it accepts and ignores all others. */
export const comparedArguments = [
  'x-expires',
  'x-message-ttl',
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-dead-letter-strategy',
  'x-max-length',
  'x-max-length-bytes',
  'x-overflow',
  'x-max-priority',
  'x-single-active-consumer',
  'x-delivery-limit',
  'x-delayed-retry-type',
  'x-delayed-retry-min',
  'x-delayed-retry-max',
  'x-queue-mode',
  'x-message-deduplication',
  'x-cache-ttl',
  'x-retain',
] as const;

/** RabbitMQ tells apart how AMQP 1.0 gives a message back; basic.nack and basic.reject with requeue count as all of these. */
const retryTypes = new Set(['disabled', 'all', 'failed', 'returned']);
/** How long a queue remembers what it took, where there is no `x-cache-ttl`. */
const longestDeduplicationMs = 86_400_000;
/** Where there is no `x-delayed-retry-max`: a day. */
const longestRetryMs = 86_400_000;

type Settings = { -readonly [Key in keyof QueueSettings]?: QueueSettings[Key] };

/** @throws ChannelError 406 in RabbitMQ's words; `resource` as {@link named} gives it */
export function readQueueArguments(table: FieldTable, resource: string): QueueArguments {
  const settings: Settings = {};
  let type: QueueType = 'classic';
  let retainMs: number | undefined;
  let deadLetterKey: string | undefined;
  let retries = false;
  let deduplicates = false;
  let deduplicationMs = longestDeduplicationMs;
  const retryDelay = { minMs: 0, maxMs: longestRetryMs };
  for (const [key, field] of table) {
    const fail = (reason: string): never => {
      throw new ChannelError('PRECONDITION_FAILED', `invalid arg '${key}' for ${resource}: ${reason}`);
    };
    switch (key) {
      case 'x-message-ttl':
        settings.messageTtlMs = integer(field, 0, fail);
        break;
      case 'x-expires':
        settings.expiresMs = integer(field, 1, fail);
        break;
      case 'x-max-length':
        settings.maxLength = integer(field, 0, fail);
        break;
      case 'x-max-length-bytes':
        settings.maxLengthBytes = integer(field, 0, fail);
        break;
      case 'x-overflow':
        settings.overflow = overflow(text(field, fail), fail);
        break;
      case 'x-dead-letter-exchange':
        settings.deadLetter = { exchange: text(field, fail), routingKey: undefined };
        break;
      case 'x-dead-letter-routing-key':
        deadLetterKey = text(field, fail);
        if (!table.has('x-dead-letter-exchange')) fail('routing_key_but_no_dlx_defined');
        break;
      case 'x-max-priority': {
        const priority = integer(field, 0, fail);
        if (priority > 255) fail(`{max_value_exceeded,${priority}}`);
        settings.maxPriority = priority;
        break;
      }
      case 'x-single-active-consumer':
        if (field.type !== 't') fail(`"expected boolean, got ${typeName(field)}"`);
        else settings.singleActiveConsumer = field.value;
        break;
      case 'x-delivery-limit':
        // -1 is RabbitMQ's word for no limit
        if (integerOf(field) !== -1) settings.deliveryLimit = integer(field, 0, fail);
        break;
      case 'x-delayed-retry-type': {
        const retried = text(field, fail);
        if (!retryTypes.has(retried)) fail(`"unsupported delayed retry type '${retried}'"`);
        retries = retried !== 'disabled';
        break;
      }
      case 'x-delayed-retry-min':
        retryDelay.minMs = integer(field, 0, fail);
        break;
      case 'x-delayed-retry-max':
        retryDelay.maxMs = integer(field, 0, fail);
        break;
      case 'x-message-deduplication':
        if (field.type !== 't') fail(`"expected boolean, got ${typeName(field)}"`);
        else deduplicates = field.value;
        break;
      case 'x-cache-ttl':
        deduplicationMs = integer(field, 1, fail);
        break;
      case 'x-queue-mode': {
        const mode = text(field, fail);
        if (mode !== 'lazy' && mode !== 'default') fail(`"unsupported queue mode '${mode}'"`);
        break;
      }
      case 'x-queue-type': {
        const wanted = text(field, fail);
        if (wanted !== 'classic' && wanted !== 'quorum' && wanted !== 'stream')
          fail(`"unsupported queue type '${wanted}'"`);
        else type = wanted;
        break;
      }
      case 'x-retain':
        retainMs = field.type === 't' ? (field.value ? -1 : undefined) : integer(field, 1, fail);
        break;
      default:
    }
  }
  if (settings.deadLetter !== undefined && 'exchange' in settings.deadLetter && deadLetterKey !== undefined) {
    settings.deadLetter = { exchange: settings.deadLetter.exchange, routingKey: deadLetterKey };
  }
  if (retries) settings.retryDelay = retryDelay;
  if (deduplicates) settings.deduplicationMs = deduplicationMs;
  return { settings, retainMs, type };
}

function integer(field: FieldValue, min: 0 | 1, fail: (reason: string) => never): number {
  const value = integerOf(field);
  if (value === undefined) return fail(`"expected integer, got ${typeName(field)}"`);
  if (value < 0) return fail(`{value_negative,${value}}`);
  return value < min ? fail('{value_zero,0}') : value;
}

function text(field: FieldValue, fail: (reason: string) => never): string {
  return textOf(field) ?? fail(`"expected longstr, got ${typeName(field)}"`);
}

function overflow(value: string, fail: (reason: string) => never): QueueSettings['overflow'] {
  return value === 'drop-head' || value === 'reject-publish' || value === 'reject-publish-dlx'
    ? value
    : fail('invalid_overflow');
}

/** Arguments that only a stream can have. */
const streamArguments = ['x-max-age', 'x-stream-max-segment-size-bytes', 'x-stream-filter-size-bytes'] as const;

/** What only a stream can be. @throws ChannelError 406 in RabbitMQ's words */
export function assertNoStreamArguments(type: 'classic' | 'quorum', table: FieldTable, resource: string): void {
  for (const key of streamArguments) {
    if (!table.has(key)) continue;
    throw new ChannelError(
      'PRECONDITION_FAILED',
      `invalid arg '${key}' for ${resource} of queue type rabbit_${type}_queue`,
    );
  }
}

/** What a quorum queue cannot be. @throws ChannelError 406 in RabbitMQ's words */
export function assertQuorumAllowed(
  flags: { durable: boolean; exclusive: boolean; autoDelete: boolean; serverNamed: boolean },
  table: FieldTable,
  resource: string,
): void {
  const fail = (reason: string): never => {
    throw new ChannelError('PRECONDITION_FAILED', reason);
  };
  if (flags.serverNamed) fail('Cannot declare a server-named queue for type rabbit_quorum_queue');
  if (!flags.durable) fail(`invalid property 'non-durable' for ${resource}`);
  if (flags.exclusive) fail(`invalid property 'exclusive-owner' for ${resource}`);
  if (flags.autoDelete) fail(`invalid property 'auto-delete' for ${resource}`);
  if (table.has('x-max-priority')) {
    fail(`invalid arg 'x-max-priority' for ${resource} of queue type rabbit_quorum_queue`);
  }
}
