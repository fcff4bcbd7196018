import type { CoreEffects } from './core-effects.js';

/** What the store may forget, once the flush that says so is stable. */
export class ForgottenLogs {
  readonly #effects: Pick<CoreEffects, 'trim' | 'drop'>;
  readonly #flushes: { readonly flush: number; readonly logs: Map<number, number> }[] = [];

  constructor(effects: Pick<CoreEffects, 'trim' | 'drop'>) {
    this.#effects = effects;
  }

  /** Sequences of the log below `upTo` are not needed any more, says `flush`. */
  trim(log: number, upTo: number, flush: number): void {
    if (upTo > 0) this.#logsOf(flush).set(log, upTo);
  }

  /** The whole log is not needed any more, says `flush`. */
  drop(log: number, flush: number): void {
    this.#logsOf(flush).set(log, Number.POSITIVE_INFINITY);
  }

  #logsOf(flush: number): Map<number, number> {
    const last = this.#flushes.at(-1);
    if (last?.flush === flush) return last.logs;
    const logs = new Map<number, number>();
    this.#flushes.push({ flush, logs });
    return logs;
  }

  /** Flush `number` and all before it are stable. */
  flushed(number: number): void {
    while (this.#flushes.length > 0 && this.#flushes[0].flush <= number) {
      for (const [log, upTo] of this.#flushes.shift()!.logs) {
        if (upTo === Number.POSITIVE_INFINITY) this.#effects.drop(log);
        else this.#effects.trim(log, upTo);
      }
    }
  }
}
