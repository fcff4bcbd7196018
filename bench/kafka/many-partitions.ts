import { rmSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import { monotonicMicros } from '../machine/clock.js';
import { residentBytes } from '../machine/resident-memory.js';
import { settleDisk } from '../machine/settle-disk.js';
import type { Ledger } from '../report/ledger.js';
import { dataFolder } from '../servers/contest.js';
import { kafka } from '../servers/kafka-server.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import type { ServerKind } from '../servers/server.js';
import { type RunSettings, selected } from '../suite.js';

const shape = 'kafka 1000 partitions';
const partitions = 1000;

/** Each kind is filled, stopped and started again: how long until a record is acknowledged, and what it then needs. */
export async function measureManyPartitions(settings: RunSettings, ledger: Ledger): Promise<void> {
  if (!selected(settings, shape)) return;
  for (const kind of [rosettamq, kafka]) {
    const missing = kind.unavailable();
    if (missing === undefined) await measure(kind, settings, ledger);
    else ledger.skip(`${kind.contender} with ${partitions} partitions`, missing);
  }
}

async function measure(kind: ServerKind, settings: RunSettings, ledger: Ledger): Promise<void> {
  const folder = dataFolder(settings, kind);
  try {
    const first = await kind.start(folder);
    await fill(first.port('kafka'));
    await first.stop();
    for (let round = 1; round <= settings.rounds; round++) {
      settleDisk();
      const beganAt = monotonicMicros();
      const server = await kind.start(folder);
      await produce(server.port('kafka'), 1);
      const figure = { shape, contender: kind.contender, round } as const;
      ledger.record({
        ...figure,
        metric: 'start to first ack',
        unit: 'ms',
        value: (monotonicMicros() - beganAt) / 1e3,
      });
      ledger.record({ ...figure, metric: 'RSS', unit: 'MB', value: residentBytes(server.pid) / 1e6 });
      await server.stop();
    }
  } catch (error) {
    ledger.fail(`${shape}, ${kind.contender}`, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function clientOf(port: number): Kafka {
  const retry = { initialRetryTime: 20, maxRetryTime: 100, retries: 50 };
  return new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry });
}

/** One topic with a record in every partition. */
async function fill(port: number): Promise<void> {
  const admin = clientOf(port).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: shape.replaceAll(' ', '-'), numPartitions: partitions }] });
  await admin.disconnect();
  await produce(port, partitions);
}

async function produce(port: number, count: number): Promise<void> {
  const producer = clientOf(port).producer();
  await producer.connect();
  const messages = Array.from({ length: count }, (_, partition) => ({ value: 'r'.repeat(100), partition }));
  await producer.send({ topic: shape.replaceAll(' ', '-'), messages });
  await producer.disconnect();
}
