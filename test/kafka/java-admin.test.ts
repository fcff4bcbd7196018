import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { jarIsMissing, java, startJava } from './java-programs.js';

/** kafka-configs is still part of the broker's own jar. */
const configCommandIsMissing = jarIsMissing('kafka_2.13');

describe('what the admin tools of Kafka say', { skip: jarIsMissing('kafka-tools') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-admin-'));
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest('--kafka-virtual-brokers', '3');
  });
  after(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const tool = (name: string, ...args: readonly string[]) =>
    java(`org.apache.kafka.tools.${name}`, '--bootstrap-server', broker.address, ...args);
  const configs = (...args: readonly string[]) =>
    java('kafka.admin.ConfigCommand', '--bootstrap-server', broker.address, ...args);
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  /** For a tool's command configuration: the client logs in with SCRAM. */
  const scram = (user: string, password: string) =>
    file(
      `${user}-${password}.properties`,
      [
        'security.protocol=SASL_PLAINTEXT',
        'sasl.mechanism=SCRAM-SHA-256',
        'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required ' +
          `username="${user}" password="${password}";`,
      ].join('\n'),
    );

  test('kafka-topics: replicas on nodes that are one, more partitions, and what is refused', async () => {
    const topic = freshName('t');
    await tool('TopicCommand', '--create', '--topic', topic, '--partitions', '2', '--replication-factor', '3');
    await tool('TopicCommand', '--alter', '--topic', topic, '--partitions', '3');
    const described = await tool('TopicCommand', '--describe', '--topic', topic);
    assert.match(described, /PartitionCount: 3\s+ReplicationFactor: 3/);
    assert.equal(described.match(/Leader: [123]\s+Replicas: (\d,){2}\d/g)?.length, 3);
    await assert.rejects(
      tool('TopicCommand', '--create', '--topic', `${topic}-x`, '--replication-factor', '4'),
      /only 3 broker\(s\) are registered/,
    );
    await assert.rejects(
      tool('TopicCommand', '--create', '--topic', `${topic}-x`, '--config', 'retention.ms=-5'),
      /Invalid value -5 for configuration retention.ms/,
    );
    await tool('TopicCommand', '--delete', '--topic', topic);
    await assert.rejects(tool('TopicCommand', '--describe', '--topic', topic), /does not exist as expected/);
  });

  test('kafka-configs: of topics, brokers and groups', { skip: configCommandIsMissing }, async () => {
    const topic = freshName('configured');
    await tool('TopicCommand', '--create', '--topic', topic);
    const ofTopic = ['--entity-type', 'topics', '--entity-name', topic];
    await configs(...ofTopic, '--alter', '--add-config', 'cleanup.policy=[compact,delete],segment.bytes=2000000');
    await configs(...ofTopic, '--alter', '--delete-config', 'segment.bytes');
    const described = await configs(...ofTopic, '--describe');
    assert.match(
      described,
      /DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete/,
    );
    assert.doesNotMatch(described, /segment.bytes/);
    await assert.rejects(configs(...ofTopic, '--alter', '--add-config', 'no.such=1'), /Unknown topic config name/);

    await configs('--entity-type', 'brokers', '--entity-default', '--alter', '--add-config', 'log.retention.ms=5000');
    const all = await configs(...ofTopic, '--describe', '--all');
    assert.match(all, /retention.ms=5000 .*DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=5000/);
    await configs('--entity-type', 'brokers', '--entity-default', '--alter', '--delete-config', 'log.retention.ms');
    await assert.rejects(
      configs('--entity-type', 'brokers', '--entity-name', '1', '--alter', '--add-config', 'node.id=4'),
      /Cannot update these configs dynamically/,
    );

    const ofGroup = ['--entity-type', 'groups', '--entity-name', 'some-group'];
    await configs(...ofGroup, '--alter', '--add-config', 'consumer.session.timeout.ms=50000');
    assert.match(
      await configs('--entity-type', 'groups', '--describe'),
      /some-group[^]*consumer.session.timeout.ms=50000/,
    );
  });

  test('kafka-configs and kafka-acls: users with SCRAM do what lines allow', {
    skip: configCommandIsMissing,
  }, async () => {
    const ofUser = ['--entity-type', 'users', '--entity-name', 'alice'];
    await configs(...ofUser, '--alter', '--add-config', 'SCRAM-SHA-256=[iterations=8192,password=wonderland]');
    await configs(...ofUser, '--alter', '--add-config', 'producer_byte_rate=1000000');
    const described = await configs(...ofUser, '--describe');
    assert.match(described, /producer_byte_rate=1000000.0/);
    assert.match(described, /SCRAM-SHA-256=iterations=8192/);

    const alice = ['--command-config', scram('alice', 'wonderland')];
    const topic = freshName('alices');
    const create = () => tool('TopicCommand', ...alice, '--create', '--topic', topic);
    await assert.rejects(create(), /TopicAuthorizationException/);
    const pattern = ['--topic', 'alices', '--resource-pattern-type', 'prefixed'];
    await tool('AclCommand', '--add', '--allow-principal', 'User:alice', '--operation', 'All', ...pattern);
    await create();
    assert.equal((await tool('TopicCommand', ...alice, '--list')).trim(), topic);
    assert.match(
      await tool('AclCommand', '--list'),
      /alices, patternType=PREFIXED[^]*User:alice, host=\*, operation=ALL/,
    );
    await tool('AclCommand', '--remove', '--force', ...pattern);
    assert.equal((await tool('TopicCommand', ...alice, '--list')).trim(), '');
    await assert.rejects(
      tool('TopicCommand', '--command-config', scram('alice', 'looking-glass'), '--list'),
      /SaslAuthenticationException: Authentication failed .*invalid credentials/,
    );
  });

  test('kafka-log-dirs, kafka-delete-records and kafka-get-offsets', async () => {
    const topic = freshName('filled');
    const load = ['--topic', topic, '--num-records', '1000', '--record-size', '500', '--throughput', '-1'];
    const settings = ['--command-property', `bootstrap.servers=${broker.address}`];
    await java('org.apache.kafka.tools.ProducerPerformance', ...load, ...settings);
    const described = await tool('LogDirsCommand', '--describe', '--topic-list', topic);
    const [json] = /^\{.*\}$/m.exec(described) ?? [''];
    const { brokers } = JSON.parse(json) as {
      brokers: { logDirs: { error: null; partitions: { partition: string; size: number }[] }[] }[];
    };
    const [partition] = brokers[0].logDirs[0].partitions;
    assert.equal(partition.partition, `${topic}-0`);
    assert.ok(partition.size > 500_000, String(partition.size));

    const offsets = file(
      'offsets.json',
      JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset: 900 }] }),
    );
    assert.match(await tool('DeleteRecordsCommand', '--offset-json-file', offsets), /low_watermark: 900/);
    assert.equal((await tool('GetOffsetShell', '--topic', topic, '--time', '-2')).trim(), `${topic}:0:900`);
    assert.match(await tool('GetOffsetShell', '--topic', topic, '--time', '-3'), new RegExp(`^${topic}:0:9\\d\\d\n`));
  });

  test('kafka-verifiable-producer and -consumer agree', async () => {
    const topic = freshName('verified');
    const sent = await tool('VerifiableProducer', '--topic', topic, '--max-messages', '500', '--throughput', '-1');
    assert.match(sent, /"name":"tool_data","sent":500,"acked":500/);
    const group = ['--group-id', freshName('g'), '--reset-policy', 'earliest'];
    const consumer = startJava(
      'org.apache.kafka.tools.VerifiableConsumer',
      ...['--bootstrap-server', broker.address, '--topic', topic, '--max-messages', '500', ...group],
    );
    await consumer.ended;
    const counts = [...consumer.printed().matchAll(/"name":"records_consumed".*?"count":(\d+)/g)].map(([, n]) =>
      Number(n),
    );
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      500,
    );
  });

  test('tools for clusters find one that is whole', async () => {
    const topic = freshName('whole');
    await tool('TopicCommand', '--create', '--topic', topic);
    assert.match(await tool('FeatureCommand', 'describe'), /transaction.version.*FinalizedVersionLevel: 2/);
    assert.match(await tool('MetadataQuorumCommand', 'describe', '--status'), /LeaderId:\s+1\n/);
    assert.match(
      await tool('LeaderElectionCommand', '--election-type', 'preferred', '--topic', topic, '--partition', '0'),
      /already elected/,
    );
    const moved = { version: 1, partitions: [{ topic, partition: 0, replicas: [2, 3] }] };
    const plan = file('plan.json', JSON.stringify(moved));
    const reassign = (...args: string[]) =>
      tool('reassign.ReassignPartitionsCommand', '--reassignment-json-file', plan, ...args);
    assert.match(await reassign('--execute'), /Successfully started partition reassignment/);
    assert.match(await tool('reassign.ReassignPartitionsCommand', '--list'), /No partition reassignments found/);
    assert.match(await tool('TransactionsCommand', 'list'), /TransactionalId/);
    assert.match(
      await tool('TransactionsCommand', 'describe-producers', '--topic', topic, '--partition', '0'),
      /ProducerId/,
    );
    assert.match(await tool('BrokerApiVersionsCommand'), /DescribeTopicPartitions\(75\): 0 \[usable: 0\]/);
  });
});
