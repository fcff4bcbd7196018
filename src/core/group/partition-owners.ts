import type { PartitionSet } from './partition-set.js';

/** Who holds each partition of a group, until it says that it has let go of it. */
export class PartitionOwners {
  /** Topic id, partition, member id. */
  readonly #topics = new Map<string, Map<number, string>>();

  /** Whether nobody else has it. */
  isFree(topic: string, partition: number, memberId: string): boolean {
    const owner = this.#topics.get(topic)?.get(partition);
    return owner === undefined || owner === memberId;
  }

  take(memberId: string, partitions: PartitionSet): void {
    for (const [topic, partition] of partitions) {
      if (!this.isFree(topic, partition, memberId)) throw new Error(`partition ${topic}/${partition} taken twice`);
      let owners = this.#topics.get(topic);
      if (owners === undefined) this.#topics.set(topic, (owners = new Map()));
      owners.set(partition, memberId);
    }
  }

  /** What others have of them stays theirs. */
  release(memberId: string, partitions: PartitionSet): void {
    for (const [topic, partition] of partitions) {
      const owners = this.#topics.get(topic);
      if (owners?.get(partition) !== memberId) continue;
      owners.delete(partition);
      if (owners.size === 0) this.#topics.delete(topic);
    }
  }
}
