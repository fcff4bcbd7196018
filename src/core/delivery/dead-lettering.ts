import type { Destinations } from '../catalog/destinations.js';
import type { QueueEntry } from '../catalog/queue-entry.js';
import type { CoreEffects } from '../core-effects.js';
import type { Death, DeathReason } from '../message.js';
import type { Publisher } from '../publisher.js';
import type { Router } from '../routing/router.js';
import { ForwardedMessage } from './forwarded-message.js';
import { addDeath, encodeHistory } from './history.js';
import type { RecordView } from './record-view.js';

/**
 * Sends a message on when it was rejected, expired, or surplus. The append at the target and the end of the message at
 * its source go into the journal in this order, so a crash in between repeats it and loses nothing.
 */
export class DeadLettering {
  readonly #router: Router;
  readonly #destinations: Destinations;
  readonly #publisher: Publisher;
  readonly #effects: CoreEffects;

  constructor(router: Router, destinations: Destinations, publisher: Publisher, effects: CoreEffects) {
    this.#router = router;
    this.#destinations = destinations;
    this.#publisher = publisher;
    this.#effects = effects;
  }

  send(source: QueueEntry, view: RecordView, attempts: number, reason: DeathReason, nowMs: number): void {
    const target = source.settings.deadLetter;
    if (target === undefined) return;
    const history = addDeath(view.history(), death(source, view, reason, nowMs));
    const encoded = encodeHistory(history);
    if ('queue' in target) {
      const queue = this.#destinations.findQueue(source.virtualHost, target.queue);
      if (queue < 0) return;
      const message = new ForwardedMessage(view, view.exchange, view.routingKey);
      this.#publisher.forward([queue], message, encoded, attempts);
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
    const message = new ForwardedMessage(view, target.exchange, routingKey);
    this.#publisher.forward(queues, message, encoded, 0);
  }
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
