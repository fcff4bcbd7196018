import { Call, type Caller, type Service } from '../actions/call.js';
import { missing, SnsError } from './sns-error.js';
import type { SnsParts } from './sns-parts.js';
import type { Subscription } from './subscription/subscription.js';
import { readTopicArn, topicArn } from './topic/topic-arn.js';
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

  /** Where the caller's topics are. */
  get virtualHost(): string {
    return this.service.virtualHost;
  }

  /** The owner of the caller's topics. */
  get account(): string {
    return this.service.account;
  }

  topicArn(name: string): string {
    return topicArn({ region: this.caller.region, account: this.account, name });
  }

  /** The topic that an ARN means, or undefined. Throws ValidationError, InvalidParameter. */
  findTopic(arn: string | undefined, parameter = 'TopicArn'): Topic | undefined {
    if (arn === undefined) throw missing(parameter.charAt(0).toLowerCase() + parameter.slice(1));
    return this.sns.topics.find(this.virtualHost, readTopicArn(arn, parameter).name);
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
    const { name, id } = readTopicArn(arn, 'SubscriptionArn');
    const topic = this.sns.topics.find(this.virtualHost, name);
    const subscription = topic?.subscriptions.get(id ?? '');
    return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
  }

  subscription(arn: string | undefined): { readonly topic: Topic; readonly subscription: Subscription } {
    const found = this.findSubscription(arn);
    if (found === undefined) throw new SnsError('NotFound', 'Subscription does not exist');
    return found;
  }
}
