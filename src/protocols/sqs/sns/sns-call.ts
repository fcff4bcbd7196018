import { Call, type Caller, type Service } from '../actions/call.js';
import { missing, SnsError } from './sns-error.js';
import type { SnsParts } from './sns-parts.js';
import type { Subscription } from './subscription/subscription.js';
import { readTopicArn, type TopicArn, topicArn } from './topic/topic-arn.js';
import type { Topic } from './topic/topic.js';

/** One request to SNS on its way through its action. */
export class SnsCall extends Call {
  readonly sns: SnsParts;
  /** Whether the request says who sent it. */
  readonly signed: boolean;

  constructor(sns: SnsParts, service: Service, caller: Caller, signed: boolean) {
    super(service, caller);
    this.sns = sns;
    this.signed = signed;
  }

  topicArn(name: string): string {
    return topicArn({ region: this.caller.region, account: this.account, name });
  }

  /** The topic that an ARN means, or undefined. Throws ValidationError, InvalidParameter. */
  findTopic(arn: string | undefined, parameter = 'TopicArn'): Topic | undefined {
    if (arn === undefined) throw missing(parameter.charAt(0).toLowerCase() + parameter.slice(1));
    return this.#topicOf(readTopicArn(arn, parameter));
  }

  /** Throws NotFound as well. */
  topic(arn: string | undefined, parameter = 'TopicArn'): Topic {
    const topic = this.findTopic(arn, parameter);
    if (topic === undefined) throw new SnsError('NotFound', 'Topic does not exist');
    return topic;
  }

  /** The subscription that an ARN means, or undefined. */
  findSubscription(
    arn: string | undefined,
  ): { readonly topic: Topic; readonly subscription: Subscription } | undefined {
    if (arn === undefined) throw missing('subscriptionArn');
    const parts = readTopicArn(arn, 'SubscriptionArn');
    const topic = this.#topicOf(parts);
    const subscription = topic?.subscriptions.get(parts.id ?? '');
    return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
  }

  /** Where accounts and regions are kept apart, an ARN says whose topic it is, also in a link that nobody signed. */
  #topicOf({ region, account, name }: TopicArn): Topic | undefined {
    const virtualHost = this.service.namespaces.virtualHostOf({ region, account }, account);
    return this.sns.topics.find(virtualHost, name);
  }

  subscription(arn: string | undefined): { readonly topic: Topic; readonly subscription: Subscription } {
    const found = this.findSubscription(arn);
    if (found === undefined) throw new SnsError('NotFound', 'Subscription does not exist');
    return found;
  }
}
