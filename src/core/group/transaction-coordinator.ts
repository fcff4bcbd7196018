import { ProducerIds } from './producer-ids.js';
import { ReentryGuard } from './reentry-guard.js';
import {
  decodeTransaction,
  encodeTransaction,
  PRODUCER_IDS_KEY,
  type Transaction,
  TRANSACTION_PREFIX,
} from './stored-transaction.js';
import type { TransactionError } from './transaction-error.js';
import type {
  InitRequest,
  ProducerAnswer,
  ProducerClaim,
  TransactionDescription,
  TransactionEffects,
} from './transaction-requests.js';
import { asksAgain, checkClaim, checkEnd, checkInit, checkOpen, LAST_USABLE_EPOCH, NONE } from './transaction-rules.js';
import { isPrepared, mayTurn, type TransactionState } from './transaction-state.js';

export interface TransactionOptions {
  readonly maxTimeoutMs: number;
  /** A transactional id that nobody used for this long is forgotten. */
  readonly idExpirationMs: number;
}

/** Kafka's own. */
const DEFAULT_TRANSACTION_OPTIONS: TransactionOptions = { maxTimeoutMs: 900_000, idExpirationMs: 604_800_000 };

/**
 * All transactional ids: who the one living producer of each is, what its open transaction touches, and how it ends.
 * A deterministic machine like GroupCoordinator: every command says what time it is, and an answer holds once the
 * flush is stable that was gathering when it was given.
 *
 * It lives beside the groups, not in log/: a partition is a bare number here (one that outlives a restart, such as
 * its log's), and what a transaction has open in a log (sequences, last stable offset) is each log's own matter.
 *
 * A transaction ends in three steps, so that it holds across shards: the outcome is put (`decided`), then the markers
 * and offsets are written (`writeMarkers`), then it is put that they are (`complete`). On one shard all three may lie
 * in one flush, and the producer never meets `concurrent-transactions`.
 */
export class TransactionCoordinator {
  readonly #effects: TransactionEffects;
  readonly #options: TransactionOptions;
  readonly #guard = new ReentryGuard();
  readonly #producerIds: ProducerIds;
  readonly #transactions = new Map<string, Transaction>();
  readonly #byProducer = new Map<number, Transaction>();
  /** Nothing is due before this. What happens meanwhile may move it later; {@link expire} finds out. */
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(effects: TransactionEffects, options: Partial<TransactionOptions> = {}) {
    this.#effects = effects;
    this.#options = { ...DEFAULT_TRANSACTION_OPTIONS, ...options };
    this.#producerIds = new ProducerIds(effects);
  }

  /**
   * Gives the producer its id and epoch, and fences every earlier incarnation of it. A transaction that is open is
   * aborted first: `concurrent-transactions`, and the producer tries again. `invalid-request`, `invalid-timeout`,
   * `producer-fenced`.
   */
  initProducer(request: InitRequest, nowMs: number): ProducerAnswer {
    return this.#guard.run(() => {
      const { transactionalId, timeoutMs } = request;
      if (transactionalId === null) return accepted(this.#producerIds.take(), 0);
      if (transactionalId === '') return refused('invalid-request');
      if (timeoutMs <= 0 || timeoutMs > this.#options.maxTimeoutMs) return refused('invalid-timeout');
      const transaction = this.#transactions.get(transactionalId) ?? this.#add(transactionalId);
      const error = checkInit(transaction, request);
      if (error !== 'none') return refused(error);
      if (transaction.state === 'ongoing') {
        this.#fence(transaction, nowMs);
        return refused('concurrent-transactions');
      }
      this.#nextIncarnation(transaction, request);
      transaction.timeoutMs = timeoutMs;
      this.#turn(transaction, 'empty', nowMs);
      return accepted(transaction.producerId, transaction.epoch);
    });
  }

  /** `invalid-request`, `invalid-producer-mapping`, `producer-fenced`, `concurrent-transactions`. Begins if need be. */
  addPartitions(claim: ProducerClaim, partitions: readonly number[], nowMs: number): TransactionError {
    return this.#extend(claim, nowMs, (transaction) => addAll(transaction.partitions, partitions));
  }

  /** The same for a group whose offsets are going to be committed with the transaction. */
  addOffsets(claim: ProducerClaim, groupId: string, nowMs: number): TransactionError {
    return this.#extend(claim, nowMs, (transaction) => addAll(transaction.groups, [groupId]));
  }

  /** Whether this producer may write to the partition in its transaction: `none`, or why not, as in {@link addPartitions}. */
  checkProduce(producerId: number, epoch: number, partition: number): TransactionError {
    this.#guard.assertIdle();
    const transaction = this.#byProducer.get(producerId);
    return checkOpen(transaction, epoch, transaction?.partitions.has(partition) === true);
  }

  /** Whether this producer may stage offsets of the group: `none`, or why not, as in {@link addPartitions}. */
  checkOffsets(claim: ProducerClaim, groupId: string): TransactionError {
    this.#guard.assertIdle();
    const transaction = this.#transactions.get(claim.transactionalId);
    const error = checkClaim(transaction, claim);
    return error === 'none' ? checkOpen(transaction, claim.epoch, transaction?.groups.has(groupId) === true) : error;
  }

