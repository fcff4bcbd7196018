import type { Ledger } from '../report/ledger.js';
import { Contest } from '../servers/contest.js';
import { kafkaIsMissing } from '../servers/kafka-jars.js';
import { kafka, kafkaSynced } from '../servers/kafka-server.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import type { Server } from '../servers/server.js';
import { type RunSettings, selected } from '../suite.js';
import { createTopic, perfConsume, perfProduce } from './java-tools.js';

interface Shape {
  readonly name: string;
  readonly recordBytes: number;
  readonly partitions: number;
}

/** Kafka's own load tools, which cost more per record than librdkafka: what its users compare brokers with. */
const shapes: readonly Shape[] = [
  { name: 'kafka java 1KB', recordBytes: 1024, partitions: 1 },
  { name: 'kafka java 1KB 16p', recordBytes: 1024, partitions: 16 },
  { name: 'kafka java 100B', recordBytes: 100, partitions: 1 },
  { name: 'kafka java 100B 16p', recordBytes: 100, partitions: 16 },
];

/** At 1000 records a second, one at a time: how long the producer waits for the acknowledgement of each. */
const latencyShape = 'kafka java 1000/s';

/** As Kafka's documentation of the tool has it for throughput. */
const batching = ['batch.size=262144', 'linger.ms=5', 'buffer.memory=67108864'];

/** About what the faster ones take in the time of a run. */
const recordsPerSecond = (shape: Shape) => (shape.recordBytes > 500 ? 80_000 : 400_000);

export async function measureWithJava(settings: RunSettings, ledger: Ledger): Promise<void> {
  const wanted = shapes.filter(({ name }) => selected(settings, name));
  const wantsLatency = selected(settings, latencyShape);
  if (wanted.length === 0 && !wantsLatency) return;
  const missing = kafkaIsMissing();
  if (missing !== undefined) {
    ledger.skip('kafka java', missing);
    return;
  }
  const contest = new Contest(settings, ledger, 'kafka', [rosettamq, kafka, kafkaSynced]);
  try {
    for (let round = 0; round <= settings.rounds; round++) {
      for (const shape of wanted) {
        await contest.round(round, shape.name, (server) => throughput(server, shape, round, settings, ledger));
      }
      if (!wantsLatency) continue;
      await contest.round(round, latencyShape, (server) => latency(server, round, settings, ledger));
    }
  } finally {
    await contest.end();
  }
}

/** Round 0 only warms the server up. */
async function throughput(
  server: Server,
  shape: Shape,
  round: number,
  settings: RunSettings,
  ledger: Ledger,
): Promise<void> {
  const port = server.port('kafka');
  const { recordBytes, partitions, name } = shape;
  const topic = `java-${process.pid}-${recordBytes}-${partitions}-${round}`;
  const seconds = round === 0 ? 1 : settings.runMs / 1e3;
  const records = Math.ceil(recordsPerSecond(shape) * seconds);
  await createTopic(port, topic, partitions);
  const produced = await perfProduce(port, { topic, recordBytes, records, throughput: -1, properties: batching });
  const consumed = await perfConsume(port, topic, records);
  if (round === 0) return;
  const figure = { shape: name, contender: server.contender, round, unit: 'msg/s' } as const;
  ledger.record({ ...figure, metric: 'produce', value: produced.perSecond });
  ledger.record({ ...figure, metric: 'consume', value: consumed });
}

async function latency(server: Server, round: number, settings: RunSettings, ledger: Ledger): Promise<void> {
  const port = server.port('kafka');
  const topic = `java-${process.pid}-latency-${round}`;
  const records = Math.ceil((round === 0 ? 1 : settings.runMs / 1e3) * 1000);
  await createTopic(port, topic, 1);
  const order = { topic, recordBytes: 100, records, throughput: 1000, properties: ['linger.ms=0'] };
  const { p50Ms, p99Ms } = await perfProduce(port, order);
  if (round === 0) return;
  const figure = { shape: latencyShape, contender: server.contender, round, unit: 'ms' } as const;
  ledger.record({ ...figure, metric: 'ack p50', value: p50Ms });
  ledger.record({ ...figure, metric: 'ack p99', value: p99Ms });
}
