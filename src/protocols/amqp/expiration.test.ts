import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readExpiration } from './expiration.js';

function read(text: string): number {
  const bytes = Buffer.from(`before${text}after`);
  return readExpiration(bytes, 6, 6 + Buffer.byteLength(text));
}

test('a decimal number of ms up to ten years', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 315_360_000_000 }), (ms) => assert.equal(read(String(ms)), ms)));
});

test('everything else is refused in the words of RabbitMQ', () => {
  const refused = (text: string, reason: string): void =>
    assert.throws(() => read(text), { message: `PRECONDITION_FAILED - invalid expiration '${text}': ${reason}` });
  refused('abc', 'no_integer');
  refused('', 'no_integer');
  refused('-1', '{value_negative,-1}');
  refused('315360000001', '{value_too_large,315360000001}');
  refused('10s', '{leftover_string,"s"}');
});
