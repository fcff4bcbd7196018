import type { QueueAttribute } from '../queue/queue-attribute.js';
import { allowsSource, readRedriveAllowPolicy, readRedrivePolicy } from '../queue/redrive-policy.js';
import { setAttributes } from '../queue/sqs-queue.js';
import { invalidValue } from '../wire/service-error.js';
import type { Call } from './call.js';

/**
 * Checks the RedrivePolicy among `changes`, if there is one, against the queue that it names: it must exist, be of the same kind, and allow it.
 * Throws InvalidParameterValue.
 */
export function checkDeadLetterTarget(
  call: Call,
  source: string,
  fifo: boolean,
  changes: ReadonlyMap<QueueAttribute, string | undefined>,
): void {
  const policy = changes.get('RedrivePolicy');
  if (policy === undefined) return;
  const target = call.find(readRedrivePolicy(policy).target);
  if (target === undefined) throw invalidValue('RedrivePolicy', policy, 'Dead letter target does not exist.');
  if (target.grouped !== fifo) {
    throw invalidValue('RedrivePolicy', policy, 'Dead letter target must be of the same queue type as the source.');
  }
  const allow = setAttributes(target).get('RedriveAllowPolicy');
  if (allow !== undefined && !allowsSource(readRedriveAllowPolicy(allow), source)) {
    throw invalidValue('RedrivePolicy', policy, 'Dead letter target does not allow this source queue.');
  }
}
