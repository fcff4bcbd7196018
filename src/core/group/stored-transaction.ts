/**
 * What the transaction coordinator stores:
 *
 *     t/p                       format (1), the first producer id that was not reserved yet
 *     t/x/<transactional id>    format (1), state, producer id, epoch + 1, last producer id + 1, last epoch + 1,
 *                               next producer id + 1, raises epoch (0 or 1), timeoutMs, startedMs, changedMs,
 *                               partition count, partitions, group count, group ids
 *
 * Numbers are varints; those that may be -1 are stored one higher.
 */
import type { TransactionState } from './transaction-state.js';
import { ValueReader, ValueWriter } from './value-codec.js';

export const PRODUCER_IDS_KEY = 't/p';
export const TRANSACTION_PREFIX = 't/x/';

const FORMAT = 1;
/** The place in this list is what is stored; add at the end only. */
const STATES: readonly TransactionState[] = [
  'empty',
  'ongoing',
  'prepare-commit',
  'prepare-abort',
  'complete-commit',
  'complete-abort',
];

/** One transactional id. Producer ids and epochs are -1 where there is none. */
export interface Transaction {
  readonly id: string;
  state: TransactionState;
  producerId: number;
  epoch: number;
  /** The producer id before the last change of it, for a producer that never got the answer. */
  lastProducerId: number;
  /** The epoch before the last change of it that a producer asked for itself, to the same end. */
  lastEpoch: number;
  /** What the producer goes on with once the transaction is complete, when its epochs are used up. */
  nextProducerId: number;
  /** Whether the producer has its epoch raised at the end of every transaction (KIP-890). */
  raisesEpoch: boolean;
  timeoutMs: number;
  startedMs: number;
  changedMs: number;
  /** Partitions of this transaction, by the caller's lasting numbers. */
  readonly partitions: Set<number>;
  /** Groups whose offsets it commits. */
  readonly groups: Set<string>;
}

export function encodeTransaction(transaction: Transaction): Uint8Array {
  const writer = new ValueWriter()
    .byte(FORMAT)
    .byte(STATES.indexOf(transaction.state))
    .unsigned(transaction.producerId)
    .unsigned(transaction.epoch + 1)
    .unsigned(transaction.lastProducerId + 1)
    .unsigned(transaction.lastEpoch + 1)
    .unsigned(transaction.nextProducerId + 1)
    .byte(transaction.raisesEpoch ? 1 : 0)
    .unsigned(transaction.timeoutMs)
    .unsigned(transaction.startedMs)
    .unsigned(transaction.changedMs)
    .unsigned(transaction.partitions.size);
  for (const partition of transaction.partitions) writer.unsigned(partition);
  writer.unsigned(transaction.groups.size);
  for (const groupId of transaction.groups) writer.text(groupId);
  return writer.finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeTransaction(id: string, value: Uint8Array): Transaction {
  const reader = new ValueReader(value);
  const format = reader.byte();
  const state = STATES.at(reader.byte());
  if (format !== FORMAT || state === undefined)
    throw new RangeError(`a stored transaction of an unknown format: ${format}`);
  const transaction: Transaction = {
    id,
    state,
    producerId: reader.unsigned(),
    epoch: reader.unsigned() - 1,
    lastProducerId: reader.unsigned() - 1,
    lastEpoch: reader.unsigned() - 1,
    nextProducerId: reader.unsigned() - 1,
    raisesEpoch: reader.byte() === 1,
    timeoutMs: reader.unsigned(),
    startedMs: reader.unsigned(),
    changedMs: reader.unsigned(),
    partitions: new Set(),
    groups: new Set(),
  };
  for (let left = reader.unsigned(); left > 0; left--) transaction.partitions.add(reader.unsigned());
  for (let left = reader.unsigned(); left > 0; left--) transaction.groups.add(reader.text());
  reader.end();
  return transaction;
}

export function encodeProducerIds(nextFree: number): Uint8Array {
  return new ValueWriter().byte(FORMAT).unsigned(nextFree).finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeProducerIds(value: Uint8Array): number {
  const reader = new ValueReader(value);
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`stored producer ids of an unknown format: ${format}`);
  const nextFree = reader.unsigned();
  reader.end();
  return nextFree;
}
