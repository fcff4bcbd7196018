import { pageOf } from '../queue/page.js';
import { isSourceOf } from '../queue/sqs-queue.js';
import { always, integer, listOf, optional, required, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** ListDeadLetterSourceQueues: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
export const listDeadLetterSourceQueues = action({
  name: 'ListDeadLetterSourceQueues',
  input: structure({ QueueUrl: required(text), NextToken: optional(text), MaxResults: optional(integer) }),
  output: structure({ queueUrls: always(listOf(text), 'QueueUrl'), NextToken: optional(text) }),
  run(call, { QueueUrl, NextToken, MaxResults }) {
    const target = call.queue(QueueUrl);
    const sources = call.queues().filter((queue) => isSourceOf(queue, target));
    const page = pageOf(
      sources.map((queue) => queue.name),
      MaxResults,
      NextToken,
    );
    return { queueUrls: page.names.map((name) => call.urlOf(name)), NextToken: page.nextToken };
  },
});
