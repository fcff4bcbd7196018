import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before } from 'node:test';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { type PivotMessage, pivotOf, type QueueSpec } from '../../core/index.js';
import { DIALECT_AMQP } from '../../bytes/index.js';
import { ModelBroker } from './model-broker.test.js';
import { SqsFront, type SqsFrontOptions } from './sqs-front.js';

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The text of the first element of that name. */
export const element = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

/** A queue as an AMQP client would declare it. */
export const amqpQueue: QueueSpec = {
  durable: true,
  autoDelete: false,
  owner: 0,
  grouped: false,
  retainMs: undefined,
  dialect: DIALECT_AMQP,
  declared: {},
  settings: {},
};

export interface RawAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
}

/** A front over the model broker, with the AWS SDK and plain HTTP to talk to it. */
export class FrontHarness {
  model = new ModelBroker();
  url = '';
  client!: SQSClient;
  #front!: SqsFront;
  #queues = 0;

  /** Runs around the tests of the suite that it is called in. */
  runAround(model = new ModelBroker(), options: Partial<SqsFrontOptions> = {}): void {
    before(async () => {
      this.model = model;
      this.#front = new SqsFront({ host: model.host, translate, receiptKey: Buffer.alloc(32, 3), ...options });
      ({ url: this.url } = await this.#front.listen(0, '127.0.0.1'));
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      this.client = new SQSClient({ endpoint: this.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
    });
    after(async () => {
      this.client.destroy();
      await this.#front.stop();
    });
  }

  newName(): string {
    this.#queues += 1;
    return `q${this.#queues}`;
  }

  /** Creates a queue of a new name and answers its URL. */
  readonly createQueue = async (attributes: Record<string, string> = {}): Promise<string> => {
    const name = this.newName();
    const QueueName = attributes['FifoQueue'] === 'true' ? `${name}.fifo` : name;
    const { QueueUrl } = await this.client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
    assert.ok(QueueUrl);
    return QueueUrl;
  };

  readonly receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
    (await this.client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

  readonly bodies = async (
    QueueUrl: string,
    more: Partial<ReceiveMessageCommandInput> = {},
  ): Promise<(string | undefined)[]> => (await this.receive(QueueUrl, more)).map((message) => message.Body);

  readonly attribute = async (QueueUrl: string, name: QueueAttributeName): Promise<string | undefined> =>
    (await this.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[name];

  readonly raw = async (path: string, init: RequestInit): Promise<RawAnswer> => {
    const { status, headers, ...response } = await fetch(`${this.url}${path}`, init).then(async (answer) => ({
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
    }));
    return { status, headers, type: headers.get('content-type') ?? '', text: response.text };
  };

  readonly json = (action: string, body: unknown, path = '/'): Promise<RawAnswer> =>
    this.raw(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  readonly query = (action: string, parameters: Record<string, string>, path = '/'): Promise<RawAnswer> =>
    this.raw(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: new URLSearchParams({ Action: action, Version: '2012-11-05', ...parameters }).toString(),
    });
}

/** Expects the service's error: the shape's name, the query form's code (which the JSON form sends in a header), the status and the text. */
export async function refused(
  promise: Promise<unknown>,
  shape: string,
  code: string,
  status: number,
  message: string | RegExp,
): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof SQSServiceException, String(error));
    // The SDK calls what the service model does not know by its code.
    assert.equal(error.name, shape.endsWith('Exception') ? code : shape);
    assert.equal((error as unknown as { Code?: string }).Code ?? error.name, code);
    assert.equal(error.$metadata.httpStatusCode, status);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}

/** Takes the body for the whole message, and adds a property and a header. */
function translate(
  _dialect: number,
  _envelope: Uint8Array,
  _envelopeStart: number,
  _envelopeEnd: number,
  body: Uint8Array,
  start: number,
  end: number,
): PivotMessage {
  const pivot = pivotOf(body.subarray(start, end));
  pivot.contentType = 'text/plain';
  pivot.headers.push({ name: 'n', value: { kind: 'integer', value: 7n } });
  return pivot;
}
