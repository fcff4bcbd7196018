import { optional, structure, text } from '../../wire/shape.js';
import { invalid, SnsError } from '../sns-error.js';
import { deleteSubscription } from '../subscription/delete-subscription.js';
import { readTopicArn } from '../topic/topic-arn.js';
import { snsAction } from './sns-action.js';

/** Unsubscribe: https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 *  A subscription that is not there is ended already. */
export const unsubscribe = snsAction({
  name: 'Unsubscribe',
  input: structure({ SubscriptionArn: optional(text) }),
  output: undefined,
  run(call, { SubscriptionArn: arn }) {
    if (arn === undefined || arn === '') throw invalid('SubscriptionArn Reason: no value for required parameter');
    if (readTopicArn(arn, 'SubscriptionArn').id === undefined) throw invalid('SubscriptionId');
    const found = call.findSubscription(arn);
    if (found !== undefined) {
      const { topic, subscription } = found;
      if (subscription.record.guarded && !call.signed) {
        throw new SnsError(
          'AuthorizationError',
          'The subscription was confirmed to be ended only by a signed request.',
        );
      }
      deleteSubscription(call.sns, call.broker, topic, subscription);
      call.sns.http.sayFarewell(topic, subscription);
    }
    return call.stable(undefined);
  },
});
