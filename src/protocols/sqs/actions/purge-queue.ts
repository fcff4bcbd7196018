import { required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/**
 * PurgeQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
 * What is in flight and delayed goes, too. It is done when it is answered, so another within 60 seconds is refused only when that rule is asked for.
 */
export const purgeQueue = action({
  name: 'PurgeQueue',
  input: structure({ QueueUrl: required(text) }),
  output: undefined,
  run(call, { QueueUrl }) {
    const { handle, virtualHost, name } = call.queue(QueueUrl);
    call.service.cooldowns?.purges(virtualHost, name);
    call.broker.purgeQueue(handle, true);
    return call.stable(undefined);
  },
});
