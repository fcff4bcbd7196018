import type { HistoryEvent } from '../history.js';
import type { Report } from './violation.js';

/**
 * What holds for every transaction: its records are in the logs all together or not at all, nobody ever sees a record of
 * one that was aborted, and the offset that went along with each is that of the last one whose records are there.
 */
export function checkTransactions(events: readonly HistoryEvent[], report: Report): void {
  const found = new Set<string>();
  const seen = new Map<string, number>();
  const aborted = new Set<string>();
  const last = new Map<number, number>();
  for (const event of events) {
    if (event.kind === 'found') found.add(event.id);
    if (event.kind === 'found' || event.kind === 'read') seen.set(event.id, event.life);
    if (event.kind === 'aborted') aborted.add(`${event.producer} ${event.number}`);
  }
  for (const event of events) {
    if (event.kind !== 'transaction') continue;
    const { producer, number, ids } = event;
    const name = `${producer} ${number}`;
    const there = ids.filter((id) => found.has(id));
    if (there.length > 0) last.set(producer, Math.max(last.get(producer) ?? -1, number));
    if (there.length > 0 && there.length < ids.length) {
      report('half a transaction', `transaction ${name}`, `${there.length} of ${ids.length} records are there`);
    }
    for (const id of aborted.has(name) ? ids : []) {
      if (seen.has(id)) report('aborted and seen', `transaction ${name}`, `${id} in life ${seen.get(id)}`);
    }
  }
  for (const event of events) {
    if (event.kind !== 'ledger') continue;
    const newest = last.get(event.producer) ?? -1;
    if (event.offset === newest) continue;
    report('half a transaction', 'offset', `${event.offset} is committed, ${newest} is the last transaction there`);
  }
}
