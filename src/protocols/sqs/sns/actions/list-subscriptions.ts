import { optional, structure, text } from '../../wire/shape.js';
import { listing, pageOfSubscriptions } from '../subscription/subscription-page.js';
import { snsAction } from './sns-action.js';

/** ListSubscriptions: https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
export const listSubscriptions = snsAction({
  name: 'ListSubscriptions',
  input: structure({ NextToken: optional(text) }),
  output: listing,
  run(call, { NextToken }) {
    const all = call.sns.topics.in(call.virtualHost).flatMap((topic) => [...topic.subscriptions.values()]);
    return pageOfSubscriptions(all, NextToken);
  },
});
