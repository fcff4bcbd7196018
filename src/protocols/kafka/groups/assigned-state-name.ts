import type { AssignedGroupState } from '../../../core/index.js';

/** The states as Kafka's tools print them and filter by them. */
const NAMES: Readonly<Record<AssignedGroupState, string>> = {
  empty: 'Empty',
  assigning: 'Assigning',
  reconciling: 'Reconciling',
  stable: 'Stable',
};

export function assignedStateName(state: AssignedGroupState): string {
  return NAMES[state];
}
