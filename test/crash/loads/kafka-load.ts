import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Happening } from '../history.js';
import { readMessageText } from '../message-text.js';
import { EVENTS, kafkaClient, LEDGER, logName } from './kafka-client.js';
import { describe, type LifeContext, noteFailure, pause } from './load.js';

const GROUP = 'kafka-readers';
const TOPICS = [EVENTS, LEDGER, 'retained'];
/**
 * Without the one with transactions: KafkaJS 2.2 shows the first record of an aborted transaction to a reader that begins
 * where several of them overlap, whatever the broker says.
 */
const TOPICS_READ_ALL_THE_TIME = [EVENTS, 'retained'];
const STOP_LIMIT_MS = 3_000;

/** A group member that reads what it can and commits now and then. */
export async function readWithKafka(context: LifeContext): Promise<void> {
  const { over, random } = context;
  const reader = `reader-${context.nextNumber('reader')}`;
  const consumer = groupMember(context);
  const failure = crashOf(consumer);
  try {
    await beginReading(consumer, GROUP, reader, context, async (log, next, commit) => {
      if (random.chance(0.3)) await commit(log, next);
    });
    const ended = new Promise<undefined>((resolve) => {
      over.addEventListener('abort', () => resolve(undefined), { once: true });
      if (over.aborted) resolve(undefined);
    });
    const error = await Promise.race([ended, failure]);
    if (error !== undefined) noteFailure(context, `${reader}: ${describe(error)}`);
  } finally {
    await Promise.race([
      consumer.disconnect().catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, STOP_LIMIT_MS).unref()),
    ]);
  }
}

type AfterBatch = (log: string, next: number, commit: (log: string, next: number) => Promise<void>) => Promise<void>;

function groupMember({ urls }: LifeContext, groupId = GROUP): Consumer {
  return kafkaClient(urls.kafka).consumer({
    groupId,
    sessionTimeout: 6_000,
    heartbeatInterval: 1_000,
    // So long a new member waits for the one that the crash took along.
    rebalanceTimeout: 200,
    minBytes: 1,
    maxWaitTimeInMs: 50,
    retry: { initialRetryTime: 20, maxRetryTime: 100, multiplier: 1, retries: 3, restartOnFailure: async () => false },
  });
}

/** Settles when the library gives up on a consumer. */
function crashOf(consumer: Consumer): Promise<Error> {
  return new Promise((resolve) => consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error)));
}

async function beginReading(
  consumer: Consumer,
  group: string,
  reader: string,
  context: LifeContext,
  afterBatch: AfterBatch,
): Promise<void> {
  const { history, over } = context;
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS_READ_ALL_THE_TIME, fromBeginning: true });
  // Whatever was committed by now counts for this member.
  history.add({ kind: 'joined', group, reader });
  const commit = async (log: string, next: number) => {
    const at = log.lastIndexOf('-');
    history.add({ kind: 'committing', group, log, offset: next });
    await consumer.commitOffsets([
      { topic: log.slice(0, at), partition: Number(log.slice(at + 1)), offset: String(next) },
    ]);
    // The library says the same when it was asked to stop.
    if (!over.aborted) history.add({ kind: 'committed', group, log, offset: next });
  };
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    eachBatch: async ({ batch, heartbeat }: EachBatchPayload) => {
      const log = logName(batch.topic, batch.partition);
      for (const { offset, value } of batch.messages) {
        noteRecord(log, Number(offset), value, context, (id) => ({
          kind: 'read',
          log,
          offset: Number(offset),
          id,
          reader,
          group,
        }));
      }
      await heartbeat();
      await afterBatch(log, Number(batch.lastOffset()) + 1, commit);
    },
  });
}

function noteRecord(
  log: string,
  offset: number,
  value: Buffer | null,
  { history }: LifeContext,
  happening: (id: string) => Happening,
): void {
  const id = readMessageText(value?.toString('latin1') ?? '');
  if (id === undefined) history.add({ kind: 'wrong', what: `${log} holds at ${offset} a value that nobody sent` });
  else history.add(happening(id));
}

