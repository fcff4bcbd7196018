import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { ErrorCode } from '../error-code.js';
import { KafkaFront } from '../kafka-front.js';
import type { KafkaOptions } from '../kafka-options.js';
import { SCRAM_HASHES } from '../sasl/scram-credential.js';
import { alterUserScramCredentials } from '../schema/alter-user-scram-credentials.js';
import { apiVersions } from '../schema/api-versions.js';
import { describeUserScramCredentials } from '../schema/describe-user-scram-credentials.js';
import { metadata } from '../schema/metadata.js';
import { saslAuthenticate } from '../schema/sasl-authenticate.js';
import { saslHandshake } from '../schema/sasl-handshake.js';
import { FrontFixture, translate } from '../testing/front-fixture.test.js';
import { bearerLogin, plainLogin, scramLogin } from '../testing/sasl-client.test.js';
import { TestClient } from '../testing/test-client.test.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

/** A client of a front over the same broker with other options. */
async function withClient(
  options: Partial<KafkaOptions>,
  check: (client: TestClient, again: () => Promise<TestClient>) => Promise<void>,
): Promise<void> {
  const other = new KafkaFront(front.memory.host, front.memory.groups, front.stores, translate, options);
  const { port } = await other.listen(0, '127.0.0.1');
  const clients: TestClient[] = [];
  const connect = async () => {
    const client = await TestClient.connect(port);
    clients.push(client);
    return client;
  };
  try {
    await check(await connect(), connect);
  } finally {
    for (const client of clients) client.close();
    await other.stop();
  }
}

async function giveScram(name: string, password: string): Promise<void> {
  const salt = Buffer.from('some salt');
  const upsertions = SCRAM_HASHES.map(({ number, keyBytes, digest }) => ({
    name,
    mechanism: number,
    iterations: 4096,
    salt,
    saltedPassword: pbkdf2Sync(password, salt, 4096, keyBytes, digest),
  }));
  const { results } = await front.client.call(alterUserScramCredentials, 0, { deletions: [], upsertions });
  assert.deepEqual(results, [{ user: name, errorCode: 0, errorMessage: null }]);
}

for (const hash of SCRAM_HASHES) {
  test(`${hash.mechanism}: both sides prove that they know the password`, async () => {
    await giveScram('alice', 'wonderland');
    await withClient({ anonymousUser: undefined }, async (client) => {
      const answer = await scramLogin(client, hash, 'alice', 'wonderland');
      assert.deepEqual([answer.errorCode, answer.isServerKnown], [0, true]);
      assert.equal((await client.call(metadata, 9, { topics: [] })).brokers.length, 1);
    });
  });

  test(`${hash.mechanism}: a wrong password and an unknown user fail alike, at the end, and the connection with them`, async () => {
    await giveScram('alice', 'wonderland');
    for (const [user, password] of [
      ['alice', 'looking-glass'],
      ['nobody', 'wonderland'],
    ] as const) {
      await withClient({ anonymousUser: undefined }, async (client) => {
        const answer = await scramLogin(client, hash, user, password);
        assert.equal(answer.errorCode, ErrorCode.saslAuthenticationFailed);
        assert.match(answer.errorMessage ?? '', /invalid credentials/);
        await client.closed;
      });
    }
    assert.ok(front.memory.logged.some((line) => line.includes('invalid credentials')));
  });
}

test('SCRAM refuses what is malformed', async () => {
  for (const token of ['', 'n,,n=alice', 'p=tls-unique,,n=alice,r=x', 'n,,n=a=b,r=x', 'n,a=bob,n=alice,r=x']) {
    await withClient({}, async (client) => {
      await client.call(saslHandshake, 1, { mechanism: 'SCRAM-SHA-256' });
      const answer = await client.call(saslAuthenticate, 2, { authBytes: Buffer.from(token) });
      assert.equal(answer.errorCode, ErrorCode.saslAuthenticationFailed, token);
      await client.closed;
    });
  }
});

test('SCRAM credentials are described without what they hold, and go one by one', async () => {
  await giveScram('carol', 'secret');
  const describe = async () => {
    const { results } = await front.client.call(describeUserScramCredentials, 0, { users: [{ name: 'carol' }] });
    return results[0];
  };
  assert.deepEqual((await describe()).credentialInfos, [
    { mechanism: 1, iterations: 4096 },
    { mechanism: 2, iterations: 4096 },
  ]);
  const remove = async (mechanism: number) => {
    const deletions = [{ name: 'carol', mechanism }];
    const { results } = await front.client.call(alterUserScramCredentials, 0, { deletions, upsertions: [] });
    return results[0].errorCode;
  };
  assert.equal(await remove(1), 0);
  assert.equal(await remove(1), ErrorCode.resourceNotFound);
  assert.deepEqual((await describe()).credentialInfos, [{ mechanism: 2, iterations: 4096 }]);
  assert.equal(await remove(2), 0);
  assert.equal((await describe()).errorCode, ErrorCode.resourceNotFound);
  assert.equal(front.stores.users.get('carol'), undefined, 'a user without credentials is none');
});

