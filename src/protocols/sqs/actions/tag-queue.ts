import { tagsOf } from '../queue/sqs-queue.js';
import { checkTags } from '../queue/tag.js';
import { mapOf, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** TagQueue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
export const tagQueue = action({
  name: 'TagQueue',
  input: structure({ QueueUrl: required(text), Tags: required(mapOf(text, 'Key', 'Value'), 'Tag') }),
  output: undefined,
  run(call, { QueueUrl, Tags }) {
    const queue = call.queue(QueueUrl);
    const tags = new Map([...Object.entries(tagsOf(queue)), ...Tags]);
    checkTags(tags);
    call.tag(queue, Object.fromEntries(tags));
    return call.stable(undefined);
  },
});
