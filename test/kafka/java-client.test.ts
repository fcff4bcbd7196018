import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';

/**
 * A folder with the jars of org.apache.kafka:kafka-clients and kafka-tools (4.2 was used) and what they depend on:
 * `mvn dependency:copy-dependencies` makes one. They are not part of this package, so the tests need to be asked for.
 */
const jars = process.env['KAFKA_JARS'] ?? '';
const missing = existsSync(jars) ? false : 'KAFKA_JARS names no folder';
const source = 'test/kafka/java/Transactions.java';

describe('the Java client and its tools', { skip: missing }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  async function java(...args: readonly string[]): Promise<string> {
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
    const child = spawn('java', ['-Xmx256m', quiet, '-cp', join(jars, '*'), ...args]);
    const [output, errors, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => {
        child.once('close', resolve);
      }),
    ]);
    assert.equal(code, 0, `${output}${errors}`);
    return output;
  }

  const tool = (name: string, ...args: readonly string[]) =>
    java(`org.apache.kafka.tools.${name}`, '--bootstrap-server', broker.address, ...args);

  test('topics are created and described', async () => {
    const topic = freshName('j');
    await tool('TopicCommand', '--create', '--topic', topic, '--partitions', '3', '--config', 'retention.ms=1234567');
    const described = await tool('TopicCommand', '--describe', '--topic', topic);
    assert.match(described, /PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: retention.ms=1234567/);
    await tool('TopicCommand', '--delete', '--topic', topic);
    assert.ok(!(await tool('TopicCommand', '--list')).includes(topic));
  });

  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    test(`records compressed with ${codec} are produced, consumed and found by time`, async () => {
      const topic = freshName(codec);
      const settings = [`bootstrap.servers=${broker.address}`, `compression.type=${codec}`];
      const load = ['--topic', topic, '--num-records', '2000', '--record-size', '100', '--throughput', '-1'];
      await java('org.apache.kafka.tools.ProducerPerformance', ...load, '--command-property', ...settings);
      assert.equal((await tool('GetOffsetShell', '--topic', topic)).trim(), `${topic}:0:2000`);
      assert.equal((await tool('GetOffsetShell', '--topic', topic, '--time', '1')).trim(), `${topic}:0:0`);
      const read = await tool('ConsumerPerformance', '--topic', topic, '--num-records', '2000', '--group', topic);
      assert.match(read, /, 2000, /);
      assert.match(
        await tool('consumer.group.ConsumerGroupCommand', '--describe', '--group', topic),
        / 2000 +2000 +0 /,
      );
    });
  }

  test('transactions with the newer protocol: what is aborted is neither read nor committed', async () => {
    const [from, to, group] = [freshName('from'), freshName('to'), freshName('g')];
    assert.equal((await java(source, broker.address, from, to, group)).trim(), 'm0,m2,m4,offset 5');
  });
});
