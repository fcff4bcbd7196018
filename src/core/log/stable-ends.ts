/** Ends of what was appended to a log, by the flush that makes them stable. */
export class StableEnds {
  readonly #flushes: number[] = [];
  readonly #ends: number[] = [];
  /** One past the last stable sequence. */
  stable = 0;

  get pending(): boolean {
    return this.#flushes.length > 0;
  }

  /** The newest flush that is waited for; 0: none. */
  get lastFlush(): number {
    return this.#flushes.at(-1) ?? 0;
  }

  append(flush: number, end: number): void {
    const last = this.#flushes.length - 1;
    if (last >= 0 && this.#flushes[last] === flush) {
      this.#ends[last] = end;
      return;
    }
    this.#flushes.push(flush);
    this.#ends.push(end);
  }

  /** Flush `number` and all before it are stable. True when {@link stable} moved. */
  flushed(number: number): boolean {
    let moved = false;
    while (this.#flushes.length > 0 && this.#flushes[0] <= number) {
      this.#flushes.shift();
      this.stable = this.#ends.shift()!;
      moved = true;
    }
    return moved;
  }

  /** The flush that makes the sequence stable; 0 when it is. */
  flushOf(seq: number): number {
    for (const [i, end] of this.#ends.entries()) if (seq < end) return this.#flushes[i];
    return 0;
  }
}
