import assert from 'node:assert/strict';
import { type StoreChange, storeAfter } from './group-recorder.test.js';
import { TransactionCoordinator, type TransactionOptions } from './transaction-coordinator.js';
import type { InitRequest, ProducerAnswer, ProducerClaim, TransactionEffects } from './transaction-requests.js';

/** A marker as it was asked for; the offsets of groups count as partition -1. */
export interface Marker {
  readonly partition: number;
  readonly producerId: number;
  readonly epoch: number;
  readonly commit: boolean;
}

/** A coordinator with a clock that tests turn by hand, and everything that it ever asked for. */
export class TransactionRecorder implements TransactionEffects {
  readonly coordinator: TransactionCoordinator;
  readonly history: StoreChange[] = [];
  readonly markers: Marker[] = [];
  /** Producers whose outcome is decided and not stable yet. */
  readonly undelivered: number[] = [];
  /** Whether markers go into the same flush as the decision, as on a single shard. */
  readonly oneFlush: boolean;
  nowMs: number;

  constructor(oneFlush = true, stored: ReadonlyMap<string, Uint8Array> = new Map(), nowMs = 1_000_000) {
    const options: Partial<TransactionOptions> = { maxTimeoutMs: 900_000 };
    this.oneFlush = oneFlush;
    this.nowMs = nowMs;
    this.coordinator = new TransactionCoordinator(this, options);
    for (const [key, value] of stored) assert.ok(this.coordinator.restore(key, value), key);
    this.coordinator.resume();
  }

  put(key: string, value: Uint8Array): void {
    this.history.push({ key, value });
  }

  remove(key: string): void {
    this.history.push({ key, value: undefined });
  }

  decided(producerId: number): void {
    this.undelivered.push(producerId);
  }

  writeMarker(partition: number, producerId: number, epoch: number, commit: boolean): void {
    this.markers.push({ partition, producerId, epoch, commit });
  }

  applyOffsets(producerId: number, commit: boolean): void {
    this.markers.push({ partition: -1, producerId, epoch: -1, commit });
  }

  /** Writes all markers that are due. */
  deliver(): void {
    for (const producerId of this.undelivered.splice(0)) {
      this.coordinator.writeMarkers(producerId);
      this.coordinator.complete(producerId, this.nowMs);
    }
  }

  init(request: Partial<InitRequest> = {}): ProducerAnswer {
    const asked = { transactionalId: 'payer', timeoutMs: 60_000, producerId: -1, epoch: -1, ...request };
    return this.#after(this.coordinator.initProducer(asked, this.nowMs));
  }

  /** A producer that has its id and epoch. */
  producer(transactionalId = 'payer'): ProducerClaim {
    const { error, producerId, epoch } = this.init({ transactionalId });
    assert.equal(error, 'none');
    return { transactionalId, producerId, epoch };
  }

  add(claim: ProducerClaim, ...partitions: readonly number[]): string {
    return this.#after(this.coordinator.addPartitions(claim, partitions, this.nowMs));
  }

  addGroup(claim: ProducerClaim, groupId: string): string {
    return this.#after(this.coordinator.addOffsets(claim, groupId, this.nowMs));
  }

  end(claim: ProducerClaim, commit: boolean, raiseEpoch = false): ProducerAnswer {
    return this.#after(this.coordinator.end(claim, commit, raiseEpoch, this.nowMs));
  }

  /** Lets time pass, stopping wherever the coordinator wants to be called. */
  wait(durationMs: number): void {
    const untilMs = this.nowMs + durationMs;
    while (this.coordinator.nextDueMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.coordinator.nextDueMs);
      this.coordinator.expire(this.nowMs);
      this.#after(undefined);
      assert.ok(this.coordinator.nextDueMs > this.nowMs, 'something due was left undone');
    }
    this.nowMs = untilMs;
  }

  state(transactionalId = 'payer'): string | undefined {
    return this.coordinator.describe(transactionalId)?.state;
  }

  /** A coordinator that starts from what this one has stored, and goes on with its history. */
  restarted(): TransactionRecorder {
    const again = new TransactionRecorder(this.oneFlush, storeAfter(this.history), this.nowMs);
    again.history.unshift(...this.history);
    return again;
  }

  #after<T>(answer: T): T {
    if (this.oneFlush) this.deliver();
    return answer;
  }
}
