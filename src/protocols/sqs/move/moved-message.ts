import { DIALECT_SQS } from '../../../bytes/index.js';
import type { Delivery, Outgoing } from '../../../core/index.js';
import { EnvelopeWriter, readEnvelope } from '../message/sqs-envelope.js';

/** A copy of a delivery, on its way into another queue. */
export class MovedMessage implements Outgoing {
  readonly dialect: number;
  readonly transient = false;
  readonly timestampMs: number;
  readonly priority: number;
  readonly ttlMs = -1;
  readonly delayMs = -1;
  readonly group: string | undefined;
  deduplicationId: string | undefined;
  readonly keyLength: number;
  /** The queues that it was dead-lettered from, newest first. */
  readonly sources: readonly string[];
  /** Names the delivery towards the broker. */
  readonly deliveryId: number;
  readonly #routing: Uint8Array;
  #envelope: Uint8Array;
  readonly #body: Uint8Array;
  readonly #key: Uint8Array;

  constructor(delivery: Delivery) {
    const { envelope, body } = delivery;
    this.dialect = delivery.dialect;
    // A message of SQS is a new one where it arrives; what another dialect stamped stays.
    this.timestampMs = delivery.dialect === DIALECT_SQS ? -1 : delivery.timestampMs;
    this.priority = delivery.priority;
    this.group = delivery.group;
    this.deduplicationId = delivery.deduplicationId;
    this.sources = delivery.history().map(({ queue }) => queue);
    this.deliveryId = delivery.deliveryId;
    this.#routing = envelope.slice(delivery.routingStart, delivery.routingEnd);
    this.#envelope = envelope.slice(delivery.envelopeStart, delivery.envelopeEnd);
    this.#body = body.slice(delivery.bodyStart, delivery.bodyEnd);
    this.#key = Buffer.from(delivery.group ?? '');
    this.keyLength = delivery.group === undefined ? -1 : this.#key.length;
  }

  /** Gives a message of SQS another id; others have none of ours. */
  rename(messageId: string): void {
    if (this.dialect !== DIALECT_SQS) return;
    const writer = new EnvelopeWriter();
    writer.write({ ...readEnvelope(this.#envelope, 0, this.#envelope.length), messageId });
    this.#envelope = writer.bytes.slice();
  }

  get routingLength(): number {
    return this.#routing.length;
  }
  get envelopeLength(): number {
    return this.#envelope.length;
  }
  get bodyLength(): number {
    return this.#body.length;
  }
  copyRouting(target: Uint8Array, at: number): void {
    target.set(this.#routing, at);
  }
  copyEnvelope(target: Uint8Array, at: number): void {
    target.set(this.#envelope, at);
  }
  copyBody(target: Uint8Array, at: number): void {
    target.set(this.#body, at);
  }
  copyKey(target: Uint8Array, at: number): void {
    target.set(this.#key, at);
  }
}
