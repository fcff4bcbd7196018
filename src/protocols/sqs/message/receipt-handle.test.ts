import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ReceiptHandles, receiptKeyBytes } from './receipt-handle.js';

const handles = new ReceiptHandles(Buffer.alloc(receiptKeyBytes, 7));
const receipts = fc.record({
  log: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  seq: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  attempts: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  receivedMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
});

describe('receipt handles', () => {
  it('give back what they were made of', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        assert.deepEqual(handles.decode(handles.encode(receipt)), { ...receipt });
      }),
    );
  });

  it('are refused when any character is changed', () => {
    fc.assert(
      fc.property(
        receipts,
        fc.nat({ max: 50 }),
        fc.constantFrom('A', 'z', '_', '=', ' ', 'é'),
        (receipt, place, character) => {
          const handle = handles.encode(receipt);
          const changed = handle.slice(0, place) + character + handle.slice(place + 1);
          assert.equal(handles.decode(changed) === undefined, changed !== handle);
        },
      ),
    );
  });

  it('are refused when they were made under another key', () => {
    const other = new ReceiptHandles(Buffer.alloc(receiptKeyBytes, 8));
    assert.equal(other.decode(handles.encode({ log: 1, seq: 2, attempts: 3, receivedMs: 4 })), undefined);
  });

  it('are refused when they are something else', () => {
    fc.assert(
      fc.property(fc.string(), (garbage) => {
        assert.equal(handles.decode(garbage), undefined);
      }),
    );
  });
});
