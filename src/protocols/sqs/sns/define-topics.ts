import type { Service } from '../actions/call.js';
import type { Definition } from '../definitions/definitions.js';
import { definingCaller } from '../definitions/define-queues.js';
import { createTopic } from './actions/create-topic.js';
import { setSubscriptionAttributes } from './actions/set-subscription-attributes.js';
import { setTopicAttributes } from './actions/set-topic-attributes.js';
import { subscribe } from './actions/subscribe.js';
import { tagResource } from './actions/tag-resource.js';
import { SnsCall } from './sns-call.js';
import { SnsError } from './sns-error.js';
import type { SnsParts } from './sns-parts.js';

/**
 * Creates the topics that the `sns` part of a definitions file names, with their subscriptions, and gives those that are there already the attributes and
 * tags that it says; others they have stay. `origin`: where the front can be reached, for the links that HTTP endpoints are sent. Resolves when
 * all is on stable storage.
 */
export async function defineTopics(sns: SnsParts, service: Service, part: Definition, origin: string): Promise<void> {
  part.checkFields('topics');
  for (const entry of part.list('topics', 'topic')) {
    entry.checkFields('name', 'attributes', 'tags', 'region', 'account', 'subscriptions');
    const { defaultRegion, defaultAccount } = service.namespaces;
    const region = entry.optionalText('region') ?? defaultRegion;
    const caller = { ...definingCaller(region, entry.optionalText('account') ?? defaultAccount), origin };
    const call = (): SnsCall => {
      service.host.enter();
      return new SnsCall(sns, service, caller, true);
    };
    await attempt(entry, () => defineTopic(call, entry));
    for (const subscription of entry.list('subscriptions', 'subscription')) {
      subscription.checkFields('protocol', 'endpoint', 'attributes');
      await attempt(subscription, () => defineSubscription(call, entry.text('name'), subscription));
    }
  }
}

async function defineTopic(call: () => SnsCall, entry: Definition): Promise<void> {
  const Name = entry.text('name');
  const Attributes = entry.texts('attributes');
  const tags = [...entry.texts('tags')].map(([Key, Value]) => ({ Key, Value }));
  const first = call();
  const TopicArn = first.topicArn(Name);
  if (first.findTopic(TopicArn) === undefined) {
    await createTopic.run(first, { Name, Attributes, Tags: tags, DataProtectionPolicy: undefined });
    return;
  }
  for (const [AttributeName, AttributeValue] of Attributes) {
    if (AttributeName === 'FifoTopic') continue;
    await setTopicAttributes.run(call(), { TopicArn, AttributeName, AttributeValue });
  }
  if (tags.length > 0) await tagResource.run(call(), { ResourceArn: TopicArn, Tags: tags });
}

async function defineSubscription(call: () => SnsCall, name: string, entry: Definition): Promise<void> {
  const Protocol = entry.text('protocol');
  const Endpoint = entry.text('endpoint');
  const attributes = entry.texts('attributes');
  const first = call();
  const TopicArn = first.topicArn(name);
  const existing = [...first.topic(TopicArn).subscriptions.values()].find(
    ({ record }) => record.protocol === Protocol && record.endpoint === Endpoint,
  );
  if (existing === undefined) {
    await subscribe.run(first, {
      TopicArn,
      Protocol,
      Endpoint,
      Attributes: attributes,
      ReturnSubscriptionArn: undefined,
    });
    return;
  }
  for (const [AttributeName, AttributeValue] of attributes) {
    const change = { SubscriptionArn: existing.record.arn, AttributeName, AttributeValue };
    await setSubscriptionAttributes.run(call(), change);
  }
}

/** Runs it; what the service refuses ends the start. */
async function attempt(entry: Definition, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof SnsError) throw entry.refused(`cannot be had: ${error.message.replace(/\.$/, '')}`);
    throw error;
  }
}
