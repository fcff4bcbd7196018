import type { SnsCall } from '../sns-call.js';
import { SnsError } from '../sns-error.js';
import type { Topic } from './topic.js';

/** The topic that a ResourceArn names. Throws ResourceNotFound. */
export function resourceTopic(call: SnsCall, arn: string | undefined): Topic {
  const topic = call.findTopic(arn, 'ResourceArn');
  if (topic === undefined) throw new SnsError('ResourceNotFound', 'Resource does not exist');
  return topic;
}
