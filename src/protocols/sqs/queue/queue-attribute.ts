import { ServiceError } from '../wire/service-error.js';
import { readRedriveAllowPolicy, readRedrivePolicy } from './redrive-policy.js';

/** Which queues have an attribute. */
type Scope = 'every' | 'fifo';

interface AttributeRule {
  readonly scope: Scope;
  /** The value of a queue that never set it; undefined: the attribute is absent then. */
  readonly standard: string | undefined;
  /** The value as it is kept, for example booleans in lower case; undefined when it is not valid. May throw a {@link ServiceError} of its own. */
  readonly read: (value: string) => string | undefined;
  /** A value that removes the attribute. */
  readonly removedBy?: string;
}

/** The default and largest size of a message, and of a whole batch, in bytes. */
export const maxMessageBytes = 1_048_576;

function range(low: number, high: number): AttributeRule['read'] {
  return (value) => {
    if (!/^[0-9]{1,9}$/.test(value)) return undefined;
    const number = Number(value);
    return number >= low && number <= high ? String(number) : undefined;
  };
}

function oneOf(...values: readonly string[]): AttributeRule['read'] {
  return (value) => (values.includes(value) ? value : undefined);
}

const truth: AttributeRule['read'] = (value) => oneOf('true', 'false')(value.toLowerCase());

const json: AttributeRule['read'] = (value) => {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return undefined;
  }
};

function checkedBy(check: (value: string) => unknown): AttributeRule['read'] {
  return (value) => {
    check(value);
    return value;
  };
}

/** The attributes that can be set (SetQueueAttributes, CreateQueue), in the order in which the service lists them. */
const rules = {
  ContentBasedDeduplication: { scope: 'fifo', standard: 'false', read: truth },
  DeduplicationScope: { scope: 'fifo', standard: 'queue', read: oneOf('queue', 'messageGroup') },
  DelaySeconds: { scope: 'every', standard: '0', read: range(0, 900) },
  FifoQueue: { scope: 'fifo', standard: 'true', read: truth },
  FifoThroughputLimit: { scope: 'fifo', standard: 'perQueue', read: oneOf('perQueue', 'perMessageGroupId') },
  KmsDataKeyReusePeriodSeconds: { scope: 'every', standard: undefined, read: range(60, 86_400), removedBy: '300' },
  KmsMasterKeyId: { scope: 'every', standard: undefined, read: (value) => value, removedBy: '' },
  MaximumMessageSize: { scope: 'every', standard: String(maxMessageBytes), read: range(1024, maxMessageBytes) },
  MessageRetentionPeriod: { scope: 'every', standard: '345600', read: range(60, 1_209_600) },
  Policy: { scope: 'every', standard: undefined, read: json, removedBy: '' },
  ReceiveMessageWaitTimeSeconds: { scope: 'every', standard: '0', read: range(0, 20) },
  RedriveAllowPolicy: { scope: 'every', standard: undefined, read: checkedBy(readRedriveAllowPolicy), removedBy: '' },
  RedrivePolicy: { scope: 'every', standard: undefined, read: checkedBy(readRedrivePolicy), removedBy: '' },
  SqsManagedSseEnabled: { scope: 'every', standard: 'true', read: truth },
  VisibilityTimeout: { scope: 'every', standard: '30', read: range(0, 43_200) },
} as const satisfies Record<string, AttributeRule>;

/** An attribute that a client may set. */
export type QueueAttribute = keyof typeof rules;

export const queueAttributes = Object.keys(rules) as readonly QueueAttribute[];

/** Values as kept; a missing attribute has its standard value. */
export type AttributeValues = ReadonlyMap<QueueAttribute, string>;

/** Attributes that exist and cannot be set. */
export const computedAttributes = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
] as const;

export type ComputedAttribute = (typeof computedAttributes)[number];

/** The value that a queue has without ever setting it; undefined: none. */
export function standardValue(name: QueueAttribute, fifo: boolean): string | undefined {
  return rules[name].scope === 'fifo' && !fifo ? undefined : rules[name].standard;
}

function isQueueAttribute(name: string): name is QueueAttribute {
  return Object.hasOwn(rules, name);
}

export function unknownAttribute(name: string): ServiceError {
  return new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

/** True for a name that GetQueueAttributes takes. */
export function isReadableAttribute(name: string): boolean {
  return name === 'All' || isQueueAttribute(name) || (computedAttributes as readonly string[]).includes(name);
}

/**
 * Checks what a request wants to set; `fifo` as the queue is or will be. Answers the values as kept, with `undefined` for an attribute that
 * the request removes. Throws InvalidAttributeName, InvalidAttributeValue and what the policies throw.
 */
export function checkQueueAttributes(
  given: ReadonlyMap<string, string>,
  fifo: boolean,
): Map<QueueAttribute, string | undefined> {
  const checked = new Map<QueueAttribute, string | undefined>();
  for (const [name, value] of given) {
    if (!isQueueAttribute(name)) throw unknownAttribute(name);
    const rule: AttributeRule = rules[name];
    if (rule.scope === 'fifo' && !fifo) throw fifoOnly(name);
    if (rule.removedBy === value) {
      checked.set(name, undefined);
      continue;
    }
    const kept = rule.read(value);
    if (kept === undefined) throw new ServiceError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    checked.set(name, kept);
  }
  if (checked.get('FifoQueue') === 'false') {
    throw new ServiceError(
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
  }
  if (checked.get('KmsMasterKeyId') !== undefined && checked.get('SqsManagedSseEnabled') === 'true') {
    throw new ServiceError(
      'InvalidAttributeName',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  }
  return checked;
}

function fifoOnly(name: QueueAttribute): ServiceError {
  return name === 'DeduplicationScope' || name === 'FifoThroughputLimit'
    ? new ServiceError('InvalidAttributeName', `You can specify the ${name} only when FifoQueue is set to true.`)
    : unknownAttribute(name);
}

/** The values after a request that sets `changes`: the two kinds of encryption exclude each other, as the service keeps them. */
export function applyAttributes(
  current: AttributeValues,
  changes: ReadonlyMap<QueueAttribute, string | undefined>,
): Map<QueueAttribute, string> {
  const values = new Map(current);
  for (const [name, value] of changes) {
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  if (changes.get('KmsMasterKeyId') !== undefined) values.set('SqsManagedSseEnabled', 'false');
  if (changes.get('SqsManagedSseEnabled') === 'true') {
    values.delete('KmsMasterKeyId');
    values.delete('KmsDataKeyReusePeriodSeconds');
  }
  if (
    values.get('FifoThroughputLimit') === 'perMessageGroupId' &&
    values.get('DeduplicationScope') !== 'messageGroup'
  ) {
    throw new ServiceError(
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoThroughputLimit. Reason: perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  }
  return values;
}
