import { AddPermissionCommand, CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { Answers } from './results.js';
import { snsActions, type SnsScene, snsStrangers } from './sns-actions.js';

/** Every action, each on a topic of its own. */
export async function runSnsProbes(url: string): Promise<Answers> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SNSClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const answers: Record<string, string> = {};
  let topics = 0;
  try {
    for (const { name, parameters } of [...snsActions, ...snsStrangers]) {
      const [action] = name.split(' ');
      answers[name] = await ask(url, action, parameters(await setScene(client, `probe-${topics++}`)));
    }
  } finally {
    client.destroy();
  }
  return answers;
}

async function setScene(client: SNSClient, name: string): Promise<SnsScene> {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: name }));
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const subscription = { TopicArn, Protocol: 'sqs', Endpoint: queueArn };
  const { SubscriptionArn } = await client.send(new SubscribeCommand(subscription));
  const permission = { TopicArn, Label: 'there', AWSAccountId: ['000000000000'], ActionName: ['Publish'] };
  await client.send(new AddPermissionCommand(permission));
  return { topicArn: TopicArn!, subscriptionArn: SubscriptionArn!, queueArn };
}

async function ask(url: string, action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ Action: action, Version: '2010-03-31', ...parameters }),
  });
  const text = await response.text();
  if (response.ok) return 'ok';
  const inside = (tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(text)?.[1];
  return `${response.status} ${inside('Code')}: ${inside('Message')}`;
}
