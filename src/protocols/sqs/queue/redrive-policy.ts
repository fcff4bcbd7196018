import { invalidValue, ServiceError } from '../wire/service-error.js';
import { queueNameOfArn } from './queue-arn.js';

/** A checked RedrivePolicy. */
export interface RedrivePolicy {
  /** Name of the dead-letter queue. */
  readonly target: string;
  readonly targetArn: string;
  /** 1 to 1000. */
  readonly maxReceiveCount: number;
}

/** Reads the RedrivePolicy attribute. Throws InvalidParameterValue with the service's wording. */
export function readRedrivePolicy(policy: string): RedrivePolicy {
  const invalid = (reason: string): ServiceError => invalidValue('RedrivePolicy', policy, reason);
  const map = jsonMap(policy);
  if (map === undefined) throw invalid('Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn: targetArn, maxReceiveCount: count } = map;
  if (count === undefined) throw invalid('Redrive policy does not contain mandatory attribute: maxReceiveCount.');
  if (targetArn === undefined)
    throw invalid('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  const maxReceiveCount = typeof count === 'string' && /^[0-9]+$/.test(count) ? Number(count) : count;
  if (
    typeof maxReceiveCount !== 'number' ||
    !Number.isInteger(maxReceiveCount) ||
    maxReceiveCount < 1 ||
    maxReceiveCount > 1000
  ) {
    throw invalid(
      `Invalid value for maxReceiveCount: ${JSON.stringify(count)}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  const target = typeof targetArn === 'string' ? queueNameOfArn(targetArn) : undefined;
  if (target === undefined) throw invalid('Dead letter target does not exist.');
  return { target, targetArn: targetArn as string, maxReceiveCount };
}

/** Which queues may name this one as their dead-letter queue. */
export interface RedriveAllowPolicy {
  readonly permission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceArns: readonly string[];
}

/** Reads the RedriveAllowPolicy attribute. Throws InvalidParameterValue. */
export function readRedriveAllowPolicy(policy: string): RedriveAllowPolicy {
  const invalid = (reason: string): ServiceError => invalidValue('RedriveAllowPolicy', policy, reason);
  const map = jsonMap(policy);
  if (map === undefined) throw invalid('Redrive allow policy is not a valid JSON map.');
  const { redrivePermission: permission, sourceQueueArns: arns = [] } = map;
  if (permission !== 'allowAll' && permission !== 'denyAll' && permission !== 'byQueue') {
    throw invalid('redrivePermission must be one of allowAll, denyAll and byQueue.');
  }
  if (!Array.isArray(arns) || !arns.every((arn) => typeof arn === 'string'))
    throw invalid('sourceQueueArns must be a list of ARNs.');
  if (permission === 'byQueue' ? arns.length < 1 || arns.length > 10 : arns.length > 0) {
    throw invalid('sourceQueueArns must name 1 to 10 queues with byQueue, and none otherwise.');
  }
  return { permission, sourceArns: arns };
}

/** True when the policy of a dead-letter queue lets the queue of that name send its dead letters there. */
export function allowsSource(policy: RedriveAllowPolicy, source: string): boolean {
  if (policy.permission !== 'byQueue') return policy.permission === 'allowAll';
  return policy.sourceArns.some((arn) => queueNameOfArn(arn) === source);
}

function jsonMap(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
