import type { Group } from './group-index.js';

/** A heap of (sequence, group). Entries are not removed from the middle; who looks at the first checks it. */
export class FreeGroups {
  readonly #seqs: number[] = [];
  readonly #groups: Group[] = [];

  get first(): Group | undefined {
    return this.#groups[0];
  }
  get firstSeq(): number {
    return this.#seqs[0]!;
  }

  push(seq: number, group: Group): void {
    let place = this.#seqs.length;
    this.#seqs.push(seq);
    this.#groups.push(group);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#seqs[parent]! <= seq) break;
      this.#seqs[place] = this.#seqs[parent]!;
      this.#groups[place] = this.#groups[parent]!;
      place = parent;
    }
    this.#seqs[place] = seq;
    this.#groups[place] = group;
  }

  shift(): void {
    const seq = this.#seqs.pop()!;
    const group = this.#groups.pop()!;
    const length = this.#seqs.length;
    if (length === 0) return;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#seqs[child + 1]! < this.#seqs[child]!) child++;
      if (this.#seqs[child]! >= seq) break;
      this.#seqs[place] = this.#seqs[child]!;
      this.#groups[place] = this.#groups[child]!;
      place = child;
    }
    this.#seqs[place] = seq;
    this.#groups[place] = group;
  }
}
