import { Kafka, logLevel } from 'kafkajs';

export const EVENTS = 'kafka.events';
export const EVENT_PARTITIONS = 3;
/** Where transactions write. */
export const LEDGER = 'kafka.ledger';
export const LEDGER_PARTITIONS = 2;
/** Compacted all the time. */
export const STATE = 'kafka.state';
const COMPACTED = { 'cleanup.policy': 'compact', 'segment.ms': '1', 'min.cleanable.dirty.ratio': '0' };

/** For clients that live as long as one life of the broker: they give up soon. */
export function kafkaClient(broker: string): Kafka {
  return new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 20, maxRetryTime: 100, multiplier: 1, retries: 3 },
  });
}

/** For clients that wait for a broker that comes back. */
export function patientKafkaClient(broker: string): Kafka {
  return new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 30, maxRetryTime: 150, multiplier: 1, retries: 300 },
  });
}

/** Creates the topics of the Kafka loads. */
export async function setUpKafka(broker: string): Promise<void> {
  const admin = kafkaClient(broker).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      topics: [
        { topic: EVENTS, numPartitions: EVENT_PARTITIONS },
        { topic: LEDGER, numPartitions: LEDGER_PARTITIONS },
        {
          topic: STATE,
          numPartitions: 1,
          configEntries: Object.entries(COMPACTED).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  } finally {
    await admin.disconnect();
  }
}

export function logName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
