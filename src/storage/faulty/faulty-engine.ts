import { type Flush, type Shard, type StorageEngine, StorageError } from '../../core/index.js';
import { FaultyShard } from './faulty-shard.js';

/** What happens to one attempt to hand a flush over. */
export type FlushFault =
  /** Goes through. */
  | 'none'
  /** Goes through, some turns of the event loop later. */
  | 'delayed'
  /** Is lost on the way; the answer is `unknown`. */
  | 'unknown-lost'
  /** Is committed, but the answer is `unknown`. */
  | 'unknown-kept'
  /** Is refused for lack of room; nothing is written. */
  | 'full'
  /** Is refused because a newer owner fenced this one; so is everything after it. */
  | 'stale-epoch'
  /** Fails, and the shard with it. */
  | 'failed';

/** Decides the fate of every attempt; called once per attempt, in order. */
export type FaultPlan = (flush: Flush) => FlushFault;

/** An engine for tests: another engine, met through a connection on which everything that can go wrong does. */
export class FaultyEngine implements StorageEngine {
  readonly name: string;
  readonly #inner: StorageEngine;
  readonly #plan: FaultPlan;

  constructor(inner: StorageEngine, plan: FaultPlan) {
    this.name = `faulty ${inner.name}`;
    this.#inner = inner;
    this.#plan = plan;
  }

  async open(): Promise<void> {
    await this.#inner.open();
  }

  async shardEpoch(shard: number): Promise<number> {
    return await this.#inner.shardEpoch(shard);
  }

  async openShard(shard: number, epoch: number): Promise<Shard> {
    return new FaultyShard(await this.#inner.openShard(shard, epoch), this.#plan);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}

/**
 * A plan that delays and forgets answers, but loses nothing for good: a caller that hands every flush over until its
 * outcome is known gets through. `seed` makes it the same every time.
 */
export function flakyPlan(seed: number): FaultPlan {
  let state = seed >>> 0;
  const faults: readonly FlushFault[] = ['none', 'delayed', 'unknown-lost', 'unknown-kept'];
  return () => {
    // A linear congruential generator (Numerical Recipes' constants); the high bits are the random ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return faults[state >>> 30];
  };
}

/** A plan that names the fault of each attempt in turn; after the last one everything goes through. */
export function scriptedPlan(...faults: FlushFault[]): FaultPlan {
  return () => faults.shift() ?? 'none';
}

export function storageErrorFor(
  fault: 'unknown-lost' | 'unknown-kept' | 'full' | 'stale-epoch' | 'failed',
): StorageError {
  const kind = fault === 'unknown-lost' || fault === 'unknown-kept' ? 'unknown' : fault;
  return new StorageError(kind, `an injected fault: ${fault}`);
}
