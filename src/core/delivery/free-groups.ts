import type { Group } from './group-index.js';

/**
 * A heap of (order, group); of those with the same order the one that came first is first. Entries are not removed from
 * the middle; who looks at the first checks it.
 */
export class FreeGroups {
  readonly #orders: number[] = [];
  readonly #turns: number[] = [];
  readonly #groups: Group[] = [];
  #lastTurn = 0;

  get first(): Group | undefined {
    return this.#groups[0];
  }
  get firstOrder(): number {
    return this.#orders[0];
  }

  push(order: number, group: Group): void {
    let place = this.#orders.length;
    const turn = ++this.#lastTurn;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#orders[parent] <= order) break;
      this.#set(place, this.#orders[parent], this.#turns[parent], this.#groups[parent]);
      place = parent;
    }
    this.#set(place, order, turn, group);
  }

  shift(): void {
    const order = this.#orders.pop()!;
    const turn = this.#turns.pop()!;
    const group = this.#groups.pop()!;
    const { length } = this.#orders;
    if (length === 0) return;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(child + 1, this.#orders[child], this.#turns[child])) child++;
      if (!this.#before(child, order, turn)) break;
      this.#set(place, this.#orders[child], this.#turns[child], this.#groups[child]);
      place = child;
    }
    this.#set(place, order, turn, group);
  }

  #before(place: number, order: number, turn: number): boolean {
    return this.#orders[place] < order || (this.#orders[place] === order && this.#turns[place] < turn);
  }

  #set(place: number, order: number, turn: number, group: Group): void {
    this.#orders[place] = order;
    this.#turns[place] = turn;
    this.#groups[place] = group;
  }
}
