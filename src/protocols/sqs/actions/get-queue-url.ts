import { noSuchQueue } from '../wire/service-error.js';
import { optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** GetQueueUrl: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
export const getQueueUrl = action({
  name: 'GetQueueUrl',
  input: structure({ QueueName: required(text), QueueOwnerAWSAccountId: optional(text) }),
  output: structure({ QueueUrl: required(text) }),
  run(call, { QueueName, QueueOwnerAWSAccountId: owner }) {
    if (call.find(QueueName, owner) === undefined) throw noSuchQueue();
    return { QueueUrl: call.urlOf(QueueName, owner) };
  },
});
