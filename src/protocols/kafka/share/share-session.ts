import type { ClientConnection } from '../connection/client-connection.js';
import type { Hold } from './share-acquirer.js';

/** One partition that a member reads, with what it holds of it. */
export interface SharedPartition {
  readonly topicId: string;
  readonly index: number;
  /** Offset to which delivery it is held by. */
  readonly held: Map<number, number>;
}

/** What one member of a share group reads, over many requests (KIP-932). */
export class ShareSession {
  readonly connection: ClientConnection;
  readonly groupId: string;
  /** The epoch of the next request. */
  epoch = 1;
  /** Partitions in turn: the first one is served first. */
  readonly #partitions = new Map<string, SharedPartition>();
  /** No longer read, with records that are still held. */
  readonly #left = new Map<string, SharedPartition>();

  constructor(connection: ClientConnection, groupId: string) {
    this.connection = connection;
    this.groupId = groupId;
  }

  advance(): void {
    this.epoch = this.epoch === 0x7fff_ffff ? 1 : this.epoch + 1;
  }

  add(topicId: string, index: number): void {
    const key = `${topicId}/${index}`;
    if (this.#partitions.has(key)) return;
    this.#partitions.set(key, this.#left.get(key) ?? { topicId, index, held: new Map() });
    this.#left.delete(key);
  }

  remove(topicId: string, index: number): void {
    const key = `${topicId}/${index}`;
    const partition = this.#partitions.get(key);
    if (partition === undefined) return;
    this.#partitions.delete(key);
    if (partition.held.size > 0) this.#left.set(key, partition);
  }

  find(topicId: string, index: number): SharedPartition | undefined {
    const key = `${topicId}/${index}`;
    return this.#partitions.get(key) ?? this.#left.get(key);
  }

  /** In the order in which they are to be served. */
  partitions(): SharedPartition[] {
    return [...this.#partitions.values()];
  }

  /** Those from which something may be held. */
  *holding(): IterableIterator<SharedPartition> {
    yield* this.#partitions.values();
    yield* this.#left.values();
  }

  /** The partition was served: others come before it now. */
  served({ topicId, index }: SharedPartition): void {
    const key = `${topicId}/${index}`;
    const partition = this.#partitions.get(key);
    if (partition === undefined) return;
    this.#partitions.delete(key);
    this.#partitions.set(key, partition);
  }
}

export function noteHolds(partition: SharedPartition, holds: readonly Hold[]): void {
  for (const { offset, attempts } of holds) partition.held.set(offset, attempts);
}
