import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { crc32c } from './crc32c.js';
import { crc32cWithTables } from './crc32c-tables.js';

test('the check values of RFC 3720 appendix B.4', () => {
  const of = (bytes: Uint8Array) => crc32c(bytes, 0, bytes.length);
  assert.equal(of(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(of(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(of(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e);
  assert.equal(of(Uint8Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c);
  assert.equal(of(new TextEncoder().encode('123456789')), 0xe3069283);
  assert.equal(of(new Uint8Array(0)), 0);
});

test('both implementations agree, on a range, in one piece and in two', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), fc.nat(1000), fc.nat(20), (bytes, cut, margin) => {
      const middle = Math.min(cut, bytes.length);
      const whole = crc32cWithTables(bytes, 0, bytes.length, 0);
      assert.equal(crc32c(bytes, 0, bytes.length), whole);
      assert.equal(crc32c(bytes, middle, bytes.length, crc32c(bytes, 0, middle)), whole);
      const framed = new Uint8Array(bytes.length + 2 * margin).fill(0x5a);
      framed.set(bytes, margin);
      assert.equal(crc32c(framed, margin, margin + bytes.length), whole);
    }),
  );
});
