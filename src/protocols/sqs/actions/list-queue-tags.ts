import { tagsOf } from '../queue/sqs-queue.js';
import { mapOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** ListQueueTags: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html */
export const listQueueTags = action({
  name: 'ListQueueTags',
  input: structure({ QueueUrl: required(text) }),
  output: structure({ Tags: optional(mapOf(text, 'Key', 'Value'), 'Tag') }),
  run(call, { QueueUrl }) {
    return { Tags: new Map(Object.entries(tagsOf(call.queue(QueueUrl)))) };
  },
});
