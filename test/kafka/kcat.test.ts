import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type BrokerUnderTest, freshName, startBrokerUnderTest } from './broker-under-test.js';
import { storedCodec } from './stored-codec.js';

const missing = spawnSync('kcat', ['-V']).error === undefined ? false : 'kcat is not installed';

/** librdkafka decides silently by the advertised versions what it may use, so the tests look at what arrived. */
describe('kcat', { skip: missing }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  async function kcat(args: readonly string[], input = ''): Promise<string> {
    const child = spawn('kcat', ['-b', broker.address, '-X', 'broker.address.family=v4', ...args]);
    child.stdin.end(input);
    const [output, errors, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => {
        child.once('close', resolve);
      }),
    ]);
    assert.equal(code, 0, errors);
    return output;
  }

  for (const [name, codec] of [
    ['none', 0],
    ['gzip', 1],
    ['snappy', 2],
    ['lz4', 3],
    ['zstd', 4],
  ] as const) {
    test(`messages compressed with ${name} are stored so, read back and found by time`, async () => {
      const topic = freshName(name);
      const lines = Array.from({ length: 50 }, (_, index) => `the same words again and again ${index}`);
      const sent = `${lines.join('\n')}\n`;
      const startedMs = Date.now();
      await kcat(['-P', '-t', topic, '-z', name, '-X', 'linger.ms=50'], sent);
      assert.equal(await storedCodec(broker.port, topic), codec);
      assert.equal(await kcat(['-C', '-t', topic, '-e', '-q']), sent);
      assert.match(await kcat(['-Q', '-t', `${topic}:0:${startedMs - 1000}`]), /\[0\] offset 0$/m);
      assert.equal(await kcat(['-C', '-t', topic, '-o', '-1', '-e', '-q']), `${lines[49]}\n`);
    });
  }

  test('keys and headers come back', async () => {
    const topic = freshName('headers');
    await kcat(['-P', '-t', topic, '-K', ':', '-H', 'colour=blue'], 'k1:v1\n');
    assert.equal(await kcat(['-C', '-t', topic, '-e', '-q', '-f', '%k=%s %h @%o\\n']), 'k1=v1 colour=blue @0\n');
  });

  test('an idempotent producer and a balanced consumer', async () => {
    const topic = freshName('group');
    await kcat(['-P', '-t', topic, '-X', 'enable.idempotence=true'], 'a\nb\nc\n');
    const read = await kcat(['-G', freshName('g'), topic, '-e', '-q', '-X', 'auto.offset.reset=earliest', '-c', '3']);
    assert.deepEqual(read.trim().split('\n'), ['a', 'b', 'c']);
  });

  test('the list of topics names this broker by the address that was dialled', async () => {
    assert.match(await kcat(['-L']), new RegExp(`broker 1 at ${broker.address} \\(controller\\)`));
  });
});
