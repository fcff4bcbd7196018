import { monotonicMicros, pause } from './clock.js';
import { machineBusyMs } from './processor-time.js';

/** Fewer busy cores than this count as quiet. */
const quietCores = 0.25;
const sampleMs = 300;

/**
 * Waits until hardly anybody uses the machine, for as long as `withinMs` at most: for machines that are shared with
 * other work. A run is not judged by this; what others used while it lasted is metered on its own.
 */
export async function awaitQuiet(withinMs: number): Promise<void> {
  const until = monotonicMicros() + withinMs * 1e3;
  while (monotonicMicros() < until) {
    const before = machineBusyMs();
    const startedAt = monotonicMicros();
    await pause(sampleMs);
    const elapsedMs = (monotonicMicros() - startedAt) / 1e3;
    if ((machineBusyMs() - before) / elapsedMs < quietCores) return;
  }
}
