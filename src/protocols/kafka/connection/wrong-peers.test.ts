import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { FrontFixture } from '../testing/front-fixture.test.js';

const front = new FrontFixture();

before(() => front.start());
after(() => front.stop());

const STRANGERS = 50;
/** Far less than one of the announced requests would take. */
const TOLERATED_BYTES = 64 * 1024 * 1024;

async function stranger(bytes: Buffer): Promise<Socket> {
  const socket = connect(front.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

test('requests that are announced as huge cost a line in the log, and no memory', async () => {
  const announced = Buffer.alloc(2000);
  announced.writeInt32BE(0x7fff_ffff);
  const before = process.memoryUsage();
  for (let number = 0; number < STRANGERS; number++) {
    const socket = await stranger(announced);
    if (!socket.closed) await once(socket, 'close');
  }
  const afterwards = process.memoryUsage();
  assert.ok(afterwards.arrayBuffers + afterwards.external - before.arrayBuffers - before.external < TOLERATED_BYTES);
  const lines = front.memory.logged.filter((line) => line.includes('a request of 2147483647 bytes'));
  assert.equal(lines.length, STRANGERS, 'one line for each');
});

test('other protocols are named in one line each', async () => {
  for (const [bytes, name] of [
    ['GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n', 'an HTTP request'],
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'a TLS handshake'],
    ['AMQP\x00\x00\x09\x01', 'an AMQP client'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'an SSH client'],
  ] as const) {
    const socket = await stranger(Buffer.from(bytes, 'latin1'));
    if (!socket.closed) await once(socket, 'close');
    const lines = front.memory.logged.filter((line) => line.includes(`${name} on the Kafka port`));
    assert.equal(lines.length, 1, name);
  }
});
