import {
  HAS_DEDUPLICATION,
  HAS_DUE,
  HAS_EXPIRY,
  HAS_GROUP,
  HAS_HISTORY,
  HAS_PRIORITY,
  IS_REFERENCE,
  IS_TRANSIENT,
  readU16,
  readU32,
  readU48,
  RECORD_HEADER_BYTES,
  decodeUtf8,
} from '../../bytes/index.js';
import type { Death, Delivery } from '../message.js';
import { decodeHistory } from './history.js';

/** Reads a record where it lies; one object is pointed at record after record. */
export class RecordView implements Delivery {
  token = 0;
  deliveryId = 0;
  queue = 0;
  seq = 0;
  attempts = 0;
  redelivered = false;
  firstAcquiredMs = 0;

  dialect = 0;
  flags = 0;
  /** Of the body, wherever it is kept. */
  sizeBytes = 0;
  timestampMs = 0;
  envelope: Uint8Array = new Uint8Array(0);
  routingStart = 0;
  routingEnd = 0;
  envelopeStart = 0;
  envelopeEnd = 0;
  body: Uint8Array = this.envelope;
  bodyStart = 0;
  bodyEnd = 0;
  priority = -1;
  expiresAtMs = 0;
  dueMs = 0;
  group: string | undefined = undefined;
  deduplicationId: string | undefined = undefined;
  /** With a deduplication id: when its window began. */
  acceptedMs = 0;
  #historyBuffer: Uint8Array = this.envelope;
  #historyAt = 0;

  /** Points at the record that begins (with its length) at `at`. Returns where the next one begins. */
  read(buffer: Uint8Array, at: number): number {
    const end = at + 4 + readU32(buffer, at);
    const flags = buffer[at + 5];
    const attributesEnd = at + RECORD_HEADER_BYTES + readU16(buffer, at + 6);
    this.dialect = buffer[at + 4];
    this.flags = flags;
    this.timestampMs = readU48(buffer, at + 12);
    this.envelope = buffer;
    const routing = at + RECORD_HEADER_BYTES;
    this.routingStart = routing;
    const keyAt = routing + 1 + buffer[routing];
    const routingEnd = keyAt + 1 + buffer[keyAt];
    this.routingEnd = routingEnd;
    this.envelopeStart = attributesEnd;
    this.envelopeEnd = attributesEnd + readU32(buffer, at + 8);
    this.body = buffer;
    this.bodyStart = this.envelopeEnd;
    this.bodyEnd = end;
    this.sizeBytes = (flags & IS_REFERENCE) !== 0 ? readU32(buffer, this.bodyStart + 6) : end - this.envelopeEnd;
    this.priority = -1;
    this.expiresAtMs = 0;
    this.dueMs = 0;
    this.group = undefined;
    this.deduplicationId = undefined;
    this.#historyAt = 0;
    if ((flags & ~IS_TRANSIENT) !== 0) this.#readAttributes(buffer, routingEnd, flags);
    return end;
  }

  get transient(): boolean {
    return (this.flags & IS_TRANSIENT) !== 0;
  }

  /** For a record whose envelope and body are kept once for several queues: the sequence of the shared one, or -1. */
  get reference(): number {
    return (this.flags & IS_REFERENCE) !== 0 ? readU48(this.body, this.bodyStart) : -1;
  }

  /** Takes envelope and body from the shared record that this one refers to. */
  readShared(buffer: Uint8Array, at: number): void {
    const end = at + 4 + readU32(buffer, at);
    const routing = at + RECORD_HEADER_BYTES;
    const keyAt = routing + 1 + buffer[routing];
    this.envelope = buffer;
    this.routingStart = routing;
    this.routingEnd = keyAt + 1 + buffer[keyAt];
    this.envelopeStart = routing + readU16(buffer, at + 6);
    this.envelopeEnd = this.envelopeStart + readU32(buffer, at + 8);
    this.body = buffer;
    this.bodyStart = this.envelopeEnd;
    this.bodyEnd = end;
  }

  get exchange(): string {
    return decodeUtf8(this.envelope, this.routingStart + 1, this.routingStart + 1 + this.envelope[this.routingStart]);
  }

  get routingKey(): string {
    const at = this.routingStart + 1 + this.envelope[this.routingStart];
    return decodeUtf8(this.envelope, at + 1, at + 1 + this.envelope[at]);
  }

  history(): readonly Death[] {
    return this.#historyAt === 0 ? [] : decodeHistory(this.#historyBuffer, this.#historyAt);
  }

  #readAttributes(buffer: Uint8Array, start: number, flags: number): void {
    let at = start;
    if ((flags & HAS_EXPIRY) !== 0) {
      this.expiresAtMs = readU48(buffer, at);
      at += 6;
    }
    if ((flags & HAS_DUE) !== 0) {
      this.dueMs = readU48(buffer, at);
      at += 6;
    }
    if ((flags & HAS_PRIORITY) !== 0) this.priority = buffer[at++];
    if ((flags & HAS_GROUP) !== 0) {
      this.group = decodeUtf8(buffer, at + 1, at + 1 + buffer[at]);
      at += 1 + buffer[at];
    }
    if ((flags & HAS_DEDUPLICATION) !== 0) {
      this.acceptedMs = readU48(buffer, at);
      at += 6;
      this.deduplicationId = decodeUtf8(buffer, at + 1, at + 1 + buffer[at]);
      at += 1 + buffer[at];
    }
    if ((flags & HAS_HISTORY) !== 0) {
      this.#historyBuffer = buffer;
      this.#historyAt = at;
    }
  }
}
