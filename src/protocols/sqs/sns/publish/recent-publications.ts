/** How long a FIFO topic knows what was published to it, ms (developer guide, "Message deduplication for FIFO topics"). */
const windowMs = 5 * 60_000;

/** What the answer to a duplicate repeats. */
export interface Published {
  readonly messageId: string;
  readonly sequenceNumber: string;
  /** The flush that the original is part of. */
  readonly flush: number;
}

/**
 * What was published to the FIFO topics within the last minutes, by deduplication id. It is not kept over a restart: then the FIFO queues
 * still know the ids that they have seen, and a standard queue may get a message twice, as it always may.
 */
export class RecentPublications {
  /** In the order of their time. */
  readonly #known = new Map<string, Published & { readonly untilMs: number }>();

  find(key: string, nowMs: number): Published | undefined {
    const known = this.#known.get(key);
    return known !== undefined && known.untilMs > nowMs ? known : undefined;
  }

  add(key: string, published: Published, nowMs: number): void {
    for (const [oldest, { untilMs }] of this.#known) {
      if (untilMs > nowMs) break;
      this.#known.delete(oldest);
    }
    this.#known.delete(key);
    this.#known.set(key, { ...published, untilMs: nowMs + windowMs });
  }
}
