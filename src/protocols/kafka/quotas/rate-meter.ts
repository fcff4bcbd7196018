/** What may be taken at once, in seconds of the rate. */
const BURST_SECONDS = 1;

/**
 * Measures what is taken against a rate: it drains at the rate, and whoever is over a second's worth waits until it
 * would not be. So over any longer time the rate is kept, whatever the size of the single pieces.
 */
export class RateMeter {
  #level = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Takes `amount`; answers how long to wait before the next, ms, 0 when within the rate of `perSecond`. */
  take(amount: number, perSecond: number, nowMs: number): number {
    this.#level = Math.max(0, this.#level - ((nowMs - this.#atMs) / 1000) * perSecond) + amount;
    this.#atMs = nowMs;
    if (this.#level === 0) return 0;
    return Math.ceil(Math.max(0, this.#level / perSecond - BURST_SECONDS) * 1000);
  }
}
