import { invalid } from '../sns-error.js';

/** When a message that an endpoint did not take is sent again (developer guide, "Amazon SNS message delivery retries"). */
export interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numMaxDelayRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly backoffFunction: BackoffFunction;
}

export type BackoffFunction = 'linear' | 'arithmetic' | 'geometric' | 'exponential';

/** How an HTTP endpoint is served. */
export interface DeliveryPolicy {
  readonly retry: RetryPolicy;
  /** Posts per second at most; undefined: no limit. */
  readonly maxReceivesPerSecond: number | undefined;
  readonly contentType: string;
}

const standardRetry: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};
const standardContentType = 'text/plain; charset=UTF-8';
const backoffFunctions: ReadonlySet<unknown> = new Set<BackoffFunction>([
  'linear',
  'arithmetic',
  'geometric',
  'exponential',
]);
const maxRetries = 100;
const maxDelaySeconds = 3600;
const counts = ['numRetries', 'numMaxDelayRetries', 'numNoDelayRetries', 'numMinDelayRetries'] as const;
const delays = ['minDelayTarget', 'maxDelayTarget'] as const;

type Json = Readonly<Record<string, unknown>>;

/** Checks a subscription's DeliveryPolicy; answers it as it is kept. Throws InvalidParameter. */
export function checkDeliveryPolicy(text: string, prefix = ''): string {
  const policy = parse(text, prefix);
  checkRetry(policy['healthyRetryPolicy'], prefix);
  checkThrottle(policy['throttlePolicy'], prefix);
  checkRequest(policy['requestPolicy'], prefix);
  return text;
}

/** Checks a topic's; the service adds one member when it is not there. */
export function checkTopicDeliveryPolicy(text: string): string {
  const policy = parse(text, '');
  const { http } = policy;
  if (!isObject(http)) throw invalid('DeliveryPolicy: http must be present');
  checkRetry(http['defaultHealthyRetryPolicy'], '');
  checkThrottle(http['defaultThrottlePolicy'], '');
  checkRequest(http['defaultRequestPolicy'], '');
  return JSON.stringify({
    http: { ...http, disableSubscriptionOverrides: http['disableSubscriptionOverrides'] === true },
  });
}

/** What is in force for a subscription: its own policy over its topic's over the service's. */
export function deliveryPolicyOf(subscriptionText: string | undefined, topicText: string | undefined): DeliveryPolicy {
  const http = httpPart(topicText);
  const own = http['disableSubscriptionOverrides'] === true ? {} : jsonOf(subscriptionText);
  const throttle = objectOf(own['throttlePolicy'] ?? http['defaultThrottlePolicy'])['maxReceivesPerSecond'];
  const contentType = objectOf(own['requestPolicy'] ?? http['defaultRequestPolicy'])['headerContentType'];
  const retry = own['healthyRetryPolicy'] ?? http['defaultHealthyRetryPolicy'];
  return {
    retry: { ...standardRetry, ...objectOf(retry) },
    maxReceivesPerSecond: typeof throttle === 'number' ? throttle : undefined,
    contentType: typeof contentType === 'string' ? contentType : standardContentType,
  };
}

/** EffectiveDeliveryPolicy of a topic. */
export function effectiveTopicPolicy(topicText: string | undefined): string {
  const http = httpPart(topicText);
  const { retry, contentType } = deliveryPolicyOf(undefined, topicText);
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retry,
      ...(http['defaultThrottlePolicy'] === undefined ? {} : { defaultThrottlePolicy: http['defaultThrottlePolicy'] }),
      disableSubscriptionOverrides: http['disableSubscriptionOverrides'] === true,
      defaultRequestPolicy: { headerContentType: contentType },
    },
  });
}

/** EffectiveDeliveryPolicy of a subscription. */
export function effectiveSubscriptionPolicy(
  subscriptionText: string | undefined,
  topicText: string | undefined,
): string {
  const { retry, maxReceivesPerSecond, contentType } = deliveryPolicyOf(subscriptionText, topicText);
  return JSON.stringify({
    healthyRetryPolicy: retry,
    sicklyRetryPolicy: null,
    throttlePolicy: maxReceivesPerSecond === undefined ? null : { maxReceivesPerSecond },
    requestPolicy: { headerContentType: contentType },
    guaranteed: false,
  });
}

/**
 * How long to wait before the next attempt after `failures` of them, in seconds; undefined: it was the last one. The phases follow each other:
 * at once, at the least delay, backing off from there to the greatest, at the greatest.
 */
