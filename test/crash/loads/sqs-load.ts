import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Urls } from '../crashable-broker.js';
import { messageText, randomLength, readMessageText } from '../message-text.js';
import type { Place } from '../places.js';
import { type LifeContext, noteFailure, pause } from './load.js';

const BIGGEST_BODY = 60_000;
const LATER_SECONDS = 1;
const POISON_RECEIVES = 2;
/** What was received and not deleted comes back after this long, over every crash; see `holdMs` of the places. */
const HOLD_SECONDS = 3;
/** Longer than it takes to empty the queues. */
const LONG_VISIBILITY_SECONDS = 600;
const DELETED_FRACTION = 0.9;

export function sqsClient(endpoint: string): SQSClient {
  return new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

/** Where a queue is, as every SQS client may compute it once it knows one of them. */
export function queueUrl(endpoint: string, queue: string): string {
  return `${endpoint}/000000000000/${queue}`;
}

/** Creates everything that the SQS loads use. */
export async function setUpSqs(endpoint: string): Promise<void> {
  const client = sqsClient(endpoint);
  const create = async (name: string, attributes: Record<string, string> = {}) => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return QueueUrl!;
  };
  try {
    await create('sqs-standard');
    await create('sqs-later');
    const dead = await create('sqs-poison-dead');
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
    );
    await create('sqs-poison', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes!['QueueArn'], maxReceiveCount: POISON_RECEIVES }),
    });
    await create('sqs-groups.fifo', { FifoQueue: 'true' });
  } finally {
    client.destroy();
  }
}

interface SenderShape {
  readonly source: string;
  readonly queue: string;
  readonly places: readonly string[];
  readonly logs?: readonly string[];
  readonly delaySeconds?: number;
}

const SENDERS: readonly SenderShape[] = [
  { source: 'standard', queue: 'sqs-standard', places: ['sqs-standard'] },
  { source: 'later-sqs', queue: 'sqs-later', places: ['sqs-later'], delaySeconds: LATER_SECONDS },
  { source: 'poison', queue: 'sqs-poison', places: ['sqs-poison', 'sqs-poison-dead'] },
  { source: 'retained-sqs', queue: 'retained', places: ['retained'], logs: ['retained'] },
];

/** Batches and single messages to the standard queues. */
export async function sendWithSqs(context: LifeContext): Promise<void> {
  await withClient(context, (client) => Promise.all(SENDERS.map((shape) => sendUntilOver(client, shape, context))));
}

async function sendUntilOver(client: SQSClient, shape: SenderShape, context: LifeContext): Promise<void> {
  const { over, urls } = context;
  const random = context.random.fork();
  const QueueUrl = queueUrl(urls.sqs, shape.queue);
  while (!over.aborted) {
    const count = random.chance(0.3) ? 1 : random.between(2, 10);
    const messages = Array.from({ length: count }, () => {
      const id = `${shape.source}:${context.nextNumber(shape.source)}`;
      noteSent(id, shape, context);
      return { id, body: messageText(id, randomLength(random, BIGGEST_BODY)) };
    });
    const DelaySeconds = shape.delaySeconds;
    if (count === 1) {
      const [{ id, body }] = messages;
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, DelaySeconds }));
      context.history.add({ kind: 'confirmed', id });
    } else {
      const Entries = messages.map(({ body }, i) => ({ Id: String(i), MessageBody: body, DelaySeconds }));
      const { Successful = [], Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      for (const { Id } of Successful) context.history.add({ kind: 'confirmed', id: messages[Number(Id)].id });
      for (const { Id, Code } of Failed) noteFailure(context, `${messages[Number(Id)].id} was refused: ${Code}`);
    }
    await pause(random.between(5, 40), over);
  }
}

function noteSent(id: string, { places, logs, delaySeconds }: SenderShape, { history }: LifeContext): void {
  history.add({
    kind: 'sent',
    id,
    places,
    ...(logs === undefined ? {} : { logs }),
    ...(delaySeconds === undefined ? {} : { notBeforeMs: Date.now() + delaySeconds * 1_000 }),
  });
}

/** Receivers that delete most of what they get. */
export async function receiveWithSqs(context: LifeContext): Promise<void> {
  await withClient(context, (client) =>
    Promise.all([
      receiveUntilOver(client, 'sqs-standard', HOLD_SECONDS, DELETED_FRACTION, context),
      receiveUntilOver(client, 'sqs-later', HOLD_SECONDS, DELETED_FRACTION, context),
      receiveUntilOver(client, 'retained', HOLD_SECONDS, DELETED_FRACTION, context),
      receiveUntilOver(client, 'sqs-groups.fifo', 2, DELETED_FRACTION, context),
      receiveUntilOver(client, 'sqs-poison', 1, 0, context),
    ]),
  );
}

