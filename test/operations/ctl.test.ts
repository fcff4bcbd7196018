import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import amqp from 'amqplib';
import { AdministeredBroker } from './admin-caller.js';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('rosettamq ctl', () => {
  const broker = new AdministeredBroker();
  before(() => broker.start());
  after(() => broker.stop());

  async function ctlWith(input: string, ...args: readonly string[]): Promise<Ran> {
    const child = spawn(process.execPath, ['dist/cli/main.js', 'ctl', ...args], {
      env: { ...process.env, ROSETTAMQ_ADMIN_URL: broker.admin.url },
    });
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, stdout, stderr };
  }

  const ctl = (...args: readonly string[]): Promise<Ran> => ctlWith('', ...args);

  async function lines(...args: readonly string[]): Promise<string[]> {
    const { code, stdout, stderr } = await ctl(...args);
    assert.equal(code, 0, stderr);
    return stdout.split('\n').slice(0, -1);
  }

  it('prints tables with tabs, without the first line when quiet, without names when silent', async () => {
    await broker.admin.status('PUT', 'queues/%2F/q', { durable: true, arguments: { 'x-max-length': 5 } });
    assert.deepEqual(await lines('list_queues'), ['Listing queues for vhost / ...', 'name\tmessages', 'q\t0']);
    assert.deepEqual(await lines('-q', 'list_queues', 'name', 'durable', 'consumers'), [
      'name\tdurable\tconsumers',
      'q\ttrue\t0',
    ]);
    assert.deepEqual(await lines('list_queues', '-s'), ['q\t0']);
    assert.deepEqual(await lines('-q', 'list_queues', '--no-table-headers', 'name', 'arguments'), [
      'q\t{"x-max-length":5}',
    ]);
    assert.deepEqual(JSON.parse((await ctl('list_queues', '--formatter', 'json')).stdout), [
      { name: 'q', messages: 0 },
    ]);
    assert.deepEqual(await lines('list_queues', '--formatter=csv'), ['"name","messages"', '"q","0"']);
  });

  it('keeps users, their tags and what they may do', async () => {
    await lines('add_vhost', 'team');
    await lines('add_user', 'ann', 'secret');
    assert.equal((await ctl('add_user', 'ann', 'secret')).code, 70);
    await lines('set_user_tags', 'ann', 'management', 'policymaker');
    await lines('set_permissions', '-p', 'team', 'ann', '^a', '.*', '');
    assert.deepEqual(await lines('-s', 'list_permissions', '-p', 'team'), ['guest\t.*\t.*\t.*', 'ann\t^a\t.*\t']);
    assert.deepEqual(await lines('-q', 'list_user_permissions', 'ann'), [
      'vhost\tconfigure\twrite\tread',
      'team\t^a\t.*\t',
    ]);
    assert.equal((await ctl('authenticate_user', 'ann', 'secret')).code, 0);
    assert.equal((await ctlWith('from stdin\n', 'change_password', 'ann')).code, 0);
    assert.equal((await ctl('authenticate_user', 'ann', 'secret')).code, 65);
    assert.equal((await ctlWith('from stdin', 'authenticate_user', 'ann')).code, 0);
    assert.deepEqual(await lines('-s', 'list_users'), ['guest\t[administrator]', 'ann\t[management, policymaker]']);
    await lines('clear_permissions', '-p', 'team', 'ann');
    assert.deepEqual(await lines('-s', 'list_permissions', '-p', 'team'), ['guest\t.*\t.*\t.*']);
    await lines('delete_user', 'ann');
    assert.equal((await ctl('delete_user', 'ann')).code, 67);
    await lines('delete_vhost', 'team');
    assert.equal((await ctl('delete_vhost', 'team')).code, 65);
    assert.equal((await ctl('list_permissions', '-p', 'team')).code, 69);
  });

  it('sets and clears policies', async () => {
    await lines('set_policy', 'p', '^q', '{"max-length":5}', '--priority', '2', '--apply-to', 'queues');
    assert.deepEqual(await lines('-s', 'list_policies'), ['/\tp\t^q\tqueues\t{"max-length":5}\t2']);
    const broken = await ctl('set_policy', 'p', '^q', '{');
    assert.equal(broken.code, 69);
    assert.match(broken.stderr, /JSON decoding error/);
    await lines('clear_policy', 'p');
    assert.equal((await ctl('clear_policy', 'p')).code, 69);
  });

  it('purges and deletes queues, and closes connections', async () => {
    const connection = await amqp.connect(broker.url('AMQP').replace('amqp://', 'amqp://guest:guest@'));
    const closed = new Promise<Error>((resolve) => connection.on('close', resolve));
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('work');
    channel.sendToQueue('work', Buffer.from('x'));
    await channel.waitForConfirms();
    await lines('purge_queue', 'work');
    assert.deepEqual(await lines('-s', 'list_queues', 'name', 'messages', 'consumers'), ['q\t0\t0', 'work\t0\t0']);
    assert.match((await ctl('delete_queue', 'work')).stdout, /deleted with 0 ready messages/);
    assert.equal((await ctl('delete_queue', 'work')).code, 64);
    const [name] = await lines('-s', 'list_connections', 'name');
    await lines('close_connection', name!, 'maintenance');
    assert.match((await closed).message, /maintenance/);
    assert.deepEqual(await lines('list_connections'), ['Listing connections ...']);
  });

  it('exports and imports definitions, by files and by pipes', async () => {
    const file = join(broker.dataDir, 'exported.json');
    await lines('export_definitions', file);
    const { stdout } = await ctl('export_definitions', '-');
    assert.deepEqual(JSON.parse(stdout), JSON.parse(readFileSync(file, 'utf8')));
    await lines('delete_queue', 'q');
    assert.equal((await ctlWith(stdout, 'import_definitions')).code, 0);
    assert.deepEqual(await lines('-s', 'list_queues', 'name'), ['q']);
    assert.equal((await ctl('import_definitions', join(broker.dataDir, 'missing'))).code, 65);
  });

  it('says what it does not understand, with 64', async () => {
    for (const args of [
      ['list_queue'],
      ['add_user'],
      ['list_queues', 'no_column'],
      ['list_users', '--priority', '1'],
    ]) {
      const { code, stderr } = await ctl(...args);
      assert.equal(code, 64, args.join(' '));
      assert.match(stderr, /^Error:\n/);
    }
    assert.match((await ctl('list_queue')).stderr, /Did you mean 'list_queues'/);
  });

  it('waits for a broker, and stops it', async () => {
    assert.deepEqual(await lines('await_startup'), []);
    assert.match((await lines('status')).join('\n'), /OS PID: \d+/);
    await lines('stop');
    assert.equal((await broker.command.ended).code, 0);
    assert.equal((await ctl('ping')).code, 69);
    assert.equal((await ctl('await_startup', '-t', '0')).code, 69);
    await broker.start();
    assert.match((await lines('ping')).join(), /Ping succeeded/);
  });
});
