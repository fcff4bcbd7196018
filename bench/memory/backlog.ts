import { rmSync } from 'node:fs';
import { QueueAdmin } from '../amqp/queue-admin.js';
import { queueName } from '../amqp/queue-names.js';
import { runWorkload } from '../amqp/run-workload.js';
import { pause } from '../machine/clock.js';
import { residentBytes } from '../machine/resident-memory.js';
import { settleDisk } from '../machine/settle-disk.js';
import type { Ledger } from '../report/ledger.js';
import { dataFolder } from '../servers/contest.js';
import type { Server, ServerKind } from '../servers/server.js';
import type { RunSettings } from '../suite.js';
import { folderBytes } from './folder-size.js';

export const backlogShape = 'memory backlog';

const bodyBytes = 1024;
const settleMs = 3000;
/** A server that has not taken the backlog by then is not asked for more. */
const fillLimitMs = 45 * 60_000;

/**
 * Publishes persistent messages with confirms into one durable queue that nobody consumes, and looks at what it costs
 * to keep them: memory, disk, and the time of a restart. One round per kind, because a full one takes long.
 *
 * @param messages ten million unless the run is a quick one
 */
export async function measureBacklog(
  kinds: readonly ServerKind[],
  messages: number,
  settings: RunSettings,
  ledger: Ledger,
): Promise<void> {
  for (const kind of kinds) {
    const folder = dataFolder(settings, kind);
    settleDisk();
    try {
      await measureOne(kind, folder, messages, ledger);
    } catch (error) {
      ledger.fail(`${backlogShape}, ${kind.contender}`, error);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureOne(kind: ServerKind, folder: string, messages: number, ledger: Ledger): Promise<void> {
  const record = (metric: string, unit: string, value: number): void =>
    ledger.record({ shape: backlogShape, contender: kind.contender, round: 1, metric, unit, value });
  const queuePrefix = `backlog-${process.pid}`;
  let server = await kind.start(folder);
  try {
    const emptyBytes = residentBytes(server.pid);
    const pace = { kind: 'window', size: 1000 } as const;
    const filled = await runWorkload(
      server,
      {
        queuePrefix,
        queues: 1,
        bodyBytes,
        persistent: true,
        publishers: { count: 1, connections: 1, pace, limit: messages },
      },
      { publishForMs: Number.POSITIVE_INFINITY, drainWithinMs: fillLimitMs, keepQueues: true },
    );
    record('fill', 'msg/s', filled.messagesPerSecond);
    await pause(settleMs);
    record('RSS', 'MB', residentBytes(server.pid) / 1e6);
    record('RSS per message', 'B', Math.max(0, residentBytes(server.pid) - emptyBytes) / messages);
    record('disk per message', 'B', folderBytes(folder) / messages);
    await server.stop();
    server = await kind.start(folder);
    record('restart', 'ms', server.startedInMs);
    await checkCount(server, queueName(queuePrefix, 0), messages);
    await pause(settleMs);
    record('RSS after restart', 'MB', residentBytes(server.pid) / 1e6);
  } finally {
    await server.stop();
  }
}

async function checkCount(server: Server, queue: string, messages: number): Promise<void> {
  const admin = await QueueAdmin.open(server.port('amqp'));
  const ready = await admin.readyCount(queue);
  await admin.close();
  if (ready !== messages) throw new Error(`${ready} of ${messages} messages are there after the restart`);
}
