import type { SnsAction } from './sns-action.js';
import { addPermission } from './add-permission.js';
import { confirmSubscription } from './confirm-subscription.js';
import { createTopic } from './create-topic.js';
import { deleteTopic } from './delete-topic.js';
import { getDataProtectionPolicy } from './get-data-protection-policy.js';
import { getSubscriptionAttributes } from './get-subscription-attributes.js';
import { getTopicAttributes } from './get-topic-attributes.js';
import { listSubscriptionsByTopic } from './list-subscriptions-by-topic.js';
import { listSubscriptions } from './list-subscriptions.js';
import { listTagsForResource } from './list-tags-for-resource.js';
import { listTopics } from './list-topics.js';
import { publishBatch } from './publish-batch.js';
import { putDataProtectionPolicy } from './put-data-protection-policy.js';
import { publish } from './publish.js';
import { removePermission } from './remove-permission.js';
import { setSubscriptionAttributes } from './set-subscription-attributes.js';
import { setTopicAttributes } from './set-topic-attributes.js';
import { subscribe } from './subscribe.js';
import { tagResource } from './tag-resource.js';
import { unsubscribe } from './unsubscribe.js';
import { untagResource } from './untag-resource.js';

/** Every action of SNS that is served, by its name. */
export const snsActions: ReadonlyMap<string, SnsAction> = new Map(
  [
    addPermission,
    confirmSubscription,
    createTopic,
    deleteTopic,
    getDataProtectionPolicy,
    getSubscriptionAttributes,
    getTopicAttributes,
    listSubscriptionsByTopic,
    listSubscriptions,
    listTagsForResource,
    listTopics,
    publishBatch,
    publish,
    putDataProtectionPolicy,
    removePermission,
    setSubscriptionAttributes,
    setTopicAttributes,
    subscribe,
    tagResource,
    unsubscribe,
    untagResource,
  ].map((each) => [each.name, each]),
);

/** Actions of the service that are known and not served: text messages and mobile push. */
export const unsupportedSnsActions: ReadonlySet<string> = new Set([
  'CheckIfPhoneNumberIsOptedOut',
  'CreatePlatformApplication',
  'CreatePlatformEndpoint',
  'CreateSMSSandboxPhoneNumber',
  'DeleteEndpoint',
  'DeletePlatformApplication',
  'DeleteSMSSandboxPhoneNumber',
  'GetEndpointAttributes',
  'GetPlatformApplicationAttributes',
  'GetSMSAttributes',
  'GetSMSSandboxAccountStatus',
  'ListEndpointsByPlatformApplication',
  'ListOriginationNumbers',
  'ListPhoneNumbersOptedOut',
  'ListPlatformApplications',
  'ListSMSSandboxPhoneNumbers',
  'OptInPhoneNumber',
  'SetEndpointAttributes',
  'SetPlatformApplicationAttributes',
  'SetSMSAttributes',
  'VerifySMSSandboxPhoneNumber',
]);
