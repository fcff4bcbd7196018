/**
 * Knows which of a channel's publishes are confirmed. It accepts single confirms in any order and multiple ones, and
 * throws on one that covers nothing new or something that was never published: each would be a lost promise.
 */
export class ConfirmTracker {
  /** When each outstanding publish was sent, by `slot(tag)`. Only kept when latency is measured. */
  readonly sentAt: Float64Array;
  confirmed = 0;
  readonly #settled: Uint8Array;
  readonly #mask: number;
  #published = 0;
  #lowest = 1;

  /** @param mostOutstanding how many publishes may wait at once */
  constructor(mostOutstanding: number) {
    let slots = 2;
    while (slots < mostOutstanding + 1) slots *= 2;
    this.#settled = new Uint8Array(slots);
    this.sentAt = new Float64Array(slots);
    this.#mask = slots - 1;
  }

  get outstanding(): number {
    return this.#published - this.confirmed;
  }

  slot(tag: number): number {
    return tag & this.#mask;
  }

  published(count: number): void {
    this.#published += count;
  }

  /** @param onSettled called with each publish that is confirmed by this */
  settle(tag: number, multiple: boolean, onSettled?: (tag: number) => void): void {
    if (tag > this.#published || tag < this.#lowest) throw new Error(`confirm ${tag} covers nothing outstanding`);
    const settled = this.#settled;
    const mask = this.#mask;
    const before = this.confirmed;
    for (let each = multiple ? this.#lowest : tag; each <= tag; each++) {
      if (settled[each & mask] === 1) continue;
      settled[each & mask] = 1;
      this.confirmed++;
      onSettled?.(each);
    }
    if (this.confirmed === before) throw new Error(`confirm ${tag} came twice`);
    while (this.#lowest <= this.#published && settled[this.#lowest & mask] === 1) {
      settled[this.#lowest & mask] = 0;
      this.#lowest++;
    }
  }
}
