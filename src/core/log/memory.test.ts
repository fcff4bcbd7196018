import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_LIMITS, Memory } from './memory.js';

const LIMITS = { ...DEFAULT_LIMITS, chunkBytes: 100, ringChunks: 8 };

/** A chunk whose records are bytes `fill`, behind something that is none of them. */
function chunk(length: number, fill: number) {
  const buffer = new Uint8Array(length + 3).fill(0xff);
  buffer.fill(fill, 3);
  return { buffer, start: 3, end: length + 3 };
}

describe('what was read back', () => {
  it('stays addressable as far as it was said to', () => {
    const memory = new Memory(LIMITS);
    memory.addRead(chunk(20, 0));
    const chunks = [50, 10, 10, 97, 20, 20, 20, 20, 20, 50, 97].map((length, i) => chunk(length, i + 1));
    const kept = memory.countKept(chunks);
    assert.ok(kept > 3 && kept < chunks.length);
    const addresses = chunks.slice(0, kept).map((each) => memory.addRead(each));
    for (const [i, address] of addresses.entries()) {
      const buffer = memory.resolve(address);
      assert.ok(buffer !== undefined);
      const { start, end } = chunks[i];
      const length = end - start;
      assert.deepEqual([...buffer.subarray(memory.offset, memory.offset + length)], Array(length).fill(i + 1));
    }
  });

  it('is one buffer at least, however big', () => {
    assert.equal(new Memory(LIMITS).countKept([chunk(700, 1), chunk(1, 2)]), 1);
  });

  it('takes many small chunks side by side', () => {
    const chunks = Array.from({ length: 40 }, (_, i) => chunk(4, i));
    const memory = new Memory(LIMITS);
    assert.equal(memory.countKept(chunks), chunks.length);
    const addresses = chunks.map((each) => memory.addRead(each));
    assert.notEqual(memory.resolve(addresses[0]), undefined);
  });
});
