import type { QueueInfo } from '../../../core/index.js';
import { queueNameOfArn } from '../queue/queue-arn.js';
import { ServiceError } from '../wire/service-error.js';
import type { Call } from './call.js';

/** The queue that the parameter `name` means by its ARN. Throws ResourceNotFoundException. */
export function queueOfArn(call: Call, name: string, arn: string): QueueInfo {
  const queueName = queueNameOfArn(arn);
  const queue = queueName === undefined ? undefined : call.find(queueName);
  if (queue !== undefined) return queue;
  throw new ServiceError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${name} parameter doesn't exist.`,
  );
}
