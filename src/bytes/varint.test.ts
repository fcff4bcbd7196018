import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MalformedBytes } from './malformed-bytes.js';
import {
  VarintCursor,
  signedLongVarintSize,
  signedVarintSize,
  unsignedVarintSize,
  writeSignedLongVarint,
  writeSignedVarint,
  writeUnsignedVarint,
} from './varint.js';

test('an unsigned varint reads back as written, in the announced number of bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      const bytes = new Uint8Array(8);
      const end = writeUnsignedVarint(bytes, 1, value);
      assert.equal(end - 1, unsignedVarintSize(value));
      const cursor = new VarintCursor(bytes, 1, end);
      assert.equal(cursor.readUnsigned(), value);
      assert.equal(cursor.position, end);
    }),
  );
});

test('a signed varint reads back as written, also through the 64-bit reader', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
      const bytes = new Uint8Array(8);
      const end = writeSignedVarint(bytes, 0, value);
      assert.equal(end, signedVarintSize(value));
      assert.equal(new VarintCursor(bytes, 0, end).readSigned(), value);
      assert.equal(new VarintCursor(bytes, 0, end).readSignedLong(), value);
    }),
  );
});

test('a 64-bit varint of any safe integer reads back as written', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const bytes = new Uint8Array(12);
      const end = writeSignedLongVarint(bytes, 0, value);
      assert.equal(end, signedLongVarintSize(value));
      const cursor = new VarintCursor(bytes, 0, end);
      assert.equal(cursor.readSignedLong(), value);
      assert.equal(cursor.position, end);
    }),
    { numRuns: 1000 },
  );
});

test('the known encodings of the zigzag form', () => {
  const cases: [number, number[]][] = [
    [0, [0]],
    [-1, [1]],
    [1, [2]],
    [-64, [0x7f]],
    [64, [0x80, 0x01]],
    [300, [0xd8, 0x04]],
  ];
  for (const [value, encoded] of cases) {
    const bytes = new Uint8Array(encoded.length);
    writeSignedLongVarint(bytes, 0, value);
    assert.deepEqual([...bytes], encoded);
  }
});

test('a varint that is cut short or too long is refused', () => {
  const read = (...bytes: number[]) => new VarintCursor(Uint8Array.from(bytes), 0, bytes.length);
  assert.throws(() => read().readUnsigned(), MalformedBytes);
  assert.throws(() => read(0x80).readUnsigned(), MalformedBytes);
  assert.throws(() => read(0xff, 0xff, 0xff, 0xff, 0x10).readUnsigned(), MalformedBytes);
  assert.throws(() => read(0xff, 0xff, 0xff, 0xff, 0xff, 0x01).readUnsigned(), MalformedBytes);
  assert.equal(read(0xff, 0xff, 0xff, 0xff, 0x0f).readUnsigned(), 0xffff_ffff);
  assert.throws(() => read(0x80, 0x80, 0x80, 0x80).readSignedLong(), MalformedBytes);
  assert.throws(() => read(...Array<number>(9).fill(0xff), 0x02).readSignedLong(), MalformedBytes);
});
