import { integer, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { changeVisibilityByHandle } from './receipt.js';
import { checkVisibilityTimeout } from './visibility-timeout.js';

/** ChangeMessageVisibility: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
export const changeMessageVisibility = action({
  name: 'ChangeMessageVisibility',
  input: structure({ QueueUrl: required(text), ReceiptHandle: required(text), VisibilityTimeout: required(integer) }),
  output: undefined,
  run(call, { QueueUrl, ReceiptHandle, VisibilityTimeout }) {
    const queue = call.queue(QueueUrl);
    checkVisibilityTimeout(VisibilityTimeout);
    changeVisibilityByHandle(call, queue, ReceiptHandle, VisibilityTimeout);
    return call.stable(undefined);
  },
});
