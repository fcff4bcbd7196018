import {
  HAS_DEDUPLICATION,
  HAS_DUE,
  HAS_EXPIRY,
  HAS_GROUP,
  HAS_HISTORY,
  HAS_PRIORITY,
  IS_REFERENCE,
  IS_TRANSIENT,
  RECORD_HEADER_BYTES,
  utf8Length,
  writeU16,
  writeU32,
  writeU48,
  writeUtf8,
} from '../../bytes/index.js';
import { BrokerError } from '../broker-error.js';
import type { Outgoing } from '../message.js';

/** What a record that refers to a shared one has in place of a body. */
const REFERENCE_BYTES = 10;

/** Lays a message out as a record; see bytes/record.ts. One object, used for record after record. */
export class RecordWriter {
  #message!: Outgoing;
  #history: Uint8Array | undefined;
  #flags = 0;
  #expiresAtMs = 0;
  #dueMs = 0;
  #attributeBytes = 0;
  #nowMs = 0;
  /** Sequence of the shared record to refer to; negative: the record holds its own envelope and body. */
  #reference = -1;
  /** What {@link write} will write. */
  sizeBytes = 0;
  timestampMs = 0;

  /** Decides the layout; `expiresAtMs` and `dueMs` are 0 when there is none. */
  prepare(
    message: Outgoing,
    nowMs: number,
    expiresAtMs: number,
    dueMs: number,
    history: Uint8Array | undefined,
    reference: number,
  ): void {
    let flags = message.transient ? IS_TRANSIENT : 0;
    let attributes = reference >= 0 ? 2 : message.routingLength;
    if (expiresAtMs > 0) {
      flags |= HAS_EXPIRY;
      attributes += 6;
    }
    if (dueMs > 0) {
      flags |= HAS_DUE;
      attributes += 6;
    }
    if (message.priority >= 0) {
      flags |= HAS_PRIORITY;
      attributes += 1;
    }
    if (message.group !== undefined) {
      flags |= HAS_GROUP;
      attributes += 1 + shortLength(message.group, 'group');
    }
    if (message.deduplicationId !== undefined) {
      flags |= HAS_DEDUPLICATION;
      attributes += 7 + shortLength(message.deduplicationId, 'deduplicationId');
    }
    if (history !== undefined) {
      flags |= HAS_HISTORY;
      attributes += history.length;
    }
    if (reference >= 0) flags |= IS_REFERENCE;
    this.#message = message;
    this.#history = history;
    this.#flags = flags;
    this.#expiresAtMs = expiresAtMs;
    this.#dueMs = dueMs;
    this.#attributeBytes = attributes;
    this.#reference = reference;
    this.#nowMs = nowMs;
    this.timestampMs = message.timestampMs >= 0 ? message.timestampMs : nowMs;
    this.sizeBytes =
      RECORD_HEADER_BYTES +
      attributes +
      (reference >= 0 ? REFERENCE_BYTES : message.envelopeLength + message.bodyLength);
  }

  get flags(): number {
    return this.#flags;
  }

  write(buffer: Uint8Array, at: number): void {
    const message = this.#message;
    const flags = this.#flags;
    writeU32(buffer, at, this.sizeBytes - 4);
    buffer[at + 4] = message.dialect;
    buffer[at + 5] = flags;
    writeU16(buffer, at + 6, this.#attributeBytes);
    writeU32(buffer, at + 8, this.#reference >= 0 ? 0 : message.envelopeLength);
    writeU48(buffer, at + 12, this.timestampMs);
    let to = at + RECORD_HEADER_BYTES;
    if (this.#reference >= 0) {
      buffer[to] = 0;
      buffer[to + 1] = 0;
      to += 2;
    } else {
      message.copyRouting(buffer, to);
      to += message.routingLength;
    }
    if ((flags & ~(IS_TRANSIENT | IS_REFERENCE)) !== 0) to = this.#writeAttributes(buffer, to);
    if (this.#reference >= 0) {
      writeU48(buffer, to, this.#reference);
      writeU32(buffer, to + 6, message.bodyLength);
      return;
    }
    message.copyEnvelope(buffer, to);
    message.copyBody(buffer, to + message.envelopeLength);
  }

  #writeAttributes(buffer: Uint8Array, start: number): number {
    const message = this.#message;
    const flags = this.#flags;
    let to = start;
    if ((flags & HAS_EXPIRY) !== 0) {
      writeU48(buffer, to, this.#expiresAtMs);
      to += 6;
    }
    if ((flags & HAS_DUE) !== 0) {
      writeU48(buffer, to, this.#dueMs);
      to += 6;
    }
    if ((flags & HAS_PRIORITY) !== 0) buffer[to++] = Math.min(255, message.priority);
    if ((flags & HAS_GROUP) !== 0) to = writeShort(buffer, to, message.group!);
    if ((flags & HAS_DEDUPLICATION) !== 0) {
      writeU48(buffer, to, this.#nowMs);
      to = writeShort(buffer, to + 6, message.deduplicationId!);
    }
    if ((flags & HAS_HISTORY) !== 0) {
      buffer.set(this.#history!, to);
      to += this.#history!.length;
    }
    return to;
  }
}

function shortLength(text: string, field: string): number {
  const length = utf8Length(text);
  if (length > 255) throw new BrokerError('invalid-argument', `${field} is longer than 255 bytes`, { field });
  return length;
}

function writeShort(buffer: Uint8Array, at: number, text: string): number {
  const end = writeUtf8(text, buffer, at + 1);
  buffer[at] = end - at - 1;
  return end;
}
