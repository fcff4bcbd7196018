import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_LIMITS, Memory } from './memory.js';

describe('what was read back', () => {
  it('stays addressable as far as it was said to', () => {
    const memory = new Memory({ ...DEFAULT_LIMITS, chunkBytes: 100, ringChunks: 8 });
    const buffers = [50, 250, 1, 100, 10, 10, 10].map((length) => ({ buffer: new Uint8Array(length) }));
    const kept = memory.countKept(buffers);
    assert.equal(kept, 2);
    const addresses = buffers.slice(0, kept).map(({ buffer }) => memory.addRead(buffer));
    for (const [place, address] of addresses.entries()) assert.equal(memory.resolve(address), buffers[place]?.buffer);
  });

  it('is one buffer at least, however big', () => {
    const memory = new Memory({ ...DEFAULT_LIMITS, chunkBytes: 100, ringChunks: 8 });
    assert.equal(memory.countKept([{ buffer: new Uint8Array(700) }, { buffer: new Uint8Array(1) }]), 1);
  });
});
