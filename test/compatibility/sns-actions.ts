/** What an action works on: a topic with a statement in its policy, and its subscription of a queue. */
export interface SnsScene {
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly queueArn: string;
}

export interface SnsAction {
  readonly name: string;
  /** Parameters of the query form, the only one. */
  parameters(scene: SnsScene): Readonly<Record<string, string>>;
  readonly why?: string;
}

const account = '000000000000';
const phones = 'Text messages: never; there is no network to send them to.';
const push = 'Mobile push: never; there is no service to push with.';

function onTopic(
  name: string,
  more: (scene: SnsScene) => Readonly<Record<string, string>> = () => ({}),
  why?: string,
): SnsAction {
  const action = { name, parameters: (scene: SnsScene) => ({ TopicArn: scene.topicArn, ...more(scene) }) };
  return why === undefined ? action : { ...action, why };
}

function onResource(name: string, more: Readonly<Record<string, string>> = {}): SnsAction {
  return { name, parameters: ({ topicArn }) => ({ ResourceArn: topicArn, ...more }) };
}

function onSubscription(name: string, more: Readonly<Record<string, string>> = {}): SnsAction {
  return { name, parameters: ({ subscriptionArn }) => ({ SubscriptionArn: subscriptionArn, ...more }) };
}

function unserved(name: string, why: string): SnsAction {
  return { name, parameters: () => ({}), why };
}

/** Every action of the service model, sns 2010-03-31. */
export const snsActions: readonly SnsAction[] = [
  onTopic('AddPermission', () => ({
    Label: 'label',
    'AWSAccountId.member.1': account,
    'ActionName.member.1': 'Publish',
  })),
  unserved('CheckIfPhoneNumberIsOptedOut', phones),
  onTopic(
    'ConfirmSubscription',
    () => ({ Token: 'x' }),
    'With a token that nobody was sent; test/sns/ confirms with one.',
  ),
  unserved('CreatePlatformApplication', push),
  unserved('CreatePlatformEndpoint', push),
  unserved('CreateSMSSandboxPhoneNumber', phones),
  { name: 'CreateTopic', parameters: () => ({ Name: 'created' }) },
  unserved('DeleteEndpoint', push),
  unserved('DeletePlatformApplication', push),
  unserved('DeleteSMSSandboxPhoneNumber', phones),
  onTopic('DeleteTopic'),
  onResource('GetDataProtectionPolicy'),
  unserved('GetEndpointAttributes', push),
  unserved('GetPlatformApplicationAttributes', push),
  unserved('GetSMSAttributes', phones),
  unserved('GetSMSSandboxAccountStatus', phones),
  onSubscription('GetSubscriptionAttributes'),
  onTopic('GetTopicAttributes'),
  unserved('ListEndpointsByPlatformApplication', push),
  unserved('ListOriginationNumbers', phones),
  unserved('ListPhoneNumbersOptedOut', phones),
  unserved('ListPlatformApplications', push),
  unserved('ListSMSSandboxPhoneNumbers', phones),
  { name: 'ListSubscriptions', parameters: () => ({}) },
  onTopic('ListSubscriptionsByTopic'),
  onResource('ListTagsForResource'),
  { name: 'ListTopics', parameters: () => ({}) },
  unserved('OptInPhoneNumber', phones),
  onTopic('Publish', () => ({ Message: 'hello' })),
  onTopic('PublishBatch', () => ({
    'PublishBatchRequestEntries.member.1.Id': 'a',
    'PublishBatchRequestEntries.member.1.Message': 'hello',
  })),
  onResource('PutDataProtectionPolicy', { DataProtectionPolicy: '{}' }),
  onTopic('RemovePermission', () => ({ Label: 'there' })),
  unserved('SetEndpointAttributes', push),
  unserved('SetPlatformApplicationAttributes', push),
  unserved('SetSMSAttributes', phones),
  onSubscription('SetSubscriptionAttributes', { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' }),
  onTopic('SetTopicAttributes', () => ({ AttributeName: 'DisplayName', AttributeValue: 'name' })),
  onTopic('Subscribe', ({ queueArn }) => ({ Protocol: 'sqs', Endpoint: queueArn })),
  onResource('TagResource', { 'Tags.member.1.Key': 'key', 'Tags.member.1.Value': 'value' }),
  onSubscription('Unsubscribe'),
  onResource('UntagResource', { 'TagKeys.member.1': 'key' }),
  unserved('VerifySMSSandboxPhoneNumber', phones),
];

/** What is asked beside the actions of the service. */
export const snsStrangers: readonly SnsAction[] = [
  unserved('NoSuchAction', 'An action that the service does not have.'),
  onTopic(
    'Subscribe (by lambda)',
    () => ({ Protocol: 'lambda', Endpoint: 'arn:aws:lambda:x' }),
    'Endpoints are queues and URLs.',
  ),
  onTopic(
    'Subscribe (by email)',
    () => ({ Protocol: 'email', Endpoint: 'a@example.com' }),
    'Endpoints are queues and URLs.',
  ),
];
