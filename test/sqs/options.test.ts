import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { RunningCommand } from '../house/running-command.js';
import { forms } from './both-forms.js';
import { BrokerUnderTest } from './broker-under-test.js';
import { QueueInForm } from './queue-in-form.js';

/** A broker with options of its own, around the tests of a suite. */
function brokerWith(...options: readonly string[]): BrokerUnderTest {
  const broker = new BrokerUnderTest(...options);
  before(() => broker.start());
  after(() => broker.stop());
  return broker;
}

describe('the 60-second rules', () => {
  const broker = brokerWith('--sqs-cooldowns', 'on');

  for (const form of forms) {
    it(`hold for purging and for creating again (${form})`, async () => {
      const q = new QueueInForm(broker.url, form, await broker.createQueue());
      await q.call('PurgeQueue');
      assert.deepEqual(await q.refused('PurgeQueue'), [
        403,
        'AWS.SimpleQueueService.PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${q.name} is allowed every 60 seconds.`,
      ]);
      await q.call('DeleteQueue');
      assert.deepEqual(await q.refused('CreateQueue', { QueueName: q.name }), [
        400,
        'AWS.SimpleQueueService.QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      ]);
    });
  }
});

describe('accounts and regions', () => {
  const client = (broker: BrokerUnderTest, region: string, accessKeyId: string): SQSClient =>
    new SQSClient({
      endpoint: broker.url,
      region,
      credentials: { accessKeyId, secretAccessKey: 'x' },
      maxAttempts: 1,
    });
  const names = async (sqs: SQSClient): Promise<string[]> =>
    ((await sqs.send(new ListQueuesCommand())).QueueUrls ?? []).map((url) => new URL(url).pathname);

  describe('that are kept apart', () => {
    const broker = brokerWith('--sqs-namespaces', 'accounts-and-regions', '--sqs-account', '111111111111');

    it('have queues of their own, under the same names', async () => {
      const [here, there, other] = [
        client(broker, 'us-east-1', 'test'),
        client(broker, 'eu-west-1', 'test'),
        client(broker, 'us-east-1', '222222222222'),
      ];
      for (const [sqs, path] of [
        [here, '/111111111111/q'],
        [there, '/111111111111/q'],
        [other, '/222222222222/q'],
      ] as const) {
        assert.deepEqual(await names(sqs), []);
        const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
        assert.equal(new URL(QueueUrl!).pathname, path);
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: path }));
        assert.deepEqual(await names(sqs), [path]);
        const wanted = { QueueUrl, AttributeNames: ['All' as const] };
        const { Attributes } = await sqs.send(new GetQueueAttributesCommand(wanted));
        assert.equal(Attributes?.['ApproximateNumberOfMessages'], '1');
        assert.equal(Attributes?.['QueueArn'], `arn:aws:sqs:${await sqs.config.region()}:${path.slice(1, 13)}:q`);
      }
      const asked = { QueueName: 'q', QueueOwnerAWSAccountId: '222222222222' };
      const { QueueUrl } = await here.send(new GetQueueUrlCommand(asked));
      assert.equal(new URL(QueueUrl!).pathname, '/222222222222/q');
      await here.send(new SendMessageCommand({ QueueUrl, MessageBody: "to another account's queue" }));
      await assert.rejects(there.send(new GetQueueUrlCommand(asked)), /does not exist/);
      for (const sqs of [here, there, other]) sqs.destroy();
    });

    it('still do after a restart', async () => {
      await broker.restart();
      const there = client(broker, 'eu-west-1', 'test');
      assert.deepEqual(await names(there), ['/111111111111/q']);
      there.destroy();
    });
  });

  describe('usually', () => {
    const broker = brokerWith('--sqs-region', 'eu-north-1');

    it('see the same queues', async () => {
      await broker.createQueue();
      for (const sqs of [client(broker, 'us-east-1', 'test'), client(broker, 'eu-west-1', '222222222222')]) {
        assert.deepEqual(await names(sqs), ['/000000000000/queue-1']);
        sqs.destroy();
      }
    });

    it('give ARNs of the usual region where a request is not signed', async () => {
      const q = new QueueInForm(broker.url, 'json', 'queue-1');
      const { Attributes } = await q.call('GetQueueAttributes', { AttributeNames: ['QueueArn'] });
      assert.equal(Attributes.QueueArn, 'arn:aws:sqs:eu-north-1:000000000000:queue-1');
    });
  });
});

describe('a definitions file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-definitions-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  describe('in TOML', () => {
    const broker = brokerWith(
      '--definitions',
      file(
        'queues.toml',
        `[[sqs.queues]]
name = "orders"
tags = { team = "shop" }

[sqs.queues.attributes]
VisibilityTimeout = 45
RedrivePolicy = { deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:orders-dead", maxReceiveCount = 3 }

[[sqs.queues]]
name = "orders-dead"
`,
      ),
    );

    it('makes queues, and keeps to what it says when they are there', async () => {
      for (const start of ['first', 'again']) {
        const q = new QueueInForm(broker.url, 'json', 'orders');
        const { Attributes } = await q.call('GetQueueAttributes', { AttributeNames: ['All'] });
        assert.equal(Attributes.VisibilityTimeout, '45', start);
        assert.equal(JSON.parse(Attributes.RedrivePolicy).maxReceiveCount, 3);
        assert.deepEqual((await q.call('ListQueueTags')).Tags, { team: 'shop' });
        await q.call('SetQueueAttributes', { Attributes: { VisibilityTimeout: '1' } });
        await broker.restart();
      }
    });
  });

  it('that cannot be applied ends the start with a sentence', async () => {
    const path = file('bad.json', '{"sqs":{"queues":[{"name":"a","attributes":{"DelaySeconds":901}}]}}');
    const ports = ['amqp', 'kafka', 'admin'].flatMap((front) => [`--${front}-port`, 'off']);
    const args = ['dist/cli/main.js', '--storage', 'memory', '--sqs-port', '0', ...ports, '--definitions', path];
    const { code, stderr } = await new RunningCommand(process.execPath, args).ended;
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /cannot be applied: queue 1 of sqs \(a\) cannot be had: Invalid value for the parameter DelaySeconds\./,
    );
  });
});

describe('access keys', () => {
  const broker = brokerWith('--sqs-access-keys', 'AKIDTEST:secret/1+2=');

  it('are asked for by the command', async () => {
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret/1+2=' };
    const sqs = new SQSClient({ endpoint: broker.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'signed' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    sqs.destroy();
    await assert.rejects(broker.client.send(new ListQueuesCommand()), { name: 'InvalidClientTokenId' });
  });
});
