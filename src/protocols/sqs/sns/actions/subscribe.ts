import { flag, optional, structure, text, wrappedMapOf } from '../../wire/shape.js';
import { checkEndpoint } from '../subscription/endpoint.js';
import { changeAttributes } from '../subscription/subscription-attribute.js';
import { addSubscription } from '../subscription/add-subscription.js';
import { invalid } from '../sns-error.js';
import { snsAction } from './sns-action.js';

/** Subscribe: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
export const subscribe = snsAction({
  name: 'Subscribe',
  input: structure({
    TopicArn: optional(text),
    Protocol: optional(text),
    Endpoint: optional(text),
    Attributes: optional(wrappedMapOf(text)),
    ReturnSubscriptionArn: optional(flag),
  }),
  output: structure({ SubscriptionArn: optional(text) }),
  async run(call, { TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn }) {
    const topic = call.topic(TopicArn);
    const { protocol, endpoint } = checkEndpoint(Protocol, Endpoint, topic);
    const of = { protocol, endpoint, fifo: topic.fifo };
    const attributes = changeAttributes({}, Attributes, of, 'Attributes Reason: ');
    const id = call.sns.ids.of(topic.name, protocol, endpoint);
    const existing = topic.subscriptions.get(id);
    if (existing !== undefined) {
      for (const [name, value] of Object.entries(attributes)) {
        if ((existing.record.attributes[name] ?? (name === 'RawMessageDelivery' ? 'false' : '')) !== value) {
          throw invalid('Attributes Reason: Subscription already exists with different attributes');
        }
      }
    }
    if (existing?.record.confirmed !== true) addSubscription(call, topic, id, { protocol, endpoint, attributes });
    const { confirmed, arn } = topic.subscriptions.get(id)!.record;
    const SubscriptionArn = confirmed || ReturnSubscriptionArn === true ? arn : 'pending confirmation';
    return call.stable({ SubscriptionArn });
  },
});