test('credentials that would be weak or cannot be are not taken', async () => {
  const good = {
    name: 'dave',
    mechanism: 1,
    iterations: 4096,
    salt: Buffer.from('s'),
    saltedPassword: Buffer.alloc(32),
  };
  for (const [bad, code] of [
    [{ ...good, iterations: 4095 }, ErrorCode.unacceptableCredential],
    [{ ...good, iterations: 16_385 }, ErrorCode.unacceptableCredential],
    [{ ...good, name: '' }, ErrorCode.unacceptableCredential],
    [{ ...good, salt: Buffer.alloc(0) }, ErrorCode.unacceptableCredential],
    [{ ...good, saltedPassword: Buffer.alloc(31) }, ErrorCode.unacceptableCredential],
    [{ ...good, mechanism: 3 }, ErrorCode.unsupportedSaslMechanism],
  ] as const) {
    const { results } = await front.client.call(alterUserScramCredentials, 0, { deletions: [], upsertions: [bad] });
    assert.equal(results[0].errorCode, code);
  }
  const twice = { deletions: [], upsertions: [good, good] };
  const { results } = await front.client.call(alterUserScramCredentials, 0, twice);
  assert.equal(results[0].errorCode, ErrorCode.duplicateResource);
});

test('OAUTHBEARER is not there unless it was said how tokens are checked', () =>
  withClient({ anonymousUser: undefined }, async (client) => {
    const { errorCode, mechanisms } = await client.call(saslHandshake, 1, { mechanism: 'OAUTHBEARER' });
    assert.equal(errorCode, ErrorCode.unsupportedSaslMechanism);
    assert.ok(!mechanisms.includes('OAUTHBEARER'));
  }));

test('tokens are checked against keys, their audience, their issuer and the time', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const stranger = await generateKeyPair('ES256');
  const directory = mkdtempSync(join(tmpdir(), 'rosettamq-keys-'));
  const keys = join(directory, 'keys.json');
  writeFileSync(keys, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }));
  const bearer = { keys, audience: 'kafka', issuer: 'https://issuer.example', userClaim: 'sub' };
  const token = (key: typeof privateKey, claims: { sub?: string; expires?: string; audience?: string }) =>
    new SignJWT({ ...(claims.sub !== undefined && { sub: claims.sub }) })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer('https://issuer.example')
      .setAudience(claims.audience ?? 'kafka')
      .setExpirationTime(claims.expires ?? '2h')
      .sign(key);
  try {
    await withClient({ anonymousUser: undefined, bearer }, async (client) => {
      const answer = await bearerLogin(client, await token(privateKey, { sub: 'alice' }));
      assert.equal(answer.errorCode, 0);
      const hoursMs = 2 * 3_600_000;
      assert.ok(answer.sessionLifetimeMs > hoursMs - 60_000 && answer.sessionLifetimeMs <= hoursMs);
      assert.equal((await client.call(metadata, 9, { topics: [] })).brokers.length, 1);
    });
    for (const refused of [
      await token(stranger.privateKey, { sub: 'alice' }),
      await token(privateKey, { sub: 'alice', expires: '-1h' }),
      await token(privateKey, { sub: 'alice', audience: 'other' }),
      await token(privateKey, {}),
      new UnsecuredJWT({ sub: 'alice' }).setExpirationTime('2h').encode(),
      'not.a.token',
    ]) {
      await withClient({ anonymousUser: undefined, bearer }, async (client) => {
        const told = await bearerLogin(client, refused);
        assert.deepEqual(JSON.parse(Buffer.from(told.authBytes).toString()), { status: 'invalid_token' });
        const last = await client.call(saslAuthenticate, 2, { authBytes: Buffer.from('\u0001') });
        assert.equal(last.errorCode, ErrorCode.saslAuthenticationFailed);
        await client.closed;
      });
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('tokens without a signature are taken where that is what was asked for', () =>
  withClient({ bearer: { keys: 'unsecured', userClaim: 'sub' } }, async (client) => {
    const token = new UnsecuredJWT({ sub: 'alice' }).setExpirationTime('1h').encode();
    assert.equal((await bearerLogin(client, token)).errorCode, 0);
  }));

test('a session that is over wants the same user to authenticate again', async () => {
  await withClient({ maxSessionMs: 60_000 }, async (client) => {
    assert.equal((await plainLogin(client, 'alice', 'alice-secret')).sessionLifetimeMs, 60_000);
    assert.equal((await plainLogin(client, 'alice', 'alice-secret')).errorCode, 0);
    const other = await client.call(saslHandshake, 1, { mechanism: 'SCRAM-SHA-256' });
    assert.equal(other.errorCode, ErrorCode.illegalSaslState, 'the mechanism stays');
    const changed = await plainLogin(client, 'bob', 'bob-secret');
    assert.equal(changed.errorCode, ErrorCode.saslAuthenticationFailed);
    assert.match(changed.errorMessage ?? '', /Cannot change principals/);
    await client.closed;
  });
  await withClient({ maxSessionMs: 20 }, async (client) => {
    await plainLogin(client, 'alice', 'alice-secret');
    await delay(40);
    client.write(metadata, 9, { topics: [] });
    await client.closed;
    assert.ok(front.memory.logged.some((line) => line.includes('after the end of the session')));
  });
});

test('without SASL only clients on this machine are served, unless it is said otherwise', async () => {
  for (const [anywhere, address, isServed] of [
    [false, '192.0.2.7', false],
    [false, '::ffff:127.0.0.9', true],
    [false, '::1', true],
    [true, '192.0.2.7', true],
  ] as const) {
    const other = new KafkaFront(front.memory.host, front.memory.groups, front.stores, translate, {
      anonymousFromAnywhere: anywhere,
    });
    const server = createServer((socket: Socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: address });
      other.accept(socket);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve());
    });
    const client = await TestClient.connect((server.address() as { port: number }).port);
    await client.call(apiVersions, 0, {});
    if (isServed) await client.call(metadata, 9, { topics: [] });
    else {
      client.write(metadata, 9, { topics: [] });
      await client.closed;
      assert.ok(front.memory.logged.some((line) => line.includes('--kafka-anonymous')));
    }
    client.close();
    server.close();
    await other.stop();
  }
});
