import type { Binding, Broker, HeaderValue } from '../../../../core/index.js';
import type { Topic } from '../topic/topic.js';
import type { Topics } from '../topic/topics.js';
import { scopeOf, type Subscription } from './subscription.js';

/** What is known about a topic's bindings until queues, exchanges, bindings or subscriptions change. */
interface Restored {
  readonly topology: number;
  readonly version: number;
  readonly unbound: readonly Subscription[];
}

/**
 * A confirmed subscription is a binding from the topic's exchange to its queue. The binding goes with the queue, the subscription does not: when
 * a queue of that name is there again, it is bound again.
 */
export class SubscriptionBindings {
  readonly #broker: Broker;
  readonly #topics: Topics;
  readonly #restored = new WeakMap<Topic, Restored>();
  /** The queue that a subscription was bound to, by its handle: as long as that is there, so is the binding. */
  readonly #bound = new WeakMap<Subscription, number>();
  #seenVersion = -1;

  constructor(broker: Broker, topics: Topics) {
    this.#broker = broker;
    this.#topics = topics;
  }

  add(topic: Topic, subscription: Subscription): void {
    const queue = this.#queueOf(topic, subscription);
    if (queue < 0 || this.#bound.get(subscription) === queue) return;
    this.#broker.bind(topic.virtualHost, bindingOf(subscription));
    this.#bound.set(subscription, queue);
  }

  remove(topic: Topic, subscription: Subscription): void {
    this.#broker.unbind(topic.virtualHost, bindingOf(subscription));
    this.#bound.delete(subscription);
  }

  /**
   * Binds the queues that came since the last time, and answers the confirmed subscriptions whose queue is not there. Costs nothing while no queue,
   * exchange, binding or subscription comes or goes.
   */
  restore(topic: Topic): readonly Subscription[] {
    const known = this.#restored.get(topic);
    const { version } = topic;
    if (known?.topology === this.#broker.topologyVersion && known.version === version) return known.unbound;
    const unbound: Subscription[] = [];
    for (const subscription of topic.subscriptions.values()) {
      if (!subscription.record.confirmed) continue;
      this.add(topic, subscription);
      if (!this.#bound.has(subscription) || this.#queueOf(topic, subscription) < 0) unbound.push(subscription);
    }
    this.#restored.set(topic, { topology: this.#broker.topologyVersion, version, unbound });
    return unbound;
  }

  /** The same for all topics. */
  restoreAll(): void {
    if (this.#seenVersion === this.#broker.topologyVersion) return;
    for (const topic of this.#topics.all()) this.restore(topic);
    this.#seenVersion = this.#broker.topologyVersion;
  }

  #queueOf({ virtualHost }: Topic, { queue }: Subscription): number {
    return this.#broker.findQueue(virtualHost, queue);
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
