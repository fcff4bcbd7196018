import { buildRecordBatch, ATTRIBUTE_CONTROL, ATTRIBUTE_TRANSACTIONAL, writeInt16 } from '../../bytes/index.js';
import { BrokerError } from '../broker-error.js';
import type { MetadataEffects } from '../catalog/metadata-effects.js';
import type { CommitRequest } from '../group/committed-offsets.js';
import type { GroupCoordinator } from '../group/group-coordinator.js';
import type { GroupError } from '../group/group-error.js';
import { TransactionCoordinator } from '../group/transaction-coordinator.js';
import type { TransactionError } from '../group/transaction-error.js';
import type {
  InitRequest,
  ProducerAnswer,
  ProducerClaim,
  ProducerDescription,
  TransactionDescription,
} from '../group/transaction-requests.js';
import type { Partition } from './partition.js';

/** A control record's value: version and coordinator epoch, both of which nobody reads. */
const MARKER_VALUE = new Uint8Array(6);

/**
 * Transactions over partitions and groups: the coordinator decides, and since one shard holds everything, markers and
 * offsets go into the same flush as the decision. Partitions are named by handle here and kept by log.
 */
export class Transactions {
  readonly #coordinator: TransactionCoordinator;
  readonly #groups: GroupCoordinator;
  readonly #partition: (handle: number) => Partition;
  readonly #partitionOfLog: (log: number) => Partition | undefined;
  readonly #decided: number[] = [];
  #nowMs = 0;

  /**
   * `partitionOfLog` answers undefined for a log that is gone; `appended` is told of every partition that got a marker.
   */
  constructor(
    metadata: MetadataEffects,
    groups: GroupCoordinator,
    partition: (handle: number) => Partition,
    partitionOfLog: (log: number) => Partition | undefined,
    appended: (partition: Partition) => void,
  ) {
    this.#groups = groups;
    this.#partition = partition;
    this.#partitionOfLog = partitionOfLog;
    this.#coordinator = new TransactionCoordinator({
      put: (key, value) => metadata.put(key, value),
      remove: (key) => metadata.remove(key),
      decided: (producerId) => this.#decided.push(producerId),
      writeMarker: (log, producerId, epoch, commit) => {
        const target = partitionOfLog(log);
        if (target === undefined || !target.producers.isOpen(producerId)) return;
        target.appendMarker(marker(producerId, epoch, commit, this.#nowMs), producerId, epoch, commit, this.#nowMs);
        appended(target);
      },
      applyOffsets: (producerId, commit) => groups.offsets.endTransaction(producerId, commit),
    });
  }

  /** InitProducerId. Runs the markers of what the earlier incarnation left open before it answers. */
  initProducer(request: InitRequest, nowMs: number): ProducerAnswer {
    const answer = this.#coordinator.initProducer(request, nowMs);
    if (!this.#settle(nowMs) || answer.error !== 'concurrent-transactions') return answer;
    return this.#coordinator.initProducer(request, nowMs);
  }

  addPartitions(claim: ProducerClaim, partitions: readonly number[], nowMs: number): TransactionError {
    const logs = partitions.map((handle) => this.#partition(handle).log);
    return this.#coordinator.addPartitions(claim, logs, nowMs);
  }

  addOffsets(claim: ProducerClaim, groupId: string, nowMs: number): TransactionError {
    return this.#coordinator.addOffsets(claim, groupId, nowMs);
  }

  /** Offsets that become visible with the transaction: one answer for each. */
  commitOffsets(claim: ProducerClaim, request: CommitRequest, nowMs: number): TransactionError | readonly GroupError[] {
    const error = this.#coordinator.checkOffsets(claim, request.groupId);
    return error === 'none' ? this.#groups.offsets.stage(claim.producerId, request, nowMs) : error;
  }

  /** EndTxn; `raiseEpoch` for clients of KIP-890, which go on with the epoch of the answer. */
  end(claim: ProducerClaim, commit: boolean, raiseEpoch: boolean, nowMs: number): ProducerAnswer {
    const answer = this.#coordinator.end(claim, commit, raiseEpoch, nowMs);
    this.#settle(nowMs);
    return answer;
  }

  describe(transactionalId: string): TransactionDescription | undefined {
    return this.#coordinator.describe(transactionalId);
  }
  list(): readonly TransactionDescription[] {
    return this.#coordinator.list();
  }

  /** Who has produced into the partition with an id, and what is remembered of it. Throws `not-found`. */
  producersOf(partition: number): readonly ProducerDescription[] {
    return Array.from(this.#partition(partition).producers.producers, ([producerId, producer]) => ({
      producerId,
      epoch: producer.epoch,
      lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
      lastMs: producer.lastMs,
      firstOpenOffset: producer.firstOpenOffset,
    }));
  }

  /** Where a partition of a description lies; undefined when it is gone. */
  placeOf(log: number): { readonly topic: number; readonly index: number } | undefined {
    return this.#partitionOfLog(log);
  }

  /** Throws unless the producer may append to the partition as part of its transaction. */
  checkProduce(producerId: number, epoch: number, partition: Partition): void {
    const error = this.#coordinator.checkProduce(producerId, epoch, partition.log);
    if (error === 'none') return;
    if (error === 'producer-fenced') throw new BrokerError('producer-fenced', `producer ${producerId} was fenced`);
    throw new BrokerError('invalid-transaction-state', `producer ${producerId} has no transaction over this partition`);
  }

  dropPartition(partition: Partition): void {
    this.#coordinator.dropPartition(partition.log);
  }

  get nextDueMs(): number {
    return this.#coordinator.nextDueMs;
  }
  expire(nowMs: number): void {
    this.#coordinator.expire(nowMs);
    this.#settle(nowMs);
  }

  restore(key: string, value: Uint8Array): boolean {
    return this.#coordinator.restore(key, value);
  }
  /** After a restart: what was decided and not finished is finished. */
  resume(nowMs: number): void {
    this.#coordinator.resume();
    this.#settle(nowMs);
  }

  /** Writes the markers of everything that was decided. True when there was something. */
  #settle(nowMs: number): boolean {
    this.#nowMs = nowMs;
    const any = this.#decided.length > 0;
    for (let producerId = this.#decided.shift(); producerId !== undefined; producerId = this.#decided.shift()) {
      this.#coordinator.writeMarkers(producerId);
      this.#coordinator.complete(producerId, nowMs);
    }
    return any;
  }
}

/** A control batch of one record: its key is version 0 and type, 1 commits and 0 aborts (KIP-98). */
function marker(producerId: number, epoch: number, commit: boolean, timestampMs: number): Uint8Array {
  const key = new Uint8Array(4);
  writeInt16(key, 2, commit ? 1 : 0);
  return buildRecordBatch([{ timestampMs, key, value: MARKER_VALUE, headers: [] }], {
    attributes: ATTRIBUTE_TRANSACTIONAL | ATTRIBUTE_CONTROL,
    producerId,
    producerEpoch: epoch,
  });
}
