import {
  type ComputedAttribute,
  computedAttributes,
  isReadableAttribute,
  queueAttributes,
  standardValue,
  unknownAttribute,
} from '../queue/queue-attribute.js';
import { modifiedMsOf, setAttributes } from '../queue/sqs-queue.js';
import { listOf, mapOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** GetQueueAttributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
export const getQueueAttributes = action({
  name: 'GetQueueAttributes',
  input: structure({ QueueUrl: required(text), AttributeNames: optional(listOf(text), 'AttributeName') }),
  output: structure({ Attributes: optional(mapOf(text), 'Attribute') }),
  run(call, { QueueUrl, AttributeNames }) {
    const queue = call.queue(QueueUrl);
    for (const name of AttributeNames) if (!isReadableAttribute(name)) throw unknownAttribute(name);
    const all = AttributeNames.includes('All');
    const counts = call.broker.counts(queue.handle);
    const computed: Record<ComputedAttribute, string> = {
      ApproximateNumberOfMessages: String(counts.ready),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
      ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
      CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
      LastModifiedTimestamp: String(Math.floor(modifiedMsOf(queue) / 1000)),
      QueueArn: call.arnOf(queue.name),
    };
    const set = setAttributes(queue);
    const Attributes = new Map<string, string>();
    for (const name of computedAttributes)
      if (all || AttributeNames.includes(name)) Attributes.set(name, computed[name]);
    for (const name of queueAttributes) {
      const value = set.get(name) ?? standardValue(name, queue.grouped);
      if (value !== undefined && (all || AttributeNames.includes(name))) Attributes.set(name, value);
    }
    return { Attributes };
  },
});
