import { type AmqpShape, unreached } from './shape.js';

export const shapeA: AmqpShape = {
  name: 'amqp A',
  title: '16 B transient, auto-ack, 1 producer, 1 consumer',
  measures: 'throughput',
  workload: {
    queues: 1,
    bodyBytes: 16,
    persistent: false,
    publishers: { count: 1, connections: 1, pace: { kind: 'flood' }, limit: unreached },
    consumers: { connections: 1, settling: { kind: 'auto' } },
  },
};
