/**
 * Ready messages that are not simply next in the log: requeued, fallen due, prioritised. A binary heap by order over
 * parallel arrays. Entries are not removed from the middle; who pops one checks whether it still counts.
 */
export class ReadyHeap {
  #order = new Float64Array(0);
  #seq = new Float64Array(0);
  #address = new Float64Array(0);
  #attempts = new Int32Array(0);
  #sizeBytes = new Int32Array(0);
  #firstMs = new Float64Array(0);
  size = 0;

  /** The lowest order; Infinity when empty. */
  get topOrder(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#order[0];
  }
  get topSeq(): number {
    return this.#seq[0];
  }
  get topAddress(): number {
    return this.#address[0];
  }
  get topAttempts(): number {
    return this.#attempts[0];
  }
  get topSizeBytes(): number {
    return this.#sizeBytes[0];
  }
  get topFirstMs(): number {
    return this.#firstMs[0];
  }
  set topAddress(address: number) {
    this.#address[0] = address;
  }

  push(order: number, seq: number, address: number, attempts: number, sizeBytes: number, firstMs: number): void {
    if (this.size === this.#order.length) this.#grow();
    let place = this.size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#order[parent] <= order) break;
      this.#copy(parent, place);
      place = parent;
    }
    this.#set(place, order, seq, address, attempts, sizeBytes, firstMs);
  }

  pop(): void {
    const last = --this.size;
    if (last <= 0) return;
    const order = this.#order[last];
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#order[child + 1] < this.#order[child]) child++;
      if (this.#order[child] >= order) break;
      this.#copy(child, place);
      place = child;
    }
    if (place !== last) this.#copy(last, place);
  }

  clear(): void {
    this.size = 0;
  }

  /** Visits every entry in no particular order. */
  forEach(visit: (order: number, seq: number, attempts: number, sizeBytes: number) => void): void {
    for (let i = 0; i < this.size; i++) visit(this.#order[i], this.#seq[i], this.#attempts[i], this.#sizeBytes[i]);
  }

  #copy(from: number, to: number): void {
    this.#order[to] = this.#order[from]!;
    this.#seq[to] = this.#seq[from]!;
    this.#address[to] = this.#address[from]!;
    this.#attempts[to] = this.#attempts[from]!;
    this.#sizeBytes[to] = this.#sizeBytes[from]!;
    this.#firstMs[to] = this.#firstMs[from]!;
  }

  #set(
    place: number,
    order: number,
    seq: number,
    address: number,
    attempts: number,
    sizeBytes: number,
    firstMs: number,
  ): void {
    this.#order[place] = order;
    this.#seq[place] = seq;
    this.#address[place] = address;
    this.#attempts[place] = attempts;
    this.#sizeBytes[place] = sizeBytes;
    this.#firstMs[place] = firstMs;
  }

  #grow(): void {
    const length = Math.max(16, this.#order.length * 2);
    this.#order = grown(this.#order, length);
    this.#seq = grown(this.#seq, length);
    this.#address = grown(this.#address, length);
    this.#firstMs = grown(this.#firstMs, length);
    const attempts = new Int32Array(length);
    attempts.set(this.#attempts);
    this.#attempts = attempts;
    const sizeBytes = new Int32Array(length);
    sizeBytes.set(this.#sizeBytes);
    this.#sizeBytes = sizeBytes;
  }
}

function grown(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length);
  next.set(old);
  return next;
}
