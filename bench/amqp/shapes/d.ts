import { type AmqpShape, mostPerSync, unreached } from './shape.js';

export const shapeD: AmqpShape = {
  name: 'amqp D',
  title: '1 KiB persistent, window 100, 100 queues with a producer and a consumer each',
  measures: 'throughput',
  messagesPerSync: mostPerSync,
  workload: {
    queues: 100,
    bodyBytes: 1024,
    persistent: true,
    publishers: { count: 100, connections: 100, pace: { kind: 'window', size: 100 }, limit: unreached },
    consumers: { connections: 100, settling: { kind: 'manual', prefetch: 1000, ackEvery: 100 } },
  },
};

export const shapeD1000: AmqpShape = {
  name: 'amqp D1000',
  title: 'as D over 1,000 queues, ten channels on each of 100 + 100 connections',
  measures: 'throughput',
  messagesPerSync: mostPerSync,
  workload: {
    ...shapeD.workload,
    queues: 1000,
    publishers: { ...shapeD.workload.publishers, count: 1000 },
  },
};
