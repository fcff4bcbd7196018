import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { deleteByHandle } from './receipt.js';

/** DeleteMessage: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
export const deleteMessage = action({
  name: 'DeleteMessage',
  input: structure({ QueueUrl: required(text), ReceiptHandle: required(text) }),
  output: undefined,
  run(call, { QueueUrl, ReceiptHandle }) {
    deleteByHandle(call, call.queue(QueueUrl), ReceiptHandle);
    return call.stable(undefined);
  },
});
