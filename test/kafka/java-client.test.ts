import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { jarIsMissing, java, startJava } from './java-programs.js';

const source = 'test/kafka/java/Transactions.java';

describe('the Java client and its tools', { skip: jarIsMissing('kafka-tools') }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

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

  test('consumers whose partitions the broker assigns share a topic, by name and by pattern', async () => {
    const [topic, group] = [freshName('assigned'), freshName('g')];
    await tool('TopicCommand', '--create', '--topic', topic, '--partitions', '4');
    const load = ['--topic', topic, '--num-records', '2000', '--record-size', '100', '--throughput', '-1'];
    const settings = ['--command-property', `bootstrap.servers=${broker.address}`];
    await java('org.apache.kafka.tools.ProducerPerformance', ...load, ...settings);
    const consumer = (...subscription: string[]) =>
      startJava(
        'org.apache.kafka.tools.consumer.ConsoleConsumer',
        ...['--bootstrap-server', broker.address, '--group', group, '--from-beginning', ...subscription],
        ...['--consumer-property', 'group.protocol=consumer'],
      );
    const running = [consumer('--topic', topic), consumer('--include', `${topic}|other`)];
    const command = 'consumer.group.ConsumerGroupCommand';
    const described = async () => await tool(command, '--describe', '--group', group, '--members', '--verbose');
    try {
      let members = '';
      for (const endMs = Date.now() + 30_000; Date.now() < endMs; ) {
        members = await described();
        if (/:0,1 [^]*:2,3 |:2,3 [^]*:0,1 /.test(members)) break;
      }
      assert.match(members, /:0,1 [^]*:2,3 |:2,3 [^]*:0,1 /);
      assert.match(await tool(command, '--describe', '--group', group, '--state'), /uniform +Stable/);
    } finally {
      for (const { stop } of running) await stop();
    }
    const read = running.map(
      ({ printed }) =>
        printed()
          .trim()
          .split('\n')
          .filter((line) => line.length === 100).length,
    );
    assert.equal(read[0] + read[1], 2000);
    assert.match(await tool(command, '--list', '--state'), new RegExp(`${group} +Empty`));
  });

  test('consumers of a share group divide the records of one partition', async () => {
    const [topic, group] = [freshName('shared'), freshName('g')];
    await tool('TopicCommand', '--create', '--topic', topic);
    const consumer = () =>
      startJava(
        'org.apache.kafka.tools.consumer.ConsoleShareConsumer',
        ...['--bootstrap-server', broker.address, '--topic', topic, '--group', group],
      );
    const running = [consumer(), consumer()];
    const command = 'consumer.group.ShareGroupCommand';
    const lines = () =>
      running.map(
        ({ printed }) =>
          printed()
            .split('\n')
            .filter((line) => line.length === 100).length,
      );
    try {
      let members = '';
      for (const endMs = Date.now() + 60_000; Date.now() < endMs; ) {
        members = await tool(command, '--describe', '--group', group, '--members');
        const offsets = await tool(command, '--describe', '--group', group);
        if (members.split(`${topic}:0`).length === 3 && / 0 +0 +0/.test(offsets)) break;
      }
      assert.equal(members.split(`${topic}:0`).length, 3, members);
      const load = ['--topic', topic, '--num-records', '2000', '--record-size', '100', '--throughput', '1000'];
      const settings = ['--command-property', `bootstrap.servers=${broker.address}`];
      await java('org.apache.kafka.tools.ProducerPerformance', ...load, ...settings);
      let described = '';
      for (const endMs = Date.now() + 60_000; Date.now() < endMs; ) {
        described = await tool(command, '--describe', '--group', group);
        if (/ 2000 +0$/m.test(described)) break;
      }
      assert.match(described, / 2000 +0$/m);
    } finally {
      for (const { stop } of running) await stop();
    }
    const [one, two] = lines();
    assert.equal(one + two, 2000);
    assert.ok(one > 0 && two > 0, `${one} and ${two}`);
  });

  test('transactions with the newer protocol: what is aborted is neither read nor committed', async () => {
    const [from, to, group] = [freshName('from'), freshName('to'), freshName('g')];
    assert.equal((await java(source, broker.address, from, to, group)).trim(), 'm0,m2,m4,offset 5');
  });
});
