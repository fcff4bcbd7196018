import { performance } from 'node:perf_hooks';
import { monotonicMicros, pause } from '../machine/clock.js';
import { serveCalls } from '../machine/thread-calls.js';
import { NumberedRequest, messageNumber } from './numbered-bodies.js';
import { SqsConnection } from './sqs-connection.js';
import { sqsRequest } from './sqs-request.js';

interface Setting {
  readonly port: number;
  readonly queueUrl: string;
  readonly connections: number;
}

export interface SendOrder extends Setting {
  readonly bodyBytes: number;
  /** Messages in one request: 1 is SendMessage, more is SendMessageBatch. */
  readonly entries: number;
  readonly forMs: number;
  readonly mostMessages: number;
  /** Of a FIFO queue; undefined: a standard one. */
  readonly group: string | undefined;
}

export interface DrainOrder extends Setting {
  /** How many messages there are to receive and delete; their numbers are below `numbersBelow`. */
  readonly messages: number;
  readonly numbersBelow: number;
  /** They must come by their numbers. */
  readonly inOrder: boolean;
}

export interface LatencyOrder extends Setting {
  readonly perSecond: number;
  readonly forMs: number;
}

/** How many polls have come back empty since they began. */
export interface IdleReport {
  readonly polls: number;
}

export interface SqsReport {
  readonly messages: number;
  readonly requests: number;
  readonly elapsedMs: number;
  /** From each request to its answer, in us; for a drain only those of ReceiveMessage. */
  readonly micros: Float64Array;
  readonly utilisation: number;
}

/** Runs `turn` on each of the connections, which calls itself until it is done, and measures until all of them are. */
async function measure(
  { port, connections }: Setting,
  turn: (connection: SqsConnection, done: () => void, fail: (error: Error) => void) => void,
): Promise<{ readonly elapsedMs: number; readonly utilisation: number }> {
  const open: SqsConnection[] = [];
  let fail: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  try {
    for (let index = 0; index < connections; index++) open.push(await SqsConnection.open(port, fail));
    const before = performance.eventLoopUtilization();
    const startedAt = monotonicMicros();
    const turns = open.map((connection) => new Promise<void>((done) => turn(connection, done, fail)));
    await Promise.race([Promise.all(turns), broken]);
    const elapsedMs = (monotonicMicros() - startedAt) / 1e3;
    return { elapsedMs, utilisation: performance.eventLoopUtilization(before).utilization };
  } finally {
    for (const connection of open) connection.close();
  }
}

async function send(order: SendOrder): Promise<SqsReport> {
  const { port, queueUrl, bodyBytes, entries, mostMessages, group } = order;
  const until = monotonicMicros() + order.forMs * 1e3;
  const micros: number[] = [];
  let next = 0;
  const figures = await measure(order, (connection, done, fail) => {
    const request =
      entries === 1
        ? NumberedRequest.send(port, queueUrl, bodyBytes, group)
        : NumberedRequest.sendBatch(port, queueUrl, bodyBytes, entries, group);
    const sendOne = (): void => {
      const sentAt = monotonicMicros();
      if (sentAt >= until || next + entries > mostMessages) {
        done();
        return;
      }
      const bytes = request.numbered(next);
      next += entries;
      connection.send(bytes, (body) => {
        micros.push(monotonicMicros() - sentAt);
        if (accepted(body) === entries) sendOne();
        else fail(new Error(`not all was accepted: ${body.toString('utf8').slice(0, 300)}`));
      });
    };
    sendOne();
  });
  return { messages: next, requests: micros.length, micros: Float64Array.from(micros), ...figures };
}

const messageIdMark = Buffer.from('"MessageId"');

/** How many messages an answer to SendMessage or SendMessageBatch gives an id. */
function accepted(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(messageIdMark); at >= 0; at = body.indexOf(messageIdMark, at + 1)) count++;
  return count;
}

interface Received {
  readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
}

