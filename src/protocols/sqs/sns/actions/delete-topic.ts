import { optional, structure, text } from '../../wire/shape.js';
import { deleteSubscription } from '../subscription/delete-subscription.js';
import { snsAction } from './sns-action.js';

/** DeleteTopic: https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
 *  A topic that is not there is deleted already. */
export const deleteTopic = snsAction({
  name: 'DeleteTopic',
  input: structure({ TopicArn: optional(text) }),
  output: undefined,
  run(call, { TopicArn }) {
    const topic = call.findTopic(TopicArn);
    if (topic !== undefined) {
      for (const subscription of [...topic.subscriptions.values()])
        deleteSubscription(call.sns, call.broker, topic, subscription);
      call.sns.topics.delete(topic);
    }
    return call.stable(undefined);
  },
});
