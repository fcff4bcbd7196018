import { withDeadline } from '../machine/clock.js';
import { runDiskLoop } from '../machine/disk-loop.js';
import { type Load, meterLoad } from '../machine/load-meter.js';
import { CalledThread } from '../machine/thread-calls.js';
import type { Figure, Ledger } from '../report/ledger.js';
import { percentile } from '../report/statistics.js';
import { Contest } from '../servers/contest.js';
import { elasticmq } from '../servers/elasticmq-server.js';
import { rosettamq } from '../servers/rosettamq-server.js';
import type { Server } from '../servers/server.js';
import { type RunSettings, type Suite, selected } from '../suite.js';
import { SqsQueue } from './sqs-queue.js';
import { type DrainShape, type LatencyShape, type SendShape, type SqsShape, sqsShapes } from './sqs-shapes.js';
import type { DrainOrder, IdleReport, LatencyOrder, SendOrder, SqsReport } from './sqs-thread.js';

const drainConnections = 16;
const mostMessages = 2_000_000;
const diskLoopMs = 500;
const drainLimitMs = 600_000;
const quickDepth = 20_000;
const warmUpMs = 1_000;

/** One server's turn at one shape. Round 0 only warms it up and records nothing. */
interface Turn<S extends SqsShape> {
  readonly shape: S;
  readonly server: Server;
  readonly thread: CalledThread;
  readonly round: number;
  readonly settings: RunSettings;
  readonly ledger: Ledger;
  readonly forMs: number;
}

/** Raw HTTP over keep-alive connections, each with one request under way, as many SDK clients would have. */
export const sqsSuite: Suite = {
  name: 'sqs',
  async run(settings, ledger) {
    const wanted = sqsShapes.filter((shape) => selected(settings, shape.name));
    if (wanted.length === 0) return;
    const contest = new Contest(settings, ledger, 'sqs', [rosettamq, elasticmq]);
    try {
      for (const shape of wanted) {
        for (let round = 0; round <= settings.rounds; round++) {
          if (round > 0 && shape.kind === 'send') runDisk(shape, round, settings, ledger);
          const what = round === 0 ? `${shape.name} (warm-up)` : shape.name;
          await contest.round(round, what, async (server) => {
            if (shape.peers || server.contender === 'rosettamq') await takeTurn(shape, server, round, settings, ledger);
          });
        }
      }
    } finally {
      await contest.end();
    }
  },
};

async function takeTurn(
  shape: SqsShape,
  server: Server,
  round: number,
  settings: RunSettings,
  ledger: Ledger,
): Promise<void> {
  const thread = new CalledThread(new URL('./sqs-thread.js', import.meta.url));
  const forMs = round === 0 ? warmUpMs : settings.runMs;
  const turn = { server, thread, round, settings, ledger, forMs };
  try {
    switch (shape.kind) {
      case 'send':
        await sendTurn({ ...turn, shape });
        break;
      case 'drain':
        if (round > 0) await drainTurn({ ...turn, shape });
        break;
      case 'latency':
        await latencyTurn({ ...turn, shape });
        break;
      case 'idle':
        if (round > 0) await idleTurn({ ...turn, shape });
        break;
    }
  } finally {
    await thread.end();
  }
}

async function sendTurn(turn: Turn<SendShape>): Promise<void> {
  const { shape, server, thread, forMs } = turn;
  const { connections, bodyBytes, entries } = shape;
  const queue = await newQueue(turn);
  const endLoad = meterLoad(server);
  const order = { port: server.port('sqs'), queueUrl: queue.url, connections, bodyBytes, entries, forMs, mostMessages };
  const report = await send(thread, { ...order, group: undefined });
  record(turn, entries === 1 ? 'send' : 'batch', report, endLoad(), entries === 1 ? 'requests' : 'messages');
  await queue.deleteHolding(report.messages);
}

async function drainTurn(turn: Turn<DrainShape>): Promise<void> {
  const { shape, server, thread, settings } = turn;
  const depth = settings.quick ? Math.min(shape.depth, quickDepth) : shape.depth;
  const queue = await newQueue(turn, shape.fifo);
  // In one group only one receive at a time gets anything.
  const connections = shape.fifo ? 1 : drainConnections;
  const setting = { port: server.port('sqs'), queueUrl: queue.url, connections };
  const group = shape.fifo ? 'g' : undefined;
  const filling = { ...setting, bodyBytes: 100, entries: 10, forMs: drainLimitMs, mostMessages: depth, group };
  const filled = await send(thread, filling);
  const endLoad = meterLoad(server);
  const order: DrainOrder = { ...setting, messages: filled.messages, numbersBelow: depth, inOrder: shape.fifo };
  const drained = await withDeadline(thread.call<SqsReport>('drain', order), drainLimitMs, 'drain');
  record(turn, 'drain', drained, endLoad(), 'messages');
  await queue.deleteHolding(0);
}

