import type { HistoryEvent } from '../history.js';
import { readId } from '../message-text.js';
import type { Place } from '../places.js';
import type { Publish } from './publishes.js';
import type { Report } from './violation.js';

type Received = Extract<HistoryEvent, { kind: 'received' }>;

/** A move that nobody waits for may not be stable for so long; then it happens again. */
const UNSTABLE_MOVE_MS = 1_000;
/** Clocks are read in whole milliseconds, on both sides. */
const ROUNDING_MS = 2;

/** What is known of one message in one queue. */
interface Seen {
  last: Received | undefined;
  /** It was given back since. */
  returned: boolean;
  settling: boolean;
  /** Where in the history its deletion was answered. */
  settledAt: number;
}

/**
 * What holds for every queue: nothing confirmed is lost, nothing appears that was not sent there, nothing comes back
 * after an answered deletion, nothing comes twice without a reason and never without being marked, nothing comes too
 * early, and what is in order stays in order.
 */
export function checkQueues(
  events: readonly HistoryEvent[],
  places: readonly Place[],
  publishes: ReadonlyMap<string, Publish>,
  report: Report,
): void {
  const checks = new Map(places.map((place) => [place.name, new QueueCheck(place, publishes, report)]));
  for (const event of events) {
    if (event.kind === 'received') checks.get(event.place)!.received(event);
    else if (event.kind === 'settling') checks.get(event.place)!.of(event.id).settling = true;
    else if (event.kind === 'settled') checks.get(event.place)!.of(event.id).settledAt = event.n;
    else if (event.kind === 'returned') checks.get(event.place)!.of(event.id).returned = true;
    else if (event.kind === 'dying') for (const check of checks.values()) check.dying(event);
    else if (event.kind === 'ended') for (const check of checks.values()) check.ended(event);
    else if (event.kind === 'left')
      report('left over', event.place, `${event.count} messages in a queue that was emptied`);
  }
  for (const check of checks.values()) check.end();
}

class QueueCheck {
  readonly #place: Place;
  readonly #publishes: ReadonlyMap<string, Publish>;
  readonly #report: Report;
  readonly #seen = new Map<string, Seen>();
  /** The life that is about to be ended. */
  #dying = 0;
  /** When each life of the broker ended. */
  readonly #endsMs = new Map<number, number>();
  /** By publisher: the highest number that came first in this life of the broker. */
  #orders = new Map<string, { highest: number; priority: number }>();
  #life = 0;

  constructor(place: Place, publishes: ReadonlyMap<string, Publish>, report: Report) {
    this.#place = place;
    this.#publishes = publishes;
    this.#report = (rule, _where, detail) => report(rule, place.name, detail);
  }

  of(id: string): Seen {
    let seen = this.#seen.get(id);
    if (seen === undefined) {
      seen = { last: undefined, returned: false, settling: false, settledAt: Number.POSITIVE_INFINITY };
      this.#seen.set(id, seen);
    }
    return seen;
  }

  received(event: Received): void {
    const { name } = this.#place;
    const publish = this.#publishes.get(event.id);
    if (publish === undefined || !publish.places.includes(name)) {
      this.#report('phantom', name, `${event.id} was never sent there`);
      return;
    }
    if (event.atMs + ROUNDING_MS < publish.notBeforeMs) {
      this.#report('too early', name, `${event.id}, ${publish.notBeforeMs - event.atMs} ms before its time`);
    }
    const seen = this.of(event.id);
    if (event.began > seen.settledAt) {
      this.#report('came back', name, `${event.id} in life ${event.life}, after its deletion was answered`);
    }
    if (seen.last !== undefined) this.#again(event, seen.last, seen.returned);
    if (event.life !== this.#life) {
      this.#life = event.life;
      this.#orders = new Map();
    }
    if (seen.last?.life !== event.life) this.#checkOrder(event, publish.priority);
    seen.last = event;
    seen.returned = false;
  }

  #again(event: Received, last: Received, returned: boolean): void {
    const place = this.#place;
    const sameLife = event.life === last.life;
    const held = place.holdMs !== undefined && event.atMs + ROUNDING_MS < last.beganMs + place.holdMs;
    const story = `${event.id}: mark ${last.mark} in life ${last.life}, mark ${event.mark} in life ${event.life}`;
    if (sameLife && !returned && this.#dying !== event.life && (place.holdMs === undefined || held)) {
      this.#report('delivered twice', place.name, story);
    }
    if (place.fifo === true && held && !returned) {
      this.#report('hold forgotten', place.name, `${story}, ${event.atMs - last.beganMs} ms after it was received`);
    }
    // It came from a move that the crash took back: what comes now is the first delivery of a new move.
    if (place.moved === true && !sameLife && this.#endsMs.get(last.life)! - last.atMs < UNSTABLE_MOVE_MS) return;
    const least = place.counted === true && (sameLife || place.fifo === true) ? last.mark + 1 : 2;
    if (event.mark < least) this.#report('not marked as redelivered', place.name, story);
  }

  dying(event: HistoryEvent): void {
    this.#dying = event.life;
  }

  ended(event: HistoryEvent): void {
    this.#endsMs.set(event.life, event.atMs);
  }

  #checkOrder(event: Received, priority: number): void {
    const { name, ordered, prioritised } = this.#place;
    if (ordered !== true && prioritised !== true) return;
    const { source, number } = readId(event.id);
    const order = this.#orders.get(source);
    if (order === undefined) {
      this.#orders.set(source, { highest: number, priority });
      return;
    }
    if (ordered === true && number < order.highest) {
      this.#report('out of order', name, `${event.id} after ${source}:${order.highest} in life ${event.life}`);
    }
    if (number > order.highest) order.highest = number;
  }

  end(): void {
    const { name, passing, stableOnly } = this.#place;
    if (passing === true) return;
    for (const publish of this.#publishes.values()) {
      if (!publish.required || !publish.places.includes(name)) continue;
      const seen = this.#seen.get(publish.id);
      // What was seen where only stable messages are seen has to stay, confirmed or not.
      if (!publish.confirmed && (stableOnly !== true || seen?.last === undefined)) continue;
      if (seen?.last === undefined) this.#report('lost', name, `${publish.id} was confirmed and never came`);
      else if (!seen.settling) {
        this.#report(
          'lost',
          name,
          `${publish.id} came in life ${seen.last.life}, was not settled and never came again`,
        );
      }
    }
  }
}
