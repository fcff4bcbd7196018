import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameCache } from './frame-cache.js';

const MIB = 1024 * 1024;

describe('the cache of recent frames', () => {
  it('gives back any part of one frame, as a copy', () => {
    const cache = new FrameCache(8 * MIB);
    cache.put(1, 512, [Buffer.from('head'), Buffer.from('tail')]);
    const part = cache.get(1, 514, 518);
    assert.equal(part?.toString(), 'adta');
    part?.fill(0);
    assert.equal(cache.get(1, 512, 520)?.toString(), 'headtail');
  });

  it('knows nothing of what crosses a frame, of other files, and of files it was told to forget', () => {
    const cache = new FrameCache(8 * MIB);
    cache.put(1, 512, [Buffer.from('first')]);
    cache.put(1, 1024, [Buffer.from('second')]);
    assert.equal(cache.get(1, 516, 1025), undefined);
    assert.equal(cache.get(1, 500, 513), undefined);
    assert.equal(cache.get(2, 512, 513), undefined);
    cache.forget(1);
    assert.equal(cache.get(1, 512, 513), undefined);
  });

  it('keeps to its budget, and the newest', () => {
    const cache = new FrameCache(8 * MIB);
    for (let i = 0; i < 40; i++) cache.put(1 + (i % 3), i * MIB, [Buffer.alloc(MIB, i)]);
    const kept = Array.from({ length: 40 }, (_, i) => i).filter((i) => cache.get(1 + (i % 3), i * MIB, i * MIB + 1));
    assert.ok(kept.length >= 4 && kept.length <= 8, String(kept));
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, i) => 40 - kept.length + i),
    );
    for (const i of kept) assert.equal(cache.get(1 + (i % 3), i * MIB, (i + 1) * MIB)?.[MIB - 1], i);
  });

  it('is nothing when it has no budget, and for frames that are too long', () => {
    const none = new FrameCache(0);
    none.put(1, 0, [Buffer.from('x')]);
    assert.equal(none.get(1, 0, 1), undefined);
    const some = new FrameCache(8 * MIB);
    some.put(1, 0, [Buffer.alloc(5 * MIB)]);
    assert.equal(some.get(1, 0, 1), undefined);
  });
});
