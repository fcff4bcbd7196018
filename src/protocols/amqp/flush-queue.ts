/** Something that gathered output during this turn of the event loop. */
export interface Flushable {
  flush(): void;
}

/**
 * Writes what was gathered once per event: whoever has output adds itself, and all are flushed as soon as the handler
 * of the current event has returned. Waiting longer (for the end of the poll phase) was measured to cost latency and to
 * bring no throughput.
 */
export class FlushQueue {
  private waiting: Flushable[] = [];

  add(output: Flushable): void {
    this.waiting.push(output);
    if (this.waiting.length === 1) process.nextTick(this.flushAll);
  }

  private readonly flushAll = (): void => {
    const waiting = this.waiting;
    this.waiting = [];
    for (const output of waiting) output.flush();
  };
}
