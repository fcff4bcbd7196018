import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientResult } from './results.js';

export interface Client {
  readonly name: string;
  /** Its name in package.json; absent for what is no npm package. */
  readonly package?: string;
  /** Compiled tests, and which of them are this client's when there are others in the file. */
  readonly tests: readonly string[];
  readonly pattern?: string;
  readonly covers: string;
  /** Undefined where it is not installed. */
  version(): string | undefined;
}

const npm = (name: string): Pick<Client, 'package' | 'version'> => ({
  package: name,
  version: () =>
    (JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: Record<string, string> }).devDependencies[
      name
    ],
});

export const clients: readonly Client[] = [
  {
    name: 'amqplib',
    ...npm('amqplib'),
    tests: ['amqp/clients.test.js'],
    pattern: '^amqplib',
    covers: 'Shared work, publish-subscribe, bodies from nothing to 16 MiB, workers that die.',
  },
  {
    name: 'rabbitmq-client',
    ...npm('rabbitmq-client'),
    tests: ['amqp/clients.test.js'],
    pattern: '^rabbitmq-client',
    covers: 'Publisher, consumer and remote calls.',
  },
  {
    name: 'pika (Python)',
    version: () =>
      printed(process.env['PYTHON'] ?? 'python3', ['-c', 'import pika; print(pika.__version__)'], /^(\S+)/),
    tests: ['amqp/clients.test.js'],
    pattern: '^pika',
    covers: 'Returns, confirms, a topic exchange, prefetch, a missing queue, direct reply-to.',
  },
  {
    name: 'KafkaJS',
    ...npm('kafkajs'),
    tests: ['kafka/kafkajs.test.js', 'kafka/retained-queue.test.js'],
    covers: 'Compression, keys and headers, groups, transactions and fencing, topics, queues that are topics.',
  },
  {
    name: 'kcat (librdkafka)',
    version: () => printed('kcat', ['-V'], /Version (\S+) .*(librdkafka \S+)/),
    tests: ['kafka/kcat.test.js'],
    covers: 'Compression, keys and headers, an idempotent producer, a balanced consumer, metadata.',
  },
  {
    name: 'The Java client and tools of Apache Kafka',
    version: () => jarVersion(process.env['KAFKA_JARS'] ?? ''),
    tests: ['kafka/java-client.test.js'],
    covers: 'Topics, compression, offsets by time, transactions with the newer protocol.',
  },
  {
    name: 'AWS SDK for JavaScript',
    ...npm('@aws-sdk/client-sqs'),
    tests: ['sqs/fifo.test.js', 'sqs/waiting.test.js', 'sqs/other-dialects.test.js', 'sqs/durability.test.js'],
    covers: 'FIFO groups, long polls, queues shared with AMQP, restarts and crashes.',
  },
  {
    name: 'AWS SDK for JavaScript: SNS',
    ...npm('@aws-sdk/client-sns'),
    tests: [
      'sns/topics.test.js',
      'sns/subscriptions.test.js',
      'sns/publish.test.js',
      'sns/fifo.test.js',
      'sns/http.test.js',
      'sns/other-dialects.test.js',
      'sns/durability.test.js',
    ],
    covers: 'Topics, filters, queues and HTTP endpoints, FIFO topics, topics shared with AMQP, restarts and crashes.',
  },
];

function printed(command: string, args: readonly string[], pattern: RegExp): string | undefined {
  const { error, status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) return undefined;
  return pattern.exec(stdout)?.slice(1).join(', ').replace(/[()]/g, '');
}

function jarVersion(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  return printed('ls', [folder], /^kafka-clients-(.+)\.jar$/m);
}

/** Runs a client's tests. Throws with what they said when one fails. */
export function runClientTests({ name, tests, pattern, version }: Client): ClientResult {
  const files = tests.map((file) => join('build/test', file));
  const only = pattern === undefined ? [] : [`--test-name-pattern=${pattern}`];
  const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...only, ...files], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const outcomes = [...stdout.matchAll(/^ +(not ok|ok) \d+ - (.*)$/gm)].filter(
    ([, , rest]) => !rest.includes('# SKIP') && !/# (TODO|test name)/.test(rest),
  );
  if (outcomes.some(([, outcome]) => outcome === 'not ok')) throw new Error(`the tests of ${name} fail:\n${stdout}`);
  return { version: version() ?? null, passed: outcomes.length };
}
