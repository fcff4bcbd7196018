import { invalid } from '../sns-error.js';
import { checkTopicDeliveryPolicy } from '../subscription/delivery-policy.js';

const maxMessageBytes = 1_048_576;
export const standardMessageBytes = 262_144;
const minMessageBytes = 1024;
const maxDisplayName = 100;

const flags: ReadonlySet<string> = new Set(['FifoTopic', 'ContentBasedDeduplication']);
/** What is kept and shown, and has no effect here. */
const stored =
  /^(?:KmsMasterKeyId|TracingConfig|ArchivePolicy|(?:HTTP|Firehose|Lambda|Application|SQS)(?:SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn))$/;

/**
 * Checks one attribute of a topic and answers it as it is kept; undefined: it is unset. Throws InvalidParameter. Source: API reference of
 * CreateTopic and SetTopicAttributes.
 */
export function checkTopicAttribute(name: string, value: string): string | undefined {
  if (flags.has(name)) {
    const flag = value.toLowerCase();
    if (flag !== 'true' && flag !== 'false') throw invalid(`${name}: Invalid value [${value}]. Must be true or false.`);
    return flag;
  }
  switch (name) {
    case 'DisplayName':
      if (value.length > maxDisplayName)
        throw invalid(`DisplayName Reason: must be at most ${maxDisplayName} characters long`);
      return value;
    case 'Policy':
      if (value === '') return undefined;
      if (!isJsonObject(value)) throw invalid('Policy Error: null');
      return value;
    case 'DeliveryPolicy':
      return value === '' ? undefined : checkTopicDeliveryPolicy(value);
    case 'SignatureVersion':
      if (value !== '1' && value !== '2') throw invalid(`SignatureVersion: Invalid value [${value}]. Must be 1 or 2.`);
      return value;
    case 'FifoThroughputScope':
      if (value !== 'Topic' && value !== 'MessageGroup') throw invalid(`FifoThroughputScope: Invalid value [${value}]`);
      return value;
    case 'MaximumMessageSize':
      if (!/^[0-9]{1,7}$/.test(value) || Number(value) < minMessageBytes || Number(value) > maxMessageBytes) {
        throw invalid(`MaximumMessageSize: must be an integer between ${minMessageBytes} and ${maxMessageBytes}`);
      }
      return value;
    default:
      if (!stored.test(name)) throw invalid('AttributeName');
      return value === '' ? undefined : value;
  }
}

export function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
