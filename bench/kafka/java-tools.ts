import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kafkaArguments } from '../servers/kafka-jars.js';

export interface PerfProduced {
  readonly records: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PerfOrder {
  readonly topic: string;
  readonly recordBytes: number;
  readonly records: number;
  /** Records in a second; -1 for as many as go. */
  readonly throughput: number;
  readonly properties: readonly string[];
}

const limitMs = 600_000;

async function run(className: string, args: readonly string[]): Promise<string> {
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  const options = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout } = await promisify(execFile)('java', [quiet, ...kafkaArguments('512m', className, ...args)], options);
  return stdout;
}

export async function createTopic(port: number, topic: string, partitions: number): Promise<void> {
  const args = ['--bootstrap-server', `127.0.0.1:${port}`, '--create', '--topic', topic];
  await run('org.apache.kafka.tools.TopicCommand', [...args, '--partitions', String(partitions)]);
}

/** kafka-producer-perf-test with acks=all; what it says of the whole run. */
export async function perfProduce(port: number, order: PerfOrder): Promise<PerfProduced> {
  const output = await run('org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', order.topic, '--num-records', String(order.records), '--record-size', String(order.recordBytes)],
    ...['--throughput', String(order.throughput)],
    ...['--command-property', `bootstrap.servers=127.0.0.1:${port}`, 'acks=all', ...order.properties],
  ]);
  const last = output.trim().split('\n').at(-1) ?? '';
  const found =
    /^(\d+) records sent, ([\d.]+) records\/sec .* (\d+) ms 50th, \d+ ms 95th, (\d+) ms 99th, \d+ ms 99\.9th/.exec(
      last,
    );
  if (found === null) throw new Error(`kafka-producer-perf-test ended with: ${last}`);
  const [, records, perSecond, p50Ms, p99Ms] = found.map(Number);
  if (records !== order.records) throw new Error(`${order.records} records were to be sent, ${records} were`);
  return { records, perSecond, p50Ms, p99Ms };
}

/** kafka-consumer-perf-test from the beginning; records in a second, the joining of the group left out. */
export async function perfConsume(port: number, topic: string, records: number): Promise<number> {
  const output = await run('org.apache.kafka.tools.ConsumerPerformance', [
    ...['--bootstrap-server', `127.0.0.1:${port}`, '--topic', topic, '--num-records', String(records)],
    ...['--group', topic, '--timeout', '60000'],
  ]);
  const [header, figures] = output
    .trim()
    .split('\n')
    .filter((line) => line.includes(','))
    .slice(-2)
    .map((line) => line.split(',').map((each) => each.trim()));
  const column = (name: string) => Number(figures[header.indexOf(name)]);
  const read = column('data.consumed.in.nMsg');
  if (read < records) throw new Error(`${records} records are stored, ${read} were read`);
  return column('fetch.nMsg.sec');
}
