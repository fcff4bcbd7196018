import { pause, withDeadline } from '../machine/clock.js';
import { type Load, meterLoad } from '../machine/load-meter.js';
import { CalledThread } from '../machine/thread-calls.js';
import type { Server } from '../servers/server.js';
import { QueueAdmin } from './queue-admin.js';
import { queueName } from './queue-names.js';
import type { ConsumeReport, PublishReport, Workload } from './workload.js';

export interface RunOptions {
  /** Publishers are stopped after this time; Infinity lets each run to its limit. */
  readonly publishForMs: number;
  /** From the stop, or the start of a run without one, until everything must have arrived. */
  readonly drainWithinMs: number;
  /** Leaves the queues and their messages in place. Only for workloads without consumers. */
  readonly keepQueues?: boolean;
}

export interface WorkloadResult {
  readonly publish: PublishReport;
  readonly consume: ConsumeReport | undefined;
  /** From the first publish to the last confirm or delivery, whichever came later. */
  readonly elapsedMs: number;
  readonly messagesPerSecond: number;
  readonly load: Load;
}

const setUpLimitMs = 120_000;

/**
 * Runs one workload and checks that every message came exactly once, whole and in order, and that the queues are left
 * empty. Throws when anything was lost, doubled or late.
 */
export async function runWorkload(server: Server, workload: Workload, options: RunOptions): Promise<WorkloadResult> {
  const port = server.port('amqp');
  const admin = await QueueAdmin.open(port);
  const publisher = new CalledThread(new URL('./publisher-thread.js', import.meta.url));
  const consumer =
    workload.consumers === undefined ? undefined : new CalledThread(new URL('./consumer-thread.js', import.meta.url));
  try {
    for (let index = 0; index < workload.queues; index++) await admin.declare(queueName(workload.queuePrefix, index));
    const threads = consumer === undefined ? [publisher] : [consumer, publisher];
    const opened = threads.map((thread) => thread.call('open', { port, workload }));
    await withDeadline(Promise.all(opened), setUpLimitMs, 'connecting');
    const result = await measure(server, publisher, consumer, options);
    await publisher.call('close');
    verify(result);
    const left = await countLeft(admin, workload, options.keepQueues === true);
    const expected = consumer === undefined ? result.publish.published : 0;
    if (left !== expected) throw new Error(`${left} messages are left in the queues, not ${expected}`);
    return result;
  } finally {
    await Promise.all([publisher.end(), consumer?.end()]);
    await admin.close();
  }
}

async function measure(
  server: Server,
  publisher: CalledThread,
  consumer: CalledThread | undefined,
  options: RunOptions,
): Promise<WorkloadResult> {
  const endLoad = meterLoad(server);
  await consumer?.call('start');
  await publisher.call('start');
  const finished = publisher.call<PublishReport>('finished');
  // Rejections reach the deadline below as well; this only keeps an early one from being reported as unhandled.
  finished.catch(() => {});
  if (Number.isFinite(options.publishForMs)) {
    await Promise.race([pause(options.publishForMs), finished]);
    await publisher.call('stop');
  }
  const publish = await withDeadline(finished, options.drainWithinMs, 'confirms');
  let consume: ConsumeReport | undefined;
  let load = endLoad();
  if (consumer !== undefined) {
    const reached = consumer.call<{ utilisation: number }>('reached', publish.published);
    const { utilisation } = await withDeadline(reached, options.drainWithinMs, 'deliveries');
    load = endLoad();
    consume = { ...(await consumer.call<Omit<ConsumeReport, 'utilisation'>>('finish')), utilisation };
  }
  const endedAt = Math.max(publish.lastConfirmAt, consume?.lastAt ?? 0);
  const elapsedMs = (endedAt - publish.firstAt) / 1e3;
  return { publish, consume, elapsedMs, messagesPerSecond: (publish.published / elapsedMs) * 1e3, load };
}

function verify({ publish, consume }: WorkloadResult): void {
  if (publish.published === 0) throw new Error('nothing was published');
  if (publish.confirmed !== 0 && publish.confirmed !== publish.published) {
    throw new Error(`${publish.published} published but ${publish.confirmed} confirmed`);
  }
  if (consume === undefined) return;
  const { delivered, disordered, redelivered, wrongSize } = consume;
  if (delivered !== publish.published || disordered + redelivered + wrongSize > 0) {
    throw new Error(
      `of ${publish.published} published ${delivered} were delivered, ${disordered} out of order, ` +
        `${redelivered} again, ${wrongSize} with a wrong size`,
    );
  }
}

async function countLeft(admin: QueueAdmin, workload: Workload, keep: boolean): Promise<number> {
  let left = 0;
  for (let index = 0; index < workload.queues; index++) {
    const name = queueName(workload.queuePrefix, index);
    left += keep ? await admin.readyCount(name) : await admin.delete(name);
  }
  return left;
}
