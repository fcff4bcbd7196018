import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumerFolder, goIsReady, javaJars, pythonModuleVersion, springJars } from '../sqs/installed-clients.js';
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
    name: 'rabbitmqadmin (Python)',
    version: () => printed('rabbitmqadmin', ['--version'], /rabbitmqadmin (\S+)/),
    tests: ['operations/rabbitmqadmin.test.js'],
    covers: 'Declares, publishes, gets, lists, purges, deletes, exports and imports.',
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
    version: () => jarVersion(process.env['KAFKA_JARS'] ?? '', 'kafka-clients'),
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
  {
    name: 'boto3 (Python)',
    version: () => pythonModuleVersion('boto3'),
    ...sqsClient('boto3'),
    covers: 'Queues, attributes, digests in both directions, batches, FIFO, errors, presigned URLs.',
  },
  {
    name: 'AWS CLI',
    version: () => pythonModuleVersion('awscli'),
    ...sqsClient('the AWS CLI'),
    covers: 'A queue used from a shell.',
  },
  {
    name: "Celery's SQS transport",
    version: () => pythonModuleVersion('celery'),
    ...sqsClient('Celery'),
    covers: 'A worker with tasks, tasks for later, tasks that are tried again.',
  },
  {
    name: 'AWS SDK for Java 2',
    version: () => jarVersion(javaJars() ?? '', 'sqs'),
    ...sqsClient('the AWS SDK for Java'),
    covers: 'Queues, pages, messages of a mebibyte, the automatic batch manager, FIFO, errors.',
  },
  {
    name: 'Spring Cloud AWS',
    version: () => jarVersion(springJars() ?? '', 'spring-cloud-aws-sqs'),
    ...sqsClient('Spring Cloud AWS'),
    covers: 'Template, listener container, dead letters after failures, FIFO order.',
  },
  {
    name: 'AWS SDK for Go 2',
    version: () => (goIsReady() ? goModuleVersion('github.com/aws/aws-sdk-go-v2/service/sqs') : undefined),
    ...sqsClient('the AWS SDK for Go'),
    covers: 'Queues, messages of a mebibyte, FIFO batches, errors.',
  },
  {
    name: 'sqs-consumer',
    version: consumerVersion,
    ...sqsClient('sqs-consumer'),
    covers: 'Its own integration tests, unchanged: messages, batches, events, a graceful stop.',
  },
];

function sqsClient(pattern: string): Pick<Client, 'tests' | 'pattern'> {
  return { tests: ['sqs/sdk-clients.test.js'], pattern };
}

function consumerVersion(): string | undefined {
  const folder = consumerFolder();
  if (folder === undefined) return undefined;
  // Its tests run against what is built there; a checkout that takes a released build has that among its packages.
  const released = join(folder, 'node_modules/sqs-consumer/package.json');
  const file = existsSync(released) ? released : join(folder, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function goModuleVersion(module: string): string | undefined {
  return new RegExp(`${module} v(\\S+)`).exec(readFileSync('test/sqs/go/go.mod', 'utf8'))?.[1];
}

function printed(command: string, args: readonly string[], pattern: RegExp): string | undefined {
  const { error, status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined || status !== 0) return undefined;
  return pattern.exec(stdout)?.slice(1).join(', ').replace(/[()]/g, '');
}

function jarVersion(folder: string, name: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  return printed('ls', [folder], new RegExp(`^${name}-([0-9].*)\\.jar$`, 'm'));
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
