import {
  ATTRIBUTE_FOREIGN,
  BATCH_HEADER_BYTES,
  BATCH_MAGIC,
  BATCH_PREFIX_BYTES,
  signedLongVarintSize,
  signedVarintSize,
  writeInt16,
  writeInt32,
  writeInt64,
  writeSignedLongVarint,
  writeSignedVarint,
} from '../../bytes/index.js';
import { RUN_RETAINED } from '../ports.js';
import type { FlushBuilder } from './flush-builder.js';

/** A record on its way into a topic: key, value, and one header that carries the sender's own envelope. */
export interface BatchRecord {
  readonly timestampMs: number;
  /** Negative: no key. */
  readonly keyLength: number;
  copyKey(target: Uint8Array, at: number): void;
  readonly valueLength: number;
  copyValue(target: Uint8Array, at: number): void;
  readonly headerName: Uint8Array;
  readonly headerLength: number;
  copyHeader(target: Uint8Array, at: number): void;
}

/**
 * Appends single records to a partition's log as uncompressed Kafka batches: records that follow each other in one
 * flush share a batch, which grows in place and gets its checksum when the flush is closed.
 */
export class BatchAppender {
  readonly #builder: () => FlushBuilder;
  #buffer: Uint8Array | undefined;
  #at = 0;
  #sizeBytes = 0;
  #count = 0;
  #baseMs = 0;
  #maxMs = 0;

  constructor(builder: () => FlushBuilder) {
    this.#builder = builder;
  }

  append(log: number, offset: number, leaderEpoch: number, record: BatchRecord, nowMs: number): void {
    const builder = this.#builder();
    const timestampMs = record.timestampMs >= 0 ? record.timestampMs : nowMs;
    const grows = this.#buffer !== undefined && builder.extends(log, this.#buffer, this.#at + this.#sizeBytes, offset);
    const index = grows ? this.#count : 0;
    const deltaMs = grows ? timestampMs - this.#baseMs : 0;
    const bodyBytes = bodySize(record, index, deltaMs);
    const recordBytes = signedVarintSize(bodyBytes) + bodyBytes;
    if (grows && builder.hasRoom(recordBytes)) {
      builder.append(log, offset, recordBytes, RUN_RETAINED, timestampMs);
      writeRecord(record, builder.buffer, builder.place, bodyBytes, index, deltaMs);
      this.#sizeBytes += recordBytes;
      this.#count++;
      this.#maxMs = Math.max(this.#maxMs, timestampMs);
    } else {
      const body = grows ? bodySize(record, 0, 0) : bodyBytes;
      const size = BATCH_HEADER_BYTES + signedVarintSize(body) + body;
      builder.append(log, offset, size, RUN_RETAINED, timestampMs);
      this.#buffer = builder.buffer;
      this.#at = builder.place;
      this.#sizeBytes = size;
      this.#count = 1;
      this.#baseMs = this.#maxMs = timestampMs;
      this.#writeHeader(offset, leaderEpoch);
      writeRecord(record, builder.buffer, builder.place + BATCH_HEADER_BYTES, body, 0, 0);
      builder.sealLater(this.#buffer, this.#at);
    }
    const buffer = this.#buffer!;
    writeInt32(buffer, this.#at + 8, this.#sizeBytes - BATCH_PREFIX_BYTES);
    writeInt32(buffer, this.#at + 23, this.#count - 1);
    writeInt64(buffer, this.#at + 35, this.#maxMs);
    writeInt32(buffer, this.#at + 57, this.#count);
  }

  #writeHeader(offset: number, leaderEpoch: number): void {
    const buffer = this.#buffer!;
    const at = this.#at;
    writeInt64(buffer, at, offset);
    writeInt32(buffer, at + 12, leaderEpoch);
    buffer[at + 16] = BATCH_MAGIC;
    writeInt16(buffer, at + 21, ATTRIBUTE_FOREIGN);
    writeInt64(buffer, at + 27, this.#baseMs);
    writeInt64(buffer, at + 43, -1);
    writeInt16(buffer, at + 51, -1);
    writeInt32(buffer, at + 53, -1);
  }
}

function bodySize(record: BatchRecord, index: number, deltaMs: number): number {
  const { keyLength, valueLength, headerName, headerLength } = record;
  return (
    1 +
    signedLongVarintSize(deltaMs) +
    signedVarintSize(index) +
    signedVarintSize(keyLength) +
    Math.max(0, keyLength) +
    signedVarintSize(valueLength) +
    valueLength +
    signedVarintSize(1) +
    signedVarintSize(headerName.length) +
    headerName.length +
    signedVarintSize(headerLength) +
    headerLength
  );
}

function writeRecord(
  record: BatchRecord,
  buffer: Uint8Array,
  start: number,
  bodyBytes: number,
  index: number,
  deltaMs: number,
): void {
  let at = writeSignedVarint(buffer, start, bodyBytes);
  buffer[at++] = 0;
  at = writeSignedLongVarint(buffer, at, deltaMs);
  at = writeSignedVarint(buffer, at, index);
  at = writeSignedVarint(buffer, at, record.keyLength);
  if (record.keyLength > 0) record.copyKey(buffer, at);
  at += Math.max(0, record.keyLength);
  at = writeSignedVarint(buffer, at, record.valueLength);
  record.copyValue(buffer, at);
  at += record.valueLength;
  at = writeSignedVarint(buffer, at, 1);
  at = writeSignedVarint(buffer, at, record.headerName.length);
  buffer.set(record.headerName, at);
  at += record.headerName.length;
  at = writeSignedVarint(buffer, at, record.headerLength);
  record.copyHeader(buffer, at);
}
