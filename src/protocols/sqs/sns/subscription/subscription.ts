import { FilterPolicy, type FilterScope } from '../../../../core/index.js';
import { queueOfArn } from '../topic/topic-arn.js';

export type SubscriptionProtocol = 'sqs' | 'http' | 'https';

/** What is kept of a subscription. */
export interface SubscriptionRecord {
  readonly protocol: SubscriptionProtocol;
  /** ARN of a queue, or a URL. */
  readonly endpoint: string;
  readonly arn: string;
  readonly owner: string;
  /** By the names of the API, checked, without those that are unset. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly confirmed: boolean;
  /** Whether it was confirmed by a signed request. */
  readonly authenticated: boolean;
  /** Whether it may be ended only by a signed request. */
  readonly guarded: boolean;
  /** What confirms it; empty for queues, which need no confirmation. */
  readonly token: string;
  /** Scheme and host that the subscriber called: what links in its messages lead to. */
  readonly origin: string;
}

/** A subscription with what follows from its record. */
export interface Subscription {
  readonly id: string;
  readonly topic: string;
  readonly record: SubscriptionRecord;
  /** The queue that its messages wait in: the subscriber's own, or the one that they are posted from. */
  readonly queue: string;
  readonly raw: boolean;
  readonly filter: FilterPolicy | undefined;
}

/** The queues that messages for HTTP endpoints are posted from. */
export const postQueuePrefix = 'amq.sns.';

export function readSubscription(topic: string, id: string, record: SubscriptionRecord): Subscription {
  const { protocol, endpoint, attributes } = record;
  const policy = attributes['FilterPolicy'];
  return {
    id,
    topic,
    record,
    queue: protocol === 'sqs' ? queueOfArn(endpoint)! : postQueuePrefix + id,
    raw: attributes['RawMessageDelivery'] === 'true',
    filter: policy === undefined ? undefined : new FilterPolicy(policy, scopeOf(attributes)),
  };
}

export function scopeOf(attributes: Readonly<Record<string, string>>): FilterScope {
  return attributes['FilterPolicyScope'] === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';
}
