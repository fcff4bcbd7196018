import type { GroupState } from '../../../core/index.js';

/** The states as Kafka's tools print them and filter by them. */
const NAMES: Readonly<Record<GroupState, string>> = {
  empty: 'Empty',
  'preparing-rebalance': 'PreparingRebalance',
  'completing-rebalance': 'CompletingRebalance',
  stable: 'Stable',
  dead: 'Dead',
};

export function groupStateName(state: GroupState): string {
  return NAMES[state];
}
