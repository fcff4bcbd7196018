import { derivedId } from '../../message/derived-id.js';
import { queueOfArn } from '../topic/topic-arn.js';
import { postQueuePrefix, type SubscriptionProtocol } from './subscription.js';

/**
 * The ids of subscriptions. An id follows from topic and endpoint, so a message that waits in a queue need not carry the link by which its reader may
 * unsubscribe, and one stored body serves all queues. It follows from a secret as well, because whoever knows it may end the subscription.
 */
export class SubscriptionIds {
  readonly #secret: string;

  /** `secret`: the same over restarts. */
  constructor(secret: Uint8Array) {
    this.#secret = Buffer.from(secret).toString('base64');
  }

  of(topic: string, protocol: SubscriptionProtocol, endpoint: string): string {
    return this.#of(topic, protocol, protocol === 'sqs' ? (queueOfArn(endpoint) ?? '') : endpoint);
  }

  /** The id of the subscription that the queue of that name has, or would have. */
  ofQueue(topic: string, queue: string): string {
    return queue.startsWith(postQueuePrefix) ? queue.slice(postQueuePrefix.length) : this.#of(topic, 'sqs', queue);
  }

  #of(topic: string, protocol: SubscriptionProtocol, endpoint: string): string {
    return derivedId(this.#secret, 'subscription', topic, protocol, endpoint);
  }
}
