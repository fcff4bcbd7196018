import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, encodeUtf8, utf8Length, writeUtf8 } from './utf8.js';

const reference = new TextDecoder('utf-8', { ignoreBOM: true });

test('every string, lone surrogates included, is encoded as TextEncoder does', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)) }),
      ),
      (text) => {
        const expected = new TextEncoder().encode(text);
        assert.deepEqual(encodeUtf8(text), expected);
        assert.equal(utf8Length(text), expected.length);
      },
    ),
  );
});

test('every run of bytes, ill-formed ones included, is decoded as TextDecoder does', () => {
  const suspicious = fc.constantFrom(
    0x00,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  );
  const bytes = fc.array(fc.oneof(suspicious, fc.integer({ min: 0, max: 255 })), { maxLength: 40 });
  fc.assert(
    fc.property(bytes, (list) => {
      const input = Uint8Array.from(list);
      assert.equal(decodeUtf8(input), reference.decode(input));
    }),
    { numRuns: 2000 },
  );
});

test('text longer than a chunk comes back whole, also when a pair lies across the border', () => {
  for (const text of ['x'.repeat(5000), `${'é'.repeat(2047)}😀${'z'.repeat(3000)}`]) {
    assert.equal(decodeUtf8(encodeUtf8(text)), text);
  }
});

test('writing and reading keep to the given range', () => {
  const target = new Uint8Array(8).fill(0x2a);
  assert.equal(writeUtf8('é', target, 3), 5);
  assert.equal(decodeUtf8(target, 2, 6), '*é*');
});
