/**
 * A message on its way in. A front owns one such object per connection, fills it and hands it to `publish`, which
 * reads it during the call only. Nothing is allocated per message.
 */
export interface Outgoing {
  /** DIALECT_* of bytes/record.ts. */
  readonly dialect: number;
  /** Exchange and routing key as two strings of u8 length + UTF-8, one after the other: at least two zero bytes. */
  readonly routingLength: number;
  copyRouting(target: Uint8Array, at: number): void;
  /** The sender's own encoding of everything but routing and body. */
  readonly envelopeLength: number;
  copyEnvelope(target: Uint8Array, at: number): void;
  readonly bodyLength: number;
  copyBody(target: Uint8Array, at: number): void;
  /** Not to survive a restart; may be confirmed at once. */
  readonly transient: boolean;
  /** When the sender says it was made, ms since the epoch; negative: now. */
  readonly timestampMs: number;
  /** Negative: none. */
  readonly priority: number;
  /** Time to live, ms; negative: none. */
  readonly ttlMs: number;
  /** Ready this many ms from now; negative: the queue's own delay. */
  readonly delayMs: number;
  /** Message group; undefined: none. */
  readonly group: string | undefined;
  /** Within the queue's window a second message with this id is a duplicate; undefined: none. */
  readonly deduplicationId: string | undefined;
  /** Partition key for topics and retained queues; negative length: none. */
  readonly keyLength: number;
  copyKey(target: Uint8Array, at: number): void;
}

/** The answer of a publish; one reused object, valid until the next command. */
export interface PublishOutcome {
  /** Queues and partitions that took it. */
  readonly routed: number;
  /** Destinations that refused it (length limit with reject-publish). The whole publish counts as refused when > 0. */
  readonly refused: number;
  /** Wait for this flush to be stable before answering; 0: nothing to wait for. */
  readonly flush: number;
  /** Sequence in the first destination; of the original when `duplicate`. */
  readonly seq: number;
  readonly duplicate: boolean;
  /** When the message was accepted, ms since the epoch; the original when `duplicate`. SQS makes its FIFO message ids of it. */
  readonly acceptedMs: number;
}

/** One earlier death of a message, newest first in {@link Delivery.history}. */
export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly count: number;
  readonly timeMs: number;
  readonly exchange: string;
  readonly routingKeys: readonly string[];
  /** The per-message time to live that was taken off, ms; -1: none. */
  readonly originalTtlMs: number;
}

export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** A message on its way out: one reused object, valid during the `deliver` call only. */
export interface Delivery {
  /** What the subscriber gave to `subscribe` or `acquire`. */
  readonly token: number;
  /** Counts up from 1 per session; what acknowledge, release and reject name. Given to no-ack deliveries as well. */
  readonly deliveryId: number;
  readonly queue: number;
  readonly seq: number;
  /** 1 for the first delivery. */
  readonly attempts: number;
  readonly redelivered: boolean;
  /** When it was acquired for the first time, ms since the epoch (0 when unknown). */
  readonly firstAcquiredMs: number;
  readonly dialect: number;
  readonly timestampMs: number;
  /** Holds routing and envelope. */
  readonly envelope: Uint8Array;
  /** Where exchange and routing key stand, as {@link Outgoing.copyRouting} wrote them. */
  readonly routingStart: number;
  readonly routingEnd: number;
  readonly envelopeStart: number;
  readonly envelopeEnd: number;
  readonly body: Uint8Array;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Negative: none. */
  readonly priority: number;
  /** Absolute, ms since the epoch; 0: none. */
  readonly expiresAtMs: number;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Decoded on call: earlier deaths, newest first; empty for most. */
  history(): readonly Death[];
}
