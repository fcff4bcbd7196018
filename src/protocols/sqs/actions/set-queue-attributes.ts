import { checkQueueAttributes } from '../queue/queue-attribute.js';
import { missingParameter } from '../wire/service-error.js';
import { mapOf, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';
import { checkDeadLetterTarget } from './dead-letter-target.js';

/** SetQueueAttributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const setQueueAttributes = action({
  name: 'SetQueueAttributes',
  input: structure({ QueueUrl: required(text), Attributes: required(mapOf(text), 'Attribute') }),
  output: undefined,
  run(call, { QueueUrl, Attributes }) {
    const queue = call.queue(QueueUrl);
    if (Attributes.size === 0) throw missingParameter('Attribute.Name');
    const changes = checkQueueAttributes(Attributes, queue.grouped);
    checkDeadLetterTarget(call, queue.name, queue.grouped, changes);
    call.configure(queue, changes);
    return call.stable(undefined);
  },
});
