import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GroupIndex } from './group-index.js';
import { HELD, MessageTable, READY } from './message-table.js';

/** The index over a table of its own, with groups by name. */
class Groups {
  readonly #rows = new MessageTable(true);
  readonly index = new GroupIndex(this.#rows);

  constructor(...messages: readonly (readonly [seq: number, group: string])[]) {
    for (const [seq, group] of messages) this.add(seq, group);
  }

  add(seq: number, group: string): void {
    const place = this.#rows.add(seq);
    this.#rows.state[place] = READY;
    this.#rows.group[place] = this.index.group(group);
    this.index.insert(this.index.group(group), seq);
  }

  /** Takes all that `holder` can have. */
  take(holder: number, max = 10): number[] {
    const taken: number[] = [];
    for (let seq = this.index.next(holder); seq >= 0 && taken.length < max; seq = this.index.next(holder)) {
      const place = this.#rows.find(seq);
      this.index.take(this.#rows.group[place]!, seq, holder);
      this.#rows.state[place] = HELD;
      taken.push(seq);
    }
    return taken;
  }

  giveBack(seq: number, tail: number): void {
    const place = this.#rows.find(seq);
    this.#rows.state[place] = READY;
    this.index.giveBack(this.#rows.group[place]!, seq, tail);
  }

  settle(seq: number): void {
    const place = this.#rows.find(seq);
    this.index.letGo(this.#rows.group[place]!, seq);
    this.#rows.remove(place);
  }

  endHolder(holder: number): void {
    this.index.forgetHolder(holder);
  }
}

describe('a queue with message groups', () => {
  it('fills a pull from one group first, and goes on with the others', () => {
    const groups = new Groups([1, 'a'], [2, 'b'], [3, 'a'], [4, 'c']);
    assert.deepEqual(groups.take(1), [1, 3, 2, 4]);
  });

  it('gives a holder nothing that lies behind what an earlier one still holds', () => {
    const groups = new Groups([1, 'a'], [2, 'a'], [3, 'a'], [4, 'a']);
    assert.deepEqual(groups.take(1, 3), [1, 2, 3]);
    groups.endHolder(1);
    groups.giveBack(1, 5);
    groups.giveBack(3, 5);
    assert.deepEqual(groups.take(2), [1]);
    groups.endHolder(2);
    groups.settle(2);
    assert.deepEqual(groups.take(3), []);
    groups.settle(1);
    assert.deepEqual(groups.take(4), [3, 4]);
  });

  it('lets a holder go on when what the earlier one held is settled', () => {
    const groups = new Groups([1, 'a'], [2, 'a'], [3, 'a']);
    assert.deepEqual(groups.take(1, 2), [1, 2]);
    groups.endHolder(1);
    groups.giveBack(1, 4);
    assert.deepEqual(groups.take(2), [1]);
    groups.settle(2);
    assert.deepEqual(groups.take(2), [3]);
  });

  it('keeps a group with its holder while that one holds anything of it', () => {
    const groups = new Groups([1, 'a'], [2, 'a'], [3, 'b']);
    assert.deepEqual(groups.take(1, 2), [1, 2]);
    groups.giveBack(1, 4);
    assert.deepEqual(groups.take(2), [3]);
    assert.deepEqual(groups.take(1), [1]);
  });

  it('puts a group that gets a message back behind the others', () => {
    const groups = new Groups([1, 'a'], [2, 'b'], [3, 'b'], [4, 'c'], [5, 'a']);
    assert.deepEqual(groups.take(1, 3), [1, 5, 2]);
    groups.endHolder(1);
    for (const seq of [1, 5, 2]) groups.giveBack(seq, 6);
    groups.add(6, 'd');
    assert.deepEqual(groups.take(2), [4, 1, 5, 2, 3, 6]);
  });
});
