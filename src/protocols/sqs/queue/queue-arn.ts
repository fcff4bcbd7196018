/** The name of a queue as policies and dead-letter messages give it. */
export function queueArn(region: string, account: string, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** The name in `arn:<partition>:sqs:<region>:<account>:<name>`, whatever the region and account; undefined when it is none. */
export function queueNameOfArn(arn: string): string | undefined {
  return /^arn:[^:]+:sqs:[^:]*:[^:]*:([^:].*)$/s.exec(arn)?.[1];
}
