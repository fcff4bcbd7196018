/** A message that may not be seen before its flush is stable. */
export interface PendingMessage {
  readonly seq: number;
  readonly address: number;
  readonly persistent: boolean;
  readonly bodyLength: number;
  readonly dueMs: number;
  readonly expiresAtMs: number;
  readonly timed: boolean;
  readonly priority: number;
  readonly group: string | undefined;
  readonly attempts: number;
}

/** What a queue has taken in and does not show yet, in order of sequence. */
export class PendingMessages {
  #messages: (PendingMessage | number)[] = [];

  /** Of the bodies. */
  sizeBytes = 0;
  size = 0;

  add(message: PendingMessage): void {
    this.size++;
    this.sizeBytes += message.bodyLength;
    this.#messages.push(message);
  }

  /** A sequence that no message will ever have. */
  addGap(seq: number): void {
    this.#messages.push(seq);
  }

  /** Takes out everything below `end`; a gap comes without a message. */
  takeBelow(end: number, take: (seq: number, message: PendingMessage | undefined) => void): void {
    const messages = this.#messages;
    let count = 0;
    for (; count < messages.length; count++) {
      const message = messages[count];
      const seq = typeof message === 'number' ? message : message.seq;
      if (seq >= end) break;
      if (typeof message === 'number') {
        take(seq, undefined);
        continue;
      }
      this.size--;
      this.sizeBytes -= message.bodyLength;
      take(seq, message);
    }
    messages.splice(0, count);
  }
}
