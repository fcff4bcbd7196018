import { setTimeout } from 'node:timers/promises';
import { type Answer, ask, type Form, type Input, type Output } from '../sqs/both-forms.js';

/** One thing in which servers for SQS differ, as an answer that fits a line. */
export interface SqsPoint {
  readonly name: string;
  /** What the service itself is known to answer, from its own documentation or from recordings of it. */
  readonly service: string;
  ask(queues: PointQueues): Promise<string>;
}

const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const fifoAttributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

/** Queues of fresh names on one server. */
export class PointQueues {
  readonly #url: string;
  #made = 0;

  constructor(url: string) {
    this.#url = url;
  }

  ask(action: string, input: Input, form: Form = 'json'): Promise<Answer> {
    return ask(this.#url, form, action, input);
  }

  async call(action: string, input: Input): Promise<Output> {
    return (await this.ask(action, input)).output;
  }

  /** Status, code and text of an answer that refuses, or `ok`. */
  async answer(action: string, input: Input): Promise<string> {
    const { status, code, message, output } = await this.ask(action, input);
    if (status === 200) return 'ok';
    // Where the header with the code is missing, an SDK takes the type for it.
    return `${status} ${code ?? String(output.__type).split('#').at(-1)}: ${message ?? output.Message ?? ''}`;
  }

  /** A new queue; QueueUrl takes its name by the path that both servers know. */
  async create(Attributes: Record<string, string> = {}): Promise<string> {
    this.#made += 1;
    const QueueName = `point-${this.#made}${Attributes['FifoQueue'] === 'true' ? '.fifo' : ''}`;
    await this.ask('CreateQueue', { QueueName, Attributes });
    return `${this.#url}/000000000000/${QueueName}`;
  }

  async receive(QueueUrl: string, more: Input = {}): Promise<Output[]> {
    return (await this.call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ?? [];
  }

  /** Asks for a message in a long poll and goes away before there is one. */
  async leaveWaiting(QueueUrl: string): Promise<void> {
    const gone = new AbortController();
    const waiting = fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
      body: JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }),
      signal: gone.signal,
    }).catch(() => undefined);
    await setTimeout(300);
    gone.abort();
    await waiting;
    await setTimeout(200);
  }
}

const nameOf = (url: string): string => url.split('/').at(-1) ?? '';
const bodies = (messages: readonly Output[]): string => messages.map(({ Body }) => Body).join(' ') || 'nothing';

