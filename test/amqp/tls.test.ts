import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import amqplib from 'amqplib';
import { createBroker, type EmbeddedBroker } from 'rosettamq';

const user = 'O=tests,CN=worker';
const fronts = {
  temporary: true,
  amqpPort: 'off',
  amqpsPort: 0,
  kafkaPort: 'off',
  sqsPort: 'off',
  adminPort: 'off',
} as const;

const noOpenssl = (() => {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return 'openssl, which makes the certificates, is not installed';
  }
})();

describe('AMQP over TLS', { skip: noOpenssl }, () => {
  let folder: string;
  let broker: EmbeddedBroker;
  const path = (name: string) => join(folder, name);
  const file = (name: string) => readFileSync(path(name));

  /** A key, and a certificate for it that the authority signed; the authority's own when there is no `signer`. */
  function certify(name: string, subject: string, signer?: string): void {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path(`${name}.key`)];
    if (signer === undefined) {
      openssl('req', '-x509', ...key, '-out', path(`${name}.pem`), '-subj', subject, '-days', '2');
      return;
    }
    openssl('req', ...key, '-out', path(`${name}.csr`), '-subj', subject);
    writeFileSync(path('extensions'), 'subjectAltName=IP:127.0.0.1\n');
    const signing = ['-CA', path(`${signer}.pem`), '-CAkey', path(`${signer}.key`), '-CAcreateserial', '-days', '2'];
    openssl(
      'x509',
      '-req',
      '-in',
      path(`${name}.csr`),
      '-out',
      path(`${name}.pem`),
      ...signing,
      '-extfile',
      path('extensions'),
    );
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rosettamq-tls-'));
    certify('authority', '/CN=authority');
    certify('stranger-authority', '/CN=authority');
    certify('broker', '/CN=broker', 'authority');
    certify('worker', '/CN=worker/O=tests', 'authority');
    certify('nobody', '/CN=nobody', 'authority');
    certify('forged', '/CN=worker/O=tests', 'stranger-authority');
    broker = await createBroker({ ...fronts, ...files(), defaultUser: user, defaultPassword: 'secret' });
  });
  after(async () => {
    await broker.close();
    rmSync(folder, { recursive: true });
  });

  function files() {
    return { tlsCert: path('broker.pem'), tlsKey: path('broker.key'), tlsCa: path('authority.pem') };
  }

  function login(name: string, url = broker.urls.amqps!) {
    const credentials = amqplib.credentials.external();
    return amqplib.connect(url, {
      ca: [file('authority.pem')],
      cert: file(`${name}.pem`),
      key: file(`${name}.key`),
      credentials,
    });
  }

  it('takes a password', async () => {
    const { port } = new URL(broker.urls.amqps!);
    const url = { protocol: 'amqps', hostname: '127.0.0.1', port: Number(port), username: user, password: 'secret' };
    const connection = await amqplib.connect(url, { ca: [file('authority.pem')] });
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('orders');
    const body = Buffer.alloc(300_000, 'x');
    channel.sendToQueue('orders', body);
    await channel.waitForConfirms();
    const got = await channel.get('orders', { noAck: true });
    assert.deepEqual((got as amqplib.GetMessage).content, body);
    await connection.close();
  });

  it('takes a certificate for its user (EXTERNAL)', async () => {
    const connection = await login('worker');
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    await channel.assertQueue('checked');
    channel.sendToQueue('checked', Buffer.from('mine'), { userId: user });
    assert.equal((await channel.checkQueue('checked')).messageCount, 1);
    await connection.close();
  });

  it('takes no certificate of an unknown user, or of an authority that it does not know', async () => {
    await assert.rejects(login('nobody'), /403 \(ACCESS-REFUSED\)/);
    await assert.rejects(login('forged'), /Socket closed|SASL/i);
  });

  it('finds the user in the common name when told to', async () => {
    const options = { ...files(), amqpCertificateLogin: 'common-name', defaultUser: 'worker' } as const;
    await using other = await createBroker({ ...fronts, ...options });
    const connection = await login('worker', other.urls.amqps);
    await connection.close();
  });

  it('may stand behind a proxy', async () => {
    const options = { ...files(), amqpProxyProtocol: 'on', defaultUser: user } as const;
    await using other = await createBroker({ ...fronts, ...options });
    const proxy = await proxyTo(
      Number(new URL(other.urls.amqps!).port),
      'PROXY TCP4 192.0.2.7 192.0.2.1 51000 5671\r\n',
    );
    const connection = await login('worker', `amqps://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await connection.close();
    proxy.close();
    await assert.rejects(
      login('worker', other.urls.amqps),
      /Client network socket disconnected|ECONNRESET|socket hang up|closed/i,
    );
  });

  it('is not opened without a certificate, or with one that is none', async () => {
    await assert.rejects(createBroker(fronts), /--amqps-port needs --tls-cert and --tls-key\./);
    await assert.rejects(createBroker({ ...fronts, tlsCert: path('broker.pem') }), /go together/);
    await assert.rejects(createBroker({ ...fronts, ...files(), tlsKey: path('worker.key') }), /cannot be used/);
    await assert.rejects(
      createBroker({ ...fronts, ...files(), tlsKey: path('nothing') }),
      /--tls-key .* cannot be read/,
    );
  });
});

describe('AMQP behind a proxy', () => {
  const options = { ...fronts, amqpPort: 0, amqpsPort: 'off', amqpProxyProtocol: 'on' } as const;

  it('knows where the client is: guest must be on this machine', async () => {
    await using broker = await createBroker(options);
    const port = Number(new URL(broker.urls.amqp!).port);
    for (const [address, expected] of [
      ['127.0.0.9', 'in'],
      ['192.0.2.7', 'refused'],
    ] as const) {
      const proxy = await proxyTo(port, `PROXY TCP4 ${address} 192.0.2.1 51000 5672\r\n`);
      const url = `amqp://guest:guest@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const outcome = await amqplib.connect(url).then(
        (connection) => connection.close().then(() => 'in'),
        (error: Error) => (error.message.includes('ACCESS-REFUSED') ? 'refused' : error.message),
      );
      assert.equal(outcome, expected, address);
      proxy.close();
    }
  });
});

/** A proxy on a free port that begins each connection to the broker with `header`. */
async function proxyTo(port: number, header: string): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connectTcp(port, '127.0.0.1');
    upstream.write(header);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
