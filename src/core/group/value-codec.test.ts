import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ValueReader, ValueWriter } from './value-codec.js';

test('everything written is read back, and nothing is left over', () => {
  const value = fc.tuple(
    fc.maxSafeNat(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.option(fc.string()),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(value, ([unsigned, signed, text, nullable, bytes]) => {
      const written = new ValueWriter()
        .unsigned(unsigned)
        .signed(signed)
        .text(text)
        .nullableText(nullable)
        .bytes(bytes);
      const reader = new ValueReader(written.finish());
      assert.equal(reader.unsigned(), unsigned);
      assert.equal(reader.signed(), signed === 0 ? 0 : signed);
      assert.equal(reader.text(), text);
      assert.equal(reader.nullableText(), nullable);
      assert.deepEqual(reader.bytes(), bytes);
      reader.end();
    }),
  );
});

test('the borders of the number forms survive', () => {
  for (const value of [0, 0x3f, 0x40, 0x7f, 0x80, 2 ** 31, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
    assert.equal(new ValueReader(new ValueWriter().unsigned(value).finish()).unsigned(), value);
    assert.equal(new ValueReader(new ValueWriter().signed(value).finish()).signed(), value);
    if (value > 0) assert.equal(new ValueReader(new ValueWriter().signed(-value).finish()).signed(), -value);
  }
});

test('a value that is cut short, too large or too long is refused', () => {
  const whole = new ValueWriter().text('orders').finish();
  for (let cut = 0; cut < whole.length; cut++) {
    assert.throws(() => new ValueReader(whole.slice(0, cut)).text(), RangeError);
  }
  assert.throws(() => new ValueReader(new Uint8Array(12).fill(0xff)).unsigned(), RangeError);
  assert.throws(() => new ValueReader(Uint8Array.of(1)).end(), RangeError);
  assert.throws(() => new ValueWriter().unsigned(-1), RangeError);
  assert.throws(() => new ValueWriter().signed(2 ** 53), RangeError);
});
