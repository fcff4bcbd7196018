/**
 * Microseconds on the machine's monotonic clock. Unlike `performance.now()` the origin is the same in every thread and
 * process, so a time taken by a publisher can be subtracted from one taken by a consumer.
 */
export function monotonicMicros(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1e3;
}

/** Resolves after `ms` milliseconds. For pacing and polling only, never to wait for a condition that can be asked for. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/**
 * Settles as `work` does, or rejects with `what` and the limit once `limitMs` have passed. The work itself is not
 * stopped: whoever owns its sockets or threads closes them.
 */
export async function withDeadline<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not finished within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
