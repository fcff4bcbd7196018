import { invalid, missing, SnsError } from '../sns-error.js';
import { queueOfArn } from '../topic/topic-arn.js';
import type { Topic } from '../topic/topic.js';
import type { SubscriptionProtocol } from './subscription.js';

/** Protocols of the service that nothing is delivered by here. */
const notServed: ReadonlySet<string> = new Set(['application', 'email', 'email-json', 'firehose', 'lambda', 'sms']);

/** Checks what Subscribe names as the receiver. Throws {@link SnsError}. */
export function checkEndpoint(
  protocol: string | undefined,
  endpoint: string | undefined,
  topic: Topic,
): { readonly protocol: SubscriptionProtocol; readonly endpoint: string } {
  if (protocol === undefined) throw missing('protocol');
  if (notServed.has(protocol)) {
    throw new SnsError(
      'UnsupportedOperation',
      `Subscriptions by ${protocol} are not supported; sqs, http and https are.`,
    );
  }
  if (protocol !== 'sqs' && protocol !== 'http' && protocol !== 'https') {
    throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (endpoint === undefined || endpoint === '')
    throw new SnsError('NotFound', 'Endpoint not specified in subscription');
  if (protocol === 'sqs') {
    const queue = queueOfArn(endpoint);
    if (queue === undefined) throw invalid('SQS endpoint ARN');
    if (queue.endsWith('.fifo') && !topic.fifo) {
      throw invalid('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
    }
  } else {
    if (!endpoint.startsWith(`${protocol}://`)) throw invalid('Endpoint must match the specified protocol');
    if (!URL.canParse(endpoint)) throw invalid('Endpoint Reason: not a URL');
    if (topic.fifo) throw invalid('Invalid parameter: Endpoint Reason: Please use SQS queues with FIFO topics');
  }
  return { protocol, endpoint };
}
