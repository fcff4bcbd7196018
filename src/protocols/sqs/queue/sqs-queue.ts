import { DIALECT_SQS } from '../../../bytes/index.js';
import type { Declared, DeclaredValue, QueueInfo, QueueSettingsChange } from '../../../core/index.js';
import { type AttributeValues, type QueueAttribute, queueAttributes, standardValue } from './queue-attribute.js';
import { readRedrivePolicy } from './redrive-policy.js';

/** How long an id of a FIFO queue is remembered, ms. */
const deduplicationMs = 300_000;

/** What SQS itself declared of a queue, as it is kept in the catalogue. */
export interface SqsDeclared {
  /** Attributes that were set, as kept. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** When attributes were last set, ms since the epoch; absent: when the queue was last changed in any way. */
  readonly modifiedMs?: number;
  /** Move tasks from this queue, newest first, as the room for them keeps them. */
  readonly moveTasks?: readonly DeclaredValue[];
}

const nothing: SqsDeclared = { attributes: {}, tags: {} };

/** What SQS declared; undefined when the queue was only ever declared in other dialects. */
export function declaredBySqs(queue: QueueInfo): SqsDeclared | undefined {
  const declared = queue.declaredBy.get(DIALECT_SQS);
  return declared?.['attributes'] === undefined ? undefined : (declared as unknown as SqsDeclared);
}

/** What is kept of a new queue, or of one whose attributes are set at `modifiedMs`. */
export function toDeclared(
  attributes: AttributeValues,
  tags: Readonly<Record<string, string>>,
  modifiedMs: number,
): Declared {
  return { attributes: Object.fromEntries(attributes), tags: { ...tags }, modifiedMs };
}

/** What is kept of a queue when nothing but its attributes, its tags or its move tasks changes. */
export function redeclared(queue: QueueInfo, changes: Partial<SqsDeclared>): Declared {
  return { ...queue.declaredBy.get(DIALECT_SQS), ...changes } as Declared;
}

/** When the attributes were last set, ms since the epoch. */
export function modifiedMsOf(queue: QueueInfo): number {
  return declaredBySqs(queue)?.modifiedMs ?? queue.modifiedMs;
}

/** The move tasks that are kept with the queue, newest first. */
export function moveTasksOf(queue: QueueInfo): readonly DeclaredValue[] {
  const tasks = queue.declaredBy.get(DIALECT_SQS)?.['moveTasks'];
  return Array.isArray(tasks) ? tasks : [];
}

export function tagsOf(queue: QueueInfo): Readonly<Record<string, string>> {
  return (declaredBySqs(queue) ?? nothing).tags;
}

/**
 * The attributes that are set. A neutral setting may have been changed in another dialect after SQS set it; the value in force is the
 * one that counts, so it is shown here, too.
 */
export function setAttributes(queue: QueueInfo): Map<QueueAttribute, string> {
  const { attributes } = declaredBySqs(queue) ?? nothing;
  const values = new Map<QueueAttribute, string>();
  for (const name of queueAttributes) {
    const value = attributes[name];
    if (value !== undefined) values.set(name, value);
  }
  const { delayMs, messageTtlMs, maxMessageBytes, deadLetter, maxReceiveCount } = queue.settings;
  show(values, 'DelaySeconds', delayMs, 1000);
  show(values, 'MessageRetentionPeriod', messageTtlMs, 1000);
  show(values, 'MaximumMessageSize', maxMessageBytes, 1);
  const policyText = values.get('RedrivePolicy');
  if (policyText !== undefined) {
    const policy = readRedrivePolicy(policyText);
    const inForce = deadLetter !== undefined && 'queue' in deadLetter && deadLetter.queue === policy.target;
    if (!inForce || maxReceiveCount !== policy.maxReceiveCount) values.delete('RedrivePolicy');
  }
  return values;
}

function show(
  values: Map<QueueAttribute, string>,
  name: QueueAttribute,
  setting: number | undefined,
  unit: number,
): void {
  if (setting === undefined) values.delete(name);
  else values.set(name, String(Math.floor(setting / unit)));
}

/** A number that only SQS knows of, such as VisibilityTimeout, in the attribute's own unit. */
export function ownNumber(queue: QueueInfo, name: 'VisibilityTimeout' | 'ReceiveMessageWaitTimeSeconds'): number {
  const own = (declaredBySqs(queue) ?? nothing).attributes[name];
  return Number(own ?? standardValue(name, queue.grouped));
}

export function hasContentBasedDeduplication(queue: QueueInfo): boolean {
  return (declaredBySqs(queue) ?? nothing).attributes['ContentBasedDeduplication'] === 'true';
}

/** The neutral settings that a change of attributes means; an attribute that is removed unsets them. */
export function settingsOf(changes: ReadonlyMap<QueueAttribute, string | undefined>): QueueSettingsChange {
  const settings: { -readonly [K in keyof QueueSettingsChange]: QueueSettingsChange[K] } = {};
  for (const [name, value] of changes) {
    const number = value === undefined ? undefined : Number(value);
    switch (name) {
      case 'DelaySeconds':
        settings.delayMs = number === undefined ? undefined : number * 1000;
        break;
      case 'MessageRetentionPeriod':
        settings.messageTtlMs = number === undefined ? undefined : number * 1000;
        break;
      case 'MaximumMessageSize':
        settings.maxMessageBytes = number;
        break;
      case 'RedrivePolicy': {
        const policy = value === undefined ? undefined : readRedrivePolicy(value);
        settings.deadLetter = policy === undefined ? undefined : { queue: policy.target };
        settings.maxReceiveCount = policy?.maxReceiveCount;
        break;
      }
    }
  }
  return settings;
}

/**
 * The settings that make a FIFO queue drop duplicates. They are fixed when it is created: the service, too, keeps to the scope that a queue
 * began with, whatever DeduplicationScope says later.
 */
export function deduplicationSettings(
  attributes: ReadonlyMap<QueueAttribute, string | undefined>,
): QueueSettingsChange {
  return {
    deduplicationMs,
    deduplicationScope: attributes.get('DeduplicationScope') === 'messageGroup' ? 'group' : 'queue',
  };
}

/** True when both mean the same value: policies are compared by what they say, not by how they are written. */
export function sameAttribute(name: QueueAttribute, a: string | undefined, b: string | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b;
  if (name !== 'RedrivePolicy') return false;
  const [first, second] = [readRedrivePolicy(a), readRedrivePolicy(b)];
  return first.target === second.target && first.maxReceiveCount === second.maxReceiveCount;
}

/** Queues that name `target` as where their dead letters go. */
export function isSourceOf(queue: QueueInfo, target: QueueInfo): boolean {
  const { deadLetter } = queue.settings;
  return (
    deadLetter !== undefined &&
    'queue' in deadLetter &&
    deadLetter.queue === target.name &&
    queue.virtualHost === target.virtualHost
  );
}
