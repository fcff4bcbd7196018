import { readU32 } from '../../bytes/index.js';
import type { Destinations } from '../catalog/destinations.js';
import type { QueueEntry } from '../catalog/queue-entry.js';
import type { CoreEffects } from '../core-effects.js';
import type { Death, DeathReason } from '../message.js';
import type { Publisher } from '../publisher.js';
import type { Router } from '../routing/router.js';
import type { RecordPlace } from './delivery-context.js';
import { departed } from './departures.js';
import { ForwardedMessage } from './forwarded-message.js';
import { addDeath, encodeHistory } from './history.js';
import { RecordView } from './record-view.js';

interface Move {
  /** Handle of the queue that it leaves. */
  readonly source: number;
  /** Negative: it never got into that queue. */
  readonly seq: number;
  readonly view: RecordView;
  readonly attempts: number;
  readonly reason: DeathReason;
}

/**
 * Sends messages on that were rejected, expired, surplus, or handed out too often. The append at the target and the end
 * of the message at its source go into the journal in this order, so a crash in between repeats it and loses nothing.
 * What dies while another one is being sent waits its turn, so that no chain of targets is too long.
 */
export class DeadLettering {
  readonly #router: Router;
  readonly #destinations: Destinations;
  readonly #publisher: Publisher;
  readonly #effects: CoreEffects;
  readonly #moves: Move[] = [];
  #sending = false;

  constructor(router: Router, destinations: Destinations, publisher: Publisher, effects: CoreEffects) {
    this.#router = router;
    this.#destinations = destinations;
    this.#publisher = publisher;
    this.#effects = effects;
  }

  /** Sends a copy of the record on; the queue's `departed` follows. `seq` negative: it never got into the queue. */
  send(source: number, seq: number, record: RecordPlace, attempts: number, reason: DeathReason, nowMs: number): void {
    this.#moves.push({ source, seq, view: copyOf(record), attempts, reason });
    if (this.#sending) return;
    this.#sending = true;
    for (let move = this.#moves.shift(); move !== undefined; move = this.#moves.shift()) {
      const entry = this.#destinations.queueOrUndefined(move.source);
      if (entry === undefined) continue;
      this.#forward(entry, move, nowMs);
      if (move.seq >= 0) departed(entry.state, move.seq);
    }
    this.#sending = false;
  }

  #forward(source: QueueEntry, { view, attempts, reason }: Move, nowMs: number): void {
    const target = source.state.settings.deadLetter;
    if (target === undefined) return;
    const before = view.history();
    const history = addDeath(before, death(source, view, reason, nowMs));
    const encoded = encodeHistory(history);
    if ('queue' in target) {
      const queue = this.#destinations.findQueue(source.virtualHost, target.queue);
      if (queue < 0 || (reason === 'maxlen' && isCycle(history, target.queue))) return;
      const message = new ForwardedMessage(view, view.exchange, view.routingKey);
      // In a circle attempts begin anew: else it would go round without ever being handed out.
      const again = before.some((one) => one.queue === target.queue && one.reason === 'delivery_limit');
      this.#publisher.forward([queue], message, encoded, again ? 0 : attempts);
      return;
    }
    const routingKey = target.routingKey ?? view.routingKey;
    const { dialect, envelope, envelopeStart, envelopeEnd } = view;
    const headers = () => this.#effects.headersOf(dialect, envelope, envelopeStart, envelopeEnd);
    const queues = this.#router
      .reach(source.virtualHost, target.exchange, routingKey, headers, (name) =>
        this.#destinations.findAny(source.virtualHost, name),
      )
      .filter((queue) => !isCycle(history, this.#destinations.nameOf(queue)));
    this.#publisher.forward(queues, new ForwardedMessage(view, target.exchange, routingKey), encoded, 0);
  }
}

function copyOf({ buffer, at, sharedBuffer, sharedAt }: RecordPlace): RecordView {
  const view = new RecordView();
  view.read(buffer.slice(at, at + 4 + readU32(buffer, at)), 0);
  if (sharedBuffer !== undefined) {
    view.readShared(sharedBuffer.slice(sharedAt, sharedAt + 4 + readU32(sharedBuffer, sharedAt)), 0);
  }
  return view;
}

function death(source: QueueEntry, view: RecordView, reason: DeathReason, nowMs: number): Death {
  return {
    queue: source.name,
    reason,
    count: 1,
    timeMs: nowMs,
    exchange: view.exchange,
    routingKeys: [view.routingKey],
    originalTtlMs: view.expiresAtMs > 0 ? Math.max(0, view.expiresAtMs - view.timestampMs) : -1,
  };
}

/** It died in that queue before and nobody rejected it since: sending it there again would go on for ever. */
function isCycle(history: readonly Death[], queue: string): boolean {
  const last = history.findIndex((entry) => entry.queue === queue);
  return last >= 0 && history.slice(0, last + 1).every((entry) => entry.reason !== 'rejected');
}
