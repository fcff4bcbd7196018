import type { Contender } from './report/ledger.js';

/** A figure that the broker is meant to reach, as the median over the rounds of one run. */
export interface Target {
  readonly shape: string;
  readonly metric: string;
  /**
   * What is compared: the figure itself, or its ratio to another contender's figure of the same round. Ratios are
   * preferred, because they hold on machines other than the one on which the target was set.
   */
  readonly of: 'figure' | Exclude<Contender, 'rosettamq'>;
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

/**
 * AMQP: about half of what a server on one event loop that only moves bytes was measured to reach. Kafka: the disk,
 * since opaque batches cost the processor little. SQS: above the fastest emulator, which syncs nothing. Memory: what
 * makes the broker fit into a test run.
 */
export const targets: readonly Target[] = [
  { shape: 'amqp A', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 5 },
  { shape: 'amqp B', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 10 },
  { shape: 'amqp B10', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 8 },
  { shape: 'amqp C100', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 3 },
  { shape: 'amqp D', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 4 },
  { shape: 'amqp D1000', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 4 },
  { shape: 'amqp 1k/s', metric: 'deliver p50', of: 'figure', bound: 'at most', value: 1 },
  { shape: 'amqp 1k/s', metric: 'deliver p99', of: 'figure', bound: 'at most', value: 20 },
  { shape: 'amqp 1k/s', metric: 'confirm p50', of: 'figure', bound: 'at most', value: 3 },
  { shape: 'amqp 1k/s', metric: 'confirm p99', of: 'figure', bound: 'at most', value: 25 },
  { shape: 'amqp 10k/s', metric: 'deliver p99', of: 'figure', bound: 'at most', value: 20 },
  { shape: 'amqp 10k/s', metric: 'confirm p99', of: 'figure', bound: 'at most', value: 25 },
  { shape: 'kafka 1KB', metric: 'produce MB', of: 'figure', bound: 'at least', value: 200 },
  { shape: 'kafka 1KB', metric: 'consume MB', of: 'figure', bound: 'at least', value: 400 },
  { shape: 'kafka 100B', metric: 'produce', of: 'figure', bound: 'at least', value: 800_000 },
  { shape: 'sqs 100B', metric: 'send', of: 'figure', bound: 'at least', value: 8000 },
  { shape: 'sqs 100B', metric: 'batch', of: 'figure', bound: 'at least', value: 40_000 },
  { shape: 'sqs 100B', metric: 'drain', of: 'figure', bound: 'at least', value: 15_000 },
  { shape: 'memory empty', metric: 'start', of: 'figure', bound: 'at most', value: 300 },
  { shape: 'memory empty', metric: 'idle RSS', of: 'figure', bound: 'at most', value: 80 },
  { shape: 'memory backlog', metric: 'RSS', of: 'figure', bound: 'at most', value: 300 },
  { shape: 'memory backlog', metric: 'restart', of: 'figure', bound: 'at most', value: 2000 },
];
