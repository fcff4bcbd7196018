/** The leaf room: readers, writers and checksums that know no message and no dialect. */
export {
  DIALECT_AMQP,
  DIALECT_KAFKA,
  DIALECT_NATIVE,
  DIALECT_SQS,
  GAP_BIT,
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
  writeU16,
  writeU32,
  writeU48,
} from './record.js';
export { decodeUtf8, encodeUtf8, utf8Length, writeUtf8 } from './utf8.js';
export { readInt16, readInt32, readInt64, writeInt16, writeInt32, writeInt64 } from './big-endian.js';
export { crc32c } from './crc32c.js';
export { MalformedBytes } from './malformed-bytes.js';
export {
  ATTRIBUTE_CONTROL,
  ATTRIBUTE_DELETE_HORIZON,
  ATTRIBUTE_FOREIGN,
  ATTRIBUTE_LOG_APPEND_TIME,
  ATTRIBUTE_TRANSACTIONAL,
  BATCH_HEADER_BYTES,
  BATCH_MAGIC,
  BATCH_PREFIX_BYTES,
  batchAttributes,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestampMs,
  batchCodec,
  batchIsControl,
  batchIsForeign,
  batchIsTransactional,
  batchLastOffsetDelta,
  batchLeaderEpoch,
  batchMagic,
  batchMaxTimestampMs,
  batchNextOffset,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchSizeBytes,
  CODEC_GZIP,
  CODEC_LZ4,
  CODEC_NONE,
  CODEC_SNAPPY,
  CODEC_ZSTD,
  placeBatch,
  sealBatch,
  stampLogAppendTime,
} from './record-batch.js';
export {
  buildRecordBatch,
  type NewRecord,
  type RecordBatchOptions,
  type RecordHeader,
} from './record-batch-builder.js';
export { findRecordBatchFault, type RecordBatchFault } from './record-batch-fault.js';
export { BatchRewriter } from './batch-rewriter.js';
export { RecordCursor } from './record-cursor.js';
export {
  signedLongVarintSize,
  signedVarintSize,
  unsignedVarintSize,
  VarintCursor,
  writeSignedLongVarint,
  writeSignedVarint,
  writeUnsignedVarint,
} from './varint.js';
