import type { Binding, Broker, HeaderValue } from '../../../../core/index.js';
import type { Topic } from '../topic/topic.js';
import type { Topics } from '../topic/topics.js';
import { scopeOf, type Subscription } from './subscription.js';

/**
 * A confirmed subscription is a binding from the topic's exchange to its queue. The binding goes with the queue, the subscription does not: when
 * a queue of that name is there again, it is bound again.
 */
export class SubscriptionBindings {
  readonly #broker: Broker;
  readonly #topics: Topics;
  #seenVersion = -1;

  constructor(broker: Broker, topics: Topics) {
    this.#broker = broker;
    this.#topics = topics;
  }

  add(topic: Topic, subscription: Subscription): void {
    if (!this.#isThere(topic, subscription)) return;
    this.#broker.bind(topic.virtualHost, bindingOf(subscription));
  }

  remove(topic: Topic, subscription: Subscription): void {
    this.#broker.unbind(topic.virtualHost, bindingOf(subscription));
  }

  /** Binds the queues that came since the last time. Costs nothing while no queue, exchange or binding comes or goes. */
  restore(topic: Topic): void {
    if (topic.boundVersion === this.#broker.topologyVersion) return;
    for (const subscription of topic.subscriptions.values()) {
      if (subscription.record.confirmed) this.add(topic, subscription);
    }
    topic.boundVersion = this.#broker.topologyVersion;
  }

  /** The same for all topics. */
  restoreAll(): void {
    if (this.#seenVersion === this.#broker.topologyVersion) return;
    for (const topic of this.#topics.all()) this.restore(topic);
    this.#seenVersion = this.#broker.topologyVersion;
  }

  /** Confirmed subscriptions whose queue is not there. */
  unboundOf(topic: Topic): Subscription[] {
    return [...topic.subscriptions.values()].filter(
      (subscription) => subscription.record.confirmed && !this.#isThere(topic, subscription),
    );
  }

  #isThere(topic: Topic, { queue }: Subscription): boolean {
    return this.#broker.findQueue(topic.virtualHost, queue) >= 0;
  }
}

function bindingOf({ id, topic, queue, record }: Subscription): Binding {
  // The id keeps it apart from a binding that an AMQP client made between the same two.
  const args = new Map<string, HeaderValue>([['x-sns-subscription', id]]);
  const policy = record.attributes['FilterPolicy'];
  if (policy !== undefined) {
    args.set('x-filter-policy', policy);
    args.set('x-filter-policy-scope', scopeOf(record.attributes));
  }
  return { source: topic, destination: queue, kind: 'queue', routingKey: '', arguments: args };
}
