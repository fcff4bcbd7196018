/** Partitions of topics, by the topic's lasting id. */
export class PartitionSet {
  readonly #topics = new Map<string, Set<number>>();
  #size = 0;

  static of(partitions: Iterable<readonly [topic: string, partition: number]>): PartitionSet {
    const set = new PartitionSet();
    for (const [topic, partition] of partitions) set.add(topic, partition);
    return set;
  }

  get size(): number {
    return this.#size;
  }

  has(topic: string, partition: number): boolean {
    return this.#topics.get(topic)?.has(partition) === true;
  }

  add(topic: string, partition: number): void {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) this.#topics.set(topic, (partitions = new Set()));
    if (partitions.has(partition)) return;
    partitions.add(partition);
    this.#size++;
  }

  delete(topic: string, partition: number): boolean {
    const partitions = this.#topics.get(topic);
    if (partitions?.delete(partition) !== true) return false;
    if (partitions.size === 0) this.#topics.delete(topic);
    this.#size--;
    return true;
  }

  *[Symbol.iterator](): IterableIterator<readonly [topic: string, partition: number]> {
    for (const [topic, partitions] of this.#topics) for (const partition of partitions) yield [topic, partition];
  }

  /** By topic, as most answers list them. */
  topics(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#topics;
  }

  /** Those that are also in the other one. */
  and(other: PartitionSet): PartitionSet {
    return this.filter((topic, partition) => other.has(topic, partition));
  }

  /** Those that are not in the other one. */
  minus(other: PartitionSet): PartitionSet {
    return this.filter((topic, partition) => !other.has(topic, partition));
  }

  filter(keep: (topic: string, partition: number) => boolean): PartitionSet {
    const kept = new PartitionSet();
    for (const [topic, partition] of this) if (keep(topic, partition)) kept.add(topic, partition);
    return kept;
  }

  plus(other: PartitionSet): PartitionSet {
    const sum = PartitionSet.of(this);
    for (const [topic, partition] of other) sum.add(topic, partition);
    return sum;
  }

  isWithin(other: PartitionSet): boolean {
    for (const [topic, partition] of this) if (!other.has(topic, partition)) return false;
    return true;
  }

  equals(other: PartitionSet): boolean {
    return this.#size === other.size && this.isWithin(other);
  }
}
