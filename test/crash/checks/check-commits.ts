import type { HistoryEvent } from '../history.js';
import type { Report } from './violation.js';

interface Position {
  /** The highest offset whose commit was answered, and the highest that was asked for. */
  committed: number;
  asked: number;
}

/**
 * What holds for consumer groups: a new member begins where an answered commit says, or later up to what was asked for,
 * and the group as a whole misses no record.
 */
export function checkCommits(events: readonly HistoryEvent[], report: Report): void {
  const positions = new Map<string, Position>();
  const started = new Set<string>();
  const read = new Map<string, Set<number>>();
  const bounds = new Map<string, Position>();
  const groups = new Set<string>();
  const position = (key: string): Position => {
    let known = positions.get(key);
    if (known === undefined) {
      known = { committed: 0, asked: 0 };
      positions.set(key, known);
    }
    return known;
  };
  for (const event of events) {
    if (event.kind === 'committing') {
      const known = position(`${event.group} ${event.log}`);
      known.asked = Math.max(known.asked, event.offset);
    } else if (event.kind === 'committed') {
      const known = position(`${event.group} ${event.log}`);
      known.committed = Math.max(known.committed, event.offset);
    } else if (event.kind === 'joined') {
      for (const [key, known] of positions) {
        if (key.startsWith(`${event.group} `)) bounds.set(`${event.reader} ${key}`, { ...known });
      }
    } else if (event.kind === 'read' && event.group !== undefined) {
      const key = `${event.group} ${event.log}`;
      groups.add(event.group);
      if (!read.has(key)) read.set(key, new Set());
      read.get(key)!.add(event.offset);
      const member = `${event.reader} ${key}`;
      if (started.has(member)) continue;
      started.add(member);
      const bound = bounds.get(member) ?? { committed: 0, asked: 0 };
      const story = `${event.reader} began at ${event.offset}; ${bound.committed} was committed, ${bound.asked} asked for`;
      if (event.offset < bound.committed) report('commit lost', key, story);
    }
  }
  for (const event of events) {
    if (event.kind !== 'found') continue;
    for (const group of groups) {
      const offsets = read.get(`${group} ${event.log}`);
      if (offsets !== undefined && !offsets.has(event.offset)) {
        report('skipped', `${group} ${event.log}`, `the group never read ${event.id} at offset ${event.offset}`);
      }
    }
  }
}
