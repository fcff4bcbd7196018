/**
 * The life of a transactional id.
 *
 * - `empty`: a producer has its id and epoch, and has not begun.
 * - `ongoing`: partitions or groups were added.
 * - `prepare-commit`, `prepare-abort`: the outcome is decided and will not change; the markers are on their way.
 * - `complete-commit`, `complete-abort`: every marker is written; kept to answer the producer that asks again.
 * - `dead`: not used for so long that it was forgotten; no transactional id is ever found in it.
 */
export type TransactionState =
  | 'empty'
  | 'ongoing'
  | 'prepare-commit'
  | 'prepare-abort'
  | 'complete-commit'
  | 'complete-abort'
  | 'dead';

/** Which state may follow which. Only producers of KIP-890 abort what they never began, to have their epoch raised. */
const LEGAL_TRANSITIONS: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  empty: ['empty', 'ongoing', 'prepare-abort', 'dead'],
  ongoing: ['prepare-commit', 'prepare-abort'],
  'prepare-commit': ['complete-commit'],
  'prepare-abort': ['complete-abort'],
  'complete-commit': ['empty', 'ongoing', 'prepare-abort', 'dead'],
  'complete-abort': ['empty', 'ongoing', 'prepare-abort', 'dead'],
  dead: [],
};

export function mayTurn(from: TransactionState, to: TransactionState): boolean {
  return LEGAL_TRANSITIONS[from].includes(to);
}

/** Whether the outcome is decided and its markers may still be missing. */
export function isPrepared(state: TransactionState): boolean {
  return state === 'prepare-commit' || state === 'prepare-abort';
}
