import { runDiskLoop } from '../machine/disk-loop.js';
import type { Ledger } from '../report/ledger.js';
import { percentile } from '../report/statistics.js';
import { Contest } from '../servers/contest.js';
import { rabbitmq } from '../servers/rabbitmq-server.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import type { Server } from '../servers/server.js';
import { type RunSettings, type Suite, selected } from '../suite.js';
import { type WorkloadResult, runWorkload } from './run-workload.js';
import { shapeA } from './shapes/a.js';
import { shapeB, shapeB10 } from './shapes/b.js';
import { shapeC100 } from './shapes/c100.js';
import { shapeD, shapeD1000 } from './shapes/d.js';
import { latency10k, latency1k } from './shapes/latency.js';
import type { AmqpShape } from './shapes/shape.js';

const shapes = [shapeA, shapeB, shapeB10, shapeC100, shapeD, shapeD1000, latency1k, latency10k];

const drainWithinMs = 60_000;
const warmUpMs = 1500;
const diskLoopMs = 500;

/** The broker and RabbitMQ, driven in turns by the same raw driver. */
export const amqpSuite: Suite = {
  name: 'amqp',
  async run(settings, ledger) {
    const wanted = shapes.filter((shape) => selected(settings, shape.name));
    if (wanted.length === 0) return;
    const contest = new Contest(settings, ledger, 'amqp', [rosettamq, rabbitmq]);
    try {
      for (const shape of wanted) await contend(shape, contest, settings, ledger);
    } finally {
      await contest.end();
    }
  },
};

async function contend(shape: AmqpShape, contest: Contest, settings: RunSettings, ledger: Ledger): Promise<void> {
  let runs = 0;
  const run = (server: Server, publishForMs: number): Promise<WorkloadResult> => {
    const workload = { ...shape.workload, queuePrefix: `bench-${process.pid}-${runs++}` };
    return runWorkload(server, workload, { publishForMs, drainWithinMs });
  };
  await contest.round(0, `${shape.name} (warm-up)`, async (server) => {
    await run(server, Math.min(warmUpMs, settings.runMs));
  });
  for (let round = 1; round <= settings.rounds; round++) {
    runDisk(shape, round, settings, ledger);
    await contest.round(round, shape.name, async (server) => {
      const result = await run(server, settings.runMs);
      recordFigures(shape, server, round, result, ledger);
      recordConditions(shape, server, round, result, ledger);
    });
  }
}

/** The plain loop of the same minute, writing as much per sync as the shape's publishers can have outstanding. */
function runDisk(shape: AmqpShape, round: number, settings: RunSettings, ledger: Ledger): void {
  const { messagesPerSync } = shape;
  if (messagesPerSync === undefined) return;
  const batchBytes = messagesPerSync * shape.workload.bodyBytes;
  const loop = runDiskLoop({ folder: settings.dataRoot, batchBytes, durationMs: diskLoopMs, mode: 'append' });
  const figure = { shape: shape.name, contender: 'disk loop', round } as const;
  if (shape.measures === 'throughput') {
    ledger.record({ ...figure, metric: 'throughput', unit: 'msg/s', value: loop.syncsPerSecond * messagesPerSync });
  } else {
    ledger.record({ ...figure, metric: 'confirm p50', unit: 'ms', value: loop.p50Ms });
    ledger.record({ ...figure, metric: 'confirm p99', unit: 'ms', value: loop.p99Ms });
  }
  ledger.recordConditions({
    ...figure,
    facts: { 'batch KiB': batchBytes / 1024, 'syncs/s': loop.syncsPerSecond, 'MB/s': loop.bytesPerSecond / 1e6 },
  });
}

function recordFigures(shape: AmqpShape, server: Server, round: number, result: WorkloadResult, ledger: Ledger): void {
  const figure = { shape: shape.name, contender: server.contender, round } as const;
  if (shape.measures === 'throughput') {
    ledger.record({ ...figure, metric: 'throughput', unit: 'msg/s', value: result.messagesPerSecond });
    const cpuMicros = (result.load.serverCpuMs * 1e3) / result.publish.published;
    ledger.record({ ...figure, metric: 'server CPU', unit: 'us/msg', value: cpuMicros });
    return;
  }
  const samples = { deliver: result.consume?.deliverMicros ?? [], confirm: result.publish.confirmMicros };
  for (const [what, micros] of Object.entries(samples)) {
    for (const percent of [50, 99]) {
      ledger.record({ ...figure, metric: `${what} p${percent}`, unit: 'ms', value: percentile(micros, percent) / 1e3 });
    }
  }
}

function recordConditions(
  shape: AmqpShape,
  server: Server,
  round: number,
  { publish, consume, load, elapsedMs }: WorkloadResult,
  ledger: Ledger,
): void {
  ledger.recordConditions({
    shape: shape.name,
    contender: server.contender,
    round,
    facts: {
      messages: publish.published,
      'server cores': load.serverCores,
      'driver cores': load.driverCores,
      'other cores': load.otherCores,
      'publisher loop %': publish.utilisation * 100,
      'consumer loop %': (consume?.utilisation ?? 0) * 100,
      'paused %': (publish.pausedMs / elapsedMs) * 100,
      blocked: publish.blockedCount,
      'device B/msg': load.deviceWriteBytes / publish.published,
      ...(publish.lateness.length > 0 ? { 'late p99 ms': percentile(publish.lateness, 99) / 1e3 } : {}),
    },
  });
}
