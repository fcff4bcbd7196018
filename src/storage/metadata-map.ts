/** The metadata store as a live map: string keys with prefix listing in code-unit order. */
export class MetadataMap<V> {
  readonly #values = new Map<string, V>();
  /** All keys in order; undefined after a key came or went, and then sorted again by the next listing. */
  #sortedKeys: string[] | undefined = [];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#sortedKeys = undefined;
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#sortedKeys = undefined;
  }

  /** Entries whose key starts with `prefix`, as of the call: changes made while the caller iterates are not seen. */
  *list(prefix: string): Generator<readonly [string, V]> {
    this.#sortedKeys ??= [...this.#values.keys()].sort();
    const keys = this.#sortedKeys;
    const first = lowerBound(keys, prefix);
    const found: (readonly [string, V])[] = [];
    for (let i = first; i < keys.length && keys[i].startsWith(prefix); i++) {
      found.push([keys[i], this.#values.get(keys[i]) as V]);
    }
    yield* found;
  }
}

/** The index of the first key that is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
