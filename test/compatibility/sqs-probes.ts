import {
  AddPermissionCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SqsAnswers } from './results.js';
import { sqsActions, type SqsScene, sqsStrangers } from './sqs-actions.js';

/** Every action in both forms, each on a queue of its own. */
export async function runSqsProbes(url: string): Promise<Record<string, SqsAnswers>> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const answers: Record<string, SqsAnswers> = {};
  let queues = 0;
  const scene = () => setScene(client, `probe-${queues++}`);
  try {
    for (const { name, json, query } of [...sqsActions, ...sqsStrangers]) {
      const [action] = name.split(' ');
      answers[name] = {
        json: await askJson(url, action, json(await scene())),
        query: await askQuery(url, action, query(await scene())),
      };
    }
  } finally {
    client.destroy();
  }
  return answers;
}

async function setScene(client: SQSClient, queueName: string): Promise<SqsScene> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: queueName }));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const queueArn = Attributes!['QueueArn']!;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: 1 });
  await client.send(new CreateQueueCommand({ QueueName: `${queueName}-source`, Attributes: { RedrivePolicy } }));
  await client.send(
    new AddPermissionCommand({ QueueUrl, Label: 'there', AWSAccountIds: ['000000000000'], Actions: ['SendMessage'] }),
  );
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
  return { queueName, queueUrl: QueueUrl!, queueArn, receiptHandle: Messages![0].ReceiptHandle! };
}

async function askJson(url: string, action: string, input: object): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (response.ok) return 'ok';
  const { __type: type, message } = JSON.parse(text) as { __type: string; message: string };
  return `${response.status} ${type}: ${message}`;
}

async function askQuery(url: string, action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ Action: action, Version: '2012-11-05', ...parameters }),
  });
  const text = await response.text();
  if (response.ok) return 'ok';
  const inside = (tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(text)?.[1];
  return `${response.status} ${inside('Code')}: ${inside('Message')}`;
}
