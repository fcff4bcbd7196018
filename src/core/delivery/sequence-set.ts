/**
 * Which sequences of a queue are done with. Everything below `floor` is; above it a bitmap tells, from `floor` up to
 * as far as anything was ever marked. Acknowledging in order moves the floor and touches no bit.
 */
export class SequenceSet {
  /** The lowest sequence that is not done with. */
  floor: number;
  /** One bit per sequence from #base on; #base is a multiple of 32 and <= floor. Undefined while nothing is marked. */
  #words: Uint32Array | undefined;
  #base = 0;
  /** One past the highest marked sequence; <= floor when none is marked above it. */
  #top = 0;

  constructor(floor = 0) {
    this.floor = floor;
  }

  has(seq: number): boolean {
    if (seq < this.floor) return true;
    if (seq >= this.#top) return false;
    const at = seq - this.#base;
    return (this.#words![at >>> 5] & (1 << (at & 31))) !== 0;
  }

  add(seq: number): void {
    if (seq === this.floor) {
      this.floor = seq + 1;
      if (this.#top > this.floor) this.#rise();
      else this.#words = undefined;
      return;
    }
    if (seq < this.floor) return;
    this.#reach(seq + 1);
    const at = seq - this.#base;
    this.#words![at >>> 5] |= 1 << (at & 31);
  }

  /** Marks from … to, both included. */
  addRange(from: number, to: number): void {
    if (from <= this.floor) {
      if (to < this.floor) return;
      this.floor = to + 1;
      if (this.#top > this.floor) this.#rise();
      else this.#words = undefined;
      return;
    }
    if (to < from) return;
    this.#reach(to + 1);
    const words = this.#words!;
    for (let seq = from; seq <= to; ) {
      const at = seq - this.#base;
      if ((at & 31) === 0 && to - seq >= 31) {
        words[at >>> 5] = 0xffffffff;
        seq += 32;
      } else {
        words[at >>> 5] |= 1 << (at & 31);
        seq++;
      }
    }
  }

  /** The lowest sequence >= from that is not marked. */
  nextAbsent(from: number): number {
    if (from < this.floor) from = this.floor;
    while (from < this.#top) {
      const at = from - this.#base;
      if ((at & 31) === 0 && this.#words![at >>> 5] === 0xffffffff) from += 32;
      else if ((this.#words![at >>> 5] & (1 << (at & 31))) !== 0) from++;
      else return from;
    }
    return from;
  }

  /** How many sequences of from … to (included) are marked. */
  countIn(from: number, to: number): number {
    let count = Math.max(0, Math.min(to + 1, this.floor) - from);
    const end = Math.min(to + 1, this.#top);
    for (let seq = Math.max(from, this.floor); seq < end; ) {
      const at = seq - this.#base;
      if ((at & 31) === 0 && end - seq >= 32) {
        count += bitCount(this.#words![at >>> 5]);
        seq += 32;
      } else {
        if ((this.#words![at >>> 5] & (1 << (at & 31))) !== 0) count++;
        seq++;
      }
    }
    return count;
  }

  /** The marked ranges above the floor, ascending: calls back with first and last. */
  forEachRange(visit: (from: number, to: number) => void): void {
    let seq = this.floor;
    while (seq < this.#top) {
      if (!this.has(seq)) {
        seq++;
        continue;
      }
      const from = seq;
      seq = this.nextAbsent(seq);
      visit(from, Math.min(seq, this.#top) - 1);
    }
  }

  #reach(top: number): void {
    if (this.#words === undefined) {
      this.#base = Math.floor(this.floor / 32) * 32;
      this.#words = new Uint32Array(8);
      this.#top = this.floor;
    }
    const needed = Math.ceil((top - this.#base) / 32);
    if (needed > this.#words.length) {
      const skip = Math.floor((this.floor - this.#base) / 32);
      const old = this.#words;
      this.#words = new Uint32Array(Math.max(8, 2 ** Math.ceil(Math.log2(needed - skip + 1))));
      this.#words.set(old.subarray(skip, Math.min(old.length, skip + this.#words.length)));
      this.#base += skip * 32;
    }
    if (top > this.#top) this.#top = top;
  }

  /** The floor moved up: over what was marked right above it. */
  #rise(): void {
    this.floor = this.nextAbsent(this.floor);
    if (this.floor >= this.#top) this.#words = undefined;
  }
}

function bitCount(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
