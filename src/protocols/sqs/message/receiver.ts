import type { Delivery, Host, SessionSink, Translate } from '../../../core/index.js';
import type { QueueNotifications } from '../sns/notification/queue-notifications.js';
import { noSuchQueue } from '../wire/service-error.js';
import { ReceiveAttempts } from './receive-attempts.js';
import { readMessage } from './readable-message.js';
import type { ReceiptHandles } from './receipt-handle.js';
import { type ReceiveContext, type ReceivedMessage, showMessage } from './received-message.js';

/**
 * Bodies taken for one answer, in bytes, beyond which further messages go back. A queue may hold messages of other dialects that are far
 * larger than anything SQS knows; the first is always handed out.
 */
const maxAnswerBytes = 16 * 1024 * 1024;

export interface ReceiveOptions {
  readonly context: ReceiveContext;
  /** 1 to 10. */
  readonly max: number;
  /** How long the messages are hidden from other receives, ms; 0: not at all. */
  readonly visibilityMs: number;
  /** How long to wait for a first message, ms. */
  readonly waitMs: number;
  /** FIFO: under which the same receive may be asked for again. */
  readonly attemptId: string | undefined;
}

/** Who waits for the messages. */
export interface Recipient {
  readonly abandoned: boolean;
  whenAbandoned(listener: () => void): void;
}

/** One message as it was handed out. */
export interface Hold {
  readonly seq: number;
  readonly attempts: number;
}

interface Receive {
  readonly options: ReceiveOptions;
  readonly messages: ReceivedMessage[];
  /** What was acquired, for giving it back. */
  readonly holds: Hold[];
  /** What was acquired and is not part of the answer. */
  readonly surplus: Hold[];
  bytes: number;
  /** The flush that the holds are part of. */
  flush: number;
  done(gone: boolean): void;
}

/**
 * Takes messages for the receives of all connections, under one session: what SQS holds belongs to nobody's connection and ends with its
 * deadline, not with a client.
 */
export class Receiver implements SessionSink {
  readonly #host: Host;
  readonly #handles: ReceiptHandles;
  readonly #translate: Translate;
  readonly #notifications: QueueNotifications;
  readonly #session: number;
  readonly attempts = new ReceiveAttempts();
  readonly #receives = new Map<number, Receive>();
  #lastToken = 0;

  constructor(host: Host, handles: ReceiptHandles, translate: Translate, notifications: QueueNotifications) {
    this.#host = host;
    this.#handles = handles;
    this.#translate = translate;
    this.#notifications = notifications;
    this.#session = host.broker.openSession(this);
  }

  /**
   * Up to `max` messages, none when there are none within `waitMs`. When the recipient goes away before they can be handed over they are put
   * back at once instead of staying hidden for nobody. Rejects with QueueDoesNotExist when the queue is deleted meanwhile.
   */
  async receive(options: ReceiveOptions, recipient: Recipient): Promise<readonly ReceivedMessage[]> {
    const { queue } = options.context;
    const { attemptId } = options;
    const again = attemptId === undefined ? undefined : this.#again(options, attemptId);
    if (again !== undefined) {
      await this.#stable(this.#host.broker.flush);
      return again;
    }
    const receive = await this.#acquire(options, recipient);
    if (queue.grouped && receive.holds.length > 0) {
      // A group must not be handed out twice, so the answer waits until the hold is on stable storage.
      await this.#stable(receive.flush);
    }
    const back = recipient.abandoned ? receive.holds : receive.surplus;
    if (back.length > 0) this.#giveBack(queue.handle, back);
    if (recipient.abandoned) return [];
    const { holds, messages } = receive;
    if (attemptId !== undefined && receive.surplus.length === 0 && messages.length > 0) {
      this.attempts.add(queue.log, attemptId, { holds, messages }, this.#host.broker.nowMs);
    }
    return messages;
  }

  /** What an earlier receive with this id answered, hidden anew; undefined when it is not held any more. */
  #again({ context, visibilityMs }: ReceiveOptions, attemptId: string): readonly ReceivedMessage[] | undefined {
    const { queue } = context;
    const { broker } = this.#host;
    const earlier = this.attempts.find(queue.log, attemptId, broker.nowMs);
    if (earlier === undefined) return undefined;
    for (const { seq, attempts } of earlier.holds) {
      // All were hidden until the same time, so if one is held still, all are.
      if (broker.extendMessage(queue.handle, seq, attempts, Math.max(1, visibilityMs), true) !== 'held')
        return undefined;
    }
    return earlier.messages;
  }

  #stable(flush: number): Promise<void> {
    return new Promise((resolve) => {
      this.#host.whenStable(flush, resolve);
    });
  }

  #acquire(options: ReceiveOptions, recipient: Recipient): Promise<Receive> {
    const { broker } = this.#host;
    this.#lastToken += 1;
    const token = this.#lastToken;
    return new Promise((resolve, reject) => {
      const receive: Receive = {
        options,
        messages: [],
        holds: [],
        surplus: [],
        bytes: 0,
        flush: 0,
        done: (gone) => {
          this.#receives.delete(token);
          receive.flush = broker.flush;
          if (gone && receive.holds.length === 0) reject(noSuchQueue());
          else resolve(receive);
        },
      };
      this.#receives.set(token, receive);
      const { max, visibilityMs, waitMs, context } = options;
      try {
        broker.acquire(this.#session, context.queue.handle, { token, max, noAck: false, visibilityMs, waitMs });
      } catch (error) {
        this.#receives.delete(token);
        throw error;
      }
      if (!this.#receives.has(token)) return;
      recipient.whenAbandoned(() => {
        if (!this.#receives.has(token)) return;
        this.#host.enter();
        broker.cancelAcquire(this.#session, token);
        receive.done(false);
      });
    });
  }

  #giveBack(queue: number, holds: readonly Hold[]): void {
    this.#host.enter();
    for (const { seq, attempts } of holds) this.#host.broker.extendMessage(queue, seq, attempts, 0, true);
  }

  deliver(delivery: Delivery): boolean {
    const receive = this.#receives.get(delivery.token);
    if (receive === undefined) return true;
    const { seq, attempts } = delivery;
    receive.holds.push({ seq, attempts });
    receive.bytes += delivery.bodyEnd - delivery.bodyStart;
    if (receive.bytes > maxAnswerBytes && receive.messages.length > 0) {
      receive.surplus.push({ seq, attempts });
      return true;
    }
    const { context } = receive.options;
    try {
      const message = readMessage(delivery, context, this.#translate, this.#notifications);
      const handle = this.#handles.encode({
        log: context.queue.log,
        seq,
        attempts,
        receivedMs: this.#host.broker.nowMs,
      });
      receive.messages.push(showMessage(message, delivery, handle, context));
    } catch (error) {
      // It stays hidden for its visibility timeout and ends in the dead-letter queue if there is one; other messages go on.
      this.#host.log('error', 'a message cannot be shown to SQS', {
        queue: context.queue.name,
        seq,
        error: String(error),
      });
    }
    return true;
  }

  acquired(token: number, _count: number, gone: boolean): void {
    this.#receives.get(token)?.done(gone);
  }

  cancelled(): void {
    // Only subscriptions are cancelled, and SQS has none.
  }
}
