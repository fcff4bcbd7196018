import { pageOf } from '../queue/page.js';
import { integer, listOf, optional, structure, text } from '../wire/shape.js';
import { action } from './action.js';

/** ListQueues: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
export const listQueues = action({
  name: 'ListQueues',
  input: structure({ QueueNamePrefix: optional(text), NextToken: optional(text), MaxResults: optional(integer) }),
  output: structure({ QueueUrls: optional(listOf(text), 'QueueUrl'), NextToken: optional(text) }),
  run(call, { QueueNamePrefix: prefix = '', NextToken, MaxResults }) {
    const names = call.queues().map((queue) => queue.name);
    const page = pageOf(
      names.filter((name) => name.startsWith(prefix)),
      MaxResults,
      NextToken,
    );
    return { QueueUrls: page.names.map((name) => call.urlOf(name)), NextToken: page.nextToken };
  },
});
