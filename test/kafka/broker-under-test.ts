import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningCommand } from '../house/running-command.js';

export interface BrokerUnderTest {
  /** host:port */
  readonly address: string;
  readonly port: number;
  /** amqp://guest:guest@… */
  readonly amqpUrl: string;
  stop(): Promise<void>;
}

/** A broker of our own with an empty data directory, with the fronts of Kafka and AMQP. */
export async function startBrokerUnderTest(...options: readonly string[]): Promise<BrokerUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rosettamq-kafka-'));
  const command = new RunningCommand(process.execPath, [
    'dist/cli/main.js',
    '--data-dir',
    dataDir,
    '--kafka-port',
    '0',
    '--amqp-port',
    '0',
    '--sqs-port',
    'off',
    '--admin-port',
    'off',
    ...options,
  ]);
  await command.ready();
  const address = command.url('Kafka').replace('kafka://', '');
  return {
    address,
    amqpUrl: command.url('AMQP').replace('amqp://', 'amqp://guest:guest@'),
    port: Number(address.split(':').at(-1)),
    stop: async () => {
      await command.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

let counter = 0;

/** A name that no other test of this run uses. */
export function freshName(prefix: string): string {
  return `${prefix}-${process.pid}-${counter++}`;
}
