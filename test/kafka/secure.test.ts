import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { RunningCommand } from '../house/running-command.js';
import { freshName } from './broker-under-test.js';

const missing = spawnSync('openssl', ['version']).error === undefined ? false : 'openssl is not installed';

describe('Kafka over TLS', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosettamq-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  let broker: RunningCommand;
  let address = '';

  before(async () => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject],
      ...['-keyout', key, '-out', cert],
    ]);
    assert.equal(made.status, 0, made.stderr.toString());
    broker = new RunningCommand(process.execPath, [
      'dist/cli/main.js',
      ...['--data-dir', join(folder, 'data'), '--kafka-tls-port', '0', '--tls-cert', cert, '--tls-key', key],
      ...['--kafka-anonymous', 'off', '--kafka-port', 'off', '--amqp-port', 'off', '--sqs-port', 'off'],
      ...['--admin-port', 'off'],
    ]);
    await broker.ready();
    address = broker.url('Kafka TLS').replace('kafka+ssl://', '');
  });
  after(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const client = (sasl?: SASLOptions) =>
    new Kafka({
      brokers: [address],
      ssl: { ca: readFileSync(cert) },
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
      ...(sasl !== undefined && { sasl }),
    });

  test('a client that trusts the certificate and logs in is served', async () => {
    const admin = client({ mechanism: 'plain', username: 'guest', password: 'guest' }).admin();
    await admin.connect();
    const topic = freshName('secret');
    await admin.createTopics({ topics: [{ topic }] });
    assert.deepEqual(await admin.listTopics(), [topic]);
    const { brokers } = await admin.describeCluster();
    assert.deepEqual(
      brokers.map(({ host, port }) => `${host}:${port}`),
      [address],
    );
    await admin.disconnect();
  });

  test('a wrong password and no log-in at all are refused', async () => {
    const wrong = client({ mechanism: 'plain', username: 'guest', password: 'wrong' }).admin();
    await assert.rejects(wrong.connect(), /SASL PLAIN authentication failed/);
    await wrong.disconnect();
    const none = client().admin();
    await assert.rejects(none.connect().then(() => none.listTopics()));
    await none.disconnect();
  });

  test('who speaks no TLS is cut off', async () => {
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'close');
  });
});
