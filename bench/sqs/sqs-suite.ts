import { withDeadline } from '../machine/clock.js';
import { runDiskLoop } from '../machine/disk-loop.js';
import { type Load, meterLoad } from '../machine/load-meter.js';
import { CalledThread } from '../machine/thread-calls.js';
import type { Ledger } from '../report/ledger.js';
import { percentile } from '../report/statistics.js';
import { Contest } from '../servers/contest.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import type { Server } from '../servers/server.js';
import { type RunSettings, type Suite, selected } from '../suite.js';
import { SqsQueue } from './sqs-queue.js';
import type { DrainOrder, SendOrder, SqsReport } from './sqs-thread.js';

const shapes = [
  { name: 'sqs 100B', bodyBytes: 100 },
  { name: 'sqs 1KB', bodyBytes: 1024 },
] as const;

type Shape = (typeof shapes)[number];

const connections = 16;
const batchEntries = 10;
const mostMessages = 2_000_000;
const diskLoopMs = 500;
const drainLimitMs = 180_000;

/** Raw HTTP over keep-alive connections, each with one request under way, as many SDK clients would have. */
export const sqsSuite: Suite = {
  name: 'sqs',
  async run(settings, ledger) {
    const wanted = shapes.filter((shape) => selected(settings, shape.name));
    if (wanted.length === 0) return;
    const contest = new Contest(settings, ledger, 'sqs', [rosettamq]);
    try {
      for (const shape of wanted) {
        for (let round = 0; round <= settings.rounds; round++) {
          if (round > 0) runDisk(shape, round, settings, ledger);
          const what = round === 0 ? `${shape.name} (warm-up)` : shape.name;
          await contest.round(round, what, (server) => takeTurn(server, shape, round, settings, ledger));
        }
      }
    } finally {
      await contest.end();
    }
  },
};

/** Sends one by one, sends in batches, and drains a queue of a known depth. Round 0 only warms the server up. */
async function takeTurn(
  server: Server,
  shape: Shape,
  round: number,
  settings: RunSettings,
  ledger: Ledger,
): Promise<void> {
  const port = server.port('sqs');
  const thread = new CalledThread(new URL('./sqs-thread.js', import.meta.url));
  const note = (metric: string, report: SqsReport, load: Load, counted: 'requests' | 'messages'): void => {
    if (round === 0) return;
    recordReport(shape, server, round, metric, report, load, counted, ledger);
  };
  try {
    const forMs = round === 0 ? 1000 : settings.runMs;
    for (const entries of [1, batchEntries]) {
      const queue = await SqsQueue.create(port, `bench-${process.pid}-${shape.bodyBytes}-${round}-${entries}`);
      const order = {
        port,
        queueUrl: queue.url,
        connections,
        bodyBytes: shape.bodyBytes,
        entries,
        forMs,
        mostMessages,
      };
      const endLoad = meterLoad(server);
      const report = await send(thread, order);
      note(entries === 1 ? 'send' : 'batch', report, endLoad(), entries === 1 ? 'requests' : 'messages');
      await queue.deleteHolding(report.messages);
    }
    const depth = settings.quick || round === 0 ? 20_000 : 100_000;
    const queue = await SqsQueue.create(port, `bench-${process.pid}-${shape.bodyBytes}-${round}-drain`);
    const setting = { port, queueUrl: queue.url, connections };
    const { bodyBytes } = shape;
    const filled = await send(thread, {
      ...setting,
      bodyBytes,
      entries: batchEntries,
      forMs: drainLimitMs,
      mostMessages: depth,
    });
    const endLoad = meterLoad(server);
    const order: DrainOrder = { ...setting, messages: filled.messages, numbersBelow: depth };
    const drained = await withDeadline(thread.call<SqsReport>('drain', order), drainLimitMs, 'drain');
    note('drain', drained, endLoad(), 'messages');
    await queue.deleteHolding(0);
  } finally {
    await thread.end();
  }
}

function send(thread: CalledThread, order: SendOrder): Promise<SqsReport> {
  return withDeadline(thread.call<SqsReport>('send', order), order.forMs + 60_000, 'send');
}

function recordReport(
  shape: Shape,
  server: Server,
  round: number,
  metric: string,
  report: SqsReport,
  load: Load,
  counted: 'requests' | 'messages',
  ledger: Ledger,
): void {
  const figure = { shape: shape.name, contender: server.contender, round } as const;
  const perSecond = (report[counted] / report.elapsedMs) * 1e3;
  ledger.record({ ...figure, metric, unit: counted === 'requests' ? 'req/s' : 'msg/s', value: perSecond });
  for (const percent of [50, 99]) {
    const value = percentile(report.micros, percent) / 1e3;
    ledger.record({ ...figure, metric: `${metric} p${percent}`, unit: 'ms', value });
  }
  ledger.recordConditions({
    shape: `${shape.name} ${metric}`,
    contender: server.contender,
    round,
    facts: {
      messages: report.messages,
      requests: report.requests,
      'server cores': load.serverCores,
      'driver cores': load.driverCores,
      'other cores': load.otherCores,
      'publisher loop %': report.utilisation * 100,
      'CPU us/req': (load.serverCpuMs * 1e3) / report.requests,
      'device B/msg': load.deviceWriteBytes / report.messages,
    },
  });
}

/** What the disk allows when each sync covers one request of every connection. */
function runDisk(shape: Shape, round: number, settings: RunSettings, ledger: Ledger): void {
  for (const [metric, messagesPerSync, unit] of [
    ['send', connections, 'req/s'],
    ['batch', connections * batchEntries, 'msg/s'],
  ] as const) {
    const batchBytes = messagesPerSync * shape.bodyBytes;
    const loop = runDiskLoop({ folder: settings.dataRoot, batchBytes, durationMs: diskLoopMs, mode: 'append' });
    const value = loop.syncsPerSecond * messagesPerSync;
    ledger.record({ shape: shape.name, contender: 'disk loop', round, metric, unit, value });
  }
}
