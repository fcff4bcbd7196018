import { ServiceError } from '../wire/service-error.js';

const cooldownMs = 60_000;

/**
 * The rules of sixty seconds that the real service has because its deletions and purges take that long: a queue is purged once in that time, and its name
 * is free again that long after it was deleted. Here both are done when they are answered, so the rules are for those who want to test against them. They
 * are not kept over a restart.
 */
export class Cooldowns {
  readonly #nowMs: () => number;
  readonly #purged = new Map<string, number>();
  readonly #deleted = new Map<string, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Throws PurgeQueueInProgress when the queue was purged within the last 60 seconds; else that time begins. */
  purges(virtualHost: string, name: string): void {
    if (this.#isRunning(this.#purged, virtualHost, name)) {
      throw new ServiceError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
      );
    }
    this.#purged.set(key(virtualHost, name), this.#nowMs());
  }

  deleted(virtualHost: string, name: string): void {
    this.#purged.delete(key(virtualHost, name));
    this.#isRunning(this.#deleted, virtualHost, name);
    this.#deleted.delete(key(virtualHost, name));
    this.#deleted.set(key(virtualHost, name), this.#nowMs());
  }

  /** Throws QueueDeletedRecently. */
  checkCreate(virtualHost: string, name: string): void {
    if (!this.#isRunning(this.#deleted, virtualHost, name)) return;
    throw new ServiceError(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
  }

  #isRunning(times: Map<string, number>, virtualHost: string, name: string): boolean {
    const now = this.#nowMs();
    // They stand in the order of their times.
    for (const [each, timeMs] of times) {
      if (timeMs + cooldownMs > now) break;
      times.delete(each);
    }
    return times.has(key(virtualHost, name));
  }
}

function key(virtualHost: string, name: string): string {
  return `${virtualHost}\0${name}`;
}
