import { tagsOf } from '../queue/sqs-queue.js';
import { listOf, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** UntagQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html */
export const untagQueue = action({
  name: 'UntagQueue',
  input: structure({ QueueUrl: required(text), TagKeys: required(listOf(text), 'TagKey') }),
  output: undefined,
  run(call, { QueueUrl, TagKeys }) {
    const queue = call.queue(QueueUrl);
    const kept = Object.entries(tagsOf(queue)).filter(([key]) => !TagKeys.includes(key));
    call.tag(queue, Object.fromEntries(kept));
    return call.stable(undefined);
  },
});
