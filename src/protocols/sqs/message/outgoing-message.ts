import { DIALECT_SQS } from '../../../bytes/index.js';
import type { Outgoing } from '../../../core/index.js';
import { EnvelopeWriter, type SqsEnvelope } from './sqs-envelope.js';

/** No exchange, no routing key. */
const noRouting = new Uint8Array(2);

/** A message on its way into the broker. One is reused for all: {@link fill} it, then publish it. */
export class OutgoingMessage implements Outgoing {
  readonly dialect = DIALECT_SQS;
  readonly transient = false;
  /** SentTimestamp is the time at which it arrives here. */
  readonly timestampMs = -1;
  readonly priority = -1;
  readonly ttlMs = -1;
  delayMs = -1;
  group: string | undefined;
  deduplicationId: string | undefined;
  bodyLength = 0;
  keyLength = -1;
  /** Exchange and routing key; see Outgoing. */
  routing: Uint8Array = noRouting;
  readonly #envelope = new EnvelopeWriter();
  #body = '';
  #key = '';
  #target: Uint8Array | undefined;
  #targetText: Buffer = Buffer.alloc(0);

  get envelopeLength(): number {
    return this.#envelope.length;
  }

  /** `bodyBytes`: the length of `body` in UTF-8. `key`: for a queue that is also a topic. `delayMs` -1: the queue's own. */
  fill(body: string, bodyBytes: number, envelope: SqsEnvelope, key: string | undefined, delayMs: number): void {
    this.#envelope.write(envelope);
    this.#body = body;
    this.bodyLength = bodyBytes;
    this.#key = key ?? '';
    this.keyLength = key === undefined ? -1 : Buffer.byteLength(key);
    this.delayMs = delayMs;
  }

  get routingLength(): number {
    return this.routing.length;
  }

  copyRouting(target: Uint8Array, at: number): void {
    target.set(this.routing, at);
  }

  copyEnvelope(target: Uint8Array, at: number): void {
    target.set(this.#envelope.bytes, at);
  }

  copyBody(target: Uint8Array, at: number): void {
    this.#textOf(target).write(this.#body, at);
  }

  copyKey(target: Uint8Array, at: number): void {
    this.#textOf(target).write(this.#key, at);
  }

  /** The target with Buffer's native UTF-8 writer. Targets come again and again, so the view is kept. */
  #textOf(target: Uint8Array): Buffer {
    if (this.#target !== target) {
      this.#target = target;
      this.#targetText = Buffer.from(target.buffer, target.byteOffset, target.byteLength);
    }
    return this.#targetText;
  }
}
