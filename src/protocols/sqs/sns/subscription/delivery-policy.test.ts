import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { SnsError } from '../sns-error.js';
import {
  type BackoffFunction,
  checkDeliveryPolicy,
  checkTopicDeliveryPolicy,
  deliveryPolicyOf,
  effectiveSubscriptionPolicy,
  type RetryPolicy,
  retryDelaySeconds,
} from './delivery-policy.js';

const policy = (change: Partial<RetryPolicy>): RetryPolicy => ({
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
  ...change,
});

/** The delay before each retry. */
function delays(retry: RetryPolicy): number[] {
  const all: number[] = [];
  for (let failures = 1; ; failures++) {
    const delay = retryDelaySeconds(retry, failures);
    if (delay === undefined) return all;
    all.push(delay);
  }
}

const rounded = (retry: RetryPolicy): number[] => delays(retry).map((delay) => Math.round(delay * 10) / 10);

describe('the delivery policy of an HTTP endpoint', () => {
  it('is three retries after twenty seconds each unless it says otherwise', () => {
    const { retry, contentType, maxReceivesPerSecond } = deliveryPolicyOf(undefined, undefined);
    assert.deepEqual(delays(retry), [20, 20, 20]);
    assert.equal(contentType, 'text/plain; charset=UTF-8');
    assert.equal(maxReceivesPerSecond, undefined);
  });

  it('goes through its phases: at once, at the least delay, backing off, at the greatest', () => {
    const phases = policy({
      minDelayTarget: 1,
      maxDelayTarget: 10,
      numRetries: 10,
      numNoDelayRetries: 2,
      numMinDelayRetries: 2,
      numMaxDelayRetries: 2,
    });
    assert.deepEqual(delays(phases), [0, 0, 1, 1, 1, 4, 7, 10, 10, 10]);
  });

  it('backs off as its function says', () => {
    const with_ = (backoffFunction: BackoffFunction) =>
      rounded(policy({ minDelayTarget: 1, maxDelayTarget: 16, numRetries: 5, backoffFunction }));
    assert.deepEqual(with_('linear'), [1, 4.8, 8.5, 12.3, 16]);
    assert.deepEqual(with_('arithmetic'), [1, 2.5, 5.5, 10, 16]);
    assert.deepEqual(with_('geometric'), [1, 1.2, 2.9, 7.3, 16]);
    assert.deepEqual(with_('exponential'), [1, 2, 4, 8, 16]);
    assert.deepEqual(delays(policy({ numRetries: 0 })), []);
    assert.deepEqual(delays(policy({ minDelayTarget: 1, numRetries: 1, backoffFunction: 'exponential' })), [1]);
  });

  it('never waits less than its least delay nor more than its greatest, and never less than before', () => {
    const phase = fc.nat({ max: 5 });
    const retries = fc
      .record({
        least: fc.integer({ min: 1, max: 100 }),
        span: fc.nat({ max: 100 }),
        phases: fc.tuple(phase, phase, phase, phase),
        backoffFunction: fc.constantFrom<BackoffFunction>('linear', 'arithmetic', 'geometric', 'exponential'),
      })
      .map(({ least, span, phases: [now, min, backoff, max], backoffFunction }) =>
        policy({
          minDelayTarget: least,
          maxDelayTarget: least + span,
          numNoDelayRetries: now,
          numMinDelayRetries: min,
          numMaxDelayRetries: max,
          numRetries: now + min + backoff + max,
          backoffFunction,
        }),
      );
    fc.assert(
      fc.property(retries, (retry) => {
        const all = delays(retry);
        assert.equal(all.length, retry.numRetries);
        for (const [i, delay] of all.entries()) {
          assert.ok(i === 0 || delay >= all[i - 1] - 1e-9);
          if (i < retry.numNoDelayRetries) assert.equal(delay, 0);
          else assert.ok(delay >= retry.minDelayTarget && delay <= retry.maxDelayTarget + 1e-9);
        }
      }),
    );
  });

  it("is the subscription's over the topic's, unless the topic does not have it", () => {
    const topic = (more: object = {}) =>
      checkTopicDeliveryPolicy(
        JSON.stringify({
          http: {
            defaultHealthyRetryPolicy: { numRetries: 1 },
            defaultThrottlePolicy: { maxReceivesPerSecond: 7 },
            defaultRequestPolicy: { headerContentType: 'application/xml' },
            ...more,
          },
        }),
      );
    const own = checkDeliveryPolicy(
      '{"healthyRetryPolicy":{"numRetries":2},"throttlePolicy":{"maxReceivesPerSecond":3}}',
    );
    const both = deliveryPolicyOf(own, topic());
    assert.equal(both.retry.numRetries, 2);
    assert.equal(both.maxReceivesPerSecond, 3);
    assert.equal(both.contentType, 'application/xml');
    const overruled = deliveryPolicyOf(own, topic({ disableSubscriptionOverrides: true }));
    assert.equal(overruled.retry.numRetries, 1);
    assert.equal(overruled.maxReceivesPerSecond, 7);
    const shown = JSON.parse(effectiveSubscriptionPolicy(own, topic())) as Record<string, unknown>;
    assert.deepEqual(shown['throttlePolicy'], { maxReceivesPerSecond: 3 });
  });

  it('is refused when it is none', () => {
    const refused = (text: string, reason: RegExp) =>
      assert.throws(
        () => checkDeliveryPolicy(text),
        (error) => error instanceof SnsError && error.code === 'InvalidParameter' && reason.test(error.message),
        text,
      );
    refused('nothing', /failed to parse JSON/);
    refused('[]', /failed to parse JSON/);
    refused('{"healthyRetryPolicy":1}', /must be an object/);
    refused('{"healthyRetryPolicy":{"numRetries":"3"}}', /numRetries/);
    refused('{"healthyRetryPolicy":{"minDelayTarget":0}}', /minDelayTarget/);
    refused('{"healthyRetryPolicy":{"maxDelayTarget":3601}}', /maxDelayTarget/);
    refused('{"healthyRetryPolicy":{"numMinDelayRetries":4}}', /phases/);
    refused('{"throttlePolicy":{"maxReceivesPerSecond":0}}', /maxReceivesPerSecond/);
    refused('{"requestPolicy":{"headerContentType":"text/plain\\r\\nX: y"}}', /headerContentType/);
    assert.throws(() => checkTopicDeliveryPolicy('{}'), /http/);
  });
});
