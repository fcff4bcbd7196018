/** The place that a response will have in the order of its connection. */
export interface ResponseSlot {
  readonly frameBytes: number;
  /** The buffers to send; an empty list once the slot is settled without a response; undefined while it waits. */
  parts: readonly Buffer[] | undefined;
  abandoned: (() => void) | undefined;
}

/**
 * Responses of one connection, kept in the order of their requests: a response waits until all earlier ones have been
 * taken, however long those are parked.
 */
export class ResponseQueue {
  #slots: ResponseSlot[] = [];
  /** Slots before this place have been taken. */
  #head = 0;
  /** Bytes of the requests that are waiting for a response. */
  waitingBytes = 0;

  get length(): number {
    return this.#slots.length - this.#head;
  }

  /** @param frameBytes the size of the request, which stays in memory until it is answered */
  add(frameBytes: number): ResponseSlot {
    const slot: ResponseSlot = { frameBytes, parts: undefined, abandoned: undefined };
    this.#slots.push(slot);
    this.waitingBytes += frameBytes;
    return slot;
  }

  /** The buffers of the oldest response when it is settled, else undefined. */
  take(): readonly Buffer[] | undefined {
    const slot = this.#slots[this.#head];
    if (slot?.parts === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#slots.length) {
      this.#slots = [];
      this.#head = 0;
    } else if (this.#head >= 64) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    this.waitingBytes -= slot.frameBytes;
    return slot.parts;
  }

  /** Tells every call that still waits that nobody does any more. */
  abandon(): void {
    const waiting = this.#slots.slice(this.#head);
    this.#slots = [];
    this.#head = 0;
    this.waitingBytes = 0;
    for (const slot of waiting) slot.abandoned?.();
  }
}
