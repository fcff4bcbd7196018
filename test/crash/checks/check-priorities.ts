import type { HistoryEvent } from '../history.js';
import { readId } from '../message-text.js';
import type { Place } from '../places.js';
import type { Publish } from './publishes.js';
import type { Report } from './violation.js';

/** In the last life nobody publishes: what waits comes by priority, and within one in the order of publishing. */
export function checkPriorities(
  events: readonly HistoryEvent[],
  places: readonly Place[],
  publishes: ReadonlyMap<string, Publish>,
  report: Report,
): void {
  const lastLife = events.at(-1)?.life;
  const prioritised = new Set(places.filter((place) => place.prioritised === true).map(({ name }) => name));
  const before = new Map<string, { id: string; priority: number; number: number }>();
  for (const event of events) {
    if (event.kind !== 'received' || event.life !== lastLife || !prioritised.has(event.place)) continue;
    const priority = publishes.get(event.id)?.priority ?? 0;
    const { source, number } = readId(event.id);
    const key = `${event.place} ${source}`;
    const last = before.get(key);
    if (last !== undefined && (priority > last.priority || (priority === last.priority && number < last.number))) {
      const story = `${event.id} (priority ${priority}) after ${last.id} (priority ${last.priority})`;
      report('out of order', event.place, story);
    }
    before.set(key, { id: event.id, priority, number });
  }
}
