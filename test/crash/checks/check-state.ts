import type { HistoryEvent } from '../history.js';
import type { Report } from './violation.js';

interface Written {
  readonly key: string;
  readonly number: number;
  readonly offset: number;
}

/**
 * What holds for a compacted topic: the newest record of each key that was acknowledged is there, or a newer one; every
 * record that is there stands where it was acknowledged, and was sent.
 */
export function checkState(events: readonly HistoryEvent[], report: Report): void {
  const sent = new Map<number, string>();
  const acknowledged = new Map<number, Written>();
  const newest = new Map<string, Written>();
  const found: Written[] = [];
  let isReadOut = false;
  for (const event of events) {
    if (event.kind === 'state sent') sent.set(event.number, event.key);
    else if (event.kind === 'state') {
      acknowledged.set(event.offset, event);
      newest.set(event.key, event);
    } else if (event.kind === 'state found') {
      isReadOut = true;
      found.push(event);
    }
  }
  if (!isReadOut) return;
  const latest = new Map<string, number>();
  let lastOffset = -1;
  for (const { key, number, offset } of found) {
    const story = `${key}=${number} at offset ${offset}`;
    const was = acknowledged.get(offset);
    if (sent.get(number) !== key) report('phantom', 'compacted topic', `${story} was never sent`);
    if (was !== undefined && was.number !== number) {
      report('offset reused', 'compacted topic', `${story}; ${was.key}=${was.number} was acknowledged there`);
    }
    if (offset <= lastOffset || number < (latest.get(key) ?? -1)) report('out of order', 'compacted topic', story);
    lastOffset = offset;
    latest.set(key, number);
  }
  for (const [key, { number, offset }] of newest) {
    const there = latest.get(key) ?? -1;
    if (there < number)
      report('lost', 'compacted topic', `${key}=${number}, acknowledged at ${offset}; ${there} is there`);
  }
}