  /**
   * Decides the outcome. `raiseEpoch`: the producer wants its epoch raised by it, and goes on with what is answered
   * (KIP-890, EndTxn v5 and later). Asked again, the same is answered again; the opposite is `invalid-state`, as is
   * an end without a beginning. `invalid-request`, `invalid-producer-mapping`, `producer-fenced`,
   * `concurrent-transactions` while the markers are on their way.
   */
  end(claim: ProducerClaim, commit: boolean, raiseEpoch: boolean, nowMs: number): ProducerAnswer {
    return this.#guard.run(() => {
      const transaction = this.#transactions.get(claim.transactionalId);
      const again = transaction !== undefined && asksAgain(transaction, claim);
      const wrong = again ? 'none' : checkClaim(transaction, claim);
      if (wrong !== 'none' || transaction === undefined) return refused(wrong);
      const error = checkEnd(transaction, commit, raiseEpoch, again);
      if (error === 'repeated') return accepted(transaction.producerId, transaction.epoch);
      if (error !== 'none') return refused(error);
      transaction.raisesEpoch = raiseEpoch;
      if (raiseEpoch) {
        if (transaction.epoch >= LAST_USABLE_EPOCH) transaction.nextProducerId = this.#producerIds.take();
        transaction.lastEpoch = transaction.epoch;
        transaction.epoch++;
      }
      this.#decide(transaction, commit, nowMs);
      return transaction.nextProducerId === NONE
        ? accepted(transaction.producerId, transaction.epoch)
        : accepted(transaction.nextProducerId, 0);
    });
  }

  /** Asks for the markers of a transaction whose outcome is decided: see `TransactionEffects.decided`. */
  writeMarkers(producerId: number): void {
    this.#guard.run(() => {
      const transaction = this.#prepared(producerId);
      const commit = transaction.state === 'prepare-commit';
      for (const partition of transaction.partitions) {
        this.#effects.writeMarker(partition, producerId, transaction.epoch, commit);
      }
      if (transaction.groups.size > 0) this.#effects.applyOffsets(producerId, commit);
    });
  }

  /** All that {@link writeMarkers} asked for is stable, or lies in the flush that is gathering. */
  complete(producerId: number, nowMs: number): void {
    this.#guard.run(() => {
      const transaction = this.#prepared(producerId);
      transaction.partitions.clear();
      transaction.groups.clear();
      transaction.startedMs = 0;
      if (transaction.nextProducerId !== NONE) this.#changeProducerId(transaction, transaction.nextProducerId);
      this.#turn(transaction, transaction.state === 'prepare-commit' ? 'complete-commit' : 'complete-abort', nowMs);
    });
  }

  /** The partition is gone; no transaction needs a marker in it any more. */
  dropPartition(partition: number): void {
    this.#guard.run(() => {
      for (const transaction of this.#transactions.values()) {
        if (transaction.partitions.delete(partition)) this.#store(transaction);
      }
    });
  }

  /** Undefined for a transactional id that is not known. */
  describe(transactionalId: string): TransactionDescription | undefined {
    const transaction = this.#transactions.get(transactionalId);
    return transaction === undefined ? undefined : describe(transaction);
  }

  list(): readonly TransactionDescription[] {
    return [...this.#transactions.values()].map(describe);
  }

  /** When {@link expire} wants to be called next, at the earliest; Infinity when there is nothing to wait for. */
  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  /** Aborts what is open for longer than its timeout, fencing its producer, and forgets ids out of use. */
  expire(nowMs: number): void {
    if (nowMs < this.#nextDueMs) return;
    this.#guard.run(() => {
      this.#nextDueMs = Number.POSITIVE_INFINITY;
      for (const transaction of this.#transactions.values()) {
        if (this.#dueMs(transaction) > nowMs) this.#nextDueMs = Math.min(this.#nextDueMs, this.#dueMs(transaction));
        else if (transaction.state === 'ongoing') this.#fence(transaction, nowMs);
        else this.#forget(transaction);
      }
    });
  }

  /**
   * One stored entry read back, before the first command; the order of the entries does not matter. False for a key
   * that is not of this machine. Throws RangeError for a damaged value; then nothing of it was taken over.
   */
  restore(key: string, value: Uint8Array): boolean {
    this.#guard.assertIdle();
    if (key === PRODUCER_IDS_KEY) {
      this.#producerIds.restore(value);
      return true;
    }
    if (!key.startsWith(TRANSACTION_PREFIX)) return false;
    const transaction = decodeTransaction(key.slice(TRANSACTION_PREFIX.length), value);
    this.#transactions.set(transaction.id, transaction);
    this.#byProducer.set(transaction.producerId, transaction);
    this.#nextDueMs = Math.min(this.#nextDueMs, this.#dueMs(transaction));
    return true;
  }

  /** To be called once after the last {@link restore}: takes up again what was decided and not completed. */
  resume(): void {
    this.#guard.run(() => {
      for (const transaction of this.#transactions.values()) {
        if (isPrepared(transaction.state)) this.#effects.decided(transaction.producerId);
      }
    });
  }

  #extend(claim: ProducerClaim, nowMs: number, add: (transaction: Transaction) => boolean): TransactionError {
    return this.#guard.run(() => {
      const transaction = this.#transactions.get(claim.transactionalId);
      const error = checkClaim(transaction, claim);
      if (error !== 'none' || transaction === undefined) return error;
      if (isPrepared(transaction.state)) return 'concurrent-transactions';
      const isNew = add(transaction);
      if (transaction.state !== 'ongoing') {
        transaction.startedMs = nowMs;
        this.#turn(transaction, 'ongoing', nowMs);
      } else if (isNew) {
        this.#store(transaction);
      }
      return 'none';
    });
  }

  /** Aborts an open transaction against its producer's will: whoever speaks with its epoch from now on is fenced. */
  #fence(transaction: Transaction, nowMs: number): void {
    transaction.epoch++;
    transaction.lastEpoch = NONE;
    this.#decide(transaction, false, nowMs);
  }

  #decide(transaction: Transaction, commit: boolean, nowMs: number): void {
    this.#turn(transaction, commit ? 'prepare-commit' : 'prepare-abort', nowMs);
    this.#effects.decided(transaction.producerId);
  }

  #nextIncarnation(transaction: Transaction, request: InitRequest): void {
    const says = request.producerId !== NONE && transaction.epoch !== NONE;
    // It has had this answer already, and did not get it.
    if (says && request.epoch !== transaction.epoch) return;
    const before = transaction.epoch;
    if (before >= LAST_USABLE_EPOCH) this.#changeProducerId(transaction, this.#producerIds.take());
    else transaction.epoch++;
    transaction.lastEpoch = says ? before : NONE;
  }

  #changeProducerId(transaction: Transaction, producerId: number): void {
    this.#byProducer.delete(transaction.producerId);
    transaction.lastProducerId = transaction.producerId;
    transaction.producerId = producerId;
    transaction.nextProducerId = NONE;
    transaction.epoch = 0;
    this.#byProducer.set(producerId, transaction);
  }

  #prepared(producerId: number): Transaction {
    const transaction = this.#byProducer.get(producerId);
    if (transaction === undefined || !isPrepared(transaction.state)) {
      throw new Error(`producer ${producerId} has no transaction that was decided`);
    }
    return transaction;
  }

  /** A transactional id that is new, or was forgotten: it has a producer id, and no epoch yet. */
  #add(id: string): Transaction {
    const transaction: Transaction = {
      id,
      state: 'empty',
      producerId: this.#producerIds.take(),
      epoch: NONE,
      lastProducerId: NONE,
      lastEpoch: NONE,
      nextProducerId: NONE,
      raisesEpoch: false,
      timeoutMs: 0,
      startedMs: 0,
      changedMs: 0,
      partitions: new Set(),
      groups: new Set(),
    };
    this.#transactions.set(id, transaction);
    this.#byProducer.set(transaction.producerId, transaction);
    return transaction;
  }

  #forget(transaction: Transaction): void {
    this.#assertTurn(transaction, 'dead');
    this.#transactions.delete(transaction.id);
    this.#byProducer.delete(transaction.producerId);
    this.#effects.remove(TRANSACTION_PREFIX + transaction.id);
  }

  #turn(transaction: Transaction, state: TransactionState, nowMs: number): void {
    this.#assertTurn(transaction, state);
    transaction.state = state;
    transaction.changedMs = nowMs;
    this.#store(transaction);
    this.#nextDueMs = Math.min(this.#nextDueMs, this.#dueMs(transaction));
  }

  #assertTurn(transaction: Transaction, state: TransactionState): void {
    if (mayTurn(transaction.state, state)) return;
    throw new Error(`transactional id ${transaction.id}: ${transaction.state} cannot become ${state}`);
  }

  #store(transaction: Transaction): void {
    this.#effects.put(TRANSACTION_PREFIX + transaction.id, encodeTransaction(transaction));
  }

  /** When something must happen with it by itself; never while its markers are on their way. */
  #dueMs(transaction: Transaction): number {
    if (isPrepared(transaction.state)) return Number.POSITIVE_INFINITY;
    if (transaction.state === 'ongoing') return transaction.startedMs + transaction.timeoutMs;
    return transaction.changedMs + this.#options.idExpirationMs;
  }
}

/** Whether any of them was not in yet. */
function addAll<T>(set: Set<T>, values: readonly T[]): boolean {
  const before = set.size;
  for (const value of values) set.add(value);
  return set.size > before;
}

function describe(transaction: Transaction): TransactionDescription {
  const { id, state, producerId, epoch, timeoutMs, startedMs, partitions } = transaction;
  const began = isPrepared(state) || state === 'ongoing';
  return {
    transactionalId: id,
    state,
    producerId,
    epoch,
    timeoutMs,
    startedMs: began ? startedMs : -1,
    partitions: [...partitions],
  };
}

function accepted(producerId: number, epoch: number): ProducerAnswer {
  return { error: 'none', producerId, epoch };
}

function refused(error: TransactionError): ProducerAnswer {
  return { error, producerId: NONE, epoch: NONE };
}
