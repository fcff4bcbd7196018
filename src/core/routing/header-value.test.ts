import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { HeaderValue, HeaderValues } from '../broker.js';
import { ValueReader, ValueWriter } from '../group/value-codec.js';
import { headerValueIdentity, sameHeaderValue } from './header-value.js';
import { readHeaderValues, writeHeaderValues } from './header-value-codec.js';

/** Few distinct leaves, so that equal values of different shapes come up. */
const leaf: fc.Arbitrary<HeaderValue> = fc.oneof(
  fc.constantFrom<HeaderValue>(null, true, false, 0, -0, 1, 1n, -1, 0.5, '1', '', 'é', 2 ** 60, 2n ** 60n, Infinity),
  fc.constantFrom<HeaderValue>(Uint8Array.of(0xc3, 0xa9), Uint8Array.of(0xff), Uint8Array.of(), Uint8Array.of(0x31)),
  fc.string({ maxLength: 3 }),
  fc.double({ noNaN: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
);

const { value } = fc.letrec<{ value: HeaderValue; list: HeaderValue[]; table: HeaderValues }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('list'), tie('table')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  table: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', 'é'), tie('value')), { maxLength: 3 })
    .map((list) => new Map(list)),
}));

test('two values are the same exactly when their identities are', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.equal(sameHeaderValue(a, b), headerValueIdentity(a) === headerValueIdentity(b));
      assert.equal(sameHeaderValue(a, b), sameHeaderValue(b, a));
      assert.ok(sameHeaderValue(a, a));
    }),
    { numRuns: 3000 },
  );
});

test('what counts as the same', () => {
  const bytes = Uint8Array.of(0xc3, 0xa9);
  const same: [HeaderValue, HeaderValue][] = [
    [1, 1n],
    [0, -0],
    [2 ** 60, 2n ** 60n],
    ['é', bytes],
    [
      [1, 'é'],
      [1n, bytes],
    ],
    [
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2n],
        ['a', 1n],
      ]),
    ],
  ];
  for (const [i, [a, b]] of same.entries()) assert.ok(sameHeaderValue(a, b), `pair ${i}`);
  const different: [HeaderValue, HeaderValue][] = [
    [1, '1'],
    [1, true],
    ['true', true],
    [null, 0],
    [null, ''],
    [2 ** 53, 2n ** 53n + 1n],
    [
      [1, 2],
      [2, 1],
    ],
    [[], new Map()],
    [[1], [1, 2]],
    [new Map([['a', 1]]), new Map([['b', 1]])],
    [NaN, NaN],
  ];
  for (const [i, [a, b]] of different.entries()) assert.ok(!sameHeaderValue(a, b), `pair ${i}`);
});

test('what is stored is read back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (entries) => {
      const table = new Map(Object.entries(entries));
      const writer = new ValueWriter();
      writeHeaderValues(writer, table);
      const reader = new ValueReader(writer.finish());
      assert.deepEqual(readHeaderValues(reader), table);
      reader.end();
    }),
  );
});

test('damaged bytes are refused, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      try {
        readHeaderValues(new ValueReader(bytes));
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});
