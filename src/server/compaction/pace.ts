import { setImmediate as nextTurn } from 'node:timers/promises';

/** No turn of the event loop is held up for longer by work that nobody waits for. */
const SLICE_MS = 3;

/** Cuts long work into slices: `await` it wherever the work can be left for a moment. */
export class Pace {
  #sinceMs = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#sinceMs >= SLICE_MS;
  }

  async rest(): Promise<void> {
    await nextTurn();
    this.#sinceMs = performance.now();
  }
}
