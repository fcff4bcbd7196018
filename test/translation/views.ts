import { SQSClient, ReceiveMessageCommand, GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import amqplib from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import type { EmbeddedBroker } from 'rosettamq';

/** What a reader sees of a message, as path and printed value; the paths are its client's own names. */
export type View = ReadonlyMap<string, string>;

/** Clients of the three dialects on one broker. */
export class Clients {
  readonly #amqp: amqplib.ChannelModel;
  readonly #channel: amqplib.ConfirmChannel;
  readonly #sqs: SQSClient;
  readonly #sns: SNSClient;
  readonly #kafka: Kafka;

  private constructor(
    amqp: amqplib.ChannelModel,
    channel: amqplib.ConfirmChannel,
    sqs: SQSClient,
    sns: SNSClient,
    kafka: Kafka,
  ) {
    this.#amqp = amqp;
    this.#channel = channel;
    this.#sqs = sqs;
    this.#sns = sns;
    this.#kafka = kafka;
  }

  static async connect(broker: EmbeddedBroker): Promise<Clients> {
    const amqp = await amqplib.connect(broker.urls.amqp!);
    const aws = {
      endpoint: broker.urls.sqs!,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const kafka = new Kafka({ brokers: [`127.0.0.1:${broker.ports.kafka}`], logLevel: logLevel.NOTHING });
    return new Clients(amqp, await amqp.createConfirmChannel(), new SQSClient(aws), new SNSClient(aws), kafka);
  }

  async close(): Promise<void> {
    this.#sqs.destroy();
    this.#sns.destroy();
    await this.#amqp.close();
  }

  /** A queue that every dialect can read and write. */
  async declare(queue: string): Promise<void> {
    await this.#channel.assertQueue(queue, { durable: true, arguments: { 'x-retain': true } });
  }

  async sendAmqp(queue: string, body: Buffer, options: amqplib.Options.Publish): Promise<void> {
    this.#channel.sendToQueue(queue, body, options);
    await this.#channel.waitForConfirms();
  }

  async sendSqs(queue: string, message: Omit<ConstructorParameters<typeof SendMessageCommand>[0], 'QueueUrl'>) {
    await this.#sqs.send(new SendMessageCommand({ QueueUrl: await this.#url(queue), ...message }));
  }

  /** To a topic that the queue is subscribed to, raw; it has the queue's name. */
  async sendSns(queue: string, message: Omit<ConstructorParameters<typeof PublishCommand>[0], 'TopicArn'>) {
    const { TopicArn } = await this.#sns.send(new CreateTopicCommand({ Name: queue }));
    const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${queue}`;
    const Attributes = { RawMessageDelivery: 'true' };
    await this.#sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    await this.#sns.send(new PublishCommand({ TopicArn, ...message }));
  }

  async sendKafka(topic: string, message: Parameters<ReturnType<Kafka['producer']>['send']>[0]['messages'][number]) {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [message] });
    await producer.disconnect();
  }

  async #url(queue: string): Promise<string> {
    const { QueueUrl } = await this.#sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    return QueueUrl!;
  }

  /** The next message as an AMQP client gets it. */
  async viewAmqp(queue: string): Promise<View> {
    const message = await this.#channel.get(queue, { noAck: true });
    if (message === false) throw new Error(`nothing in ${queue}`);
    const view = new Map<string, string>([
      ['body', shown(message.content)],
      ['exchange', message.fields.exchange],
      ['routing_key', message.fields.routingKey],
    ]);
    const { headers, ...properties } = message.properties;
    for (const [name, value] of Object.entries(properties)) if (value !== undefined) view.set(name, shown(value));
    for (const [name, value] of Object.entries(headers ?? {})) view.set(`headers.${name}`, shown(value));
    return view;
  }

  /** The next message as an SQS client gets it. */
  async viewSqs(queue: string): Promise<View> {
    const { Messages } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: await this.#url(queue),
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        WaitTimeSeconds: 5,
      }),
    );
    const message = Messages?.[0];
    if (message === undefined) throw new Error(`nothing in ${queue}`);
    const view = new Map<string, string>([
      ['Body', message.Body!],
      ['MessageId', message.MessageId!],
    ]);
    for (const [name, value] of Object.entries(message.Attributes ?? {})) view.set(`Attributes.${name}`, value);
    for (const [name, value] of Object.entries(message.MessageAttributes ?? {})) {
      view.set(
        `MessageAttributes.${name}`,
        `${value.DataType} ${shown(value.StringValue ?? Buffer.from(value.BinaryValue!))}`,
      );
    }
    return view;
  }

  /** The record at `offset` as a Kafka client gets it. */
  async viewKafka(topic: string, offset: number): Promise<View> {
    const consumer = this.#kafka.consumer({ groupId: `view-${topic}-${offset}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    try {
      return await new Promise<View>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no record ${offset} in ${topic}`)), 10_000);
        void consumer.run({
          eachMessage: async ({ message }) => {
            if (message.offset !== String(offset)) return;
            clearTimeout(late);
            const view = new Map<string, string>([['timestamp', message.timestamp]]);
            view.set('key', message.key === null ? 'null' : shown(message.key));
            view.set('value', message.value === null ? 'null' : shown(message.value));
            for (const [name, value] of Object.entries(message.headers ?? {}))
              view.set(`headers.${name}`, shown(value));
            resolve(view);
          },
        });
      });
    } finally {
      await consumer.disconnect();
    }
  }
}

/** Text as it is, bytes that are no text as hex, everything else as JSON. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) {
    const text = value.toString('utf8');
    return Buffer.from(text).equals(value) ? text : `0x${value.toString('hex')}`;
  }
  if (value instanceof Uint8Array) return shown(Buffer.from(value));
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}
