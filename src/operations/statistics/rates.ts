/** Between two looks at a counter there is at least this long: RabbitMQ's own interval. */
const LEAST_MS = 5_000;
/** Nobody has looked for so long: what an average over it would say is not how fast it is now. */
const MOST_MS = 120_000;
/** Above this many counters those that nobody looked at for long are forgotten. */
const MANY = 1_000;

interface Look {
  count: number;
  atMs: number;
  rate: number;
}

/** How fast counters grow, per second, found out by those who look at them: nothing runs while nobody does. */
export class Rates {
  readonly #looks = new Map<string, Look>();
  #sweepAt = MANY;

  /** Looks at a counter. 0 at the first time, and after a long while. */
  of(counter: string, count: number, nowMs: number): number {
    const look = this.#looks.get(counter);
    if (look === undefined) {
      if (this.#looks.size >= this.#sweepAt) this.#sweep(nowMs);
      this.#looks.set(counter, { count, atMs: nowMs, rate: 0 });
      return 0;
    }
    const passedMs = nowMs - look.atMs;
    if (passedMs < LEAST_MS) return look.rate;
    look.rate = passedMs > MOST_MS || count < look.count ? 0 : ((count - look.count) * 1000) / passedMs;
    look.count = count;
    look.atMs = nowMs;
    return look.rate;
  }

  #sweep(nowMs: number): void {
    for (const [counter, { atMs }] of this.#looks) if (nowMs - atMs > MOST_MS) this.#looks.delete(counter);
    this.#sweepAt = Math.max(MANY, 2 * this.#looks.size);
  }
}
