import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BrokerUnderTest } from './broker-under-test.js';
import { consumerFolder, goIsReady, javaJars, pythonsWith, springJars } from './installed-clients.js';

const run = promisify(execFile);
const accessKey = 'AKIDCLIENTS';
const secret = 'secret/of+clients=';

/** Clients in other languages, each a program of its own that checks what it sees and prints `done`. Their signatures are verified. */
describe('clients of SQS', () => {
  const broker = new BrokerUnderTest('--sqs-access-keys', `${accessKey}:${secret},key:secret`);
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-clients-'));
  before(() => broker.start());
  after(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const finishes = async (command: string, args: readonly string[]): Promise<void> => {
    const { stdout } = await run(command, [...args, broker.url, accessKey, secret], { timeout: 100_000 });
    assert.match(stdout, /^done$/m);
  };
  const finishesInJava = async (jars: string, source: string, name: string): Promise<void> => {
    const classes = join(folder, name);
    await run('javac', ['-d', classes, '-cp', join(jars, '*'), join(source, `${name}.java`)]);
    await finishes('java', ['-Xmx300m', '-cp', `${classes}:${join(jars, '*')}`, name]);
  };
  const missing = (what: unknown, reason: string): string | false =>
    what === undefined || (Array.isArray(what) && what.length === 0) ? reason : false;

  const pythons = pythonsWith('boto3');
  it('boto3', { skip: missing(pythons, 'no Python with boto3') }, async () => {
    for (const python of pythons) await finishes(python, ['test/sqs/boto3-client.py']);
  });

  const celeries = pythonsWith('celery', 'kombu', 'boto3', 'pycurl');
  it('Celery', { skip: missing(celeries, 'no Python with celery[sqs]') }, async () => {
    for (const python of celeries) await finishes(python, ['test/sqs/celery-worker.py']);
  });

  const awsCommands = pythonsWith('awscli').map((python) => join(resolve(python, '..'), 'aws'));
  it('the AWS CLI', { skip: missing(awsCommands, 'no Python with awscli') }, async () => {
    for (const command of awsCommands) await useAwsCommand(command, broker.url);
  });

  const sdkJars = javaJars();
  it('the AWS SDK for Java', { skip: missing(sdkJars, 'AWS_JAVA_JARS names no folder') }, async () => {
    await finishesInJava(sdkJars!, 'test/sqs/java', 'SqsProbe');
  });

  const cloudJars = springJars();
  it('Spring Cloud AWS', { skip: missing(cloudJars, 'SPRING_CLOUD_AWS_JARS names no folder') }, async () => {
    await finishesInJava(cloudJars!, 'test/sqs/spring', 'SpringProbe');
  });

  it('the AWS SDK for Go', { skip: goIsReady() ? false : 'no Go with the SDK in its module cache' }, async () => {
    const program = join(folder, 'go-probe');
    const env = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=mod' };
    await run('go', ['build', '-o', program, '.'], { cwd: 'test/sqs/go', env });
    await finishes(program, []);
  });

  const consumer = consumerFolder();
  it("sqs-consumer's own tests", { skip: missing(consumer, 'SQS_CONSUMER names no folder') }, async () => {
    // They run against one queue, in one place, with one key.
    const QueueName = 'sqs-consumer-data';
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    const client = new SQSClient({ endpoint: broker.url, region: 'eu-west-1', credentials });
    await client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '30' } }));
    client.destroy();
    const redirect = ['--import', resolve('test/sqs/redirect-port.mjs')];
    const cucumber = ['node_modules/@cucumber/cucumber/bin/cucumber.js', '--config', 'test/config/cucumber.mjs'];
    const ports = { KNOWN_PORT: '9324', BROKER_PORT: new URL(broker.url).port };
    const { stdout } = await run(process.execPath, [...redirect, ...cucumber, '--format', 'summary'], {
      cwd: consumer,
      env: { ...process.env, ...ports },
      timeout: 100_000,
    });
    assert.match(stdout, /^(\d+) scenarios \(\1 passed\)$/m);
  });
});

/** What somebody does with a queue from a shell. */
async function useAwsCommand(command: string, url: string): Promise<void> {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const aws = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run(command, ['--endpoint-url', url, '--output', 'json', 'sqs', ...args], { env });
    return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  };
  const { QueueUrl } = await aws('create-queue', '--queue-name', 'cli');
  const queue = ['--queue-url', String(QueueUrl)];
  const attributes = '{"k":{"DataType":"String","StringValue":"v"}}';
  await aws('send-message', ...queue, '--message-body', 'hello é', '--message-attributes', attributes);
  const { Messages } = (await aws(
    'receive-message',
    ...queue,
    '--message-attribute-names',
    'All',
    '--wait-time-seconds',
    '5',
  )) as { Messages: { Body: string; ReceiptHandle: string; MessageAttributes: unknown }[] };
  assert.equal(Messages[0]?.Body, 'hello é');
  assert.deepEqual(Messages[0]?.MessageAttributes, { k: { StringValue: 'v', DataType: 'String' } });
  await aws('delete-message', ...queue, '--receipt-handle', Messages[0].ReceiptHandle);
  await aws('delete-queue', ...queue);
  await assert.rejects(aws('get-queue-url', '--queue-name', 'cli'), /NonExistentQueue/);
}
