/**
 * What falls due when: (time, owner, item, kind), earliest first, and of the same time the lowest item, so that messages
 * keep their order. Entries are never taken back; who pops one checks.
 */
export class TimerHeap {
  #timeMs = new Float64Array(0);
  #owner = new Float64Array(0);
  #item = new Float64Array(0);
  #kind = new Uint8Array(0);
  size = 0;

  get topTimeMs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#timeMs[0];
  }
  get topOwner(): number {
    return this.#owner[0];
  }
  get topItem(): number {
    return this.#item[0];
  }
  get topKind(): number {
    return this.#kind[0];
  }

  push(timeMs: number, owner: number, item: number, kind: number): void {
    if (this.size === this.#timeMs.length) this.#grow();
    let place = this.size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isAfter(parent, timeMs, item)) break;
      this.#copy(parent, place);
      place = parent;
    }
    this.#timeMs[place] = timeMs;
    this.#owner[place] = owner;
    this.#item[place] = item;
    this.#kind[place] = kind;
  }

  pop(): void {
    const last = --this.size;
    if (last <= 0) return;
    const timeMs = this.#timeMs[last];
    const item = this.#item[last];
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isAfter(child, this.#timeMs[child + 1], this.#item[child + 1])) child++;
      if (this.#isAfter(child, timeMs, item)) break;
      this.#copy(child, place);
      place = child;
    }
    if (place !== last) this.#copy(last, place);
  }

  #isAfter(place: number, timeMs: number, item: number): boolean {
    const other = this.#timeMs[place];
    return other > timeMs || (other === timeMs && this.#item[place] > item);
  }

  #copy(from: number, to: number): void {
    this.#timeMs[to] = this.#timeMs[from];
    this.#owner[to] = this.#owner[from];
    this.#item[to] = this.#item[from];
    this.#kind[to] = this.#kind[from];
  }

  #grow(): void {
    const length = Math.max(64, this.#timeMs.length * 2);
    const timeMs = new Float64Array(length);
    timeMs.set(this.#timeMs);
    this.#timeMs = timeMs;
    const owner = new Float64Array(length);
    owner.set(this.#owner);
    this.#owner = owner;
    const item = new Float64Array(length);
    item.set(this.#item);
    this.#item = item;
    const kind = new Uint8Array(length);
    kind.set(this.#kind);
    this.#kind = kind;
  }
}
