import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { RunningCommand } from '../house/running-command.js';

/** Our command with a data directory of its own, which it keeps over restarts, and the AWS SDK to talk to it. */
export class BrokerUnderTest {
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'rosettamq-sqs-'));
  #command!: RunningCommand;
  url = '';
  amqpUrl = '';
  client!: SQSClient;
  #queues = 0;
  readonly #options: readonly string[];

  /** `options`: further ones for the command. */
  constructor(...options: readonly string[]) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const ports = ['--sqs-port', '0', '--amqp-port', '0', '--kafka-port', 'off', '--admin-port', 'off'];
    this.#command = new RunningCommand(process.execPath, [
      'dist/cli/main.js',
      '--data-dir',
      this.#dataDir,
      ...ports,
      ...this.#options,
    ]);
    await this.#command.ready();
    this.url = this.#command.url('SQS');
    this.amqpUrl = this.#command.url('AMQP').replace('amqp://', 'amqp://guest:guest@');
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.client = new SQSClient({ endpoint: this.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  }

  async restart(): Promise<void> {
    this.client.destroy();
    await this.#command.stop();
    await this.start();
  }

  /** Ends the process with no chance to tidy up, and starts another on what it left. */
  async crash(): Promise<void> {
    this.client.destroy();
    this.#command.child.kill('SIGKILL');
    await this.#command.ended;
    await this.start();
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.#command.stop();
    rmSync(this.#dataDir, { recursive: true });
  }

  /** Creates a queue of a new name and answers its name; QueueUrl parameters take it as it is. */
  readonly createQueue = async (Attributes: Record<string, string> = {}): Promise<string> => {
    this.#queues += 1;
    const QueueName = `queue-${this.#queues}${Attributes['FifoQueue'] === 'true' ? '.fifo' : ''}`;
    await this.client.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueName;
  };

  readonly receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
    (await this.client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

  readonly bodies = async (
    QueueUrl: string,
    more: Partial<ReceiveMessageCommandInput> = {},
  ): Promise<(string | undefined)[]> => (await this.receive(QueueUrl, more)).map(({ Body }) => Body);
}
