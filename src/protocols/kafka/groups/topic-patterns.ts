import type { RE2JS } from 're2js';

/** Compiled patterns that are kept; a group has one or two. */
const MAX_KEPT = 1_000;

/**
 * Regular expressions of subscriptions, in the syntax of RE2 as KIP-848 has it. JavaScript's own engine is not used:
 * its syntax is another, and a pattern that backtracks could hold up the whole broker; RE2 takes linear time.
 */
export class TopicPatterns {
  #engine: typeof RE2JS | undefined;
  /** Undefined for patterns that are not valid. */
  readonly #compiled = new Map<string, RE2JS | undefined>();

  /** Whether the engine is there; most brokers never need it. */
  get ready(): boolean {
    return this.#engine !== undefined;
  }

  async load(): Promise<void> {
    this.#engine ??= (await import('re2js')).RE2JS;
  }

  /** Undefined for a pattern that is not valid. */
  find(pattern: string): { matches(name: string): boolean } | undefined {
    if (!this.#compiled.has(pattern)) {
      if (this.#compiled.size >= MAX_KEPT) this.#compiled.clear();
      this.#compiled.set(pattern, this.#compile(pattern));
    }
    return this.#compiled.get(pattern);
  }

  #compile(pattern: string): RE2JS | undefined {
    if (this.#engine === undefined) throw new Error('the engine of patterns is used before it is loaded');
    try {
      return this.#engine.compile(pattern);
    } catch {
      // It throws its own kind of syntax error and nothing else.
      return undefined;
    }
  }
}
