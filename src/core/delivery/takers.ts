import type { MessageQueue } from './message-queue.js';
import type { Session } from './session.js';

/** A standing order: messages are pushed as long as there is credit. */
export class Subscription {
  /** Tells it apart from all other takers, for message groups. */
  readonly holder: number;
  readonly token: number;
  readonly session: Session;
  readonly queue: MessageQueue;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly priority: number;
  /** Messages in flight at most; 0: no limit. */
  readonly credit: number;
  inFlight = 0;

  constructor(
    holder: number,
    session: Session,
    queue: MessageQueue,
    options: { token: number; credit: number; noAck: boolean; exclusive: boolean; priority: number },
  ) {
    this.holder = holder;
    this.session = session;
    this.queue = queue;
    this.token = options.token;
    this.credit = options.credit;
    this.noAck = options.noAck;
    this.exclusive = options.exclusive;
    this.priority = options.priority;
  }

  get canTake(): boolean {
    const session = this.session;
    if (session.paused) return false;
    // as in RabbitMQ, the limit of a channel holds back also those whose messages do not count against it
    if (session.credit !== 0 && session.pushed >= session.credit) return false;
    return this.noAck || this.credit === 0 || this.inFlight < this.credit;
  }
}

/** One pull of up to `max` messages, which may wait for the first. A pause of its session does not touch it. */
export class Waiter {
  readonly holder: number;
  readonly token: number;
  readonly session: Session;
  readonly queue: MessageQueue;
  readonly noAck: boolean;
  readonly max: number;
  readonly visibilityMs: number | undefined;
  readonly deadlineMs: number;
  delivered = 0;
  over = false;
  /** With a hold of no length: what it has seen, which is held until the pull is over, so that nothing comes twice. */
  readonly seen: number[] = [];

  constructor(
    holder: number,
    session: Session,
    queue: MessageQueue,
    options: { token: number; max: number; noAck: boolean; visibilityMs: number | undefined },
    deadlineMs: number,
  ) {
    this.holder = holder;
    this.session = session;
    this.queue = queue;
    this.token = options.token;
    this.noAck = options.noAck;
    this.max = options.max;
    this.visibilityMs = options.visibilityMs;
    this.deadlineMs = deadlineMs;
  }
}
