import { writeInt16, writeInt32, writeInt64 } from './big-endian.js';
import { BATCH_HEADER_BYTES, BATCH_MAGIC, BATCH_PREFIX_BYTES, sealBatch } from './record-batch.js';
import { signedLongVarintSize, signedVarintSize, writeSignedLongVarint, writeSignedVarint } from './varint.js';

export interface RecordHeader {
  /** UTF-8 */
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export interface NewRecord {
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

export interface RecordBatchOptions {
  /** Attribute bits besides the codec, which is always "none". */
  readonly attributes?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
}

/**
 * Builds one sealed, uncompressed batch (base offset 0, leader epoch -1) of `records`, which must not be empty. The
 * size is computed first, so every byte is written once.
 */
export function buildRecordBatch(records: readonly NewRecord[], options: RecordBatchOptions = {}): Uint8Array {
  if (records.length === 0) throw new RangeError('a record batch holds at least one record');
  const baseTimestampMs = records[0].timestampMs;
  let maxTimestampMs = baseTimestampMs;
  let sizeBytes = BATCH_HEADER_BYTES;
  const bodySizes: number[] = [];
  for (const [index, record] of records.entries()) {
    const bodyBytes = recordBodySize(record, index, baseTimestampMs);
    bodySizes.push(bodyBytes);
    sizeBytes += signedVarintSize(bodyBytes) + bodyBytes;
    if (record.timestampMs > maxTimestampMs) maxTimestampMs = record.timestampMs;
  }

  const batch = new Uint8Array(sizeBytes);
  writeInt32(batch, 8, sizeBytes - BATCH_PREFIX_BYTES);
  writeInt32(batch, 12, -1);
  batch[16] = BATCH_MAGIC;
  writeInt16(batch, 21, options.attributes ?? 0);
  writeInt32(batch, 23, records.length - 1);
  writeInt64(batch, 27, baseTimestampMs);
  writeInt64(batch, 35, maxTimestampMs);
  writeInt64(batch, 43, options.producerId ?? -1);
  writeInt16(batch, 51, options.producerEpoch ?? -1);
  writeInt32(batch, 53, options.baseSequence ?? -1);
  writeInt32(batch, 57, records.length);
  let at = BATCH_HEADER_BYTES;
  for (const [index, record] of records.entries()) {
    at = writeSignedVarint(batch, at, bodySizes[index]);
    at = writeRecordBody(batch, at, record, index, baseTimestampMs);
  }
  sealBatch(batch, 0);
  return batch;
}

function recordBodySize(record: NewRecord, index: number, baseTimestampMs: number): number {
  let size = 1 + signedLongVarintSize(record.timestampMs - baseTimestampMs) + signedVarintSize(index);
  size += blobSize(record.key) + blobSize(record.value) + signedVarintSize(record.headers.length);
  for (const header of record.headers) size += blobSize(header.key) + blobSize(header.value);
  return size;
}

function writeRecordBody(
  batch: Uint8Array,
  start: number,
  record: NewRecord,
  index: number,
  baseTimestampMs: number,
): number {
  batch[start] = 0; // record attributes: none are defined
  let at = writeSignedLongVarint(batch, start + 1, record.timestampMs - baseTimestampMs);
  at = writeSignedVarint(batch, at, index);
  at = writeBlob(batch, at, record.key);
  at = writeBlob(batch, at, record.value);
  at = writeSignedVarint(batch, at, record.headers.length);
  for (const header of record.headers) at = writeBlob(batch, writeBlob(batch, at, header.key), header.value);
  return at;
}

function blobSize(blob: Uint8Array | null): number {
  return blob === null ? 1 : signedVarintSize(blob.length) + blob.length;
}

function writeBlob(batch: Uint8Array, at: number, blob: Uint8Array | null): number {
  if (blob === null) return writeSignedVarint(batch, at, -1);
  const body = writeSignedVarint(batch, at, blob.length);
  batch.set(blob, body);
  return body + blob.length;
}
