import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningCommand } from '../house/running-command.js';

export interface BrokerUnderTest {
  /** amqp://guest:guest@… */
  readonly url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A broker of our own that can be stopped and started on the same data. */
export interface RestartableBroker extends BrokerUnderTest {
  restart(signal: NodeJS.Signals): Promise<RestartableBroker>;
}

/**
 * A broker of our own with an empty data directory. With AMQP_URL in the environment the tests run against that one
 * instead, which is how their expectations are checked against a RabbitMQ.
 */
export async function startBrokerUnderTest(): Promise<BrokerUnderTest> {
  const given = process.env['AMQP_URL'];
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  return startRestartableBroker();
}

export function startRestartableBroker(): Promise<RestartableBroker> {
  return start(mkdtempSync(join(tmpdir(), 'rosettamq-amqp-')));
}

async function start(dataDir: string): Promise<RestartableBroker> {
  const command = new RunningCommand(process.execPath, [
    'dist/cli/main.js',
    '--data-dir',
    dataDir,
    '--amqp-port',
    '0',
    '--kafka-port',
    'off',
    '--sqs-port',
    'off',
    '--admin-port',
    'off',
  ]);
  await command.ready();
  return {
    url: command.url('AMQP').replace('amqp://', 'amqp://guest:guest@'),
    stop: async () => {
      await command.stop();
      rmSync(dataDir, { recursive: true });
    },
    restart: async (signal) => {
      await command.stop(signal);
      return start(dataDir);
    },
  };
}

let counter = 0;

/** A name that no other test uses, in this run or on a broker that lives longer than it. */
export function freshName(prefix = 'q'): string {
  return `${prefix}-${process.pid}-${Date.now()}-${counter++}`;
}
