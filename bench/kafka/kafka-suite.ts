import { runDiskLoop } from '../machine/disk-loop.js';
import { type Load, meterLoad } from '../machine/load-meter.js';
import type { Ledger } from '../report/ledger.js';
import { Contest } from '../servers/contest.js';
import { kafka, kafkaSynced } from '../servers/kafka-server.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import type { Server } from '../servers/server.js';
import { type RunSettings, type Suite, selected } from '../suite.js';
import { measureWithJava } from './java-shapes.js';
import { measureManyPartitions } from './many-partitions.js';
import { Librdkafka, type Produced } from './librdkafka.js';

/** Each: record values of one size, no key, one partition, acks=all, librdkafka's own batching. */
const shapes = [
  { name: 'kafka 1KB', recordBytes: 1024 },
  { name: 'kafka 100B', recordBytes: 100 },
] as const;

type Shape = (typeof shapes)[number];

/** No run writes more than this, whatever its time allows. */
const mostBytes = 4 * 2 ** 30;
const diskLoopMs = 1000;

/** librdkafka against one partition: produced and synced, then read back from the beginning. */
export const kafkaSuite: Suite = {
  name: 'kafka',
  async run(settings, ledger) {
    await measureManyPartitions(settings, ledger);
    await measureWithJava(settings, ledger);
    const wanted = shapes.filter((shape) => selected(settings, shape.name));
    if (wanted.length === 0) return;
    let client: Librdkafka;
    try {
      client = Librdkafka.prepare();
    } catch (error) {
      ledger.skip('kafka', error instanceof Error ? error.message : String(error));
      return;
    }
    const contest = new Contest(settings, ledger, 'kafka', [rosettamq, kafka, kafkaSynced]);
    try {
      for (const shape of wanted) {
        for (let round = 0; round <= settings.rounds; round++) {
          const what = round === 0 ? `${shape.name} (warm-up)` : shape.name;
          await contest.round(round, what, (server) => takeTurn(server, client, shape, round, settings, ledger));
        }
      }
    } finally {
      await contest.end();
    }
  },
};

/** One topic, filled and read back. Round 0 only warms the server up. */
async function takeTurn(
  server: Server,
  client: Librdkafka,
  shape: Shape,
  round: number,
  settings: RunSettings,
  ledger: Ledger,
): Promise<void> {
  const port = server.port('kafka');
  const topic = `bench-${process.pid}-${shape.recordBytes}-${round}`;
  const { recordBytes } = shape;
  const seconds = round === 0 ? 1 : settings.runMs / 1e3;
  const endProduce = meterLoad(server);
  const produced = await client.produce(port, topic, recordBytes, seconds, Math.floor(mostBytes / recordBytes));
  const produceLoad = endProduce();
  if (produced.stored !== produced.records) {
    throw new Error(`${produced.records} records acknowledged, ${produced.stored} in the partition`);
  }
  if (round > 0) {
    recordRate(shape, server, round, 'produce', produced.records / produced.seconds, ledger);
    const { batch_bytes: batchBytes, queue_full_seconds: fullSeconds } = produced;
    recordLoad(shape, server, round, 'produce', produced, produceLoad, ledger, {
      'batch KiB': batchBytes / 1024,
      'driver ahead %': (fullSeconds / produced.seconds) * 100,
    });
    runDisk(shape, produced, round, settings, ledger);
  }
  const endConsume = meterLoad(server);
  const consumed = await client.consume(port, topic, recordBytes, produced.records);
  const consumeLoad = endConsume();
  if (consumed.records !== produced.records || consumed.wrong > 0) {
    throw new Error(`${produced.records} records stored, ${consumed.records} read, ${consumed.wrong} of them wrong`);
  }
  if (round > 0) {
    recordRate(shape, server, round, 'consume', consumed.timed_records / consumed.seconds, ledger);
    recordLoad(shape, server, round, 'consume', consumed, consumeLoad, ledger, {});
  }
  await client.drop(port, topic);
}

function recordRate(
  shape: Shape,
  server: Server,
  round: number,
  what: 'produce' | 'consume',
  perSecond: number,
  ledger: Ledger,
): void {
  const figure = { shape: shape.name, contender: server.contender, round } as const;
  ledger.record({ ...figure, metric: what, unit: 'msg/s', value: perSecond });
  ledger.record({ ...figure, metric: `${what} MB`, unit: 'MB/s', value: (perSecond * shape.recordBytes) / 1e6 });
}

function recordLoad(
  shape: Shape,
  server: Server,
  round: number,
  what: string,
  run: { readonly records: number; readonly seconds: number; readonly driver_cpu_seconds: number },
  load: Load,
  ledger: Ledger,
  more: Record<string, number>,
): void {
  const driverCores = run.driver_cpu_seconds / run.seconds;
  ledger.recordConditions({
    shape: `${shape.name} ${what}`,
    contender: server.contender,
    round,
    facts: {
      records: run.records,
      'server cores': load.serverCores,
      'driver cores': driverCores,
      // The driver is a process of its own here, so the meter counted it among the others.
      'other cores': Math.max(0, load.otherCores - driverCores),
      'CPU us/msg': (load.serverCpuMs * 1e3) / run.records,
      'device B/msg': load.deviceWriteBytes / run.records,
      ...more,
    },
  });
}

/** The plain loop of the same minute, writing what librdkafka put into one request on average. */
function runDisk(shape: Shape, produced: Produced, round: number, settings: RunSettings, ledger: Ledger): void {
  const batchBytes = Math.max(1, Math.round(produced.batch_bytes));
  const loop = runDiskLoop({ folder: settings.dataRoot, batchBytes, durationMs: diskLoopMs, mode: 'append' });
  const figure = { shape: shape.name, contender: 'disk loop', round } as const;
  ledger.record({ ...figure, metric: 'produce', unit: 'msg/s', value: loop.bytesPerSecond / shape.recordBytes });
  ledger.record({ ...figure, metric: 'produce MB', unit: 'MB/s', value: loop.bytesPerSecond / 1e6 });
}
