import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { jarIsMissing, java, startJava } from './java-programs.js';

const PATIENCE_MS = 60_000;

describe('Kafka Streams', { skip: jarIsMissing('kafka-streams') }, () => {
  let broker: BrokerUnderTest;
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-streams-'));

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  test('counts words exactly once, the second half by an instance that reads the first one’s state back', async () => {
    const names = [freshName('lines'), freshName('counts'), freshName('application')];
    const printed = await java('test/kafka/java/WordCount.java', broker.address, ...names, join(folder, 'state'));
    assert.equal(printed.trim(), '{all=400, half0=200, half1=200, n0=200, n1=200} 1200');
  });
});

describe('Kafka Connect', { skip: jarIsMissing('connect-file') }, () => {
  let broker: BrokerUnderTest;
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-connect-'));

  before(async () => {
    broker = await startBrokerUnderTest();
    mkdirSync(join(folder, 'plugins'));
  });
  after(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const place = (name: string) => join(folder, name);

  function properties(name: string, values: Readonly<Record<string, string>>): string {
    writeFileSync(
      place(name),
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    return place(name);
  }

  const worker = (port: number) => ({
    'bootstrap.servers': broker.address,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.flush.interval.ms': '500',
    listeners: `http://127.0.0.1:${port}`,
    'plugin.discovery': 'service_load',
    'plugin.path': place('plugins'),
  });

  const connector = (kind: 'Source' | 'Sink', file: string, topic: string) => ({
    'connector.class': `FileStream${kind}`,
    'tasks.max': '1',
    file: place(file),
    [kind === 'Source' ? 'topic' : 'topics']: topic,
  });

  async function untilFileHas(file: string, expected: string, printed: () => string): Promise<void> {
    for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await sleep(100)) {
      if (existsSync(place(file)) && readFileSync(place(file), 'utf8') === expected) return;
    }
    assert.fail(`${file} has not become ${JSON.stringify(expected)}\n${printed()}`);
  }

  test('a file goes through a topic into another, by one process alone', async () => {
    const topic = freshName('lines');
    writeFileSync(place('in.txt'), 'one\ntwo\n');
    const running = startJava(
      'org.apache.kafka.connect.cli.ConnectStandalone',
      properties('worker.properties', {
        ...worker(await freePort()),
        'offset.storage.file.filename': place('offsets'),
      }),
      properties('source.properties', { name: 'source', ...connector('Source', 'in.txt', topic) }),
      properties('sink.properties', { name: 'sink', ...connector('Sink', 'out.txt', topic) }),
    );
    try {
      await untilFileHas('out.txt', 'one\ntwo\n', running.printed);
      writeFileSync(place('in.txt'), 'three\n', { flag: 'a' });
      await untilFileHas('out.txt', 'one\ntwo\nthree\n', running.printed);
    } finally {
      await running.stop();
    }
  });

  test('the same by a cluster of workers, whose sources write exactly once, over a restart of its worker', async () => {
    const topic = freshName('lines');
    writeFileSync(place('in-2.txt'), 'one\ntwo\n');
    const port = await freePort();
    const file = properties('distributed.properties', {
      ...worker(port),
      'group.id': 'connect-cluster',
      ...Object.fromEntries(
        ['config', 'offset', 'status'].flatMap((kind) => [
          [`${kind}.storage.topic`, `connect-${kind}`],
          [`${kind}.storage.replication.factor`, '1'],
        ]),
      ),
      'exactly.once.source.support': 'enabled',
    });
    const start = () => startJava('org.apache.kafka.connect.cli.ConnectDistributed', file);
    let running = start();
    try {
      const url = `http://127.0.0.1:${port}/connectors`;
      const create = async (name: string, config: Readonly<Record<string, string>>) => {
        const request = { method: 'POST', headers: { 'content-type': 'application/json' } };
        const body = JSON.stringify({ name, config });
        for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await sleep(250)) {
          const answer = await fetch(url, { ...request, body }).catch(() => undefined);
          if (answer?.status === 201 || answer?.status === 409) return;
        }
        assert.fail(`connector ${name} was not taken\n${running.printed()}`);
      };
      await create('source-2', connector('Source', 'in-2.txt', topic));
      await create('sink-2', connector('Sink', 'out-2.txt', topic));
      await untilFileHas('out-2.txt', 'one\ntwo\n', running.printed);
      await running.stop();
      writeFileSync(place('in-2.txt'), 'three\n', { flag: 'a' });
      running = start();
      await untilFileHas('out-2.txt', 'one\ntwo\nthree\n', running.printed);
    } finally {
      await running.stop();
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
