import { optional, structure, text } from '../../wire/shape.js';
import type { SnsCall } from '../sns-call.js';
import { invalid, missing } from '../sns-error.js';
import type { Topic } from '../topic/topic.js';
import { snsAction } from './sns-action.js';

/** ConfirmSubscription: https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 *  Usually sent by following the SubscribeURL, without a signature. */
export const confirmSubscription = snsAction({
  name: 'ConfirmSubscription',
  input: structure({ TopicArn: optional(text), Token: optional(text), AuthenticateOnUnsubscribe: optional(text) }),
  output: structure({ SubscriptionArn: optional(text) }),
  run(call, { TopicArn, Token: token, AuthenticateOnUnsubscribe: guard }) {
    if (TopicArn === undefined) throw missing('topicArn');
    if (token === undefined) throw missing('token');
    const topic = topicOf(call, TopicArn);
    if (topic === undefined) throw invalid('Topic');
    const subscription = [...topic.subscriptions.values()].find(({ record }) => token !== '' && record.token === token);
    if (subscription === undefined) throw invalid('Token');
    const { record, id } = subscription;
    if (!record.confirmed) {
      const guarded = guard?.toLowerCase() === 'true';
      topic.putSubscription(id, { ...record, confirmed: true, authenticated: call.signed, guarded });
      call.sns.bindings.add(topic, topic.subscriptions.get(id)!);
    }
    return call.stable({ SubscriptionArn: record.arn });
  },
});

/** An ARN that is none is no more than a topic that is not there. */
function topicOf(call: SnsCall, arn: string): Topic | undefined {
  try {
    return call.findTopic(arn);
  } catch {
    return undefined;
  }
}
