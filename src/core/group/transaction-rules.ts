/** What a producer may do, judged by what is known of its transactional id. Nothing here changes anything. */
import type { Transaction } from './stored-transaction.js';
import type { TransactionError } from './transaction-error.js';
import type { InitRequest, ProducerClaim } from './transaction-requests.js';
import { isPrepared } from './transaction-state.js';

/** A producer's epochs are 16 bits; the last one is kept for fencing it, and never given to a producer. */
export const LAST_USABLE_EPOCH = 0x7ffe;
/** Where there is no producer id, or no epoch. */
export const NONE = -1;

/** Whether a producer that says what it has had so far may have the transactional id (KIP-360). */
export function checkInit(transaction: Transaction, request: InitRequest): TransactionError {
  if (isPrepared(transaction.state)) return 'concurrent-transactions';
  if (request.producerId === NONE || transaction.epoch === NONE) return 'none';
  const isCurrent = request.producerId === transaction.producerId && request.epoch === transaction.epoch;
  // What it had before the change that it asked for and never heard of. Whoever has begun since, has heard of it.
  const isLast = transaction.state !== 'ongoing' && hadBefore(transaction, request);
  return isCurrent || isLast ? 'none' : 'producer-fenced';
}

/** Whether the claim is the living producer's: `none`, `invalid-producer-mapping`, `producer-fenced`. */
export function checkClaim(transaction: Transaction | undefined, claim: ProducerClaim): TransactionError {
  if (claim.transactionalId === '') return 'invalid-request';
  if (transaction === undefined) return 'invalid-producer-mapping';
  if (transaction.producerId !== claim.producerId) {
    // The id was given with the answer of the end that is still on its way.
    const isAhead = transaction.nextProducerId !== NONE && claim.producerId === transaction.nextProducerId;
    return isAhead ? 'concurrent-transactions' : 'invalid-producer-mapping';
  }
  return transaction.epoch === claim.epoch && claim.epoch <= LAST_USABLE_EPOCH ? 'none' : 'producer-fenced';
}

/** Whether a producer asks again for the end that raised its epoch, so that it still speaks with the one before. */
export function asksAgain(transaction: Transaction, claim: ProducerClaim): boolean {
  const ended = transaction.state !== 'ongoing' && transaction.state !== 'empty';
  return ended && transaction.raisesEpoch && hadBefore(transaction, claim);
}

/**
 * Whether a transaction in this state can be ended so, by a producer that is the living one, or that asks again.
 * `repeated`: the answer of the first time is to be given again.
 */
export function checkEnd(
  transaction: Transaction,
  commit: boolean,
  raiseEpoch: boolean,
  again: boolean,
): TransactionError | 'repeated' {
  const { state } = transaction;
  switch (state) {
    case 'ongoing':
      return 'none';
    case 'prepare-commit':
    case 'prepare-abort':
      return commit === (state === 'prepare-commit') ? 'concurrent-transactions' : 'invalid-state';
    case 'complete-commit':
    case 'complete-abort': {
      // Where an end raises the epoch, only who still has the old one is asking about that end.
      const isAboutLast = again || !(raiseEpoch || transaction.raisesEpoch);
      if (isAboutLast) return commit === (state === 'complete-commit') ? 'repeated' : 'invalid-state';
      return endOfNothing(commit, raiseEpoch);
    }
    case 'empty':
      return endOfNothing(commit, raiseEpoch);
    case 'dead':
      throw new Error(`transactional id ${transaction.id} is dead`);
  }
}

/** A transaction that was never begun can be aborted, to have the epoch raised; nothing else. */
function endOfNothing(commit: boolean, raiseEpoch: boolean): TransactionError {
  return raiseEpoch && !commit ? 'none' : 'invalid-state';
}

/** Whether the producer may do something in its open transaction, given that the transaction `covers` it. */
export function checkOpen(transaction: Transaction | undefined, epoch: number, covers: boolean): TransactionError {
  if (transaction === undefined) return 'invalid-producer-mapping';
  if (transaction.epoch !== epoch) return 'producer-fenced';
  if (isPrepared(transaction.state)) return 'concurrent-transactions';
  return transaction.state === 'ongoing' && covers ? 'none' : 'invalid-state';
}

/** Whether this is the producer id and epoch before the last change that the producer itself asked for. */
function hadBefore(transaction: Transaction, said: { readonly producerId: number; readonly epoch: number }): boolean {
  const producerId = transaction.epoch === 0 ? transaction.lastProducerId : transaction.producerId;
  return transaction.lastEpoch !== NONE && said.epoch === transaction.lastEpoch && said.producerId === producerId;
}