async function drain(order: DrainOrder): Promise<SqsReport> {
  const { port, queueUrl, messages, numbersBelow, inOrder } = order;
  const seen = new Uint8Array(numbersBelow);
  const micros: number[] = [];
  let requests = 0;
  let taken = 0;
  const receive = sqsRequest(port, 'ReceiveMessage', { QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
  const figures = await measure(order, (connection, done, fail) => {
    const receiveSome = (): void => {
      if (taken >= messages) {
        done();
        return;
      }
      const sentAt = monotonicMicros();
      requests++;
      connection.send(receive, (body) => {
        micros.push(monotonicMicros() - sentAt);
        const { Messages: got = [] } = JSON.parse(body.toString('utf8') || '{}') as Received;
        for (const { Body } of got) {
          const number = messageNumber(Body);
          if (seen[number] !== 0) fail(new Error(`message ${number} came twice or was never sent`));
          if (inOrder && number > 0 && seen[number - 1] === 0) fail(new Error(`message ${number} came too early`));
          seen[number] = 1;
        }
        taken += got.length;
        if (got.length === 0) receiveSome();
        else removeAll(got.map(({ ReceiptHandle }) => ReceiptHandle));
      });
    };
    const removeAll = (handles: readonly string[]): void => {
      const Entries = handles.map((ReceiptHandle, index) => ({ Id: `e${index}`, ReceiptHandle }));
      requests++;
      connection.send(sqsRequest(port, 'DeleteMessageBatch', { QueueUrl: queueUrl, Entries }), (body) => {
        const { Failed: failed = [] } = JSON.parse(body.toString('utf8')) as { Failed?: readonly unknown[] };
        if (failed.length > 0) fail(new Error(`not all was deleted: ${JSON.stringify(failed).slice(0, 300)}`));
        else receiveSome();
      });
    };
    receiveSome();
  });
  return { messages: taken, requests, micros: Float64Array.from(micros), ...figures };
}

/** Sends at a fixed rate, which does not wait for the server, while the connections poll; times are from send to receive. */
async function latency(order: LatencyOrder): Promise<SqsReport> {
  const { port, queueUrl, perSecond, forMs } = order;
  const count = Math.floor((perSecond * forMs) / 1000);
  const sentAt = new Float64Array(count);
  const micros: number[] = [];
  let sent = 0;
  let fail: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const senders = await Promise.all(Array.from({ length: 8 }, () => SqsConnection.open(port, (error) => fail(error))));
  const free = senders.map((connection) => ({
    connection,
    request: NumberedRequest.send(port, queueUrl, 100),
  }));
  const startedAt = monotonicMicros();
  const sendDue = (): void => {
    const due = Math.min(count, Math.floor(((monotonicMicros() - startedAt) / 1e6) * perSecond));
    while (sent < due && free.length > 0) {
      const sender = free.pop()!;
      // From when it should have been sent: waiting for a free connection counts.
      sentAt[sent] = startedAt + (sent / perSecond) * 1e6;
      sender.connection.send(sender.request.numbered(sent), () => void free.push(sender));
      sent++;
    }
  };
  const timer = setInterval(sendDue, 1);
  const receive = sqsRequest(port, 'ReceiveMessage', {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 1,
  });
  try {
    const polling = measure(order, (connection, done) => {
      const poll = (): void => {
        if (micros.length >= count) {
          done();
          return;
        }
        connection.send(receive, (body) => {
          const receivedAt = monotonicMicros();
          const { Messages: got = [] } = JSON.parse(body.toString('utf8') || '{}') as Received;
          for (const { Body } of got) micros.push(receivedAt - sentAt[messageNumber(Body)]);
          if (got.length === 0) {
            poll();
            return;
          }
          const Entries = got.map(({ ReceiptHandle }, index) => ({ Id: `e${index}`, ReceiptHandle }));
          connection.send(sqsRequest(port, 'DeleteMessageBatch', { QueueUrl: queueUrl, Entries }), poll);
        });
      };
      poll();
    });
    const figures = await Promise.race([polling, broken]);
    return { messages: count, requests: count, micros: Float64Array.from(micros), ...figures };
  } finally {
    clearInterval(timer);
    for (const connection of senders) connection.close();
  }
}

let pollers: SqsConnection[] = [];
let polls = 0;
let pollFailure: Error | undefined;

/** Opens connections that poll an empty queue again and again; resolves when all have begun. */
async function beginPolling({ port, queueUrl, connections }: Setting): Promise<IdleReport> {
  const receive = sqsRequest(port, 'ReceiveMessage', { QueueUrl: queueUrl, WaitTimeSeconds: 20 });
  for (let index = 0; index < connections; index++) {
    const connection = await SqsConnection.open(port, (error) => {
      pollFailure = error;
    });
    const poll = (): void => connection.send(receive, again);
    const again = (): void => {
      polls++;
      poll();
    };
    poll();
    pollers.push(connection);
  }
  return { polls };
}

async function keepPolling({ forMs }: { readonly forMs: number }): Promise<IdleReport> {
  await pause(forMs);
  if (pollFailure !== undefined) throw pollFailure;
  return { polls };
}

function endPolling(): Promise<IdleReport> {
  for (const connection of pollers) connection.close();
  pollers = [];
  return Promise.resolve({ polls });
}

serveCalls({ send, drain, latency, beginPolling, keepPolling, endPolling });
