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
 * What the first version is meant to reach. AMQP: multiples of RabbitMQ's classic queues on the same machine in the same
 * round (D1000 as D, less a fifth). Kafka: a share of what the same disk takes in plain writes and syncs. Memory: with
 * ten million messages of 1 KiB waiting.
 */
export const targets: readonly Target[] = [
  { shape: 'amqp B', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 8 },
  { shape: 'amqp B10', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 4 },
  { shape: 'amqp C100', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 3 },
  { shape: 'amqp D', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 3 },
  { shape: 'amqp D1000', metric: 'throughput', of: 'rabbitmq', bound: 'at least', value: 2.4 },
  { shape: 'kafka 1KB', metric: 'produce MB', of: 'disk loop', bound: 'at least', value: 0.6 },
  { shape: 'kafka 100B', metric: 'produce', of: 'disk loop', bound: 'at least', value: 0.6 },
  ...['kafka java 1KB', 'kafka java 1KB 16p', 'kafka java 100B', 'kafka java 100B 16p'].flatMap((shape): Target[] => [
    { shape, metric: 'produce', of: 'kafka', bound: 'at least', value: 1 },
    { shape, metric: 'produce', of: 'kafka synced', bound: 'at least', value: 5 },
    { shape, metric: 'consume', of: 'kafka', bound: 'at least', value: 1 },
  ]),
  { shape: 'kafka java 1000/s', metric: 'ack p99', of: 'kafka', bound: 'at most', value: 1 },
  { shape: 'kafka 1000 partitions', metric: 'start to first ack', of: 'figure', bound: 'at most', value: 500 },
  { shape: 'kafka 1000 partitions', metric: 'RSS', of: 'figure', bound: 'at most', value: 120 },
  { shape: 'sqs 100B', metric: 'send', of: 'figure', bound: 'at least', value: 8000 },
  { shape: 'sqs 100B', metric: 'send', of: 'elasticmq', bound: 'at least', value: 3 },
  { shape: 'sqs 1KB', metric: 'send', of: 'elasticmq', bound: 'at least', value: 3 },
  { shape: 'sqs 100B', metric: 'send p99', of: 'elasticmq', bound: 'at most', value: 1 },
  { shape: 'sqs 100B batch', metric: 'batch', of: 'elasticmq', bound: 'at least', value: 3 },
  { shape: 'sqs latency', metric: 'receive p99', of: 'elasticmq', bound: 'at most', value: 1 },
  { shape: 'sqs drain 100K', metric: 'drain', of: 'elasticmq', bound: 'at least', value: 3 },
  { shape: 'sqs idle pollers', metric: 'CPU', of: 'figure', bound: 'at most', value: 5 },
  { shape: 'memory empty', metric: 'start', of: 'figure', bound: 'at most', value: 300 },
  { shape: 'memory empty', metric: 'idle RSS', of: 'figure', bound: 'at most', value: 90 },
  { shape: 'memory backlog', metric: 'RSS', of: 'figure', bound: 'at most', value: 400 },
  { shape: 'memory backlog', metric: 'restart', of: 'figure', bound: 'at most', value: 5000 },
];
