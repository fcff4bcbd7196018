import type { HistoryEvent } from '../history.js';

/** What was published, by id. */
export interface Publish {
  readonly id: string;
  readonly atMs: number;
  readonly places: readonly string[];
  readonly logs: readonly string[];
  readonly required: boolean;
  readonly notBeforeMs: number;
  readonly priority: number;
  confirmed: boolean;
}

export function collectPublishes(events: readonly HistoryEvent[]): Map<string, Publish> {
  const publishes = new Map<string, Publish>();
  for (const event of events) {
    if (event.kind === 'sent') {
      publishes.set(event.id, {
        id: event.id,
        atMs: event.atMs,
        places: event.places,
        logs: event.logs ?? [],
        required: event.required ?? true,
        notBeforeMs: event.notBeforeMs ?? 0,
        priority: event.priority ?? 0,
        confirmed: false,
      });
    } else if (event.kind === 'confirmed') {
      publishes.get(event.id)!.confirmed = true;
    }
  }
  return publishes;
}
