import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeUtf8, encodeUtf8, utf8Length } from './utf8.js';

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

test('text is encoded as the platform encodes it, unpaired surrogates included', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), (text) => {
      const expected = Buffer.from(text, 'utf8');
      assert.deepEqual(Buffer.from(encodeUtf8(text)), expected);
      assert.equal(utf8Length(text), expected.length);
    }),
  );
});

test('any bytes are decoded as the platform decodes them', () => {
  const lead = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0x9f,
    0x90,
    0xa0,
  );
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(lead, { maxLength: 12 }).map((list) => Uint8Array.from(list)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      assert.equal(decodeUtf8(input), new TextDecoder('utf-8', { ignoreBOM: true }).decode(input));
    }),
    { numRuns: 2000 },
  );
});

test('decoding is confined to the range it is given', () => {
  const bytes = encodeUtf8('aé漢😀z');
  assert.equal(decodeUtf8(bytes, 1, 3), 'é');
  assert.equal(decodeUtf8(bytes, 3, 5), '\uFFFD');
  assert.equal(decodeUtf8(bytes, 10), 'z');
});
