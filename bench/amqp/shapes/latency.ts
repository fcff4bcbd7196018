import { type AmqpShape, unreached } from './shape.js';

function latencyAt(perSecond: number, label: string): AmqpShape {
  return {
    name: `amqp ${label}/s`,
    title: `1 KiB persistent at ${label} messages a second, 1 producer, 1 consumer that acks each`,
    measures: 'latency',
    messagesPerSync: Math.max(1, perSecond / 1000),
    workload: {
      queues: 1,
      bodyBytes: 1024,
      persistent: true,
      publishers: { count: 1, connections: 1, pace: { kind: 'rate', perSecond }, limit: unreached },
      consumers: { connections: 1, settling: { kind: 'manual', prefetch: 1000, ackEvery: 1 } },
    },
  };
}

export const latency1k = latencyAt(1000, '1k');
export const latency10k = latencyAt(10_000, '10k');
