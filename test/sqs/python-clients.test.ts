import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { BrokerUnderTest } from './broker-under-test.js';

/**
 * Python interpreters with boto3 and the AWS CLI, separated by colons. One with botocore before 1.31.81 speaks the query form, later
 * ones the JSON form.
 */
const interpreters = process.env['ROSETTAMQ_TEST_PYTHON']?.split(':') ?? [];

const run = promisify(execFile);

describe('Python clients', {
  skip: interpreters.length === 0 ? 'ROSETTAMQ_TEST_PYTHON names no interpreter' : false,
}, () => {
  const broker = new BrokerUnderTest();
  before(() => broker.start());
  after(() => broker.stop());

  for (const python of interpreters) {
    it(`boto3 of ${python}`, async () => {
      const { stdout } = await run(python, ['test/sqs/boto3-client.py', broker.url]);
      assert.match(stdout, /^done$/m);
    });

    it(`the AWS CLI of ${python}`, async () => {
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: 'us-east-1',
      };
      const aws = async (...args: readonly string[]): Promise<unknown> => {
        const { stdout } = await run(
          join(dirname(python), 'aws'),
          ['--endpoint-url', broker.url, '--output', 'json', 'sqs', ...args],
          { env },
        );
        return stdout === '' ? undefined : JSON.parse(stdout);
      };
      const { QueueUrl } = (await aws('create-queue', '--queue-name', 'cli')) as { QueueUrl: string };
      const attributes = '{"k":{"DataType":"String","StringValue":"v"}}';
      await aws(
        'send-message',
        '--queue-url',
        QueueUrl,
        '--message-body',
        'hello é',
        '--message-attributes',
        attributes,
      );
      const receive = [
        'receive-message',
        '--queue-url',
        QueueUrl,
        '--message-attribute-names',
        'All',
        '--wait-time-seconds',
        '5',
      ];
      const { Messages } = (await aws(...receive)) as {
        Messages: { Body: string; ReceiptHandle: string; MessageAttributes: unknown }[];
      };
      assert.equal(Messages[0].Body, 'hello é');
      assert.deepEqual(Messages[0].MessageAttributes, { k: { StringValue: 'v', DataType: 'String' } });
      await aws('delete-message', '--queue-url', QueueUrl, '--receipt-handle', Messages[0].ReceiptHandle);
      await aws('delete-queue', '--queue-url', QueueUrl);
      await assert.rejects(aws('get-queue-url', '--queue-name', 'cli'), /AWS\.SimpleQueueService\.NonExistentQueue/);
    });
  }
});
