import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { oneMessageThroughAmqp } from './one-message.js';
import { type Ended, RunningCommand } from './running-command.js';

const MAIN = join(process.cwd(), 'dist/cli/main.js');
const FREE_PORTS = ['--amqp-port', '0', '--kafka-port', '0', '--sqs-port', '0', '--admin-port', '0'];

describe('the rosettamq command', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rosettamq-command-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const running: RunningCommand[] = [];
  // A test that fails half-way must not leave its broker behind: the run would wait for it.
  afterEach(() => {
    for (const command of running.splice(0)) command.child.kill('SIGKILL');
  });

  function rosettamq(args: readonly string[], env?: Record<string, string>): RunningCommand {
    const options = { cwd: folder, ...(env !== undefined && { env }) };
    const command = new RunningCommand(process.execPath, [MAIN, ...args], options);
    running.push(command);
    return command;
  }

  /** Runs to the end; whoever expects a refusal and gets a running broker must not wait for ever. */
  async function refused(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
    const command = rosettamq(args, env);
    command.ready().then(
      () => command.child.kill('SIGKILL'),
      () => {},
    );
    return command.ended;
  }

  it('prints its version and its help', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.equal((await rosettamq(['--version']).ended).stdout, `${version}\n`);
    const help = await rosettamq(['--help']).ended;
    assert.equal(help.code, 0);
    assert.match(help.stdout, /--amqp-port PORT +AMQP 0-9-1/);
    assert.equal(help.stderr, '');
  });

  for (const [what, args, env, sentence] of [
    ['an unknown option', ['--amqp-prt', '0'], {}, 'There is no option --amqp-prt; did you mean --amqp-port?'],
    ['a bad flag', ['--sqs-port', 'x'], {}, '--sqs-port must be a port from 0 to 65535, or off, not "x".'],
    [
      'a bad variable',
      [],
      { ROSETTAMQ_SQS_PORT: 'x' },
      'ROSETTAMQ_SQS_PORT must be a port from 0 to 65535, or off, not "x".',
    ],
    ['an absent config file', ['--config', 'none.json'], {}, 'The config file none.json does not exist.'],
  ] as const) {
    it(`refuses ${what} with 2 and one sentence`, async () => {
      const { code, stdout, stderr } = await refused(args, env);
      assert.deepEqual({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `rosettamq: ${sentence}\n` });
    });
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`prints a line for each front, then that it is up, and ends with 0 on ${signal}`, async () => {
      const broker = await rosettamq(['--data-dir', 'lines', ...FREE_PORTS]).ready();
      const { code, stdout, stderr } = await broker.stop(signal);
      assert.equal(code, 0);
      const log = stderr
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(
        { ...log.at(-1), time: undefined },
        { level: 'info', time: undefined, reason: signal, msg: 'stopping' },
      );
      const lines = stdout.trimEnd().split('\n');
      assert.match(lines[0], /^AMQP 0-9-1 {3}amqp:\/\/127\.0\.0\.1:\d+$/);
      assert.match(lines[1], /^Kafka +\S*127\.0\.0\.1:\d+$/);
      assert.match(lines[2], /^SQS +http:\/\/127\.0\.0\.1:\d+$/);
      assert.match(lines.at(-1)!, /^Server startup complete in \d+ ms$/);
    });
  }

  it('takes its options from a config file', async () => {
    writeFileSync(
      join(folder, 'broker.toml'),
      'storage = "memory"\namqp-port = 0\nkafka-port = "off"\nsqs-port = "off"\nadmin-port = "off"\n',
    );
    const broker = await rosettamq(['--config', 'broker.toml']).ready();
    const { code, stdout } = await broker.stop();
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(' ')[0]),
      ['AMQP', 'Data', 'Server', ''],
    );
  });

  it('lets in the users of a RabbitMQ export, as far as its permissions go', async () => {
    const sha256 = (password: string) => createHash('sha256').update('salt').update(password).digest('base64');
    const passwordHash = Buffer.concat([Buffer.from('salt'), Buffer.from(sha256('secret'), 'base64')]).toString(
      'base64',
    );
    const definitions = {
      users: [{ name: 'ann', password_hash: passwordHash, hashing_algorithm: 'rabbit_password_hashing_sha256' }],
      permissions: [{ user: 'ann', vhost: 'shop', configure: '^ann-', write: '.*', read: '.*' }],
    };
    writeFileSync(join(folder, 'definitions.json'), JSON.stringify(definitions));
    const broker = await rosettamq([...FREE_PORTS, '--storage', 'memory', '--users-file', 'definitions.json']).ready();
    const url = (password: string, path: string) => broker.url('AMQP').replace('//', `//ann:${password}@`) + path;
    await oneMessageThroughAmqp(url('secret', '/shop'), 'ann-orders');
    await assert.rejects(oneMessageThroughAmqp(url('secret', '/shop'), 'orders'), /ACCESS[_-]REFUSED/);
    await assert.rejects(oneMessageThroughAmqp(url('secret', '/'), 'ann-orders'), /ConnectionClose/);
    await assert.rejects(oneMessageThroughAmqp(url('Secret', '/shop'), 'ann-orders'), /ACCESS[_-]REFUSED/);
    assert.equal((await broker.stop()).code, 0);
  });

  it('refuses a port that is taken with 1 and one sentence', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    try {
      const { code, stdout, stderr } = await refused([
        '--data-dir',
        'taken',
        ...FREE_PORTS,
        '--sqs-port',
        String(port),
      ]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
      assert.match(
        stderr,
        new RegExp(`^rosettamq: SQS cannot listen on 127\\.0\\.0\\.1:${port} .*--sqs-port 0.*\\.\\n$`),
      );
    } finally {
      holder.close();
    }
  });

  it('refuses a data directory that another broker has, and takes it when that one is gone', async () => {
    const args = ['--data-dir', 'shared', ...FREE_PORTS];
    const first = await rosettamq(args).ready();
    const { code, stdout, stderr } = await refused(args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^rosettamq: The data directory \S*shared is in use by another broker.*\.\n$/);
    assert.equal((await first.stop('SIGKILL')).signal, 'SIGKILL');
    const next = await rosettamq(args).ready();
    assert.equal((await next.stop()).code, 0);
  });

  it('verifies a data directory: 0 when it is intact, 1 when a byte of it has changed', async () => {
    const args = ['--data-dir', 'verified'];
    const broker = await rosettamq([...args, ...FREE_PORTS]).ready();
    await oneMessageThroughAmqp(broker.url('AMQP'), 'kept', 'leave it there');
    const busy = await refused(['verify', ...args]);
    assert.equal(busy.code, 1);
    assert.match(busy.stderr, /verified is in use by another broker/);
    await broker.stop();

    const intact = await rosettamq(['verify', ...args]).ended;
    assert.equal(intact.code, 0, intact.stderr);
    assert.match(intact.stdout, /^shard 0: \d+ flushes .*\n\S*verified is intact\n$/);

    flipAByteOf(Buffer.from('leave it there'), join(folder, 'verified'));
    const damaged = await rosettamq(['verify', ...args]).ended;
    assert.equal(damaged.code, 1);
    assert.match(damaged.stdout, /\n {2}DAMAGED .*\n(.*\n)*\S*verified is damaged/);
  });

  it('refuses to verify a directory that is no data directory', async () => {
    const { code, stderr } = await refused(['verify', '--data-dir', '.']);
    assert.equal(code, 1);
    assert.equal(stderr, 'rosettamq: The directory . holds no data of RosettaMQ.\n');
  });

  it('refuses a data directory that cannot be made', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    const { code, stdout, stderr } = await refused(['--data-dir', 'a-file/data', ...FREE_PORTS]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^rosettamq: The data directory \S*a-file\/data cannot be written.*\.\n$/);
  });
});

/** Damages the place in a folder where `content` stands. */
function flipAByteOf(content: Buffer, folder: string): void {
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const file = join(folder, name);
    if (!statSync(file).isFile()) continue;
    const bytes = readFileSync(file);
    const at = bytes.indexOf(content);
    if (at < 0) continue;
    bytes[at]! ^= 1;
    writeFileSync(file, bytes);
    return;
  }
  throw new Error(`${content.toString()} is nowhere in ${folder}`);
}
