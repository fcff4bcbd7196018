import { createBroker } from 'rosettamq';
import { amqpProbes } from './amqp-probes.js';
import { runAmqpProbes } from './amqp-session.js';
import { runKafkaProbes } from './kafka-probes.js';
import type { ProbeResults } from './results.js';
import { runSnsProbes } from './sns-probes.js';
import { runSqsProbes } from './sqs-probes.js';

/** Starts a broker with an empty store and puts every quick probe to it. */
export async function probeBroker(): Promise<ProbeResults> {
  const broker = await createBroker({ storage: 'memory', amqpPort: 0, kafkaPort: 0, sqsPort: 0, adminPort: 'off' });
  try {
    const { amqp, sqs } = broker.urls;
    return {
      amqp: await runAmqpProbes(amqp!, amqpProbes),
      kafka: await runKafkaProbes(broker.ports.kafka!),
      sqs: await runSqsProbes(sqs!),
      sns: await runSnsProbes(sqs!),
    };
  } finally {
    await broker.close();
  }
}
