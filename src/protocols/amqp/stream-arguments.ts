import { ageMs, type TopicSettings } from '../../core/index.js';
import { ChannelError } from './amqp-error.js';
import { integerOf, textOf, typeName } from './declared-arguments.js';
import type { FieldTable, FieldValue } from './field-table.js';

/** Which arguments RabbitMQ compares when a stream is declared again, beside its type. */
export const comparedStreamArguments = [
  'x-max-age',
  'x-max-length-bytes',
  'x-stream-max-segment-size-bytes',
  'x-stream-filter-size-bytes',
  'x-queue-leader-locator',
  'x-initial-cluster-size',
] as const;

const foreignArguments = [
  'x-expires',
  'x-message-ttl',
  'x-max-length',
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-dead-letter-strategy',
  'x-max-priority',
  'x-overflow',
  'x-single-active-consumer',
  'x-queue-mode',
  'x-delivery-limit',
  'x-retain',
] as const;

const leaderLocators = new Set(['client-local', 'random', 'least-leaders', 'balanced']);

/**
 * What the arguments of a stream's declaration say of its log. Segments, filters and replicas are kept by the declaration
 * and compared, and mean nothing here. @throws ChannelError 406 in RabbitMQ's words
 */
export function readStreamArguments(table: FieldTable, resource: string): Partial<TopicSettings> {
  const settings: { -readonly [Key in keyof TopicSettings]?: TopicSettings[Key] } = {};
  for (const [key, field] of table) {
    const fail = (reason: string): never => {
      throw new ChannelError('PRECONDITION_FAILED', `invalid arg '${key}' for ${resource}: ${reason}`);
    };
    switch (key) {
      case 'x-max-age':
        settings.retentionMs =
          ageMs(textOf(field) ?? fail(`{unacceptable_type,${typeName(field)}}`)) ?? fail('invalid_max_age');
        break;
      case 'x-max-length-bytes':
        settings.retentionBytes = positive(field, 0, fail);
        break;
      case 'x-stream-max-segment-size-bytes':
      case 'x-stream-filter-size-bytes':
        positive(field, 0, fail);
        break;
      case 'x-initial-cluster-size':
        positive(field, 1, fail);
        break;
      case 'x-queue-leader-locator':
        if (!leaderLocators.has(textOf(field) ?? '')) fail('invalid_queue_locator_arg');
        break;
      default:
    }
  }
  return settings;
}

function positive(field: FieldValue, min: 0 | 1, fail: (reason: string) => never): number {
  const value = integerOf(field);
  if (value === undefined) return fail(`{unacceptable_type,${typeName(field)}}`);
  if (value < 0) return fail(`{value_negative,${value}}`);
  return value < min ? fail('{value_zero,0}') : value;
}

/** What a stream cannot be. @throws ChannelError 406 in RabbitMQ's words */
export function assertStreamAllowed(
  flags: { durable: boolean; exclusive: boolean; autoDelete: boolean; serverNamed: boolean },
  table: FieldTable,
  resource: string,
): void {
  const fail = (reason: string): never => {
    throw new ChannelError('PRECONDITION_FAILED', reason);
  };
  if (flags.serverNamed) fail('Cannot declare a server-named queue for type rabbit_stream_queue');
  for (const key of foreignArguments) {
    if (table.has(key)) fail(`invalid arg '${key}' for ${resource} of queue type rabbit_stream_queue`);
  }
  if (!flags.durable) fail(`invalid property 'non-durable' for ${resource}`);
  if (flags.exclusive) fail(`invalid property 'exclusive-owner' for ${resource}`);
  if (flags.autoDelete) fail(`invalid property 'auto-delete' for ${resource}`);
}
