/** What a front asks of the transaction coordinator, and what it is told. Times are in ms. */
import type { KeyValueEffects } from './key-value-effects.js';
import type { TransactionError } from './transaction-error.js';
import type { TransactionState } from './transaction-state.js';

export interface TransactionEffects extends KeyValueEffects {
  /**
   * The outcome of this producer's transaction is decided and put. `writeMarkers` is to be called as soon as that is
   * stable, or right after the command when the markers go into the same atomic flush.
   */
  decided(producerId: number): void;
  /**
   * Ends the producer's transaction in one partition. After a restart it may come a second time for a partition that
   * has the marker; where the producer has nothing open there is nothing to do.
   */
  writeMarker(partition: number, producerId: number, epoch: number, commit: boolean): void;
  /** Makes the offsets visible that the producer has staged, or drops them; may come a second time, like markers. */
  applyOffsets(producerId: number, commit: boolean): void;
}

/** Who speaks. */
export interface ProducerClaim {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly epoch: number;
}

export interface InitRequest {
  /** Null for a producer that is only idempotent. */
  readonly transactionalId: string | null;
  readonly timeoutMs: number;
  /** What the producer has had so far (KIP-360), or -1 and -1. */
  readonly producerId: number;
  readonly epoch: number;
}

export interface ProducerAnswer {
  readonly error: TransactionError;
  /** -1 and -1 with an error. */
  readonly producerId: number;
  readonly epoch: number;
}

export interface TransactionDescription extends ProducerClaim {
  readonly state: TransactionState;
  readonly timeoutMs: number;
  /** ms since the epoch; -1 when none was begun. */
  readonly startedMs: number;
  readonly partitions: readonly number[];
}

/** What a partition remembers of a producer. */
export interface ProducerDescription {
  readonly producerId: number;
  readonly epoch: number;
  /** -1 when it has only ended a transaction here. */
  readonly lastSequence: number;
  /** When it was last heard of, ms since the epoch. */
  readonly lastMs: number;
  /** Where its open transaction begins in the log; -1: none is open. */
  readonly firstOpenOffset: number;
}
