import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { ErrorCode } from './error-code.js';
import { ALL_APIS } from './schema/all-apis.js';
import { apiVersions } from './schema/api-versions.js';
import { metadata } from './schema/metadata.js';
import { produce } from './schema/produce.js';
import { saslHandshake } from './schema/sasl-handshake.js';
import { FrontFixture } from './testing/front-fixture.test.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

test('ApiVersions newer than ours is answered in version 0 with our range (KIP-511)', async () => {
  front.client.socket.write(Buffer.from('0000000c0012007f0000002affff0102', 'hex'));
  const [answer] = (await once(front.client.socket, 'data')) as [Buffer];
  assert.equal(answer.subarray(4).toString('hex'), '0000002a002300000001001200000004');
});

test('every version that is advertised works, but for the old Produce versions', async () => {
  const { apiKeys } = await front.client.call(apiVersions, 3, {
    clientSoftwareName: 'test',
    clientSoftwareVersion: '1.0',
  });
  assert.deepEqual(
    apiKeys.map(({ apiKey }) => apiKey),
    apiKeys.map(({ apiKey }) => apiKey).toSorted((a, b) => a - b),
  );
  for (const { apiKey, minVersion, maxVersion } of apiKeys) {
    const api = ALL_APIS.find(({ key }) => key === apiKey);
    assert.ok(api);
    // A SASL handshake of version 0 changes what may follow on its connection.
    const first = apiKey === produce.key ? 3 : apiKey === saslHandshake.key ? 1 : minVersion;
    for (let version = first; version <= maxVersion; version++) {
      const empty = Object.fromEntries(
        Object.entries(api.request).map(([name, { type, fallback }]) => [name, type === 'array' ? [] : fallback]),
      );
      const named = apiKey === apiVersions.key ? { clientSoftwareName: 'a', clientSoftwareVersion: '1' } : {};
      const request = { ...empty, ...named, sessionTimeoutMs: 10_000, acks: -1 };
      await front.client.call(api, version, request);
    }
  }
});

test('librdkafka 2.0 finds the exact versions that it takes for features', async () => {
  const { apiKeys } = await front.client.call(apiVersions, 0, {});
  const has = (key: number, version: number) =>
    apiKeys.some((api) => api.apiKey === key && api.minVersion <= version && version <= api.maxVersion);
  const wanted = [
    [0, 0],
    [0, 3],
    [0, 7],
    [1, 4],
    [1, 10],
    [8, 2],
    [9, 1],
    [10, 0],
    [11, 0],
    [12, 0],
    [13, 0],
    [14, 0],
  ];
  for (const [key, version] of [...wanted, [17, 0], [22, 0], [36, 0]])
    assert.ok(has(key, version), `${key} v${version}`);
});

test('an unsupported version of another API ends the connection, and the log names it', async () => {
  front.client.write(metadata, 13, { topics: null });
  const frame = Buffer.from('0000000a0003006300000001ffff', 'hex');
  front.client.socket.write(frame);
  await front.client.closed;
  assert.ok(front.memory.logged.some((line) => line.includes('Metadata version 99 is not supported')));
});

test('a client with an impossible software name is told so', async () => {
  const answer = await front.client.call(apiVersions, 3, { clientSoftwareName: '-', clientSoftwareVersion: '1' });
  assert.equal(answer.errorCode, ErrorCode.invalidRequest);
});
