import { type Shard, type StorageEngine, StorageError } from '../../core/index.js';
import { MemoryShard } from './memory-shard.js';
import { MemoryStore } from './memory-store.js';

export interface MemoryEngineOptions {
  /** Above this many bytes the shard reports itself full. Unlimited by default. */
  readonly maxBytes?: number;
}

/**
 * The storage port without a disk: nothing survives the process. What was flushed stays in the engine object, so that
 * a shard can be closed, abandoned, or fenced by a higher epoch, and opened again.
 */
export class MemoryEngine implements StorageEngine {
  readonly name = 'memory';
  readonly #maxBytes: number;
  readonly #stores = new Map<number, MemoryStore>();
  #open = false;

  constructor(options: MemoryEngineOptions = {}) {
    this.#maxBytes = options.maxBytes ?? Infinity;
  }

  async open(): Promise<void> {
    if (this.#open) throw new StorageError('locked', 'the engine is open already');
    this.#open = true;
  }

  async shardEpoch(shard: number): Promise<number> {
    return this.#store(shard).epoch;
  }

  async openShard(shard: number, epoch: number): Promise<Shard> {
    const store = this.#store(shard);
    if (epoch <= store.epoch) {
      throw new StorageError('stale-epoch', `epoch ${epoch} is not above epoch ${store.epoch} of shard ${shard}`);
    }
    store.epoch = epoch;
    store.removeVolatile();
    return new MemoryShard(store, this.#maxBytes);
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #store(shard: number): MemoryStore {
    if (!this.#open) throw new StorageError('closed', 'the engine is not open');
    let store = this.#stores.get(shard);
    if (store === undefined) {
      store = new MemoryStore();
      this.#stores.set(shard, store);
    }
    return store;
  }
}
