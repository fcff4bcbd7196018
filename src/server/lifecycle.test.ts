import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Administration, type Host, type StorageEngine, StorageError, type User } from '../core/index.js';
import { startBroker } from './lifecycle.js';
import { silentLogger } from './logger.js';
import type { BrokerParts, FrontName } from './parts.js';
import { checkOptions } from './resolve-options.js';

interface Failures {
  readonly open?: Error;
  readonly restore?: Error;
  readonly listen?: { readonly front: FrontName; readonly error: Error };
  readonly stop?: FrontName;
  readonly sync?: Error;
}

/** Parts that do nothing but write down, in order, what is asked of them. */
function recordingParts(failures: Failures = {}): { parts: BrokerParts; steps: string[] } {
  const steps: string[] = [];
  const step = async (name: string, failure?: Error) => {
    steps.push(name);
    // A turn of the loop, so that whoever does not wait for this step is found out by the order.
    await new Promise(setImmediate);
    if (failure !== undefined) throw failure;
    steps.push(`${name}, done`);
  };
  const engine = {
    open: () => step('open', failures.open),
    close: () => step('close'),
  } as Partial<StorageEngine> as StorageEngine;
  const front = (name: FrontName) => ({
    name,
    label: name.toUpperCase(),
    create: () => ({
      listen: async (port: number, address: string) => {
        await step(`${name} listens`, failures.listen?.front === name ? failures.listen.error : undefined);
        return { url: `${name}://${address}:${port}` };
      },
      stop: () => step(`${name} stops`, failures.stop === name ? new Error('stuck') : undefined),
    }),
  });
  const parts: BrokerParts = {
    createEngine: () => engine,
    openShell: async () => {
      await step('restore', failures.restore);
      return {
        host: { enter: () => {} } as Partial<Host> as Host,
        failed: new Promise<Error>(() => {}),
        close: () => step('sync', failures.sync),
      };
    },
    administration: () => someAdministration(),
    fronts: [front('amqp'), front('sqs')],
  };
  return { parts, steps };
}

/** With one user, so that no other is made. */
function someAdministration(): Administration {
  const user: User = { name: 'guest', tags: [], credentials: [] };
  const users = { all: () => [user], get: () => user } as Partial<Administration['users']>;
  return { users } as Administration;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`listen ${code}`), { code });
}

const OPTIONS = checkOptions({ dataDir: '/data', amqpPort: 1001, sqsPort: 1002 });

describe('a broker', () => {
  it('restores before it listens, and stops in the opposite order', async () => {
    const { parts, steps } = recordingParts();
    const broker = await startBroker(OPTIONS, parts, silentLogger);
    assert.equal(
      steps.join(' > '),
      'open > open, done > restore > restore, done > ' +
        'amqp listens > amqp listens, done > sqs listens > sqs listens, done',
    );
    assert.deepEqual(
      broker.fronts.map(({ url }) => url),
      ['amqp://127.0.0.1:1001', 'sqs://127.0.0.1:1002'],
    );
    steps.length = 0;
    await broker.close();
    assert.equal(
      steps.join(' > '),
      'amqp stops > sqs stops > amqp stops, done > sqs stops, done > sync > sync, done > close > close, done',
    );
  });

  it('closes once, however often it is asked', async () => {
    const { parts, steps } = recordingParts();
    const broker = await startBroker(OPTIONS, parts, silentLogger);
    await Promise.all([broker.close(), broker.close()]);
    assert.equal(steps.filter((step) => step === 'sync').length, 1);
  });

  it('leaves a front closed whose port is off', async () => {
    const { parts, steps } = recordingParts();
    const broker = await startBroker({ ...OPTIONS, amqpPort: 'off' }, parts, silentLogger);
    assert.deepEqual(
      broker.fronts.map(({ name }) => name),
      ['sqs'],
    );
    assert.ok(!steps.includes('amqp listens'));
  });

  it('still syncs and closes the store when a front does not stop cleanly', async () => {
    const { parts, steps } = recordingParts({ stop: 'amqp' });
    const said: string[] = [];
    const logger = { ...silentLogger, error: (_: unknown, message: string) => void said.push(message) };
    const broker = await startBroker(OPTIONS, parts, logger);
    await broker.close();
    assert.deepEqual(steps.slice(-4), ['sync', 'sync, done', 'close', 'close, done']);
    assert.deepEqual(said, ['a front did not stop cleanly']);
  });

  it('lets go of the data directory when the last sync fails, and says that it failed', async () => {
    const { parts, steps } = recordingParts({ sync: new Error('EIO') });
    const broker = await startBroker(OPTIONS, parts, silentLogger);
    await assert.rejects(broker.close(), /EIO/);
    assert.equal(steps.at(-1), 'close, done');
  });

  for (const [kind, sentence] of [
    ['locked', /^The data directory \/data is in use by another broker; .*--data-dir\.$/],
    ['newer-format', /^The data directory \/data was written by a newer RosettaMQ/],
    ['not-writable', /^The data directory \/data cannot be written: no\.$/],
  ] as const) {
    it(`refuses a data directory that is ${kind}, in one sentence`, async () => {
      const { parts, steps } = recordingParts({ open: new StorageError(kind, 'no') });
      await assert.rejects(startBroker(OPTIONS, parts, silentLogger), { name: 'StartError', message: sentence });
      assert.deepEqual(steps, ['open']);
    });
  }

  it('lets go of the data directory when it cannot be restored', async () => {
    const { parts, steps } = recordingParts({ restore: new StorageError('stale-epoch', 'fenced') });
    await assert.rejects(startBroker(OPTIONS, parts, silentLogger), { name: 'StartError', message: /fenced/ });
    assert.deepEqual(steps, ['open', 'open, done', 'restore', 'close', 'close, done']);
  });

  it('stops what had started when a port is taken, and names the option', async () => {
    const { parts, steps } = recordingParts({ listen: { front: 'sqs', error: systemError('EADDRINUSE') } });
    await assert.rejects(startBroker(OPTIONS, parts, silentLogger), {
      name: 'StartError',
      message:
        'SQS cannot listen on 127.0.0.1:1002 because the port is taken; choose another with --sqs-port, or --sqs-port 0 for a free one.',
    });
    assert.deepEqual(steps.slice(-6), ['amqp stops', 'amqp stops, done', 'sync', 'sync, done', 'close', 'close, done']);
  });

  for (const [code, sentence] of [
    ['EACCES', /may not listen .* above 1023/],
    ['EADDRNOTAVAIL', /no such address; see --host/],
    ['ENOTFOUND', /no such address; see --host/],
  ] as const) {
    it(`says what to do about ${code}`, async () => {
      const { parts } = recordingParts({ listen: { front: 'amqp', error: systemError(code) } });
      await assert.rejects(startBroker(OPTIONS, parts, silentLogger), { name: 'StartError', message: sentence });
    });
  }

  it('does not dress up an error that it does not know', async () => {
    const { parts } = recordingParts({ listen: { front: 'amqp', error: new TypeError('a mistake of ours') } });
    await assert.rejects(startBroker(OPTIONS, parts, silentLogger), TypeError);
  });
});
