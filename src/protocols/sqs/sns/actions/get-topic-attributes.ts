import { optional, structure, text, wrappedMapOf } from '../../wire/shape.js';
import { effectiveTopicPolicy } from '../subscription/delivery-policy.js';
import { standardPolicy } from '../topic/topic-policy.js';
import { snsAction } from './sns-action.js';

/** GetTopicAttributes: https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
export const getTopicAttributes = snsAction({
  name: 'GetTopicAttributes',
  input: structure({ TopicArn: optional(text) }),
  output: structure({ Attributes: optional(wrappedMapOf(text)) }),
  run(call, { TopicArn }) {
    const topic = call.topic(TopicArn);
    const { DataProtectionPolicy: _, ...attributes } = topic.record.attributes;
    const arn = call.topicArn(topic.name);
    const subscriptions = [...topic.subscriptions.values()];
    const confirmed = subscriptions.filter(({ record }) => record.confirmed).length;
    return {
      Attributes: new Map([
        ['TopicArn', arn],
        ['Owner', call.account],
        ['DisplayName', ''],
        ['Policy', standardPolicy(arn, call.account)],
        ['EffectiveDeliveryPolicy', effectiveTopicPolicy(attributes['DeliveryPolicy'])],
        ['SubscriptionsConfirmed', String(confirmed)],
        ['SubscriptionsPending', String(subscriptions.length - confirmed)],
        ['SubscriptionsDeleted', '0'],
        ...(topic.fifo ? [['ContentBasedDeduplication', 'false'] as const] : []),
        ...Object.entries(attributes),
      ]),
    };
  },
});
