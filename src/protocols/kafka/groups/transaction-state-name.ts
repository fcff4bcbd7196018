import type { TransactionDescription } from '../../../core/index.js';

type State = TransactionDescription['state'];

/** What Kafka calls the states of a transaction. */
const NAMES: Readonly<Record<State, string>> = {
  empty: 'Empty',
  ongoing: 'Ongoing',
  'prepare-commit': 'PrepareCommit',
  'prepare-abort': 'PrepareAbort',
  'complete-commit': 'CompleteCommit',
  'complete-abort': 'CompleteAbort',
  dead: 'Dead',
};

/** A state in which Kafka can be, and this coordinator never is. */
const UNUSED = 'PrepareEpochFence';

export function transactionStateName(state: State): string {
  return NAMES[state];
}

export function isTransactionStateName(name: string): boolean {
  return name === UNUSED || Object.values(NAMES).includes(name);
}