/** In the order of the page. */
export const sqsPoints: readonly SqsPoint[] = [
  {
    name: 'CreateQueue again with another MaximumMessageSize',
    service:
      '400 QueueAlreadyExists: A queue already exists with the same name and a different value for attribute MaximumMessageSize',
    async ask(queues) {
      const url = await queues.create();
      return queues.answer('CreateQueue', { QueueName: nameOf(url), Attributes: { MaximumMessageSize: '2048' } });
    },
  },
  {
    name: 'MaximumMessageSize, MessageRetentionPeriod and KmsMasterKeyId after they were set',
    service: '2048 60 alias/k',
    async ask(queues) {
      const QueueUrl = await queues.create();
      const Attributes = { MaximumMessageSize: '2048', MessageRetentionPeriod: '60', KmsMasterKeyId: 'alias/k' };
      for (const [name, value] of Object.entries(Attributes)) {
        await queues.ask('SetQueueAttributes', { QueueUrl, Attributes: { [name]: value } });
      }
      const read = await queues.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
      return Object.keys(Attributes)
        .map((name) => read.Attributes[name] ?? 'absent')
        .join(' ');
    },
  },
  {
    name: 'SetQueueAttributes VisibilityTimeout = 43201',
    service: '400 InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.',
    ask: async (queues) =>
      queues.answer('SetQueueAttributes', {
        QueueUrl: await queues.create(),
        Attributes: { VisibilityTimeout: '43201' },
      }),
  },
  {
    name: 'ListQueues, MaxResults 1 of 2',
    service: '1 queue and a token',
    async ask(queues) {
      const prefix = nameOf(await queues.create());
      await queues.ask('CreateQueue', { QueueName: `${prefix}-second` });
      const { QueueUrls, NextToken } = await queues.call('ListQueues', { QueueNamePrefix: prefix, MaxResults: 1 });
      return `${QueueUrls.length} queue${QueueUrls.length === 1 ? '' : 's'} and ${NextToken === undefined ? 'no' : 'a'} token`;
    },
  },
  {
    name: 'x-amzn-query-error of a queue that is not there',
    service: 'AWS.SimpleQueueService.NonExistentQueue;Sender',
    async ask(queues) {
      const { headers } = await queues.ask('GetQueueUrl', { QueueName: 'no-such-queue' });
      return headers.get('x-amzn-query-error') ?? 'absent';
    },
  },
  {
    name: 'ReceiveMessage from an empty queue, members of the JSON answer',
    service: 'none',
    async ask(queues) {
      const output = await queues.call('ReceiveMessage', { QueueUrl: await queues.create() });
      return Object.keys(output).join(' ') || 'none';
    },
  },
  {
    name: 'ReceiveMessage, MaxNumberOfMessages 11',
    service:
      '400 InvalidParameterValue: Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    ask: async (queues) =>
      queues.answer('ReceiveMessage', { QueueUrl: await queues.create(), MaxNumberOfMessages: 11 }),
  },
  {
    name: 'SendMessage, one byte above 1 MiB in two-byte letters',
    service:
      '400 InvalidParameterValue: One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    ask: async (queues) =>
      queues.answer('SendMessage', { QueueUrl: await queues.create(), MessageBody: `${'é'.repeat(524_288)}x` }),
  },
  {
    name: 'SendMessageBatch without entries',
    service:
      '400 AWS.SimpleQueueService.EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.',
    ask: async (queues) => queues.answer('SendMessageBatch', { QueueUrl: await queues.create(), Entries: [] }),
  },
  {
    name: 'SendMessageBatch with the id `a b`',
    service:
      '400 AWS.SimpleQueueService.InvalidBatchEntryId: A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ask: async (queues) =>
      queues.answer('SendMessageBatch', {
        QueueUrl: await queues.create(),
        Entries: [{ Id: 'a b', MessageBody: 'x' }],
      }),
  },
  {
    name: 'MD5OfMessageSystemAttributes',
    service: '5ae4d5d7636402d80f4eb6d213245a88',
    async ask(queues) {
      const StringValue = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      const sent = await queues.call('SendMessage', {
        QueueUrl: await queues.create(),
        MessageBody: 'x',
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue } },
      });
      return sent.MD5OfMessageSystemAttributes ?? 'absent';
    },
  },
  {
    name: 'MessageAttributeNames `a.*`, of the attributes a.b and c',
    service: 'a.b',
    async ask(queues) {
      const QueueUrl = await queues.create();
      const text = { DataType: 'String', StringValue: 'x' };
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'x', MessageAttributes: { 'a.b': text, c: text } });
      const [message] = await queues.receive(QueueUrl, { MessageAttributeNames: ['a.*'] });
      return Object.keys(message.MessageAttributes ?? {}).join(' ') || 'none';
    },
  },
  {
    name: 'DeleteMessage by the handle of an earlier receive, then again',
    service: 'ok, ok',
    async ask(queues) {
      const QueueUrl = await queues.create({ VisibilityTimeout: '0' });
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'x' });
      const [{ ReceiptHandle }] = await queues.receive(QueueUrl);
      await queues.receive(QueueUrl);
      const first = await queues.answer('DeleteMessage', { QueueUrl, ReceiptHandle });
      return `${first}, ${await queues.answer('DeleteMessage', { QueueUrl, ReceiptHandle })}`;
    },
  },
  {
    name: 'A receive of which the first message goes to the dead-letter queue',
    service: 'the next message',
    async ask(queues) {
      const dead = await queues.create();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(nameOf(dead)), maxReceiveCount: 1 });
      const QueueUrl = await queues.create({ RedrivePolicy, VisibilityTimeout: '0' });
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'first' });
      await queues.receive(QueueUrl);
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'next' });
      const got = bodies(await queues.receive(QueueUrl));
      return got === 'next' ? 'the next message' : got;
    },
  },
  {
    name: 'RedrivePolicy to a queue whose RedriveAllowPolicy is denyAll',
    service: 'refused',
    async ask(queues) {
      const dead = await queues.create({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(nameOf(dead)), maxReceiveCount: 1 });
      const QueueUrl = await queues.create();
      const answer = await queues.answer('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
      return answer === 'ok' ? 'ok' : 'refused';
    },
  },
  {
    name: 'StartMessageMoveTask from a queue that is nobody’s dead-letter queue',
    service: '400 InvalidParameterValue: Source queue must be configured as a Dead Letter Queue.',
    ask: async (queues) => queues.answer('StartMessageMoveTask', { SourceArn: arn(nameOf(await queues.create())) }),
  },
  {
    name: 'FIFO: SequenceNumber, sent alone and in a batch',
    service: '20 digits, 20 digits',
    async ask(queues) {
      const QueueUrl = await queues.create(fifoAttributes);
      const alone = await queues.call('SendMessage', { QueueUrl, MessageBody: 'a', MessageGroupId: 'g' });
      const Entries = [{ Id: 'b', MessageBody: 'b', MessageGroupId: 'g' }];
      const { Successful } = await queues.call('SendMessageBatch', { QueueUrl, Entries });
      const shown = (number: unknown): string => (typeof number === 'string' ? `${number.length} digits` : 'absent');
      return `${shown(alone.SequenceNumber)}, ${shown(Successful?.[0]?.SequenceNumber)}`;
    },
  },
  {
    name: 'FIFO: the same body after PurgeQueue',
    service: 'a new message',
    async ask(queues) {
      const QueueUrl = await queues.create(fifoAttributes);
      const sent = { QueueUrl, MessageBody: 'x', MessageGroupId: 'g' };
      await queues.ask('SendMessage', sent);
      await queues.ask('PurgeQueue', { QueueUrl });
      await queues.ask('SendMessage', sent);
      return (await queues.receive(QueueUrl)).length === 1 ? 'a new message' : 'nothing';
    },
  },
  {
    name: 'FIFO: a receive with the same ReceiveRequestAttemptId',
    service: 'the same handles',
    async ask(queues) {
      const QueueUrl = await queues.create(fifoAttributes);
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'x', MessageGroupId: 'g' });
      const attempt = { ReceiveRequestAttemptId: 'again' };
      const [first] = await queues.receive(QueueUrl, attempt);
      const [second] = await queues.receive(QueueUrl, attempt);
      return second?.ReceiptHandle === first.ReceiptHandle
        ? 'the same handles'
        : second === undefined
          ? 'nothing'
          : 'others';
    },
  },
  {
    name: 'FIFO: DeleteMessage by a handle whose time is over',
    service:
      '400 InvalidParameterValue: Value <handle> for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.',
    async ask(queues) {
      const QueueUrl = await queues.create(fifoAttributes);
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'x', MessageGroupId: 'g' });
      const [{ ReceiptHandle }] = await queues.receive(QueueUrl, { VisibilityTimeout: 1 });
      await setTimeout(1_200);
      return (await queues.answer('DeleteMessage', { QueueUrl, ReceiptHandle })).replaceAll(ReceiptHandle, '<handle>');
    },
  },
  {
    name: 'Fair queues: a message of a quiet tenant behind a hundred of a noisy one',
    service: 'comes first',
    async ask(queues) {
      const QueueUrl = await queues.create();
      for (let sent = 0; sent < 10; sent += 1) {
        const Entries = Array.from({ length: 10 }, (_, place) => ({
          Id: `e${place}`,
          MessageBody: 'noisy',
          MessageGroupId: 'noisy',
        }));
        await queues.ask('SendMessageBatch', { QueueUrl, Entries });
      }
      for (let received = 0; received < 40; received += 10) await queues.receive(QueueUrl);
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'quiet', MessageGroupId: 'quiet' });
      const [first] = await queues.receive(QueueUrl, { MaxNumberOfMessages: 1 });
      return first?.Body === 'quiet' ? 'comes first' : 'waits';
    },
  },
  {
    name: 'A message that is sent after a client left its long poll',
    service: 'is hidden: the client that left has it',
    async ask(queues) {
      const QueueUrl = await queues.create();
      await queues.leaveWaiting(QueueUrl);
      await queues.ask('SendMessage', { QueueUrl, MessageBody: 'x' });
      const got = await queues.receive(QueueUrl);
      return got.length === 1 ? 'is received by the next client' : 'is hidden: the client that left has it';
    },
  },
];

/** Puts every point to the server at `url`. */
export async function runSqsPoints(url: string): Promise<Record<string, string>> {
  const queues = new PointQueues(url);
  const answers: Record<string, string> = {};
  for (const point of sqsPoints) {
    try {
      answers[point.name] = (await point.ask(queues)).slice(0, 300);
    } catch (error) {
      answers[point.name] = `no answer that could be read (${error instanceof Error ? error.name : 'error'})`;
    }
  }
  return answers;
}
