import type { Delivery, Host, QueueInfo, SessionSink } from '../../../core/index.js';
import { fifoMessageId } from '../message/sender.js';
import { MovedMessage } from './moved-message.js';

/** What one step of a move came to. */
export interface MoveStep {
  readonly moved: number;
  /** Why it cannot go on: a code of the service. */
  readonly failure: string | undefined;
}

/** Finds the queue that a message goes to; undefined when it is not there. */
export type Destination = (sources: readonly string[]) => QueueInfo | undefined | 'unknown';

/**
 * Takes messages out of one queue and puts them into others. A message's end in the one and its beginning in the other are parts of one flush, so a crash
 * neither loses nor doubles it.
 */
export class MessageMover implements SessionSink {
  readonly #host: Host;
  readonly #session: number;
  readonly #taken = new Map<number, { readonly messages: MovedMessage[]; done(): void }>();
  #lastToken = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#session = host.broker.openSession(this);
  }

  /**
   * Moves up to `max` of the messages that are ready in `source`, then calls `settled` while it is still the same turn: what that changes belongs to the
   * same flush. What cannot be moved goes back.
   */
  async step(
    source: QueueInfo,
    destination: Destination,
    max: number,
    settled: (step: MoveStep) => void,
  ): Promise<MoveStep> {
    const messages = await this.#take(source, max);
    const { broker } = this.#host;
    this.#host.enter();
    let moved = 0;
    let failure: string | undefined;
    for (const message of messages) {
      failure ??= this.#put(message, destination);
      if (failure === undefined) {
        broker.acknowledge(this.#session, message.deliveryId, false);
        moved += 1;
      } else broker.release(this.#session, message.deliveryId, false);
    }
    const step = { moved, failure };
    settled(step);
    return step;
  }

  #take(source: QueueInfo, max: number): Promise<readonly MovedMessage[]> {
    this.#lastToken += 1;
    const token = this.#lastToken;
    return new Promise((resolve) => {
      const messages: MovedMessage[] = [];
      const done = (): void => {
        this.#taken.delete(token);
        resolve(messages);
      };
      this.#taken.set(token, { messages, done });
      this.#host.broker.acquire(this.#session, source.handle, {
        token,
        max,
        noAck: false,
        visibilityMs: undefined,
        waitMs: 0,
      });
    });
  }

  /** Undefined when it is where it should be, else why not. */
  #put(message: MovedMessage, destination: Destination): string | undefined {
    const { broker } = this.#host;
    const target = destination(message.sources);
    if (target === 'unknown') return 'CouldNotDetermineMessageSource';
    if (target === undefined) return 'AWS.SimpleQueueService.NonExistentQueue';
    const route = broker.routeToQueue(target.handle);
    if (message.deduplicationId !== undefined) {
      message.rename(fifoMessageId(target, message.deduplicationId, message.group, broker.nowMs));
      const { duplicate, refused } = broker.publish(route, message);
      if (!duplicate) return refused > 0 ? 'OverLimit' : undefined;
      // Its id is still remembered there, mostly from its own first time. A move must not lose it for that.
      message.deduplicationId = undefined;
    }
    message.rename(this.#host.randomUuid());
    return broker.publish(route, message).refused > 0 ? 'OverLimit' : undefined;
  }

  deliver(delivery: Delivery): boolean {
    this.#taken.get(delivery.token)?.messages.push(new MovedMessage(delivery));
    return true;
  }

  acquired(token: number): void {
    this.#taken.get(token)?.done();
  }

  cancelled(): void {
    // Only subscriptions are cancelled, and a mover has none.
  }
}
