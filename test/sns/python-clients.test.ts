import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Notification, SnsUnderTest } from './sns-under-test.js';

/** Python interpreters with boto3 and the AWS CLI, separated by colons. */
const interpreters = process.env['ROSETTAMQ_TEST_PYTHON']?.split(':') ?? [];

const run = promisify(execFile);

describe('Python clients of SNS', {
  skip: interpreters.length === 0 ? 'ROSETTAMQ_TEST_PYTHON names no interpreter' : false,
}, () => {
  const broker = new SnsUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  for (const python of interpreters) {
    it(`boto3 of ${python}`, async () => {
      const { stdout } = await run(python, ['test/sns/boto3-client.py', broker.url]);
      assert.match(stdout, /^done$/m);
    });

    it(`the AWS CLI of ${python}`, async () => {
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: 'us-east-1',
      };
      const sns = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
        const command = ['--endpoint-url', broker.url, '--output', 'json', 'sns', ...args];
        const { stdout } = await run(join(dirname(python), 'aws'), command, { env });
        return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
      };
      const { TopicArn } = await sns('create-topic', '--name', 'cli', '--tags', 'Key=a,Value=b');
      const topic = ['--topic-arn', String(TopicArn)];
      const queue = await broker.createQueue();
      const endpoint = `arn:aws:sqs:us-east-1:000000000000:${queue}`;
      await sns('subscribe', ...topic, '--protocol', 'sqs', '--notification-endpoint', endpoint);
      const attributes = '{"k":{"DataType":"String","StringValue":"v"}}';
      const publish = ['publish', ...topic, '--message', 'hello é', '--subject', 'S'];
      await sns(...publish, '--message-attributes', attributes);
      const notification: Notification = await broker.takeNotification(queue);
      assert.equal(notification.Message, 'hello é');
      assert.deepEqual(notification['MessageAttributes'], { k: { Type: 'String', Value: 'v' } });
      const { Subscriptions } = await sns('list-subscriptions-by-topic', ...topic);
      assert.equal((Subscriptions as unknown[]).length, 1);
      await sns('delete-topic', ...topic);
      await assert.rejects(sns('get-topic-attributes', ...topic), /NotFound.*Topic does not exist/);
    });
  }
});
