import { BrokerError, FilterPolicy } from '../../../../core/index.js';
import { invalid } from '../sns-error.js';
import { isJsonObject } from '../topic/topic-attribute.js';
import { queueOfArn } from '../topic/topic-arn.js';
import { checkDeliveryPolicy } from './delivery-policy.js';
import { scopeOf, type SubscriptionProtocol } from './subscription.js';

/** What the attributes are checked for. */
export interface AttributesOf {
  readonly protocol: SubscriptionProtocol;
  readonly endpoint: string;
  readonly fifo: boolean;
}

type Attributes = Readonly<Record<string, string>>;

/**
 * The attributes of a subscription with some of them changed; an empty value unsets. `prefix`: what Subscribe puts before its reasons. Throws
 * InvalidParameter. Source: API reference of Subscribe and SetSubscriptionAttributes.
 */
export function changeAttributes(
  current: Attributes,
  changes: Iterable<readonly [name: string, value: string]>,
  of: AttributesOf,
  prefix: 'Attributes Reason: ' | '',
): Attributes {
  const attributes: Record<string, string> = { ...current };
  for (const [name, value] of changes) {
    const checked = checkAttribute(name, value, of, prefix);
    if (checked === undefined) delete attributes[name];
    else attributes[name] = checked;
  }
  const policy = attributes['FilterPolicy'];
  if (policy !== undefined) checkFilter(policy, attributes, prefix);
  return attributes;
}

function checkFilter(policy: string, attributes: Attributes, prefix: string): void {
  try {
    void new FilterPolicy(policy, scopeOf(attributes));
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    // The service words this one without the attribute's name, and without the prefix.
    if (error.message.startsWith('Filter policy scope')) throw invalid(error.message);
    throw invalid(`${prefix}FilterPolicy: ${error.message}`);
  }
}

function checkAttribute(name: string, value: string, of: AttributesOf, prefix: string): string | undefined {
  switch (name) {
    case 'RawMessageDelivery': {
      const flag = value.toLowerCase();
      if (flag !== 'true' && flag !== 'false') {
        throw invalid(`${prefix}RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
      }
      return flag;
    }
    case 'FilterPolicy':
      return value === '' || /^\s*\{\s*\}\s*$/.test(value) ? undefined : value;
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody') {
        const use = 'Please use either MessageBody or MessageAttributes';
        throw invalid(`${prefix}FilterPolicyScope: Invalid value [${value}]. ${use}`);
      }
      return value;
    case 'RedrivePolicy':
      return value === '' ? undefined : checkRedrivePolicy(value, of, prefix);
    case 'DeliveryPolicy':
      return value === '' ? undefined : checkDeliveryPolicy(value, prefix);
    case 'SubscriptionRoleArn':
      return value;
    default:
      throw invalid(`${prefix}AttributeName`);
  }
}

function checkRedrivePolicy(value: string, of: AttributesOf, prefix: string): string {
  if (!isJsonObject(value)) throw invalid(`${prefix}RedrivePolicy: failed to parse JSON.`);
  const queue = deadLetterQueueOf(value);
  if (queue === undefined) throw invalid(`${prefix}RedrivePolicy: deadLetterTargetArn is an invalid arn`);
  if (of.fifo && of.endpoint.endsWith('.fifo') && !queue.endsWith('.fifo')) {
    const rule = 'must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.';
    throw invalid(`${prefix}RedrivePolicy: ${rule}`);
  }
  return value;
}

/** Name of the queue in a RedrivePolicy. */
export function deadLetterQueueOf(policy: string | undefined): string | undefined {
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn: arn } = JSON.parse(policy) as { deadLetterTargetArn?: unknown };
  return typeof arn === 'string' ? queueOfArn(arn) : undefined;
}
