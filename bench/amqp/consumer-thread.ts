import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { serveCalls } from '../machine/thread-calls.js';
import { ConsumerChannel } from './consumer-channel.js';
import { RawConnection } from './raw-connection.js';
import type { ConsumeReport, Workload } from './workload.js';

const connections: RawConnection[] = [];
const channels: ConsumerChannel[] = [];
let failure: Error | undefined;
let expected = Number.POSITIVE_INFINITY;
let onDone: (() => void) | undefined;
let onFailure: ((error: Error) => void) | undefined;
let startedUtilisation: EventLoopUtilization | undefined;

function fail(error: Error): void {
  failure ??= error;
  onFailure?.(failure);
}

function delivered(): number {
  return channels.reduce((sum, channel) => sum + channel.delivered, 0);
}

function checkDone(): void {
  if (onDone !== undefined && delivered() >= expected) onDone();
}

async function open({ port, workload }: { port: number; workload: Workload }): Promise<void> {
  const { consumers, queuePrefix: prefix } = workload;
  if (consumers === undefined) throw new Error('a workload without consumers needs no consuming thread');
  const body = { bytes: workload.bodyBytes, timed: workload.publishers.pace.kind === 'rate' };
  for (let index = 0; index < consumers.connections; index++) connections.push(await RawConnection.open(port, fail));
  for (let index = 0; index < workload.queues; index++) {
    const connection = connections[index % consumers.connections];
    if (connection === undefined) throw new Error('a workload needs a connection');
    const number = 1 + Math.floor(index / consumers.connections);
    const channel = new ConsumerChannel(connection, number, { prefix, index }, consumers.settling, body, checkDone);
    await channel.open();
    channels.push(channel);
  }
}

function start(): void {
  startedUtilisation = performance.eventLoopUtilization();
}

/** Resolves when `count` messages have been delivered. How many there are to come is known only after publishing. */
async function reached(count: number): Promise<{ readonly utilisation: number }> {
  expected = count;
  await new Promise<void>((resolve, reject) => {
    onDone = resolve;
    onFailure = (error) => reject(new Error(`${error.message} (after ${delivered()} of ${count} deliveries)`));
    if (failure !== undefined) onFailure(failure);
    checkDone();
  });
  return { utilisation: performance.eventLoopUtilization(startedUtilisation).utilization };
}

/** Acknowledges the rest, cancels and closes, so that what was delivered twice is counted too. */
async function finish(): Promise<Omit<ConsumeReport, 'utilisation'>> {
  await Promise.all(channels.map((channel) => channel.finish()));
  await Promise.all(connections.map((connection) => connection.close()));
  const total = (pick: (channel: ConsumerChannel) => number): number =>
    channels.reduce((sum, channel) => sum + pick(channel), 0);
  return {
    delivered: delivered(),
    redelivered: total((channel) => channel.redelivered),
    disordered: total((channel) => channel.disordered),
    wrongSize: total((channel) => channel.wrongSize),
    lastAt: Math.max(...channels.map((channel) => channel.lastAt)),
    deliverMicros: Float64Array.from(channels.flatMap((channel) => channel.deliverMicros)),
  };
}

serveCalls({ open, start, reached, finish });
