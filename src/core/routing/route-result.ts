const NO_QUEUES = new Int32Array(0);

/**
 * Where a message goes; made once and filled by every route. `queues[0, count)` are the handles, each once, in no
 * particular order. The array is shared with caches: read it, never write to it, and not after the next route into
 * the same result.
 */
export class RouteResult {
  queues: Int32Array = NO_QUEUES;
  count = 0;
  /** Whether the same exchange and routing key lead to the same queues until the topology changes. */
  cacheable = true;
  #own: Int32Array = NO_QUEUES;

  /** Points at an array that does not change. */
  share(queues: Int32Array): void {
    this.queues = queues;
    this.count = queues.length;
    this.cacheable = true;
  }

  /** Takes a copy of `queues[0, count)`. */
  copy(queues: Int32Array, count: number, cacheable: boolean): void {
    if (this.#own.length < count) this.#own = new Int32Array(Math.max(16, count * 2));
    for (let i = 0; i < count; i++) this.#own[i] = queues[i];
    this.queues = this.#own;
    this.count = count;
    this.cacheable = cacheable;
  }
}
