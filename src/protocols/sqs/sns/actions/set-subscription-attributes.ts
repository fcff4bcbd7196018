import { optional, structure, text } from '../../wire/shape.js';
import { missing } from '../sns-error.js';
import { changeAttributes } from '../subscription/subscription-attribute.js';
import { snsAction } from './sns-action.js';

/** SetSubscriptionAttributes: https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
export const setSubscriptionAttributes = snsAction({
  name: 'SetSubscriptionAttributes',
  input: structure({ SubscriptionArn: optional(text), AttributeName: optional(text), AttributeValue: optional(text) }),
  output: undefined,
  run(call, { SubscriptionArn, AttributeName: name, AttributeValue: value = '' }) {
    const { topic, subscription } = call.subscription(SubscriptionArn);
    if (name === undefined) throw missing('attributeName');
    const { record, id } = subscription;
    const of = { protocol: record.protocol, endpoint: record.endpoint, fifo: topic.fifo };
    const attributes = changeAttributes(record.attributes, [[name, value]], of, '');
    // The filter is part of the binding.
    if (record.confirmed) call.sns.bindings.remove(topic, subscription);
    topic.putSubscription(id, { ...record, attributes });
    if (record.confirmed) call.sns.bindings.add(topic, topic.subscriptions.get(id)!);
    return call.stable(undefined);
  },
});
