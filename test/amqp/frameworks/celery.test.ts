import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { type BrokerUnderTest, startBrokerUnderTest } from '../broker-under-test.js';
import { pythonEnvironment } from './python-environment.js';

const SCRIPT = fileURLToPath(new URL('../../../../test/amqp/frameworks/celery-tasks.py', import.meta.url));
const python = pythonEnvironment('celery', ['celery==5.7.0']);

describe('Celery', { skip: 'unavailable' in python ? python.unavailable : false }, () => {
  let broker: BrokerUnderTest;

  before(async () => {
    broker = await startBrokerUnderTest();
  });
  after(() => broker.stop());

  /** Resolves with what it printed. */
  function run(role: string): Promise<string> {
    const { bin } = python as { bin: string };
    const child = spawn(join(bin, 'python'), [SCRIPT, role], {
      env: { ...process.env, AMQP_URL: broker.url },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(output) : reject(new Error(`${role} ended with ${code}:\n${errors}`)),
      );
    });
  }

  it('runs tasks, retries, countdowns, groups and chains, and is inspected and controlled', async () => {
    const worker = run('worker');
    const [output] = await Promise.all([run('client'), worker]);
    const seen = JSON.parse(output) as Record<string, unknown>;
    const { done, ...rest } = seen;
    assert.deepEqual(rest, {
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
