import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DecodeError, decodeTable, encodeTable, tableSize } from './field-table.js';
import { tableOf, type PlainField } from './field-of.js';
import { bytesAt, HeaderScan, integerAt } from './header-scan.js';

function encoded(headers: { [key: string]: PlainField }): Buffer {
  const table = tableOf(headers);
  const bytes = Buffer.alloc(tableSize(table));
  encodeTable(table, bytes, 0);
  return bytes;
}

const others: fc.Arbitrary<PlainField> = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer()),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.integer()),
);

const { nested } = fc.letrec<{ nested: PlainField }>((tie) => ({
  nested: fc.oneof(
    { maxDepth: 4 },
    others,
    fc.array(tie('nested'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('nested'), { maxKeys: 3 }),
  ),
}));

test('finds what the broker acts on among any other headers', () => {
  const scan = new HeaderScan();
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ maxLength: 12 }), others),
      fc.dictionary(fc.string({ maxLength: 12 }), others),
      fc.integer(),
      fc.string(),
      (before, after, delay, group) => {
        const bytes = encoded({ ...before, 'x-delay': delay, 'x-group-id': group, ...after, CC: ['k'] });
        scan.read(bytes, 0, bytes.length);
        assert.equal(integerAt(bytes, scan.delayAt), delay);
        assert.equal(bytesAt(bytes, scan.groupAt)?.toString(), group);
        assert.equal(scan.copies, true);
        assert.equal(scan.partitionKeyAt, -1);
      },
    ),
  );
});

test('clears what an earlier message had', () => {
  const scan = new HeaderScan();
  const first = encoded({ CC: ['k'], 'x-delay': 5 });
  scan.read(first, 0, first.length);
  const second = encoded({ other: 1 });
  scan.read(second, 0, second.length);
  assert.deepEqual([scan.copies, scan.delayAt], [false, -1]);
});

test('accepts exactly what decodes', () => {
  const scan = new HeaderScan();
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 8 }), nested), fc.nat(), fc.nat(255), (headers, place, value) => {
      const bytes = encoded(headers);
      bytes[place % bytes.length] = value;
      const outcome = (read: () => void): boolean => {
        try {
          read();
          return true;
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
          return false;
        }
      };
      const scanned = outcome(() => scan.read(bytes, 0, bytes.length));
      assert.equal(
        scanned,
        outcome(() => decodeTable(bytes, 0, bytes.length)),
      );
    }),
  );
});
