import { randomBytes } from 'node:crypto';
import { DIALECT_SQS } from '../../../../bytes/index.js';
import type { SnsCall } from '../sns-call.js';
import type { Topic } from '../topic/topic.js';
import { postQueuePrefix, type SubscriptionRecord } from './subscription.js';

/** A token is 288 hex digits, as the service's. */
const tokenBytes = 144;

/**
 * Makes a subscription. A queue is subscribed at once; an HTTP endpoint gets a queue of its own, in which first of all the request to confirm waits,
 * and is bound when it has confirmed. Subscribing again before that asks again.
 */
export function addSubscription(
  call: SnsCall,
  topic: Topic,
  id: string,
  given: Pick<SubscriptionRecord, 'protocol' | 'endpoint' | 'attributes'>,
): void {
  const { sns, broker, caller } = call;
  const isQueue = given.protocol === 'sqs';
  topic.putSubscription(id, {
    ...given,
    arn: `${call.topicArn(topic.name)}:${id}`,
    owner: call.account,
    confirmed: isQueue,
    authenticated: isQueue,
    guarded: false,
    token: isQueue ? '' : randomBytes(tokenBytes).toString('hex'),
    origin: caller.origin,
  });
  const subscription = topic.subscriptions.get(id)!;
  if (isQueue) {
    sns.bindings.add(topic, subscription);
    return;
  }
  const name = postQueuePrefix + id;
  if (broker.findQueue(topic.virtualHost, name) < 0) {
    broker.createQueue(topic.virtualHost, name, {
      durable: true,
      autoDelete: false,
      owner: 0,
      grouped: false,
      retainMs: undefined,
      dialect: DIALECT_SQS,
      declared: {},
      settings: {},
    });
  }
  sns.http.askToConfirm(topic, subscription);
  sns.http.begin(topic.virtualHost, subscription);
}