/** The group reads to the end of every log and commits; then a new group reads out what all logs hold. */
export async function drainKafka(context: LifeContext, limitMs: number): Promise<void> {
  const { history } = context;
  const ends = await logEnds(context);
  const reader = `reader-${context.nextNumber('reader')}`;
  const readAllTheTime = new Map([...ends].filter(([log]) => !log.startsWith(`${LEDGER}-`)));
  await readToEnds(readAllTheTime, limitMs, `group ${GROUP}`, async (reached) => {
    const consumer = groupMember(context);
    const committed = await committedOffsets(context);
    for (const [log, offset] of committed) if (offset >= (readAllTheTime.get(log) ?? 0)) reached(log, offset);
    await beginReading(consumer, GROUP, reader, context, async (log, next, commit) => {
      await commit(log, next);
      reached(log, next);
    });
    return consumer;
  });
  await readToEnds(ends, limitMs, 'a new group', async (reached) => {
    const consumer = groupMember(context, `audit-${history.count}`);
    await consumer.connect();
    await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const log = logName(batch.topic, batch.partition);
        for (const { offset, value } of batch.messages) {
          noteRecord(log, Number(offset), value, context, (id) => ({ kind: 'found', log, offset: Number(offset), id }));
        }
        await Promise.resolve();
        reached(log, Number(batch.lastOffset()) + 1);
      },
    });
    return consumer;
  });
}

/** Runs a consumer until it has reached the end of every log. Rejects when that does not happen in time. */
async function readToEnds(
  ends: ReadonlyMap<string, number>,
  limitMs: number,
  who: string,
  begin: (reached: (log: string, next: number) => void) => Promise<Consumer>,
): Promise<void> {
  const open = new Set([...ends].filter(([, end]) => end > 0).map(([log]) => log));
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const look = () => {
    if (open.size === 0) finish();
  };
  const consumer = await begin((log, next) => {
    if (next >= ends.get(log)!) open.delete(log);
    look();
  });
  look();
  const limit = setTimeout(() => finish(), limitMs);
  await finished;
  clearTimeout(limit);
  await consumer.disconnect();
  if (open.size > 0) throw new Error(`${who} did not reach the end of ${[...open].join(', ')} in ${limitMs} ms`);
}

async function logEnds({ urls, history }: LifeContext): Promise<Map<string, number>> {
  const admin = kafkaClient(urls.kafka).admin();
  const ends = new Map<string, number>();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    for (const topic of TOPICS) {
      if (!existing.has(topic)) {
        history.add({ kind: 'missing', what: `topic ${topic}` });
        continue;
      }
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        ends.set(logName(topic, partition), Number(high));
      }
    }
  } finally {
    await admin.disconnect();
  }
  return ends;
}

async function committedOffsets({ urls }: LifeContext): Promise<Map<string, number>> {
  const admin = kafkaClient(urls.kafka).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchOffsets({ groupId: GROUP, topics: TOPICS_READ_ALL_THE_TIME });
    return new Map(
      offsets.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [logName(topic, partition), Number(offset)] as const),
      ),
    );
  } finally {
    await admin.disconnect();
  }
}

/** Creates one more topic now and then: its answer is a promise as well. */
export async function declareWithKafka(context: LifeContext): Promise<void> {
  const { history, over, urls } = context;
  const admin = kafkaClient(urls.kafka).admin();
  await admin.connect();
  try {
    while (!over.aborted) {
      const topic = `kafka.extra-${context.nextNumber('extra-kafka')}`;
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
      history.add({ kind: 'declared', what: topic });
      await pause(context.random.between(50, 400), over);
    }
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Which of these topics exist. */
export async function topicsWithKafka(broker: string): Promise<ReadonlySet<string>> {
  const admin = kafkaClient(broker).admin();
  await admin.connect();
  try {
    return new Set(await admin.listTopics());
  } finally {
    await admin.disconnect();
  }
}
