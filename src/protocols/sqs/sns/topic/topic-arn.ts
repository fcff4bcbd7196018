import { invalid } from '../sns-error.js';

/** What the name of a topic, and of all that belongs to it, is made of. */
export interface TopicArn {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

export function topicArn({ region, account, name }: TopicArn): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

/** Reads `arn:<partition>:sns:<region>:<account>:<name>`, and a subscription's, which goes on with `:<id>`. Throws InvalidParameter. */
export function readTopicArn(arn: string, parameter = 'TopicArn'): TopicArn & { readonly id: string | undefined } {
  const parts = arn.split(':');
  if (parts.length < 6) throw invalid(`${parameter} Reason: An ARN must have at least 6 elements, not ${parts.length}`);
  const [prefix, , service, region, account, name, id] = parts;
  const wellFormed = prefix === 'arn' && service === 'sns' && parts.length <= 7 && name !== '';
  // It is written down as it was given, and sent in the headers of posts.
  if (!wellFormed || !/^[a-z0-9-]*$/.test(region) || !/^[0-9]*$/.test(account)) throw invalid(parameter);
  return { region, account, name, id };
}

/** The name of the queue in `arn:<partition>:sqs:<region>:<account>:<name>`, or undefined. */
export function queueOfArn(arn: string): string | undefined {
  return /^arn:[a-z-]+:sqs:[a-z0-9-]*:[0-9]*:([^:/]+)$/.exec(arn)?.[1];
}