export function retryDelaySeconds(policy: RetryPolicy, failures: number): number | undefined {
  const { numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries } = policy;
  const { minDelayTarget: least, maxDelayTarget: most } = policy;
  if (failures > numRetries) return undefined;
  if (failures <= numNoDelayRetries) return 0;
  if (failures <= numNoDelayRetries + numMinDelayRetries) return least;
  const steps = numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
  const step = failures - numNoDelayRetries - numMinDelayRetries;
  if (step > steps) return most;
  // From the least delay at the first step to the greatest at the last one.
  const progress = steps === 1 ? 0 : (step - 1) / (steps - 1);
  return least + (most - least) * shareOf(policy.backoffFunction, progress, step, steps, most / least);
}

/** How far between least and greatest delay, 0 to 1: each function later and steeper than the one before. */
function shareOf(backoff: BackoffFunction, progress: number, step: number, steps: number, ratio: number): number {
  switch (backoff) {
    case 'linear':
      return progress;
    case 'arithmetic':
      // The delays grow by one, two, three … parts.
      return steps === 1 ? 0 : (step * (step - 1)) / (steps * (steps - 1));
    case 'geometric':
      return progress ** 3;
    case 'exponential':
      // Each delay is the same multiple of the one before.
      return ratio <= 1 ? 0 : (ratio ** progress - 1) / (ratio - 1);
  }
}

function parse(text: string, prefix: string): Json {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalid(`${prefix}DeliveryPolicy: failed to parse JSON.`);
  }
  if (!isObject(policy)) throw invalid(`${prefix}DeliveryPolicy: failed to parse JSON.`);
  return policy;
}

function checkRetry(retry: unknown, prefix: string): void {
  if (retry === undefined || retry === null) return;
  const fault = (reason: string): Error => invalid(`${prefix}DeliveryPolicy: healthyRetryPolicy.${reason}`);
  if (!isObject(retry)) throw fault(' must be an object');
  const policy = { ...standardRetry, ...retry } as RetryPolicy;
  for (const name of counts) {
    if (!isWhole(policy[name], 0, maxRetries)) throw fault(`${name} must be between 0 and ${maxRetries}`);
  }
  for (const name of delays) {
    if (!isWhole(policy[name], 1, maxDelaySeconds)) throw fault(`${name} must be between 1 and ${maxDelaySeconds}`);
  }
  if (policy.minDelayTarget > policy.maxDelayTarget) throw fault('minDelayTarget must not exceed maxDelayTarget');
  const { numRetries, numMaxDelayRetries, numNoDelayRetries, numMinDelayRetries } = policy;
  if (numMaxDelayRetries + numNoDelayRetries + numMinDelayRetries > numRetries) {
    throw fault('numRetries must not be less than the retries of its phases together');
  }
  let totalSeconds = 0;
  for (let failures = 1; failures <= numRetries; failures++) totalSeconds += retryDelaySeconds(policy, failures) ?? 0;
  if (totalSeconds > maxDelaySeconds)
    throw fault(`numRetries: the delays together must not exceed ${maxDelaySeconds} seconds`);
  if (!backoffFunctions.has(policy.backoffFunction)) throw fault('backoffFunction is not known');
}

function checkThrottle(throttle: unknown, prefix: string): void {
  if (throttle === undefined || throttle === null) return;
  if (!isObject(throttle) || !isWhole(throttle['maxReceivesPerSecond'], 1, Number.MAX_SAFE_INTEGER)) {
    throw invalid(`${prefix}DeliveryPolicy: throttlePolicy.maxReceivesPerSecond must be 1 or more`);
  }
}

const contentTypes = /^(?:application|text)\/[a-z0-9.+-]+(?:; ?charset=[A-Za-z0-9-]+)?$/;

function checkRequest(request: unknown, prefix: string): void {
  if (request === undefined || request === null) return;
  const type = isObject(request) ? request['headerContentType'] : undefined;
  if (typeof type !== 'string' || !contentTypes.test(type)) {
    throw invalid(`${prefix}DeliveryPolicy: requestPolicy.headerContentType is not supported`);
  }
}

function isWhole(value: unknown, from: number, to: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to;
}

function httpPart(topicText: string | undefined): Json {
  return objectOf(jsonOf(topicText)['http']);
}

function jsonOf(text: string | undefined): Json {
  return text === undefined ? {} : (JSON.parse(text) as Json);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
