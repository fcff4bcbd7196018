import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DecodeError, decodeTable, encodeTable, tableSize, type FieldTable, type FieldValue } from './field-table.js';
import { tableOf } from './field-of.js';

/** Records with an ordinary prototype, as decoding makes them. */
const record = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(shape, { noNullPrototype: true }) as fc.Arbitrary<T>;

const scalar = fc.oneof<fc.Arbitrary<FieldValue>[]>(
  record({ type: fc.constant('t' as const), value: fc.boolean() }),
  record({ type: fc.constant('b' as const), value: fc.integer({ min: -128, max: 127 }) }),
  record({ type: fc.constant('B' as const), value: fc.integer({ min: 0, max: 255 }) }),
  record({ type: fc.constant('s' as const), value: fc.integer({ min: -32768, max: 32767 }) }),
  record({ type: fc.constant('u' as const), value: fc.integer({ min: 0, max: 65535 }) }),
  record({ type: fc.constant('I' as const), value: fc.integer() }),
  record({ type: fc.constant('i' as const), value: fc.integer({ min: 0, max: 0xffffffff }) }),
  record({ type: fc.constant('l' as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
  record({ type: fc.constant('T' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  record({ type: fc.constant('f' as const), value: fc.float({ noNaN: true }) }),
  record({ type: fc.constant('d' as const), value: fc.double({ noNaN: true }) }),
  record({
    type: fc.constant('D' as const),
    scale: fc.integer({ min: 0, max: 255 }),
    value: fc.integer({ min: 0, max: 0xffffffff }),
  }),
  record({
    type: fc.constantFrom('S' as const, 'x' as const),
    value: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc.constant({ type: 'V' as const }),
);

const { table } = fc.letrec<{ value: FieldValue; table: FieldTable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    tie('table').map((value): FieldValue => ({ type: 'F', value })),
    fc.array(tie('value'), { maxLength: 4 }).map((value): FieldValue => ({ type: 'A', value })),
  ),
  table: fc
    .array(fc.tuple(fc.string({ maxLength: 20, unit: 'grapheme' }), tie('value')), { maxLength: 5 })
    .map((entries) => new Map(entries)),
}));

function encoded(fields: FieldTable): Buffer {
  const bytes = Buffer.alloc(tableSize(fields));
  assert.equal(encodeTable(fields, bytes, 0), bytes.length);
  return bytes;
}

test('every table comes back as it was encoded', () => {
  fc.assert(
    fc.property(table, (fields) => {
      const bytes = encoded(fields);
      assert.deepEqual(decodeTable(bytes, 0, bytes.length), fields);
    }),
  );
});

test('a table cut anywhere is refused, never read beyond its end', () => {
  fc.assert(
    fc.property(table, fc.nat(), (fields, cut) => {
      const bytes = encoded(fields);
      const end = cut % bytes.length;
      assert.throws(() => decodeTable(bytes, 0, end), DecodeError);
    }),
  );
});

test('random bytes are decoded or refused with DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (random) => {
      const bytes = Buffer.concat([Buffer.from([0, 0, 0, random.length]), random]);
      try {
        decodeTable(bytes, 0, bytes.length);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
  );
});

test('L is a signed integer and is passed on as l', () => {
  const bytes = Buffer.from([0, 0, 0, 11, 1, 0x6b, 0x4c, 255, 255, 255, 255, 255, 255, 255, 254]);
  const fields = decodeTable(bytes, 0, bytes.length);
  assert.deepEqual(fields.get('k'), { type: 'L', value: -2n });
  assert.equal(String.fromCharCode(encoded(fields)[6]), 'l');
});

test('tables that nest beyond the bound are refused', () => {
  let fields: FieldTable = new Map();
  for (let depth = 0; depth < 100; depth++) fields = new Map([['t', { type: 'F', value: fields }]]);
  const bytes = encoded(fields);
  assert.throws(() => decodeTable(bytes, 0, bytes.length), DecodeError);
});

test('plain values become the types that clients expect', () => {
  const fields = tableOf({
    text: 'a',
    flag: true,
    small: 5,
    large: 2 ** 40,
    half: 0.5,
    nested: { n: null },
    list: [1],
  });
  assert.deepEqual(
    [...fields.values()].map((field) => field.type),
    ['S', 't', 'I', 'l', 'd', 'F', 'A'],
  );
});
