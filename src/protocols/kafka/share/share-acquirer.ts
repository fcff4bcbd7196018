import type { Delivery, Host, SessionSink } from '../../../core/index.js';

/** A record that is held, and which of its deliveries this is. */
export interface Hold {
  readonly offset: number;
  readonly attempts: number;
}

export interface Acquisition {
  readonly holds: readonly Hold[];
  readonly sizeBytes: number;
}

interface Pending {
  readonly holds: Hold[];
  sizeBytes: number;
  settle(): void;
}

/** Takes records for members of share groups: one session of the broker for all of them, since holds have deadlines. */
export class ShareAcquirer implements SessionSink {
  readonly #host: Host;
  /** Opened when first used. */
  #session = -1;
  readonly #pending = new Map<number, Pending>();
  #lastToken = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Begins to take up to `max` records; `cancel` ends the wait with what has come by then. Throws BrokerError. */
  acquire(
    queue: number,
    max: number,
    lockMs: number,
    waitMs: number,
  ): { readonly result: Promise<Acquisition>; readonly cancel: () => void } {
    const token = ++this.#lastToken;
    const { broker } = this.#host;
    if (this.#session < 0) this.#session = broker.openSession(this);
    const result = new Promise<Acquisition>((resolve) => {
      const pending: Pending = {
        holds: [],
        sizeBytes: 0,
        settle: () => {
          this.#pending.delete(token);
          resolve(pending);
        },
      };
      this.#pending.set(token, pending);
    });
    broker.acquire(this.#session, queue, { token, max, noAck: false, visibilityMs: lockMs, waitMs });
    const cancel = () => {
      const pending = this.#pending.get(token);
      if (pending === undefined) return;
      broker.cancelAcquire(this.#session, token);
      pending.settle();
    };
    return { result, cancel };
  }

  deliver({ token, seq, attempts, bodyStart, bodyEnd }: Delivery): boolean {
    const pending = this.#pending.get(token);
    pending?.holds.push({ offset: seq, attempts });
    if (pending !== undefined) pending.sizeBytes += bodyEnd - bodyStart;
    return true;
  }

  acquired(token: number): void {
    this.#pending.get(token)?.settle();
  }

  cancelled(): void {
    // It subscribes to nothing.
  }
}
