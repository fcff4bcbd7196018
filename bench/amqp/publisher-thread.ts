import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { serveCalls } from '../machine/thread-calls.js';
import { BatchPool, layOutMessage } from './message-batch.js';
import { PublisherChannel } from './publisher-channel.js';
import { RawConnection } from './raw-connection.js';
import type { PublishReport, Workload } from './workload.js';

/** About how much one write carries. */
const batchBytes = 64 * 1024;

const connections: RawConnection[] = [];
const channels: PublisherChannel[] = [];
let failure: Error | undefined;
let onDone: (() => void) | undefined;
let onFailure: ((error: Error) => void) | undefined;
let startedUtilisation: EventLoopUtilization | undefined;

function fail(error: Error): void {
  failure ??= error;
  onFailure?.(failure);
}

function checkDone(): void {
  if (onDone !== undefined && channels.every((channel) => channel.done)) onDone();
}

async function open({ port, workload }: { port: number; workload: Workload }): Promise<void> {
  const { publishers, queues } = workload;
  const layout = layOutMessage(workload.queuePrefix, workload.bodyBytes, workload.persistent);
  const mostMessages = publishers.pace.kind === 'window' ? publishers.pace.size : Number.POSITIVE_INFINITY;
  const pool = new BatchPool(layout, batchBytes, publishers.pace.kind === 'rate' ? 1 : mostMessages);
  for (let index = 0; index < publishers.connections; index++) connections.push(await RawConnection.open(port, fail));
  for (let index = 0; index < publishers.count; index++) {
    const connection = connections[index % publishers.connections];
    if (connection === undefined) throw new Error('a workload needs a connection');
    const number = 1 + Math.floor(index / publishers.connections);
    const { pace, limit } = publishers;
    const channel = new PublisherChannel(connection, number, index % queues, pool, pace, limit, checkDone);
    await channel.open();
    channels.push(channel);
  }
}

function start(): void {
  startedUtilisation = performance.eventLoopUtilization();
  for (const channel of channels) channel.start();
}

function stop(): void {
  for (const channel of channels) channel.stop();
  checkDone();
}

/** Resolves when every publisher is done and all is confirmed. */
async function finished(): Promise<PublishReport> {
  await new Promise<void>((resolve, reject) => {
    onDone = resolve;
    onFailure = reject;
    if (failure !== undefined) reject(failure);
    checkDone();
  });
  const total = (pick: (channel: PublisherChannel) => number): number =>
    channels.reduce((sum, channel) => sum + pick(channel), 0);
  return {
    published: total((channel) => channel.published),
    confirmed: total((channel) => channel.confirmed),
    firstAt: Math.min(...channels.map((channel) => channel.firstAt)),
    lastConfirmAt: Math.max(...channels.map((channel) => channel.lastConfirmAt)),
    utilisation: performance.eventLoopUtilization(startedUtilisation).utilization,
    pausedMs: total((channel) => channel.pausedMicros) / channels.length / 1e3,
    blockedCount: connections.reduce((sum, connection) => sum + connection.blockedCount, 0),
    confirmMicros: Float64Array.from(channels.flatMap((channel) => channel.confirmMicros)),
    lateness: Float64Array.from(channels.flatMap((channel) => channel.lateness)),
  };
}

async function close(): Promise<void> {
  await Promise.all(connections.map((connection) => connection.close()));
}

serveCalls({ open, start, stop, finished, close });
