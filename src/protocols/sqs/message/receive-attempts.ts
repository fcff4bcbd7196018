import type { Hold } from './receiver.js';
import type { ReceivedMessage } from './received-message.js';

/** How long an attempt may be made again, ms. */
const windowMs = 300_000;
/** Bodies that are kept for that at most, in characters. */
const maxKept = 32 * 1024 * 1024;

export interface ReceiveAttempt {
  readonly holds: readonly Hold[];
  readonly messages: readonly ReceivedMessage[];
}

interface Kept extends ReceiveAttempt {
  readonly key: string;
  readonly endsMs: number;
  readonly size: number;
}

/**
 * What FIFO receives with a ReceiveRequestAttemptId answered lately: a client that lost the answer asks again under the same id and gets the same messages
 * and handles, as long as none of them was deleted or had its visibility changed. Not kept over a restart.
 */
export class ReceiveAttempts {
  readonly #kept = new Map<string, Kept>();
  /** By log and sequence of a message: the attempt that it was handed out in. */
  readonly #ofMessage = new Map<string, Kept>();
  #size = 0;

  find(log: number, id: string, nowMs: number): ReceiveAttempt | undefined {
    this.#forgetOld(nowMs);
    return this.#kept.get(keyOf(log, id));
  }

  add(log: number, id: string, attempt: ReceiveAttempt, nowMs: number): void {
    const key = keyOf(log, id);
    this.#forget(this.#kept.get(key));
    const size = attempt.messages.reduce((sum, { Body }) => sum + Body.length, 0);
    const kept = { ...attempt, key, endsMs: nowMs + windowMs, size };
    this.#kept.set(key, kept);
    this.#size += size;
    for (const { seq } of attempt.holds) this.#ofMessage.set(keyOf(log, seq), kept);
    this.#forgetOld(nowMs);
  }

  /** The message was deleted, or is hidden for another time now. */
  modified(log: number, seq: number): void {
    if (this.#kept.size > 0) this.#forget(this.#ofMessage.get(keyOf(log, seq)));
  }

  #forgetOld(nowMs: number): void {
    // They stand in the order of their times.
    for (const kept of this.#kept.values()) {
      if (kept.endsMs > nowMs && this.#size <= maxKept) return;
      this.#forget(kept);
    }
  }

  #forget(kept: Kept | undefined): void {
    if (kept === undefined || !this.#kept.delete(kept.key)) return;
    this.#size -= kept.size;
    const [log] = kept.key.split('/', 1);
    for (const { seq } of kept.holds) this.#ofMessage.delete(keyOf(log, seq));
  }
}

function keyOf(log: number | string, id: string | number): string {
  return `${log}/${id}`;
}
