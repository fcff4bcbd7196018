import { monotonicMicros } from '../machine/clock.js';
import { methodFrame } from './frame-encoder.js';
import { ConfirmTracker } from './confirm-tracker.js';
import type { BatchPool } from './message-batch.js';
import { methodIds } from './method-ids.js';
import type { ChannelListener, RawConnection } from './raw-connection.js';

/** How a publisher decides that it may send. */
export type Pace =
  /** As fast as the socket takes it, without confirms. */
  | { readonly kind: 'flood' }
  /** At most `size` messages without their confirm. */
  | { readonly kind: 'window'; readonly size: number }
  /** On a schedule that does not wait for the server, with confirms. */
  | { readonly kind: 'rate'; readonly perSecond: number };

/** Octets that a flooding publisher leaves in its own process before it waits for the socket. */
const floodBytes = 256 * 1024;
/** Batches that a flooding publisher writes before it lets its event loop look at the sockets. */
const floodBatches = 8;
/** A publisher on a schedule stops when this many messages wait for confirms: the server is far behind. */
const rateOutstanding = 65_536;

/** Publishes numbered messages to one queue, on one channel. */
export class PublisherChannel implements ChannelListener {
  published = 0;
  confirmed = 0;
  /** Time that it had something to send and the socket was full, in us. */
  pausedMicros = 0;
  firstAt = 0;
  lastConfirmAt = 0;
  /** How late each message of a schedule was written, and how long its confirm took, in us. */
  readonly lateness: number[] = [];
  readonly confirmMicros: number[] = [];
  readonly #connection: RawConnection;
  readonly #channel: number;
  readonly #queue: number;
  readonly #pool: BatchPool;
  readonly #pace: Pace;
  readonly #limit: number;
  readonly #tracker: ConfirmTracker | undefined;
  readonly #onProgress: () => void;
  #stopped = false;

  /**
   * @param limit stops by itself after this many messages
   * @param onProgress called after each turn in which something was sent or confirmed
   */
  constructor(
    connection: RawConnection,
    channel: number,
    queue: number,
    pool: BatchPool,
    pace: Pace,
    limit: number,
    onProgress: () => void,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#queue = queue;
    this.#pool = pool;
    this.#pace = pace;
    this.#limit = limit;
    this.#onProgress = onProgress;
    if (pace.kind === 'window') this.#tracker = new ConfirmTracker(pace.size);
    if (pace.kind === 'rate') this.#tracker = new ConfirmTracker(rateOutstanding);
  }

  /** Opens its channel, with confirms when its pace needs them. */
  async open(): Promise<void> {
    await this.#connection.openChannel(this.#channel, this);
    if (this.#tracker !== undefined) {
      const select = methodFrame(this.#channel, methodIds.confirmSelect, Buffer.of(0));
      await this.#connection.call(select, methodIds.confirmSelectOk);
    }
  }

  start(): void {
    this.firstAt = monotonicMicros();
    if (this.#pace.kind === 'flood') this.#flood();
    else if (this.#pace.kind === 'window') this.#fillWindow(this.#pace.size);
    else this.#keepRate(this.#pace.perSecond);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** It sends nothing more, and all that it sent is confirmed if it asked for that. */
  get done(): boolean {
    const ended = this.#stopped || this.published >= this.#limit;
    return ended && (this.#tracker === undefined || this.#tracker.outstanding === 0);
  }

  #send(count: number, sentAt: number): void {
    const batch = this.#pool.take();
    const bytes = batch.address(this.#channel, this.#queue, this.published, count, sentAt);
    this.published += count;
    this.#tracker?.published(count);
    this.#connection.write(bytes, () => this.#pool.give(batch));
  }

  #fillWindow(size: number): void {
    const tracker = this.#tracker;
    if (tracker === undefined || this.#stopped) return;
    for (;;) {
      const count = Math.min(size - tracker.outstanding, this.#pool.capacity, this.#limit - this.published);
      if (count <= 0) return;
      this.#send(count, 0);
    }
  }

  #flood(): void {
    for (let batches = 0; batches < floodBatches; batches++) {
      if (this.#stopped || this.published >= this.#limit) break;
      if (this.#connection.waitingBytes > floodBytes) {
        const pausedAt = monotonicMicros();
        this.#connection.onceDrained(() => {
          this.pausedMicros += monotonicMicros() - pausedAt;
          this.#flood();
        });
        return;
      }
      this.#send(Math.min(this.#pool.capacity, this.#limit - this.published), 0);
    }
    this.#onProgress();
    if (!this.#stopped && this.published < this.#limit) setImmediate(() => this.#flood());
  }

  #keepRate(perSecond: number): void {
    const tracker = this.#tracker;
    if (tracker === undefined || this.done || this.#stopped) return;
    const now = monotonicMicros();
    const due = Math.min(this.#limit, Math.floor(((now - this.firstAt) / 1e6) * perSecond));
    while (this.published < due) {
      if (tracker.outstanding >= rateOutstanding) throw new Error(`${rateOutstanding} messages wait for confirms`);
      this.lateness.push(now - this.firstAt - ((this.published + 1) / perSecond) * 1e6);
      tracker.sentAt[tracker.slot(this.published + 1)] = now;
      this.#send(1, now);
    }
    this.#onProgress();
    setTimeout(() => this.#keepRate(perSecond), 1);
  }

  onConfirm(deliveryTag: number, multiple: boolean): void {
    const tracker = this.#tracker;
    if (tracker === undefined) throw new Error('a confirm came though none was asked for');
    if (this.#pace.kind === 'rate') {
      const now = monotonicMicros();
      tracker.settle(deliveryTag, multiple, (tag) => {
        this.confirmMicros.push(now - (tracker.sentAt[tracker.slot(tag)] ?? Number.NaN));
      });
    } else {
      tracker.settle(deliveryTag, multiple);
    }
    this.confirmed = tracker.confirmed;
  }

  onReadEnd(): void {
    this.lastConfirmAt = monotonicMicros();
    if (this.#pace.kind === 'window') this.#fillWindow(this.#pace.size);
    this.#onProgress();
  }

  onDeliver(): void {
    throw new Error('a delivery came on a publishing channel');
  }

  onBody(): void {
    throw new Error('a body came on a publishing channel');
  }
}
