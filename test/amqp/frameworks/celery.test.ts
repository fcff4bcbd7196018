import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, startBrokerUnderTest } from '../broker-under-test.js';
import { outputOf } from './output-of.js';
import { pythonEnvironment } from './python-environment.js';

const SCRIPT = fileURLToPath(new URL('../../../../test/amqp/frameworks/celery-tasks.py', import.meta.url));
const python = pythonEnvironment('celery', ['celery==5.7.0']);

describe('Celery', { skip: 'unavailable' in python ? python.unavailable : false }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  function run(role: string): Promise<string> {
    const { bin } = python as { bin: string };
    return outputOf(join(bin, 'python'), [SCRIPT, role], { env: { AMQP_URL: broker.url } });
  }

  it('runs tasks, retries, countdowns, groups and chains, and is inspected and controlled', async () => {
    // the client ends the worker
    const [, output] = await Promise.all([run('worker'), run('client')]);
    const { done, ...seen } = JSON.parse(output) as Record<string, unknown>;
    assert.deepEqual(seen, {
      add: 5,
      retries: 2,
      countdown: true,
      group: Array.from({ length: 20 }, (_, number) => 2 * number),
      chain: 15,
      queues: ['celery'],
      registered: ['add', 'flaky', 'now'],
      revoked: 'TaskRevokedError',
    });
    assert.deepEqual(done, { add: 24, flaky: 3, now: 1 });
  });
});
