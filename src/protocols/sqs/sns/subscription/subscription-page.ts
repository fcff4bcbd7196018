import { pageOf } from '../../queue/page.js';
import { optional, structure, text, type ValueOf, wrappedListOf } from '../../wire/shape.js';
import type { Subscription } from './subscription.js';

const pageSize = 100;

/** What both listings of subscriptions answer. */
export const listing = structure({
  Subscriptions: optional(
    wrappedListOf(
      structure({
        SubscriptionArn: optional(text),
        Owner: optional(text),
        Protocol: optional(text),
        Endpoint: optional(text),
        TopicArn: optional(text),
      }),
    ),
  ),
  NextToken: optional(text),
});

/** One page, in the order of the ARNs. Throws InvalidParameterValue for a token that is none. */
export function pageOfSubscriptions(
  subscriptions: readonly Subscription[],
  token: string | undefined,
): ValueOf<typeof listing> {
  const byArn = new Map(subscriptions.map((subscription) => [subscription.record.arn, subscription]));
  const sorted = [...byArn.keys()].sort((a, b) => (a < b ? -1 : 1));
  const { names, nextToken } = pageOf(sorted, pageSize, token || undefined);
  return { Subscriptions: names.map((arn) => entryOf(byArn.get(arn)!)), NextToken: nextToken };
}

function entryOf({ record }: Subscription): ValueOf<typeof listing.members.Subscriptions.shape.member> {
  const { arn, owner, protocol, endpoint, confirmed } = record;
  return {
    SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: arn.slice(0, arn.lastIndexOf(':')),
  };
}
