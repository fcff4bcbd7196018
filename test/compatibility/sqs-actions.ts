/** What an action works on: a queue with one message that was received, and a queue whose dead letters it takes. */
export interface SqsScene {
  readonly queueName: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly receiptHandle: string;
}

export interface SqsAction {
  readonly name: string;
  /** Input as the JSON form takes it. */
  json(scene: SqsScene): Readonly<Record<string, unknown>>;
  /** The same for the query form. */
  query(scene: SqsScene): Readonly<Record<string, string>>;
  readonly why?: string;
}

const account = '000000000000';

function onQueue(
  name: string,
  more: (scene: SqsScene) => Readonly<Record<string, unknown>> = () => ({}),
  flat: (scene: SqsScene) => Readonly<Record<string, string>> = () => ({}),
): SqsAction {
  return {
    name,
    json: (scene) => ({ QueueUrl: scene.queueUrl, ...more(scene) }),
    query: (scene) => ({ QueueUrl: scene.queueUrl, ...flat(scene) }),
  };
}

/** Every action of the service model, sqs 2012-11-05. */
export const sqsActions: readonly SqsAction[] = [
  onQueue(
    'AddPermission',
    () => ({ Label: 'label', AWSAccountIds: [account], Actions: ['SendMessage'] }),
    () => ({ Label: 'label', 'AWSAccountId.1': account, 'ActionName.1': 'SendMessage' }),
  ),
  {
    name: 'CancelMessageMoveTask',
    json: () => ({ TaskHandle: 'x' }),
    query: () => ({ TaskHandle: 'x' }),
    why: 'Asked with a handle that is none.',
  },
  onQueue(
    'ChangeMessageVisibility',
    ({ receiptHandle }) => ({ ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
    ({ receiptHandle }) => ({ ReceiptHandle: receiptHandle, VisibilityTimeout: '0' }),
  ),
  onQueue(
    'ChangeMessageVisibilityBatch',
    ({ receiptHandle }) => ({ Entries: [{ Id: 'a', ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }] }),
    ({ receiptHandle }) => ({
      'ChangeMessageVisibilityBatchRequestEntry.1.Id': 'a',
      'ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle': receiptHandle,
      'ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout': '0',
    }),
  ),
  {
    name: 'CreateQueue',
    json: ({ queueName }) => ({ QueueName: `${queueName}-new`, Attributes: { DelaySeconds: '1' } }),
    query: ({ queueName }) => ({
      QueueName: `${queueName}-new`,
      'Attribute.1.Name': 'DelaySeconds',
      'Attribute.1.Value': '1',
    }),
  },
  onQueue(
    'DeleteMessage',
    ({ receiptHandle }) => ({ ReceiptHandle: receiptHandle }),
    ({ receiptHandle }) => ({ ReceiptHandle: receiptHandle }),
  ),
  onQueue(
    'DeleteMessageBatch',
    ({ receiptHandle }) => ({ Entries: [{ Id: 'a', ReceiptHandle: receiptHandle }] }),
    ({ receiptHandle }) => ({
      'DeleteMessageBatchRequestEntry.1.Id': 'a',
      'DeleteMessageBatchRequestEntry.1.ReceiptHandle': receiptHandle,
    }),
  ),
  onQueue('DeleteQueue'),
  onQueue(
    'GetQueueAttributes',
    () => ({ AttributeNames: ['All'] }),
    () => ({ 'AttributeName.1': 'All' }),
  ),
  {
    name: 'GetQueueUrl',
    json: ({ queueName }) => ({ QueueName: queueName }),
    query: ({ queueName }) => ({ QueueName: queueName }),
  },
  onQueue('ListDeadLetterSourceQueues'),
  {
    name: 'ListMessageMoveTasks',
    json: ({ queueArn }) => ({ SourceArn: queueArn }),
    query: ({ queueArn }) => ({ SourceArn: queueArn }),
  },
  onQueue('ListQueueTags'),
  { name: 'ListQueues', json: () => ({}), query: () => ({}) },
  onQueue('PurgeQueue'),
  onQueue('ReceiveMessage'),
  onQueue(
    'RemovePermission',
    () => ({ Label: 'there' }),
    () => ({ Label: 'there' }),
  ),
  onQueue(
    'SendMessage',
    () => ({ MessageBody: 'hello' }),
    () => ({ MessageBody: 'hello' }),
  ),
  onQueue(
    'SendMessageBatch',
    () => ({ Entries: [{ Id: 'a', MessageBody: 'hello' }] }),
    () => ({ 'SendMessageBatchRequestEntry.1.Id': 'a', 'SendMessageBatchRequestEntry.1.MessageBody': 'hello' }),
  ),
  onQueue(
    'SetQueueAttributes',
    () => ({ Attributes: { VisibilityTimeout: '60' } }),
    () => ({ 'Attribute.1.Name': 'VisibilityTimeout', 'Attribute.1.Value': '60' }),
  ),
  {
    name: 'StartMessageMoveTask',
    json: ({ queueArn }) => ({ SourceArn: queueArn }),
    query: ({ queueArn }) => ({ SourceArn: queueArn }),
  },
  onQueue(
    'TagQueue',
    () => ({ Tags: { key: 'value' } }),
    () => ({ 'Tag.1.Key': 'key', 'Tag.1.Value': 'value' }),
  ),
  onQueue(
    'UntagQueue',
    () => ({ TagKeys: ['key'] }),
    () => ({ 'TagKey.1': 'key' }),
  ),
];

/** What is asked beside the actions of the service. */
export const sqsStrangers: readonly SqsAction[] = [
  { name: 'NoSuchAction', json: () => ({}), query: () => ({}), why: 'An action that the service does not have.' },
  {
    name: 'Publish (of SNS)',
    json: () => ({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Message: 'hello' }),
    query: () => ({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Message: 'hello', Version: '2010-03-31' }),
    why: 'SNS has no JSON form, and answers for itself; see below.',
  },
];
