/** Who waits for which flush, in the order in which they came. */
export class StableCallbacks {
  #flushes: number[] = [];
  #callbacks: (() => void)[] = [];

  add(flush: number, callback: () => void): void {
    this.#flushes.push(flush);
    this.#callbacks.push(callback);
  }

  /** Calls back whoever waits for `durable` or an earlier flush. They may add more. */
  run(durable: number): void {
    if (this.#flushes.length === 0) return;
    const flushes = this.#flushes;
    const callbacks = this.#callbacks;
    this.#flushes = [];
    this.#callbacks = [];
    const due: (() => void)[] = [];
    for (const [i, flush] of flushes.entries()) {
      if (flush <= durable) due.push(callbacks[i]);
      else this.add(flush, callbacks[i]);
    }
    for (const callback of due) callback();
  }
}
