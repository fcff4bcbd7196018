import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GroupIndex } from './group-index.js';

function indexOf(...messages: readonly (readonly [seq: number, group: string])[]): GroupIndex {
  const index = new GroupIndex();
  for (const [seq, group] of messages) add(index, seq, group);
  return index;
}

function add(index: GroupIndex, seq: number, group: string, tail?: number): void {
  index.add({ seq, address: 0, attempts: 0, sizeBytes: 1, firstMs: 0, dueMs: 0 }, group, tail);
}

/** Takes all that `holder` can have. */
function take(index: GroupIndex, holder: number, max = 10): number[] {
  const taken: number[] = [];
  for (
    let next = index.next(holder, 1000, 0);
    next !== undefined && taken.length < max;
    next = index.next(holder, 1000, 0)
  ) {
    index.take(next, holder);
    taken.push(next.seq);
  }
  return taken;
}

describe('a queue with message groups', () => {
  it('fills a pull from one group first, and goes on with the others', () => {
    const index = indexOf([1, 'a'], [2, 'b'], [3, 'a'], [4, 'c']);
    assert.deepEqual(take(index, 1), [1, 3, 2, 4]);
  });

  it('gives a holder nothing that lies behind what an earlier one still holds', () => {
    const index = indexOf([1, 'a'], [2, 'a'], [3, 'a'], [4, 'a']);
    assert.deepEqual(take(index, 1, 3), [1, 2, 3]);
    index.forgetHolder(1);
    for (const seq of [1, 3]) {
      index.letGo('a', seq);
      add(index, seq, 'a');
    }
    assert.deepEqual(take(index, 2), [1]);
    index.forgetHolder(2);
    index.letGo('a', 2);
    assert.deepEqual(take(index, 3), []);
    index.letGo('a', 1);
    assert.deepEqual(take(index, 4), [3, 4]);
  });

  it('lets a holder go on when what the earlier one held is settled', () => {
    const index = indexOf([1, 'a'], [2, 'a'], [3, 'a']);
    assert.deepEqual(take(index, 1, 2), [1, 2]);
    index.forgetHolder(1);
    index.letGo('a', 1);
    add(index, 1, 'a');
    assert.deepEqual(take(index, 2), [1]);
    index.letGo('a', 2);
    assert.deepEqual(take(index, 2), [3]);
  });

  it('puts a group that gets a message back behind the others', () => {
    const index = indexOf([1, 'a'], [2, 'b'], [3, 'b'], [4, 'c'], [5, 'a']);
    assert.deepEqual(take(index, 1, 3), [1, 5, 2]);
    index.forgetHolder(1);
    for (const [seq, group] of [
      [1, 'a'],
      [5, 'a'],
      [2, 'b'],
    ] as const) {
      index.letGo(group, seq);
      add(index, seq, group, 6);
    }
    add(index, 6, 'd');
    assert.deepEqual(take(index, 2), [4, 1, 5, 2, 3, 6]);
  });
});
