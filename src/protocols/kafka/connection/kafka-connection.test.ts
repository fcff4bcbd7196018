import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode } from '../error-code.js';
import { KafkaFront } from '../kafka-front.js';
import { apiVersions } from '../schema/api-versions.js';
import { describeCluster } from '../schema/describe-cluster.js';
import { fetch } from '../schema/fetch.js';
import { metadata } from '../schema/metadata.js';
import { saslAuthenticate } from '../schema/sasl-authenticate.js';
import { saslHandshake } from '../schema/sasl-handshake.js';
import { fetchRequest, FrontFixture, translate } from '../testing/front-fixture.test.js';
import { TestClient } from '../testing/test-client.test.js';

const front = new FrontFixture();

before(() => front.start());
beforeEach(() => front.renewClient());
after(() => front.stop());

describe('the connection', () => {
  test('answers keep the order of the requests even while a fetch is parked', async () => {
    const name = await front.newTopic();
    const seen = front.client.answered.length;
    const parked = front.client.write(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 300 }));
    const cluster = front.client.call(describeCluster, 0, { includeClusterAuthorizedOperations: false });
    const other = await front.connect();
    await other.call(describeCluster, 0, { includeClusterAuthorizedOperations: false });
    other.close();
    assert.deepEqual(front.client.answered.slice(seen), []);
    await cluster;
    assert.deepEqual(front.client.answered.slice(seen), [parked, parked + 1]);
  });

  test('garbage, foreign protocols and oversized requests end the connection', async () => {
    for (const [sent, logged] of [
      ['GET / HTTP/1.1\r\n\r\n', 'an HTTP request on the Kafka port'],
      ['\x16\x03\x01\x02\x00', 'a TLS handshake'],
      ['\x7f\xff\xff\xff', 'the limit is'],
      ['\x00\x00\x00\x0a\x00\x03\x00\x01\x00\x00\x00\x01\xff\xff', 'Metadata version 1 is malformed'],
      ['\x00\x00\x00\x0a\x03\xe7\x00\x01\x00\x00\x00\x01\xff\xff', 'unknown API key 999'],
    ] as const) {
      const socket = connect(front.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(Buffer.from(sent, 'latin1'));
      await once(socket, 'close');
      assert.ok(
        front.memory.logged.some((line) => line.includes(logged)),
        logged,
      );
    }
  });

  test('a client that goes away with a parked fetch leaves nothing behind', async () => {
    const name = await front.newTopic();
    const other = await front.connect();
    other.write(fetch, 11, fetchRequest(name, 0, { maxWaitMs: 60_000 }));
    while (front.memory.watcherCount(name) === 0) await delay(1);
    other.close();
    while (front.memory.watcherCount(name) > 0) await delay(1);
  });
});

describe('authentication', () => {
  const token = (password: string) => Buffer.from(`\0alice\0${password}`);

  async function secured(check: (client: TestClient) => Promise<void>): Promise<void> {
    const guarded = new KafkaFront(front.memory.host, front.memory.groups, front.stores, translate, {
      anonymousUser: undefined,
    });
    const address = await guarded.listen(0, '127.0.0.1');
    const guest = await TestClient.connect(address.port);
    try {
      await check(guest);
    } finally {
      guest.close();
      await guarded.stop();
    }
  }

  test('PLAIN lets the right password in', () =>
    secured(async (guest) => {
      await guest.call(apiVersions, 0, {});
      const handshake = await guest.call(saslHandshake, 1, { mechanism: 'PLAIN' });
      assert.deepEqual([handshake.errorCode, handshake.mechanisms], [0, ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']]);
      const answer = await guest.call(saslAuthenticate, 2, { authBytes: token('alice-secret') });
      assert.equal(answer.errorCode, 0);
      assert.equal((await guest.call(metadata, 9, { topics: [] })).brokers.length, 1);
    }));

  test('a wrong password and an unknown mechanism are refused', () =>
    secured(async (guest) => {
      const unknown = await guest.call(saslHandshake, 1, { mechanism: 'GSSAPI' });
      assert.equal(unknown.errorCode, ErrorCode.unsupportedSaslMechanism);
      await guest.call(saslHandshake, 1, { mechanism: 'PLAIN' });
      const answer = await guest.call(saslAuthenticate, 2, { authBytes: token('wrong') });
      assert.equal(answer.errorCode, ErrorCode.saslAuthenticationFailed);
      await guest.closed;
    }));

  test('nothing else is served before', () =>
    secured(async (guest) => {
      guest.write(metadata, 9, { topics: [] });
      await guest.closed;
    }));

  test('after a handshake of version 0 the token comes bare', () =>
    secured(async (guest) => {
      await guest.call(saslHandshake, 0, { mechanism: 'PLAIN' });
      const bare = token('alice-secret');
      const prefix = Buffer.alloc(4);
      prefix.writeInt32BE(bare.length, 0);
      guest.socket.removeAllListeners('data');
      guest.socket.write(Buffer.concat([prefix, bare]));
      const [answer] = (await once(guest.socket, 'data')) as [Buffer];
      assert.equal(answer.toString('hex'), '00000000');
    }));
});
