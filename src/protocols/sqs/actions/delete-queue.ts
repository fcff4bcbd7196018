import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** DeleteQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
export const deleteQueue = action({
  name: 'DeleteQueue',
  input: structure({ QueueUrl: required(text) }),
  output: undefined,
  run(call, { QueueUrl }) {
    const { handle, virtualHost, name } = call.queue(QueueUrl);
    call.broker.deleteQueue(handle);
    call.service.cooldowns?.deleted(virtualHost, name);
    return call.stable(undefined);
  },
});