async function latencyTurn(turn: Turn<LatencyShape>): Promise<void> {
  const { shape, server, thread, round, ledger, forMs } = turn;
  const queue = await newQueue(turn);
  const { perSecond, pollers } = shape;
  const order: LatencyOrder = { port: server.port('sqs'), queueUrl: queue.url, perSecond, connections: pollers, forMs };
  const endLoad = meterLoad(server);
  const report = await withDeadline(thread.call<SqsReport>('latency', order), forMs + 60_000, 'latency');
  const load = endLoad();
  await queue.deleteHolding(0);
  if (round === 0) return;
  for (const percent of [50, 99]) {
    const value = percentile(report.micros, percent) / 1e3;
    ledger.record({ ...figureOf(turn), metric: `receive p${percent}`, unit: 'ms', value });
  }
  recordLoad(turn, 'receive', report, load);
}

async function idleTurn(turn: Turn<SqsShape & { readonly pollers: number }>): Promise<void> {
  const { shape, server, thread, ledger, forMs } = turn;
  const queue = await newQueue(turn);
  const order = { port: server.port('sqs'), queueUrl: queue.url, connections: shape.pollers };
  await withDeadline(thread.call<IdleReport>('beginPolling', order), 60_000, 'begin of polling');
  const endLoad = meterLoad(server);
  await withDeadline(thread.call<IdleReport>('keepPolling', { forMs }), forMs + 60_000, 'polling');
  const { serverCores } = endLoad();
  await thread.call('endPolling', {});
  ledger.record({ ...figureOf(turn), metric: 'CPU', unit: '% of a core', value: serverCores * 100 });
  await queue.deleteHolding(0);
}

function newQueue({ shape, server, round }: Turn<SqsShape>, fifo = false): Promise<SqsQueue> {
  const name = `bench-${process.pid}-${shape.name.replaceAll(' ', '-')}-${round}`;
  return SqsQueue.create(server.port('sqs'), name, fifo);
}

function send(thread: CalledThread, order: SendOrder): Promise<SqsReport> {
  return withDeadline(thread.call<SqsReport>('send', order), order.forMs + 60_000, 'send');
}

function figureOf({ shape, server, round }: Turn<SqsShape>): Pick<Figure, 'shape' | 'contender' | 'round'> {
  return { shape: shape.name, contender: server.contender, round };
}

function record(
  turn: Turn<SqsShape>,
  metric: string,
  report: SqsReport,
  load: Load,
  counted: 'requests' | 'messages',
): void {
  const { round, ledger } = turn;
  if (round === 0) return;
  const figure = figureOf(turn);
  const perSecond = (report[counted] / report.elapsedMs) * 1e3;
  ledger.record({ ...figure, metric, unit: counted === 'requests' ? 'req/s' : 'msg/s', value: perSecond });
  for (const percent of [50, 99]) {
    const value = percentile(report.micros, percent) / 1e3;
    ledger.record({ ...figure, metric: `${metric} p${percent}`, unit: 'ms', value });
  }
  recordLoad(turn, metric, report, load);
}

function recordLoad(turn: Turn<SqsShape>, metric: string, report: SqsReport, load: Load): void {
  const { shape, server, round, ledger } = turn;
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
function runDisk(shape: SendShape, round: number, settings: RunSettings, ledger: Ledger): void {
  const messagesPerSync = shape.connections * shape.entries;
  const batchBytes = messagesPerSync * shape.bodyBytes;
  const loop = runDiskLoop({ folder: settings.dataRoot, batchBytes, durationMs: diskLoopMs, mode: 'append' });
  const [metric, unit] = shape.entries === 1 ? (['send', 'req/s'] as const) : (['batch', 'msg/s'] as const);
  const value = loop.syncsPerSecond * messagesPerSync;
  ledger.record({ shape: shape.name, contender: 'disk loop', round, metric, unit, value });
}
