import type { QueueSettings } from '../broker.js';

/**
 * The deduplication window of one queue: which ids were taken in lately, and as what. Ids leave by time alone, so a
 * message that was deleted still guards its id.
 */
export class Deduplication {
  readonly windowMs: number;
  readonly #seen = new Map<string, { seq: number; timeMs: number }>();

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** The original when `id` was taken in within the window. */
  find(id: string, nowMs: number): { readonly seq: number; readonly timeMs: number } | undefined {
    this.#forget(nowMs);
    return this.#seen.get(id);
  }

  add(id: string, seq: number, timeMs: number): void {
    this.#seen.delete(id);
    this.#seen.set(id, { seq, timeMs });
  }

  clear(): void {
    this.#seen.clear();
  }

  /** (id, sequence, time) in order of time, for the checkpoint. */
  *entries(): Iterable<readonly [string, number, number]> {
    for (const [id, { seq, timeMs }] of this.#seen) yield [id, seq, timeMs];
  }

  #forget(nowMs: number): void {
    for (const [id, { timeMs }] of this.#seen) {
      if (timeMs + this.windowMs > nowMs) return;
      this.#seen.delete(id);
    }
  }
}

/** What an id is known under: itself, or with its group where each group has ids of its own. */
export function deduplicationKey(
  settings: Partial<QueueSettings>,
  { deduplicationId, group }: { readonly deduplicationId: string | undefined; readonly group: string | undefined },
): string {
  const id = deduplicationId!;
  return settings.deduplicationScope === 'group' ? `${group ?? ''}\0${id}` : id;
}
