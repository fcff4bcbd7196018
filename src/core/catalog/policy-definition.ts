import type { DeadLetter, Declared, DeclaredValue, QueueSettings, TopicSettings } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import { ageMs } from './age.js';

type Fault = (value: DeclaredValue) => string | undefined;

/** Keys of which the lower value wins, wherever two meet: a policy and an operator policy, a policy and an argument. */
const LOWER_WINS = new Set([
  'message-ttl',
  'expires',
  'max-length',
  'max-length-bytes',
  'max-in-memory-length',
  'max-in-memory-bytes',
  'delivery-limit',
]);

const notNegative: Fault = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'must be a non-negative integer';
const positive: Fault = (value) =>
  Number.isSafeInteger(value) && (value as number) > 0 ? undefined : 'must be a positive integer';
const text: Fault = (value) => (typeof value === 'string' ? undefined : 'must be a string');
const anything: Fault = () => undefined;

function oneOf(...words: readonly string[]): Fault {
  return (value) => (words.includes(value as string) ? undefined : `must be one of ${words.join(', ')}`);
}

/** What a policy may say, RabbitMQ's keys of 3.x and 4.x. Those that name nothing here are accepted and kept. */
const KNOWN: Readonly<Record<string, Fault>> = {
  'message-ttl': notNegative,
  expires: positive,
  'max-length': notNegative,
  'max-length-bytes': notNegative,
  'max-in-memory-length': notNegative,
  'max-in-memory-bytes': notNegative,
  'delivery-limit': (value) => (value === -1 ? undefined : notNegative(value)),
  overflow: oneOf('drop-head', 'reject-publish', 'reject-publish-dlx'),
  'dead-letter-exchange': text,
  'dead-letter-routing-key': text,
  'dead-letter-strategy': oneOf('at-most-once', 'at-least-once'),
  'alternate-exchange': text,
  'max-age': (value) =>
    typeof value === 'string' && ageMs(value) !== undefined ? undefined : 'must be an age such as 7D',
  'stream-max-segment-size-bytes': positive,
  'stream-filter-size-bytes': positive,
  'queue-mode': oneOf('default', 'lazy'),
  'queue-version': oneOf1or2,
  'queue-master-locator': text,
  'queue-leader-locator': text,
  'initial-cluster-size': positive,
  'target-group-size': positive,
  'consumer-timeout': positive,
  'ha-mode': anything,
  'ha-params': anything,
  'ha-sync-mode': anything,
  'ha-sync-batch-size': anything,
  'ha-promote-on-shutdown': anything,
  'ha-promote-on-failure': anything,
};

/** What an operator may narrow. */
const FOR_OPERATORS = new Set([...LOWER_WINS, 'overflow', 'queue-mode', 'ha-mode', 'ha-params', 'ha-sync-mode']);

function oneOf1or2(value: DeclaredValue): string | undefined {
  return value === 1 || value === 2 ? undefined : 'must be 1 or 2';
}

/** @throws BrokerError `invalid-argument` of field `definition` */
export function checkDefinition(definition: Declared, forOperator: boolean): void {
  const keys = Object.keys(definition);
  if (keys.length === 0) throw invalid('no policy provided');
  const unknown = keys.filter((key) => KNOWN[key] === undefined || (forOperator && !FOR_OPERATORS.has(key)));
  if (unknown.length > 0) {
    const listed = unknown.map((key) => `${key}: ${JSON.stringify(definition[key])}`).join(', ');
    throw invalid(`${listed} are not recognised ${forOperator ? 'operator ' : ''}policy settings`);
  }
  for (const key of keys) {
    const fault = KNOWN[key](definition[key]);
    if (fault !== undefined) throw invalid(`${JSON.stringify(definition[key])} is not a valid ${key}: it ${fault}`);
  }
}

function invalid(message: string): BrokerError {
  return new BrokerError('invalid-argument', message, { field: 'definition' });
}

/** A policy under an operator policy: numbers at the lower of both, everything else as the operator says. */
export function mergeDefinitions(policy: Declared, operator: Declared): Declared {
  const merged: Record<string, DeclaredValue> = { ...policy, ...operator };
  for (const key of LOWER_WINS) {
    const [mine, theirs] = [policy[key], operator[key]];
    if (mine !== undefined && theirs !== undefined) merged[key] = lowerLimit(mine as number, theirs as number);
  }
  return merged;
}

/** Negative: no limit. */
function lowerLimit(left: number, right: number): number {
  if (left < 0 || right < 0) return Math.max(left, right);
  return Math.min(left, right);
}

/**
 * What holds of a queue: of its own numbers and the policy's the lower, of everything else its own. The names of both
 * sides are the neutral ones.
 */
export function effectiveQueueSettings(own: Partial<QueueSettings>, definition: Declared): Partial<QueueSettings> {
  const limit = (mine: number | undefined, key: string): number | undefined => {
    const theirs = definition[key] as number | undefined;
    if (mine === undefined || theirs === undefined) return mine ?? theirs;
    return lowerLimit(mine, theirs);
  };
  const limits = {
    messageTtlMs: limit(own.messageTtlMs, 'message-ttl'),
    expiresMs: limit(own.expiresMs, 'expires'),
    maxLength: limit(own.maxLength, 'max-length'),
    maxLengthBytes: limit(own.maxLengthBytes, 'max-length-bytes'),
    deliveryLimit: limit(own.deliveryLimit, 'delivery-limit'),
  };
  const effective = {
    ...own,
    ...limits,
    overflow: own.overflow ?? (definition['overflow'] as QueueSettings['overflow'] | undefined),
    deadLetter: own.deadLetter ?? deadLetterOf(definition),
  };
  if (effective.deliveryLimit !== undefined && effective.deliveryLimit < 0) effective.deliveryLimit = undefined;
  return Object.fromEntries(Object.entries(effective).filter(([, value]) => value !== undefined));
}

function deadLetterOf(definition: Declared): DeadLetter | undefined {
  const exchange = definition['dead-letter-exchange'] as string | undefined;
  if (exchange === undefined) return undefined;
  return { exchange, routingKey: definition['dead-letter-routing-key'] as string | undefined };
}

/** The same for a topic: how long and how much it keeps. */
export function effectiveTopicSettings(own: Partial<TopicSettings>, definition: Declared): Partial<TopicSettings> {
  const lower = (mine: number | undefined, theirs: number | undefined): number | undefined => {
    if (mine === undefined || theirs === undefined) return mine ?? theirs;
    return lowerLimit(mine, theirs);
  };
  const age = definition['max-age'] as string | undefined;
  const retentionMs = lower(own.retentionMs, age === undefined ? undefined : ageMs(age));
  const retentionBytes = lower(own.retentionBytes, definition['max-length-bytes'] as number | undefined);
  return {
    ...own,
    ...(retentionMs !== undefined && { retentionMs }),
    ...(retentionBytes !== undefined && { retentionBytes }),
  };
}
