import type { GroupCoordinator, GroupEffects, Transactions } from '../../../core/index.js';

/** Where the coordinator's answers go that it gives through its effects. */
export type GroupAnswers = Pick<GroupEffects, 'joined' | 'synced'>;

/** The consumer groups, as whoever composes the broker hands them to this front. */
export interface GroupAccess {
  readonly coordinator: GroupCoordinator;
  readonly transactions: Transactions;
  /** The flush that covers all that the coordinator has stored up to now; 0 when it never stored anything. */
  readonly storedIn: number;
  /** To be called once: where joins and syncs are answered. */
  answerTo(answers: GroupAnswers): void;
}