async function receiveUntilOver(
  client: SQSClient,
  queue: string,
  visibilitySeconds: number,
  deletedFraction: number,
  context: LifeContext,
): Promise<void> {
  const { over } = context;
  const random = context.random.fork();
  while (!over.aborted) {
    const received = await receive(client, queue, visibilitySeconds, 1, context);
    await pause(random.between(0, 20), over);
    const toDelete = received.filter(() => random.chance(deletedFraction));
    if (toDelete.length > 0 && !over.aborted) await remove(client, queue, toDelete, context);
  }
}

interface Received {
  readonly id: string;
  readonly handle: string;
}

async function receive(
  client: SQSClient,
  queue: string,
  visibilitySeconds: number,
  waitSeconds: number,
  { history, urls }: LifeContext,
): Promise<readonly Received[]> {
  const began = history.count;
  const beganMs = Date.now();
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl(urls.sqs, queue),
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: visibilitySeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  const received: Received[] = [];
  const answer = history.count;
  for (const message of Messages) {
    const id = readMessageText(message.Body ?? '');
    if (id === undefined) {
      history.add({ kind: 'wrong', what: `${queue} delivered a body that nobody sent` });
      continue;
    }
    history.add({ kind: 'received', place: queue, id, began, beganMs, mark: countOf(message), answer });
    received.push({ id, handle: message.ReceiptHandle! });
  }
  return received;
}

function countOf(message: Message): number {
  return Number(message.Attributes?.ApproximateReceiveCount ?? Number.NaN);
}

/** Deletes in one batch; what is answered with success may never come again. */
async function remove(
  client: SQSClient,
  queue: string,
  received: readonly Received[],
  context: LifeContext,
): Promise<void> {
  const { history, urls } = context;
  for (const { id } of received) history.add({ kind: 'settling', place: queue, id });
  const { Successful = [], Failed = [] } = await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl(urls.sqs, queue),
      Entries: received.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle })),
    }),
  );
  for (const { Id } of Successful) history.add({ kind: 'settled', place: queue, id: received[Number(Id)].id });
  for (const { Id, Code, Message } of Failed) {
    noteFailure(context, `${received[Number(Id)].id} in ${queue} could not be deleted: ${Code} ${Message}`);
  }
}

/** Receives and deletes until every count of every queue is zero. Rejects when that does not happen in time. */
export async function drainSqs(context: LifeContext, places: readonly Place[], limitMs: number): Promise<void> {
  await withClient(context, async (client) => {
    const deadlineMs = Date.now() + limitMs;
    for (const { name, passing } of places) {
      try {
        for (;;) {
          const received = await receive(client, name, passing === true ? 0 : LONG_VISIBILITY_SECONDS, 0, context);
          if (received.length > 0 && passing !== true) await remove(client, name, received, context);
          if (passing === true)
            for (const { id } of received) context.history.add({ kind: 'returned', place: name, id });
          const counts = received.length > 0 ? undefined : await countsOf(client, name, context);
          if (counts !== undefined && sum(counts) === 0) break;
          if (Date.now() > deadlineMs) {
            throw new Error(
              `${name} did not get empty in ${limitMs} ms: ready, in flight, delayed: ${counts?.join(', ')}`,
            );
          }
          if (received.length === 0) await pause(50, context.over);
        }
      } catch (error) {
        if (!(error instanceof QueueDoesNotExist)) throw error;
        context.history.add({ kind: 'missing', what: `queue ${name}` });
      }
    }
  });
}

/** Ready, in flight, delayed. */
async function countsOf(client: SQSClient, queue: string, { urls }: Pick<LifeContext, 'urls'>): Promise<number[]> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl(urls.sqs, queue), AttributeNames: ['All'] }),
  );
  return [
    Number(Attributes['ApproximateNumberOfMessages']),
    Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
    Number(Attributes['ApproximateNumberOfMessagesDelayed']),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** How many messages each queue holds in whatever state; -1: there is no such queue. */
export async function countWithSqs(urls: Urls, queues: readonly string[]): Promise<Map<string, number>> {
  const client = sqsClient(urls.sqs);
  const counts = new Map<string, number>();
  try {
    for (const queue of queues) {
      try {
        counts.set(queue, sum(await countsOf(client, queue, { urls })));
      } catch (error) {
        if (!(error instanceof QueueDoesNotExist)) throw error;
        counts.set(queue, -1);
      }
    }
  } finally {
    client.destroy();
  }
  return counts;
}

/** Declares one more queue now and then: its answer is a promise as well. */
export async function declareWithSqs(context: LifeContext): Promise<void> {
  await withClient(context, async (client) => {
    while (!context.over.aborted) {
      const queue = `sqs-extra-${context.nextNumber('extra-sqs')}`;
      await client.send(new CreateQueueCommand({ QueueName: queue }));
      context.history.add({ kind: 'declared', what: queue });
      await pause(context.random.between(50, 400), context.over);
    }
  });
}

async function withClient(context: LifeContext, work: (client: SQSClient) => Promise<unknown>): Promise<void> {
  const client = sqsClient(context.urls.sqs);
  try {
    await work(client);
  } finally {
    client.destroy();
  }
}
