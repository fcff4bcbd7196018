import { optional, structure, text, wrappedMapOf } from '../../wire/shape.js';
import { effectiveSubscriptionPolicy } from '../subscription/delivery-policy.js';
import { scopeOf } from '../subscription/subscription.js';
import { snsAction } from './sns-action.js';

/** GetSubscriptionAttributes: https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
export const getSubscriptionAttributes = snsAction({
  name: 'GetSubscriptionAttributes',
  input: structure({ SubscriptionArn: optional(text) }),
  output: structure({ Attributes: optional(wrappedMapOf(text)) }),
  run(call, { SubscriptionArn }) {
    const { topic, subscription } = call.subscription(SubscriptionArn);
    const { arn, owner, protocol, endpoint, confirmed, authenticated, attributes } = subscription.record;
    const { FilterPolicyScope: _, ...others } = attributes;
    const shown = new Map([
      ['SubscriptionArn', arn],
      ['TopicArn', arn.slice(0, arn.lastIndexOf(':'))],
      ['Owner', owner],
      ['Protocol', protocol],
      ['Endpoint', endpoint],
      ['PendingConfirmation', String(!confirmed)],
      ['ConfirmationWasAuthenticated', String(authenticated)],
      ['RawMessageDelivery', 'false'],
      ['SubscriptionPrincipal', `arn:aws:iam::${owner}:root`],
      ...Object.entries(others),
    ]);
    if (attributes['FilterPolicy'] !== undefined) shown.set('FilterPolicyScope', scopeOf(attributes));
    if (protocol !== 'sqs') {
      const ofTopic = topic.record.attributes['DeliveryPolicy'];
      shown.set('EffectiveDeliveryPolicy', effectiveSubscriptionPolicy(attributes['DeliveryPolicy'], ofTopic));
    }
    return { Attributes: shown };
  },
});
