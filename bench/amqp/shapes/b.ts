import { type AmqpShape, mostPerSync, unreached } from './shape.js';

export const shapeB: AmqpShape = {
  name: 'amqp B',
  title: '1 KiB persistent, confirm window 1000, prefetch 1000, ack every 100, 1 producer, 1 consumer',
  measures: 'throughput',
  messagesPerSync: 1000,
  workload: {
    queues: 1,
    bodyBytes: 1024,
    persistent: true,
    publishers: { count: 1, connections: 1, pace: { kind: 'window', size: 1000 }, limit: unreached },
    consumers: { connections: 1, settling: { kind: 'manual', prefetch: 1000, ackEvery: 100 } },
  },
};

export const shapeB10: AmqpShape = {
  name: 'amqp B10',
  title: 'as B, 10 producers, 10 consumers, 10 queues',
  measures: 'throughput',
  messagesPerSync: mostPerSync,
  workload: {
    ...shapeB.workload,
    queues: 10,
    publishers: { ...shapeB.workload.publishers, count: 10, connections: 10 },
    consumers: { connections: 10, settling: { kind: 'manual', prefetch: 1000, ackEvery: 100 } },
  },
};
