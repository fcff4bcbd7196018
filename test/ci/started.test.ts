import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { oneMessageThroughAmqp, oneMessageThroughKafka, oneMessageThroughSqs } from '../house/one-message.js';
import { RunningCommand } from '../house/running-command.js';

describe('a checkout, after npm start', () => {
  let folder: string;
  let broker: RunningCommand;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rosettamq-started-'));
    const ports = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', '0', '--admin-port', '0'];
    const args = ['start', '--', '--data-dir', join(folder, 'data'), ...ports];
    broker = await new RunningCommand('npm', args).ready();
  });
  after(() => {
    broker.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes a message from amqplib', () => oneMessageThroughAmqp(broker.url('AMQP')));
  it('takes a message from the AWS SDK', () => oneMessageThroughSqs(broker.url('SQS')));
  it('takes a message from KafkaJS', () => oneMessageThroughKafka(broker.url('Kafka')));

  it('ends with 0 when npm gets a SIGTERM', async () => {
    const { code, stderr } = await broker.stop();
    assert.equal(code, 0, stderr);
  });
});
