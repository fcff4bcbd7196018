import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readProxyHeader } from './proxy-header.js';

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const v2 = (command: number, family: number, payload: readonly number[]) =>
  Buffer.from([...signature, 0x20 | command, family, payload.length >> 8, payload.length & 0xff, ...payload]);

describe('a PROXY header', () => {
  it('of version 1 names the client', () => {
    const line = 'PROXY TCP4 192.0.2.7 198.51.100.1 51000 5672\r\n';
    const expected = { sizeBytes: line.length, source: { address: '192.0.2.7', port: 51_000 } };
    assert.deepEqual(readProxyHeader(Buffer.from(`${line}AMQP`)), expected);
    const ofV6 = readProxyHeader(Buffer.from('PROXY TCP6 2001:db8::7 2001:db8::1 51000 5672\r\n'));
    assert.deepEqual((ofV6 as { source: unknown }).source, { address: '2001:db8::7', port: 51_000 });
  });

  it('of version 2 names the client, and may say more than that', () => {
    const v4 = v2(1, 0x11, [192, 0, 2, 7, 198, 51, 100, 1, 0xc7, 0x38, 0x16, 0x28, 4, 0, 1, 0]);
    assert.deepEqual(readProxyHeader(v4), { sizeBytes: 32, source: { address: '192.0.2.7', port: 51_000 } });
    const address = [0x20, 1, 0x0d, 0xb8, ...Array.from({ length: 11 }, () => 0), 7];
    const v6 = v2(1, 0x21, [...address, ...address, 0xc7, 0x38, 0x16, 0x28]);
    const source = { address: '2001:db8:0:0:0:0:0:7', port: 51_000 };
    assert.deepEqual(readProxyHeader(v6), { sizeBytes: 52, source });
  });

  it('may speak for the proxy itself', () => {
    assert.deepEqual(readProxyHeader(v2(0, 0, [])), { sizeBytes: 16, source: undefined });
    assert.deepEqual(readProxyHeader(Buffer.from('PROXY UNKNOWN\r\n')), { sizeBytes: 15, source: undefined });
    // a Unix socket has no address to tell
    assert.deepEqual(readProxyHeader(v2(1, 0x31, [1])), { sizeBytes: 17, source: undefined });
  });

  it('comes in pieces', () => {
    for (const whole of [v2(1, 0x11, [1, 1, 1, 1, 2, 2, 2, 2, 0, 1, 0, 2]), Buffer.from('PROXY TCP4 1 2 3 4\r\n')]) {
      for (let size = 0; size < whole.length; size++) {
        assert.equal(readProxyHeader(whole.subarray(0, size)), 'more', String(size));
      }
      assert.equal((readProxyHeader(whole) as { sizeBytes: number }).sizeBytes, whole.length);
    }
  });

  it('is not anything else', () => {
    const wrong = ['AMQP\0\0\x09\x01', `PROXY TCP4 ${'9'.repeat(200)}`, 'PROXY TCP9 1 2 3 4\r\n', 'PROXY TCP4\r\n'];
    for (const text of wrong) assert.equal(readProxyHeader(Buffer.from(text, 'latin1')), 'invalid', text);
    const short = v2(1, 0x11, [1, 2, 3]);
    const version3 = Buffer.from(v2(1, 0x11, []));
    version3[12] = 0x31;
    for (const bytes of [short, version3, v2(1, 0x21, [1]), v2(2, 0x11, [])]) {
      assert.equal(readProxyHeader(bytes), 'invalid');
    }
  });
});
