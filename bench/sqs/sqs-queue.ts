import { SqsConnection } from './sqs-connection.js';
import { sqsRequest } from './sqs-request.js';

/** A queue with default settings, and the few requests about it that are not measured. */
export class SqsQueue {
  readonly url: string;
  readonly #port: number;

  private constructor(port: number, url: string) {
    this.#port = port;
    this.url = url;
  }

  static async create(port: number, name: string, fifo = false): Promise<SqsQueue> {
    const fifoAttributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const input = fifo ? { QueueName: `${name}.fifo`, Attributes: fifoAttributes } : { QueueName: name };
    const { QueueUrl: url } = await ask(port, 'CreateQueue', input);
    if (typeof url !== 'string') throw new Error('CreateQueue gave no QueueUrl');
    return new SqsQueue(port, url);
  }

  /** Deletes the queue, after checking that it holds exactly so many messages, none of them in flight. */
  async deleteHolding(messages: number): Promise<void> {
    const { Attributes: attributes } = await ask(this.#port, 'GetQueueAttributes', {
      QueueUrl: this.url,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    });
    const counts = attributes as Record<string, string> | undefined;
    const ready = Number(counts?.['ApproximateNumberOfMessages']);
    const inFlight = Number(counts?.['ApproximateNumberOfMessagesNotVisible']);
    if (ready !== messages || inFlight !== 0) {
      throw new Error(`the queue holds ${ready} messages and ${inFlight} in flight, not ${messages} and 0`);
    }
    await ask(this.#port, 'DeleteQueue', { QueueUrl: this.url });
  }
}

async function ask(port: number, action: string, parameters: object): Promise<Record<string, unknown>> {
  let fail: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const connection = await SqsConnection.open(port, (error) => fail(error));
  try {
    return await Promise.race([connection.ask(sqsRequest(port, action, parameters)), broken]);
  } finally {
    connection.close();
  }
}
