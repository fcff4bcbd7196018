import { optional, structure, text } from '../../wire/shape.js';
import { listing, pageOfSubscriptions } from '../subscription/subscription-page.js';
import { snsAction } from './sns-action.js';

/** ListSubscriptionsByTopic: https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export const listSubscriptionsByTopic = snsAction({
  name: 'ListSubscriptionsByTopic',
  input: structure({ TopicArn: optional(text), NextToken: optional(text) }),
  output: listing,
  run: (call, { TopicArn, NextToken }) =>
    pageOfSubscriptions([...call.topic(TopicArn).subscriptions.values()], NextToken),
});
