import type { Broker } from '../../../../core/index.js';
import type { SnsParts } from '../sns-parts.js';
import type { Topic } from '../topic/topic.js';
import type { Subscription } from './subscription.js';

/** Ends a subscription; what waits to be posted for it goes with it, what is in a subscriber's own queue stays there. */
export function deleteSubscription(sns: SnsParts, broker: Broker, topic: Topic, subscription: Subscription): void {
  if (subscription.record.confirmed) sns.bindings.remove(topic, subscription);
  topic.removeSubscription(subscription.id);
  if (subscription.record.protocol === 'sqs') return;
  sns.http.end(topic.virtualHost, subscription);
  const queue = broker.findQueue(topic.virtualHost, subscription.queue);
  if (queue >= 0) broker.deleteQueue(queue);
}
