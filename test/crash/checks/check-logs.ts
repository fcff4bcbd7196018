import type { HistoryEvent } from '../history.js';
import { readId } from '../message-text.js';
import type { Publish } from './publishes.js';
import type { Report } from './violation.js';

/** Topics' partitions are named `<topic>-<partition>`. */
function topicOf(log: string): string {
  return log.slice(0, log.lastIndexOf('-'));
}

/**
 * What holds for every log: an acknowledged offset holds its record for ever, every record that any reader saw at an
 * offset is there in the end, no publish is in it twice, and each producer's records are in the order of sending.
 */
export function checkLogs(
  events: readonly HistoryEvent[],
  publishes: ReadonlyMap<string, Publish>,
  report: Report,
): void {
  const found = collectFound(events, report);
  for (const event of events) {
    if (event.kind !== 'placed' && event.kind !== 'read') continue;
    const now = found.get(event.log)?.get(event.offset);
    if (now === event.id) continue;
    const what = event.kind === 'placed' ? 'was acknowledged' : 'was read';
    const story = `${event.id} ${what} at offset ${event.offset} in life ${event.life}; ${now ?? 'nothing'} is there now`;
    report(now === undefined ? 'lost' : 'offset reused', event.log, story);
  }
  const places = new Map<string, string>();
  for (const [log, records] of found) checkOrder(log, records, report);
  for (const [log, records] of found) {
    for (const [offset, id] of records) {
      const key = `${topicOf(log)} ${id}`;
      const other = places.get(key);
      if (other !== undefined) report('in the log twice', log, `${id} at ${offset}, and at ${other}`);
      places.set(key, `${log} ${offset}`);
      if (!publishes.has(id)) report('phantom', log, `${id} at offset ${offset} was never sent`);
    }
  }
  for (const publish of publishes.values()) {
    if (!publish.confirmed) continue;
    for (const topic of publish.logs) {
      if (!places.has(`${topic} ${publish.id}`)) report('lost', topic, `${publish.id} was confirmed`);
    }
  }
}

function collectFound(events: readonly HistoryEvent[], report: Report): Map<string, Map<number, string>> {
  const found = new Map<string, Map<number, string>>();
  for (const event of events) {
    if (event.kind !== 'found') continue;
    if (!found.has(event.log)) found.set(event.log, new Map());
    const records = found.get(event.log)!;
    if (records.has(event.offset)) report('offset reused', event.log, `offset ${event.offset} was read out twice`);
    records.set(event.offset, event.id);
  }
  return found;
}

function checkOrder(log: string, records: ReadonlyMap<number, string>, report: Report): void {
  const highest = new Map<string, number>();
  for (const [offset, id] of [...records].sort(([a], [b]) => a - b)) {
    const { source, number } = readId(id);
    const before = highest.get(source) ?? -1;
    if (number < before) report('out of order', log, `${id} at ${offset} after ${source}:${before}`);
    highest.set(source, Math.max(before, number));
  }
}
