import { type AmqpShape, unreached } from './shape.js';

export const shapeC100: AmqpShape = {
  name: 'amqp C100',
  title: '1 KiB persistent, 100 producers that each await every confirm, publish only',
  measures: 'throughput',
  messagesPerSync: 100,
  workload: {
    queues: 1,
    bodyBytes: 1024,
    persistent: true,
    publishers: { count: 100, connections: 100, pace: { kind: 'window', size: 1 }, limit: unreached },
  },
};
