import { readInt16, readInt32, readInt64, writeInt32, writeInt64 } from './big-endian.js';
import { crc32c } from './crc32c.js';

/*
 * Kafka's record batch, magic 2. All integers are big-endian. The accessors below work in place, on a batch that
 * starts at byte `at` of a buffer.
 *
 *    0  base offset            i64   offset of the first record
 *    8  length                 i32   bytes that follow this field
 *   12  partition leader epoch i32
 *   16  magic                  i8    2
 *   17  crc                    u32   CRC-32C of everything from byte 21 on
 *   21  attributes             i16   bits 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *   23  last offset delta      i32   offset of the last record, less the base offset
 *   27  base timestamp         i64   ms
 *   35  max timestamp          i64   ms
 *   43  producer id            i64   -1 for none
 *   51  producer epoch         i16
 *   53  base sequence          i32
 *   57  record count           i32
 *   61  records, compressed as a whole by the codec
 *
 * Base offset and leader epoch lie outside the checksum, so a broker sets them without touching anything else.
 */

export const BATCH_HEADER_BYTES = 61;
/** Bytes up to and including the length field, which the length does not count. */
export const BATCH_PREFIX_BYTES = 12;
export const BATCH_MAGIC = 2;

export const CODEC_NONE = 0;
export const CODEC_GZIP = 1;
export const CODEC_SNAPPY = 2;
export const CODEC_LZ4 = 3;
export const CODEC_ZSTD = 4;

const CODEC_MASK = 0x07;
export const ATTRIBUTE_LOG_APPEND_TIME = 0x08;
export const ATTRIBUTE_TRANSACTIONAL = 0x10;
export const ATTRIBUTE_CONTROL = 0x20;
/** The base timestamp is the time from which the batch's records without a value may go (KIP-534). */
export const ATTRIBUTE_DELETE_HORIZON = 0x40;
/**
 * Ours: every record of the batch was sent in another dialect and carries its sender's envelope in its one header.
 * Kafka gives this bit no meaning, and what clients send with it is refused, so nobody else can set it.
 */
export const ATTRIBUTE_FOREIGN = 0x4000;

const AT_LENGTH = 8;
const AT_LEADER_EPOCH = 12;
const AT_MAGIC = 16;
const AT_CRC = 17;
const AT_ATTRIBUTES = 21;
const AT_LAST_OFFSET_DELTA = 23;
const AT_BASE_TIMESTAMP = 27;
const AT_MAX_TIMESTAMP = 35;
const AT_PRODUCER_ID = 43;
const AT_PRODUCER_EPOCH = 51;
const AT_BASE_SEQUENCE = 53;
const AT_RECORD_COUNT = 57;

export function batchBaseOffset(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at);
}

/** The size of the whole batch in bytes, its prefix included. */
export function batchSizeBytes(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + AT_LENGTH) + BATCH_PREFIX_BYTES;
}

export function batchLeaderEpoch(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + AT_LEADER_EPOCH);
}

export function batchMagic(bytes: Uint8Array, at: number): number {
  return bytes[at + AT_MAGIC];
}

export function batchCrc(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + AT_CRC) >>> 0;
}

export function batchAttributes(bytes: Uint8Array, at: number): number {
  return readInt16(bytes, at + AT_ATTRIBUTES);
}

/** One of the `CODEC_` numbers, or 5 to 7, which name no codec. */
export function batchCodec(bytes: Uint8Array, at: number): number {
  return bytes[at + AT_ATTRIBUTES + 1] & CODEC_MASK;
}

export function batchIsTransactional(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + AT_ATTRIBUTES + 1] & ATTRIBUTE_TRANSACTIONAL) !== 0;
}

export function batchIsControl(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + AT_ATTRIBUTES + 1] & ATTRIBUTE_CONTROL) !== 0;
}

/** See {@link ATTRIBUTE_FOREIGN}. */
export function batchIsForeign(bytes: Uint8Array, at: number): boolean {
  return (batchAttributes(bytes, at) & ATTRIBUTE_FOREIGN) !== 0;
}

export function batchLastOffsetDelta(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + AT_LAST_OFFSET_DELTA);
}

/** The offset after the batch's last record. */
export function batchNextOffset(bytes: Uint8Array, at: number): number {
  return batchBaseOffset(bytes, at) + batchLastOffsetDelta(bytes, at) + 1;
}

export function batchBaseTimestampMs(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + AT_BASE_TIMESTAMP);
}

export function batchMaxTimestampMs(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + AT_MAX_TIMESTAMP);
}

/** -1 for a producer that is neither idempotent nor transactional. */
export function batchProducerId(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + AT_PRODUCER_ID);
}

export function batchProducerEpoch(bytes: Uint8Array, at: number): number {
  return readInt16(bytes, at + AT_PRODUCER_EPOCH);
}

export function batchBaseSequence(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + AT_BASE_SEQUENCE);
}

export function batchRecordCount(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + AT_RECORD_COUNT);
}

/** Gives the batch its place in the log. The checksum does not cover either field. */
export function placeBatch(bytes: Uint8Array, at: number, baseOffset: number, leaderEpoch: number): void {
  writeInt64(bytes, at, baseOffset);
  writeInt32(bytes, at + AT_LEADER_EPOCH, leaderEpoch);
}

/** Stamps the batch with the time of its append, as `message.timestamp.type=LogAppendTime` asks, and seals it anew. */
export function stampLogAppendTime(bytes: Uint8Array, at: number, timestampMs: number): void {
  bytes[at + AT_ATTRIBUTES + 1] |= ATTRIBUTE_LOG_APPEND_TIME;
  writeInt64(bytes, at + AT_MAX_TIMESTAMP, timestampMs);
  sealBatch(bytes, at);
}

/** Computes the checksum of a complete batch and writes it into the header. */
export function sealBatch(bytes: Uint8Array, at: number): void {
  writeInt32(bytes, at + AT_CRC, computeBatchCrc(bytes, at));
}

export function computeBatchCrc(bytes: Uint8Array, at: number): number {
  return crc32c(bytes, at + AT_ATTRIBUTES, at + batchSizeBytes(bytes, at));
}
