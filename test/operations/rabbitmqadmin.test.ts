import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { AdministeredBroker } from './admin-caller.js';

/** RabbitMQ's own tool, in Python: where Debian's package puts it, or wherever a checkout lies. */
const PROGRAM = process.env['ROSETTAMQ_TEST_RABBITMQADMIN'] ?? '/usr/bin/rabbitmqadmin';

const run = promisify(execFile);

describe('rabbitmqadmin', { skip: existsSync(PROGRAM) ? false : `${PROGRAM} is not installed` }, () => {
  const broker = new AdministeredBroker();
  before(() => broker.start());
  after(() => broker.stop());

  async function rabbitmqadmin(...args: readonly string[]): Promise<string> {
    const { port } = new URL(broker.admin.url);
    const { stdout } = await run('python3', [PROGRAM, '--host', '127.0.0.1', '--port', port, ...args]);
    return stdout.trim();
  }

  async function list(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await rabbitmqadmin('--format', 'raw_json', 'list', ...args));
  }

  it('declares, publishes, gets, lists and deletes', async () => {
    for (const [what, ...args] of [
      ['vhost', 'name=team'],
      ['user', 'name=ann', 'password=p', 'tags=management'],
      ['permission', 'vhost=team', 'user=ann', 'configure=.*', 'write=.*', 'read=.*'],
      ['queue', 'name=q', 'durable=true', 'arguments={"x-max-length":10}'],
      ['exchange', 'name=x', 'type=topic'],
      ['binding', 'source=x', 'destination=q', 'routing_key=a.#'],
      ['policy', 'name=p', 'pattern=^q', 'definition={"max-length":5}', 'apply-to=queues'],
      ['operator_policy', 'name=o', 'pattern=^q', 'definition={"max-length":3}', 'apply-to=queues'],
      ['vhost_limit', 'vhost=team', 'name=max-queues', 'value=5'],
    ] as const) {
      assert.equal(await rabbitmqadmin('declare', what, ...args), `${what} declared`);
    }
    await rabbitmqadmin('publish', 'exchange=x', 'routing_key=a.b', 'payload=hello', 'properties={"delivery_mode":2}');
    assert.match(await rabbitmqadmin('get', 'queue=q', 'ackmode=ack_requeue_true'), /a\.b .* hello /);
    assert.deepEqual(await list('queues', 'name', 'messages'), [{ name: 'q', messages: 1 }]);
    assert.deepEqual(await list('bindings', 'source', 'destination', 'routing_key'), [
      { source: '', destination: 'q', routing_key: 'q' },
      { source: 'x', destination: 'q', routing_key: 'a.#' },
    ]);
    assert.deepEqual(await list('policies', 'name', 'priority'), [{ name: 'p', priority: 0 }]);
    assert.deepEqual(await list('vhost_limits'), [{ value: { 'max-queues': 5 }, vhost: 'team' }]);
    assert.equal(await rabbitmqadmin('purge', 'queue', 'name=q'), 'queue purged');
    const unbind = ['source=x', 'destination_type=queue', 'destination=q', 'properties_key=a.%23'];
    assert.equal(await rabbitmqadmin('delete', 'binding', ...unbind), 'binding deleted');
    for (const [what, name] of [
      ['queue', 'q'],
      ['exchange', 'x'],
      ['policy', 'p'],
      ['vhost', 'team'],
      ['user', 'ann'],
    ] as const) {
      assert.equal(await rabbitmqadmin('delete', what, `name=${name}`), `${what} deleted`);
    }
    await assert.rejects(rabbitmqadmin('delete', 'queue', 'name=q'), /Not found/);
  });

  it('shows the overview and the nodes', async () => {
    assert.match(await rabbitmqadmin('show', 'overview'), /rabbitmq_version/);
    assert.match(await rabbitmqadmin('list', 'nodes', 'name'), /rosettamq@/);
  });

  it('exports definitions and imports them again', async () => {
    await rabbitmqadmin('declare', 'queue', 'name=exported', 'durable=true');
    const file = join(broker.dataDir, 'definitions.json');
    await rabbitmqadmin('export', file);
    assert.match(readFileSync(file, 'utf8'), /"exported"/);
    await rabbitmqadmin('delete', 'queue', 'name=exported');
    await rabbitmqadmin('import', file);
    assert.deepEqual(await list('queues', 'name', 'durable'), [{ name: 'exported', durable: true }]);
  });
});
