/** What was taken in under an id. */
export interface Original {
  readonly seq: number;
  /** When it was accepted, ms: its window began. */
  readonly timeMs: number;
  /** The flush that makes it stable. */
  readonly flush: number;
}

/**
 * The deduplication window of one queue: which ids were taken in lately, and as what. Ids leave by time alone, so a
 * message that was deleted still guards its id.
 */
export class Deduplication {
  windowMs: number;
  readonly #seen = new Map<string, Original>();

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** The original when `id` was taken in within the window. */
  find(id: string, nowMs: number): Original | undefined {
    this.#forget(nowMs);
    return this.#seen.get(id);
  }

  add(id: string, seq: number, timeMs: number, flush: number): void {
    this.#seen.delete(id);
    this.#seen.set(id, { seq, timeMs, flush });
  }

  clear(): void {
    this.#seen.clear();
  }

  /** Forgets what was taken in below `seq`. */
  clearBelow(seq: number): void {
    for (const [id, original] of this.#seen) if (original.seq < seq) this.#seen.delete(id);
  }

  /** (id, sequence, time) in order of time, of what is still in its window. */
  entries(nowMs: number): Iterable<readonly [string, Original]> {
    this.#forget(nowMs);
    return this.#seen;
  }

  #forget(nowMs: number): void {
    for (const [id, { timeMs }] of this.#seen) {
      if (timeMs + this.windowMs > nowMs) return;
      this.#seen.delete(id);
    }
  }
}

/** An id as it counts: of its own in each group, where the scope says so. */
export function scopedId(scope: 'queue' | 'group' | undefined, id: string, group: string | undefined): string {
  return scope === 'group' ? `${group ?? ''}\0${id}` : id;
}
