import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_LIMITS, Memory } from './memory.js';

const LIMITS = { ...DEFAULT_LIMITS, chunkBytes: 400, ringChunks: 4 };

/** Bytes that can be told apart. */
function piece(sizeBytes: number, mark: number): Uint8Array {
  return new Uint8Array(sizeBytes).fill(mark);
}

describe('what was read back', () => {
  it('lies close together: many small pieces do not displace each other', () => {
    const memory = new Memory(LIMITS);
    const addresses = Array.from({ length: 40 }, (_, i) => memory.addRead(piece(10, i), 0, 10));
    for (const [i, address] of addresses.entries()) assert.equal(memory.resolve(address)?.[memory.offset], i);
  });

  it('is the part that was asked for', () => {
    const memory = new Memory(LIMITS);
    const buffer = Uint8Array.from({ length: 30 }, (_, i) => i);
    assert.equal(memory.resolve(memory.addRead(buffer, 7, 12))?.[memory.offset], 7);
  });

  it('may be bigger than a chunk, and everything in it can be found', () => {
    const memory = new Memory(LIMITS);
    const big = Uint8Array.from({ length: 1100 }, (_, i) => i % 251);
    const address = memory.addRead(big, 0, big.length);
    for (const at of [0, 399, 400, 1099]) assert.equal(memory.resolve(address + at)?.[memory.offset], at % 251);
  });

  it('is gone, and not something else, once enough came after it', () => {
    const memory = new Memory(LIMITS);
    const address = memory.addRead(piece(100, 1), 0, 100);
    for (let i = 2; i < 12; i++) memory.addRead(piece(100, i), 0, 100);
    assert.equal(memory.resolve(address), undefined);
  });
});

describe('transient messages', () => {
  it('give their memory back one by one, in any order', () => {
    const memory = new Memory(LIMITS);
    const addresses = Array.from({ length: 50 }, () => memory.allocateTransient(30));
    assert.ok(memory.transientBytes >= 1500);
    for (const address of [...addresses.slice(25), ...addresses.slice(0, 25)]) memory.freeTransient(address);
    assert.ok(memory.transientBytes <= 100, 'all but the chunk that is being filled');
  });
});
