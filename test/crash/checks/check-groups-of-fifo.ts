import type { HistoryEvent } from '../history.js';
import { readId } from '../message-text.js';
import type { Place } from '../places.js';
import type { Report } from './violation.js';

/**
 * The order within the groups of FIFO queues, where a group's messages are one source's: a message is handed out only
 * when all confirmed ones before it were settled, or come in the same answer before it. And a publish that is repeated
 * with the same deduplication id gets the first one's answer again.
 */
export function checkGroupsOfFifo(events: readonly HistoryEvent[], places: readonly Place[], report: Report): void {
  const fifo = new Set(places.filter((place) => place.fifo === true).map(({ name }) => name));
  const waiting = new Map<string, Map<number, string>>();
  const sequences = new Map<string, string>();
  const settled = new Set<string>();
  let answer = -1;
  let ahead = new Set<string>();
  for (const event of events) {
    if (event.kind === 'confirmed' && event.sequence !== undefined) {
      const first = sequences.get(event.id);
      if (first !== undefined) {
        if (first !== event.sequence) {
          report('not deduplicated', event.id, `answered ${first} and then ${event.sequence}`);
        }
        continue;
      }
      sequences.set(event.id, event.sequence);
      const { source, number } = readId(event.id);
      if (settled.has(event.id)) continue;
      if (!waiting.has(source)) waiting.set(source, new Map());
      waiting.get(source)!.set(number, event.id);
    } else if (event.kind === 'settling' && fifo.has(event.place)) {
      const { source, number } = readId(event.id);
      settled.add(event.id);
      waiting.get(source)?.delete(number);
    } else if (event.kind === 'received' && fifo.has(event.place)) {
      if (event.answer !== answer) {
        answer = event.answer ?? -1;
        ahead = new Set();
      }
      const { source, number } = readId(event.id);
      for (const [earlier, id] of waiting.get(source) ?? []) {
        if (earlier < number && !ahead.has(id)) {
          report('out of order', event.place, `${event.id} in life ${event.life} while ${id} is not settled`);
          break;
        }
      }
      ahead.add(event.id);
    }
  }
}
