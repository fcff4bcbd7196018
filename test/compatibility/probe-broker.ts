import { createBroker } from 'rosettamq';
import { adminProbes } from './admin-probes.js';
import { runAdminProbes } from './admin-session.js';
import { amqpProbes } from './amqp-probes.js';
import { runAmqpProbes } from './amqp-session.js';
import { runKafkaProbes } from './kafka-probes.js';
import type { ProbeResults } from './results.js';
import { runSnsProbes } from './sns-probes.js';
import { runSqsPoints } from './sqs-points.js';
import { runSqsProbes } from './sqs-probes.js';

/** Starts a broker with an empty store and puts every quick probe to it. */
export async function probeBroker(): Promise<ProbeResults> {
  const broker = await createBroker({ storage: 'memory', amqpPort: 0, kafkaPort: 0, sqsPort: 0, adminPort: 0 });
  try {
    const { amqp, sqs, admin } = broker.urls;
    return {
      // first, while there is nothing in its lists that others have left
      admin: await runAdminProbes(admin!.replace('://', '://guest:guest@'), adminProbes),
      amqp: await runAmqpProbes(amqp!, amqpProbes),
      kafka: await runKafkaProbes(broker.ports.kafka!),
      sqs: await runSqsProbes(sqs!),
      sns: await runSnsProbes(sqs!),
      sqsPoints: await runSqsPoints(sqs!),
    };
  } finally {
    await broker.close();
  }
}
