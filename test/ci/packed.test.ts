import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { oneMessageThroughAmqp, oneMessageThroughKafka, oneMessageThroughSqs } from '../house/one-message.js';
import { RunningCommand } from '../house/running-command.js';

const PORTS = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', '0', '--admin-port', '0'];

/** A program of someone who embeds the broker: prints where it listens, and ends when its input does. */
const EMBEDDING_PROGRAM = `
import { createBroker } from 'rosettamq';

const broker = await createBroker({ temporary: true, amqpPort: 0, kafkaPort: 0, sqsPort: 0, adminPort: 'off' });
for (const [name, url] of Object.entries(broker.urls)) console.log(name, url);
console.log('Server startup complete');
for await (const _ of process.stdin);
await broker.close();
`;

describe('the package, installed in an empty folder', () => {
  let folder: string;
  let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rosettamq-packed-'));
    // Quiet, because what prepack says would stand in front of the JSON.
    const json = execFileSync('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], {
      encoding: 'utf8',
    });
    [packed] = JSON.parse(json.slice(json.indexOf('['))) as [typeof packed];
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', `./${packed.filename}`];
    execFileSync('npm', install, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds what runs and what people read, and no tests', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const needed of [
      'dist/bundle/main.js',
      'dist/bundle/index.js',
      'dist/server/index.d.ts',
      'README.md',
      'LICENSE',
    ]) {
      assert.ok(paths.includes(needed), needed);
    }
    const strangers = paths.filter((path) => !/^(dist\/.*\.(js|d\.ts)|package\.json|[A-Z]+\.md|LICENSE)$/.test(path));
    assert.deepEqual(strangers, []);
    assert.deepEqual(
      paths.filter((path) => path.includes('.test.')),
      [],
    );
  });

  it('starts with npx, takes a message in each dialect, and stops when npx is told to', async () => {
    const args = ['--no-install', 'rosettamq', '--data-dir', 'data', ...PORTS];
    const broker = await new RunningCommand('npx', args, { cwd: folder }).ready();
    try {
      await oneMessageThroughAmqp(broker.url('AMQP'));
      await oneMessageThroughSqs(broker.url('SQS'));
      await oneMessageThroughKafka(broker.url('Kafka'));
    } finally {
      await broker.stop();
    }
    // npx does not wait for the broker, so its lock on the data directory says when it is gone.
    const next = await startedOnceFree();
    assert.equal((await next.stop()).code, 0);
  });

  /** Starts the installed command on the same data, as soon as the broker before it has let go of it. */
  async function startedOnceFree(): Promise<RunningCommand> {
    const command = join(folder, 'node_modules', '.bin', 'rosettamq');
    for (let tries = 1; ; tries++) {
      const broker = new RunningCommand(command, ['--data-dir', 'data', ...PORTS], { cwd: folder });
      try {
        return await broker.ready();
      } catch (error) {
        if (tries === 20 || !String(error).includes('in use by another broker')) throw error;
      }
    }
  }

  it('embeds in a program', async () => {
    writeFileSync(join(folder, 'embed.mjs'), EMBEDDING_PROGRAM);
    const program = await new RunningCommand(process.execPath, ['embed.mjs'], { cwd: folder }).ready();
    await oneMessageThroughAmqp(program.url('amqp'));
    program.child.stdin!.end();
    const { code, stderr } = await program.ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
  });
});
