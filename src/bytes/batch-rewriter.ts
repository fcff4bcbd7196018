import { writeInt16, writeInt32, writeInt64 } from './big-endian.js';
import {
  ATTRIBUTE_DELETE_HORIZON,
  ATTRIBUTE_LOG_APPEND_TIME,
  BATCH_HEADER_BYTES,
  BATCH_PREFIX_BYTES,
  batchAttributes,
  batchBaseTimestampMs,
  batchMaxTimestampMs,
  CODEC_GZIP,
  sealBatch,
} from './record-batch.js';
import type { RecordCursor } from './record-cursor.js';
import { signedLongVarintSize, signedVarintSize, writeSignedLongVarint, writeSignedVarint } from './varint.js';

const AT_ATTRIBUTES = 21;
const AT_BASE_TIMESTAMP = 27;
const AT_MAX_TIMESTAMP = 35;
const AT_RECORD_COUNT = 57;
const CODEC_MASK = 0x07;

/**
 * Makes a batch again with a part of its records. Their offsets stay, and so does what the header says of the batch's
 * place and producer: base offset, last offset delta, sequence.
 */
export class BatchRewriter {
  readonly #header: Uint8Array;
  readonly #baseTimestampMs: number;
  readonly #newBaseTimestampMs: number;
  readonly #byLog: boolean;
  #records = new Uint8Array(4096);
  #at = 0;
  #maxTimestampMs = -1;
  /** Records kept so far. */
  count = 0;

  /** @param horizonMs the time from which records without a value may go; negative: as the batch has it, if at all */
  constructor(batch: Uint8Array, horizonMs: number) {
    this.#header = batch.slice(0, BATCH_HEADER_BYTES);
    this.#baseTimestampMs = batchBaseTimestampMs(batch, 0);
    this.#newBaseTimestampMs = horizonMs < 0 ? this.#baseTimestampMs : horizonMs;
    this.#byLog = (batchAttributes(batch, 0) & ATTRIBUTE_LOG_APPEND_TIME) !== 0;
    if (horizonMs >= 0) {
      writeInt64(this.#header, AT_BASE_TIMESTAMP, horizonMs);
      this.#header[AT_ATTRIBUTES + 1] |= ATTRIBUTE_DELETE_HORIZON;
    }
  }

  /** Keeps the record that the cursor stands on. */
  keep(cursor: RecordCursor): void {
    const timestampMs = this.#baseTimestampMs + cursor.timestampDeltaMs;
    const deltaMs = timestampMs - this.#newBaseTimestampMs;
    const content = cursor.recordEnd - cursor.contentStart;
    const bodyBytes = 1 + signedLongVarintSize(deltaMs) + signedVarintSize(cursor.offsetDelta) + content;
    this.#room(signedVarintSize(bodyBytes) + bodyBytes);
    let at = writeSignedVarint(this.#records, this.#at, bodyBytes);
    this.#records[at++] = 0; // record attributes: none are defined
    at = writeSignedLongVarint(this.#records, at, deltaMs);
    at = writeSignedVarint(this.#records, at, cursor.offsetDelta);
    this.#records.set(cursor.bytes.subarray(cursor.contentStart, cursor.recordEnd), at);
    this.#at = at + content;
    this.count++;
    if (timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = timestampMs;
  }

  /** The records as they are, for whoever compresses them. */
  get records(): Uint8Array {
    return this.#records.subarray(0, this.#at);
  }

  /** The sealed batch; `gzipped` are the records where they were compressed. */
  finish(gzipped?: Uint8Array): Uint8Array {
    const records = gzipped ?? this.records;
    const batch = new Uint8Array(BATCH_HEADER_BYTES + records.length);
    batch.set(this.#header);
    batch.set(records, BATCH_HEADER_BYTES);
    const codec = gzipped === undefined ? 0 : CODEC_GZIP;
    writeInt32(batch, 8, batch.length - BATCH_PREFIX_BYTES);
    writeInt16(batch, AT_ATTRIBUTES, (batchAttributes(batch, 0) & ~CODEC_MASK) | codec);
    writeInt64(batch, AT_MAX_TIMESTAMP, this.#byLog ? batchMaxTimestampMs(batch, 0) : this.#maxTimestampMs);
    writeInt32(batch, AT_RECORD_COUNT, this.count);
    sealBatch(batch, 0);
    return batch;
  }

  #room(sizeBytes: number): void {
    if (this.#at + sizeBytes <= this.#records.length) return;
    const larger = new Uint8Array(Math.max(this.#records.length * 2, this.#at + sizeBytes));
    larger.set(this.records);
    this.#records = larger;
  }
}
