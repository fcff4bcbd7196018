import type { HistoryEvent } from '../history.js';
import type { Place } from '../places.js';
import { checkCommits } from './check-commits.js';
import { checkGroupsOfFifo } from './check-groups-of-fifo.js';
import { checkLogs } from './check-logs.js';
import { checkPriorities } from './check-priorities.js';
import { checkQueues } from './check-queues.js';
import { checkState } from './check-state.js';
import { checkTransactions } from './check-transactions.js';
import { collectPublishes } from './publishes.js';
import type { Violation } from './violation.js';

/** Every broken promise that a whole history shows: crashes, then a last life in which everything was emptied. */
export function checkHistory(events: readonly HistoryEvent[], places: readonly Place[]): readonly Violation[] {
  const violations: Violation[] = [];
  const report = (rule: string, where: string, detail: string) => violations.push({ rule, where, detail });
  const publishes = collectPublishes(events);
  checkQueues(events, places, publishes, report);
  checkPriorities(events, places, publishes, report);
  checkGroupsOfFifo(events, places, report);
  checkLogs(events, publishes, report);
  checkCommits(events, report);
  checkTransactions(events, report);
  checkState(events, report);
  for (const event of events) {
    if (event.kind === 'wrong') report('wrong answer', `life ${event.life}`, event.what);
    else if (event.kind === 'missing') report('lost', 'catalogue', event.what);
  }
  return violations;
}
