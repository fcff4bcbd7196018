import { IS_TRANSIENT, utf8Length, writeUtf8 } from '../../bytes/index.js';
import type { Outgoing } from '../message.js';
import type { RecordView } from './record-view.js';

/** A stored record on its way to another destination: the same bytes under a new exchange and routing key. */
export class ForwardedMessage implements Outgoing {
  readonly #view: RecordView;
  readonly #exchange: string;
  readonly #routingKey: string;
  readonly dialect: number;
  readonly transient: boolean;
  readonly timestampMs: number;
  readonly priority: number;
  readonly ttlMs = -1;
  readonly delayMs = 0;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly routingLength: number;
  readonly keyLength: number;

  constructor(view: RecordView, exchange: string, routingKey: string) {
    this.#view = view;
    this.#exchange = exchange;
    this.#routingKey = routingKey;
    this.dialect = view.dialect;
    this.transient = (view.flags & IS_TRANSIENT) !== 0;
    this.timestampMs = view.timestampMs;
    this.priority = view.priority;
    this.group = view.group;
    this.deduplicationId = view.deduplicationId;
    this.routingLength = 2 + utf8Length(exchange) + utf8Length(routingKey);
    this.keyLength = exchange === '' ? -1 : utf8Length(routingKey);
  }

  get envelopeLength(): number {
    return this.#view.envelopeEnd - this.#view.envelopeStart;
  }
  get bodyLength(): number {
    return this.#view.bodyEnd - this.#view.bodyStart;
  }
  copyRouting(target: Uint8Array, at: number): void {
    const keyAt = writeUtf8(this.#exchange, target, at + 1);
    target[at] = keyAt - at - 1;
    target[keyAt] = writeUtf8(this.#routingKey, target, keyAt + 1) - keyAt - 1;
  }
  copyEnvelope(target: Uint8Array, at: number): void {
    target.set(this.#view.envelope.subarray(this.#view.envelopeStart, this.#view.envelopeEnd), at);
  }
  copyBody(target: Uint8Array, at: number): void {
    target.set(this.#view.body.subarray(this.#view.bodyStart, this.#view.bodyEnd), at);
  }
  copyKey(target: Uint8Array, at: number): void {
    writeUtf8(this.#routingKey, target, at);
  }
}
