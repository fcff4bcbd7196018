/**
 * The life of a classic group.
 *
 * - `empty`: no members; there may be committed offsets.
 * - `preparing-rebalance`: members are asked to join again, and their joins wait.
 * - `completing-rebalance`: a generation exists; its members wait for the leader's assignments.
 * - `stable`: every member has its assignment.
 * - `dead`: deleted or forgotten; no group is ever found in it.
 */
export type GroupState = 'empty' | 'preparing-rebalance' | 'completing-rebalance' | 'stable' | 'dead';

/** Which state may follow which. A rebalance starts wherever `preparing-rebalance` is listed. */
const LEGAL_TRANSITIONS: Readonly<Record<GroupState, readonly GroupState[]>> = {
  empty: ['preparing-rebalance', 'dead'],
  'preparing-rebalance': ['completing-rebalance', 'empty'],
  'completing-rebalance': ['stable', 'preparing-rebalance'],
  stable: ['preparing-rebalance'],
  dead: [],
};

export function mayBecome(from: GroupState, to: GroupState): boolean {
  return LEGAL_TRANSITIONS[from].includes(to);
}
