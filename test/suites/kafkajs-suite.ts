import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.js';
import { giveScramCredentials } from './scram-credentials.js';
import { outcomesOf, type Suite, type TestOutcome } from './suite.js';

/** Three nodes in plain text from here on, and three with TLS behind them. */
const PORT = 9092;
const TLS_PORT = 9095;

/** The tests' own list of addresses is that of three brokers with three listeners each; ours is another. */
const ADDRESSES: readonly (readonly [file: string, theirs: string, ours: string])[] = [
  ['testHelpers/index.js', ':9092`, `${host}:9095`, `${host}:9098`', ':9092`, `${host}:9093`, `${host}:9094`'],
  ['testHelpers/index.js', ':9093`, `${host}:9096`, `${host}:9099`', ':9095`, `${host}:9096`, `${host}:9097`'],
  ['testHelpers/index.js', ':9094`, `${host}:9097`, `${host}:9100`', ':9095`, `${host}:9096`, `${host}:9097`'],
  ['testHelpers/index.js', 'port: 9093,', `port: ${TLS_PORT},`],
  ['testHelpers/index.js', 'port: 9094,', `port: ${TLS_PORT},`],
  ['src/broker/__tests__/connect.spec.js', 'port: 9094,', `port: ${TLS_PORT},`],
  ['src/admin/__tests__/createAcls.spec.js', 'port: 9094,', `port: ${TLS_PORT},`],
];

/** The users that the tests expect, beside the one that may do everything. */
const PLAIN_USERS = { alice: 'alicealice', bob: 'bobbob' };

interface JestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

export const kafkajsSuite: Suite = {
  name: 'kafkajs',
  repository: 'tulios/kafkajs',
  covers: 'all its tests, with its list of addresses changed to those of three nodes in one process',
  prepare: (checkout, folder) => {
    const quietly = ['--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    runCommand('npm', ['install', ...quietly], checkout);
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    runCommand('openssl', [...request, '-keyout', 'key.pem', '-out', 'cert.pem'], folder);
    writeFileSync(join(folder, 'users.json'), JSON.stringify(definitions()));
  },
  brokerOptions: (folder) => [
    ...['--amqp-port', 'off', '--sqs-port', 'off', '--admin-port', 'off', '--host', '::'],
    ...['--kafka-port', String(PORT), '--kafka-tls-port', String(TLS_PORT), '--kafka-advertised-host', 'localhost'],
    ...['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')],
    ...['--kafka-virtual-brokers', '3', '--kafka-node-id', '0', '--kafka-default-partitions', '2'],
    ...['--default-user', 'test', '--default-password', 'testtest', '--users-file', join(folder, 'users.json')],
  ],
  run: async (checkout, folder) => {
    await giveScramCredentials(PORT, 'testscram', { sha256: 'testtestscram=256', sha512: 'testtestscram=512' });
    const report = join(folder, 'report.json');
    const files = [...new Set(ADDRESSES.map(([file]) => join(checkout, file)))];
    const before = files.map((file) => [file, readFileSync(file, 'utf8')] as const);
    try {
      for (const [file, theirs, ours] of ADDRESSES) replaceIn(join(checkout, file), theirs, ours);
      const environment = ['KAFKA_VERSION=2.4', 'NODE_ENV=test', 'KAFKAJS_DEBUG_PROTOCOL_BUFFERS=1'];
      const jest = ['npx', 'jest', '--ci', '--forceExit', '--maxWorkers=2', '--json', `--outputFile=${report}`];
      runCommand('env', [...environment, ...jest], checkout);
    } finally {
      for (const [file, text] of before) writeFileSync(file, text);
    }
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as JestReport;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    return outcomesOf(
      tests.map(({ ancestorTitles, title, status }): [string, TestOutcome] => [
        [...ancestorTitles, title].join(' > '),
        status === 'passed' || status === 'failed' ? status : 'skipped',
      ]),
    );
  },
};

function replaceIn(file: string, theirs: string, ours: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(theirs)) throw new Error(`${file} does not have ${theirs}`);
  writeFileSync(file, text.replaceAll(theirs, ours));
}

/** As RabbitMQ exports them; they may do everything but change the cluster, so that access lists hold for them. */
function definitions() {
  const salt = Buffer.from('salt');
  return {
    users: Object.entries(PLAIN_USERS).map(([name, password]) => ({
      name,
      password_hash: Buffer.concat([salt, createHash('sha256').update(salt).update(password).digest()]).toString(
        'base64',
      ),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
    })),
    permissions: Object.keys(PLAIN_USERS).map((user) => ({
      ...{ user, vhost: '/', write: '.*', read: '.*' },
      configure: '^(?!kafka-cluster$).*',
    })),
  };
}
