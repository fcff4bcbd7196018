/**
 * The order of ready messages that are not simply next in the log: returned, fallen due, prioritised. A binary heap of
 * (order, sequence). Entries are not removed from the middle; who pops one checks whether it still counts.
 */
export class ReadyHeap {
  #orders = new Float64Array(0);
  #seqs = new Float64Array(0);
  size = 0;
  /** Entries that no longer count. */
  #stale = 0;

  /** The lowest order; Infinity when empty. */
  get topOrder(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#orders[0];
  }
  get topSeq(): number {
    return this.#seqs[0];
  }

  push(order: number, seq: number): void {
    if (this.size === this.#orders.length) this.#grow();
    this.#rise(this.size++, order, seq);
  }

  pop(): void {
    const last = --this.size;
    if (last > 0) this.#sink(0, last, this.#orders[last], this.#seqs[last]);
  }

  /** Drops the top, which turned out not to count any more. */
  popStale(): void {
    this.pop();
    if (this.#stale > 0) this.#stale--;
  }

  /** An entry in the middle stopped counting. When most have, all are gone through: `counts` says which ones stay. */
  markStale(counts: (order: number, seq: number) => boolean): void {
    if (++this.#stale < 64 || this.#stale * 2 < this.size) return;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      if (!counts(this.#orders[i], this.#seqs[i])) continue;
      this.#orders[kept] = this.#orders[i];
      this.#seqs[kept++] = this.#seqs[i];
    }
    this.size = kept;
    this.#stale = 0;
    for (let place = (kept >> 1) - 1; place >= 0; place--) {
      this.#sink(place, kept, this.#orders[place], this.#seqs[place]);
    }
  }

  clear(): void {
    this.size = 0;
    this.#stale = 0;
  }

  #rise(from: number, order: number, seq: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#orders[parent] <= order) break;
      this.#orders[place] = this.#orders[parent];
      this.#seqs[place] = this.#seqs[parent];
      place = parent;
    }
    this.#orders[place] = order;
    this.#seqs[place] = seq;
  }

  /** Puts (order, seq) at `from` or, below it, where it belongs; the heap has `size` entries. */
  #sink(from: number, size: number, order: number, seq: number): void {
    let place = from;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#orders[child + 1] < this.#orders[child]) child++;
      if (this.#orders[child] >= order) break;
      this.#orders[place] = this.#orders[child];
      this.#seqs[place] = this.#seqs[child];
      place = child;
    }
    this.#orders[place] = order;
    this.#seqs[place] = seq;
  }

  #grow(): void {
    const length = Math.max(16, this.#orders.length * 2);
    const orders = new Float64Array(length);
    orders.set(this.#orders);
    this.#orders = orders;
    const seqs = new Float64Array(length);
    seqs.set(this.#seqs);
    this.#seqs = seqs;
  }
}
