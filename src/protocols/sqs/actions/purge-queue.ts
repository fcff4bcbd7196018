import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/**
 * PurgeQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
 * What is in flight and delayed goes, too. It is done when it is answered, so there is no need to refuse another within 60 seconds.
 */
export const purgeQueue = action({
  name: 'PurgeQueue',
  input: structure({ QueueUrl: required(text) }),
  output: undefined,
  run(call, { QueueUrl }) {
    call.broker.purgeQueue(call.queue(QueueUrl).handle, true);
    return call.stable(undefined);
  },
});
