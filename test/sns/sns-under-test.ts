import assert from 'node:assert/strict';
import {
  CreateTopicCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
  SNSServiceException,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { DeleteMessageCommand } from '@aws-sdk/client-sqs';
import { BrokerUnderTest } from '../sqs/broker-under-test.js';

/** What subscribers get where delivery is not raw. */
export interface Notification {
  readonly [member: string]: unknown;
  readonly Type: string;
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly Timestamp: string;
  readonly SubscribeURL: string;
  readonly UnsubscribeURL: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
}

/** Our command, and the AWS SDK to talk SNS with it. */
export class SnsUnderTest extends BrokerUnderTest {
  sns!: SNSClient;
  #topics = 0;

  override async start(): Promise<void> {
    await super.start();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.sns = new SNSClient({ endpoint: this.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  }

  override async restart(): Promise<void> {
    this.sns.destroy();
    await super.restart();
  }

  override async crash(): Promise<void> {
    this.sns.destroy();
    await super.crash();
  }

  override async stop(): Promise<void> {
    this.sns.destroy();
    await super.stop();
  }

  /** Creates a topic of a new name and answers its ARN. */
  readonly createTopic = async (Attributes: Record<string, string> = {}): Promise<string> => {
    this.#topics += 1;
    const Name = `topic-${this.#topics}${Attributes['FifoTopic'] === 'true' ? '.fifo' : ''}`;
    const { TopicArn } = await this.sns.send(new CreateTopicCommand({ Name, Attributes }));
    assert.ok(TopicArn);
    return TopicArn;
  };

  /** Subscribes a queue, by its name, and answers the subscription's ARN. */
  readonly subscribe = async (
    TopicArn: string,
    queue: string,
    Attributes: Record<string, string> = {},
  ): Promise<string> => {
    const subscription = { TopicArn, Protocol: 'sqs', Endpoint: queueArn(queue), Attributes };
    const { SubscriptionArn } = await this.sns.send(new SubscribeCommand(subscription));
    assert.ok(SubscriptionArn);
    return SubscriptionArn;
  };

  readonly publish = async (TopicArn: string, Message: string, more: Partial<PublishCommandInput> = {}) =>
    this.sns.send(new PublishCommand({ TopicArn, Message, ...more }));

  /** Takes what is in the queue, at least `count`, and deletes it; answers the bodies. */
  readonly take = async (QueueUrl: string, count: number): Promise<string[]> => {
    const bodies: string[] = [];
    while (bodies.length < count) {
      const messages = await this.receive(QueueUrl, { WaitTimeSeconds: 5 });
      assert.ok(messages.length > 0, `${bodies.length} of ${count} messages came`);
      for (const { Body = '', ReceiptHandle } of messages) {
        bodies.push(Body);
        await this.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    return bodies;
  };

  readonly takeNotification = async (QueueUrl: string): Promise<Notification> => {
    const [body] = await this.take(QueueUrl, 1);
    return JSON.parse(body) as Notification;
  };
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${name}`;
}

/** Expects the service's error: its code, the status, and the text. */
export async function refused(
  promise: Promise<unknown>,
  code: string,
  message: string | RegExp,
  status = 400,
): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof SNSServiceException, String(error));
    assert.equal((error as unknown as { Code?: string }).Code ?? error.name, code);
    assert.equal(error.$metadata.httpStatusCode, status);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}
