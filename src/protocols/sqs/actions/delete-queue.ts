import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** DeleteQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
export const deleteQueue = action({
  name: 'DeleteQueue',
  input: structure({ QueueUrl: required(text) }),
  output: undefined,
  run(call, { QueueUrl }) {
    call.broker.deleteQueue(call.queue(QueueUrl).handle);
    return call.stable(undefined);
  },
});
