import {
  BATCH_HEADER_BYTES,
  BATCH_MAGIC,
  batchAttributes,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestampMs,
  batchCodec,
  batchCrc,
  batchIsControl,
  batchIsTransactional,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestampMs,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchSizeBytes,
  CODEC_ZSTD,
  computeBatchCrc,
} from './record-batch.js';

/** What can be wrong with a batch that a producer sends. */
export type RecordBatchFault =
  | 'cut-short'
  | 'more-than-one-batch'
  | 'unsupported-magic'
  | 'bad-checksum'
  | 'bad-offsets'
  | 'bad-attributes'
  | 'bad-timestamp'
  | 'control-batch'
  | 'bad-producer';

const KNOWN_ATTRIBUTES = 0x7f;

/**
 * Looks for what makes `bytes[start..end)` unfit to be appended as one batch from a client, by its header and
 * checksum alone; records stay unopened. Answers undefined for a sound batch.
 *
 * A client's batch counts from offset 0 without gaps, is no control batch, and has a producer's epoch and sequence
 * when it has a producer.
 */
export function findRecordBatchFault(bytes: Uint8Array, start: number, end: number): RecordBatchFault | undefined {
  if (end - start < BATCH_HEADER_BYTES) return 'cut-short';
  if (batchMagic(bytes, start) !== BATCH_MAGIC) return 'unsupported-magic';
  const sizeBytes = batchSizeBytes(bytes, start);
  if (sizeBytes < BATCH_HEADER_BYTES || sizeBytes > end - start) return 'cut-short';
  if (sizeBytes < end - start) return 'more-than-one-batch';
  if (batchCrc(bytes, start) !== computeBatchCrc(bytes, start)) return 'bad-checksum';

  const attributes = batchAttributes(bytes, start);
  if ((attributes & ~KNOWN_ATTRIBUTES) !== 0 || batchCodec(bytes, start) > CODEC_ZSTD) return 'bad-attributes';
  if (batchIsControl(bytes, start)) return 'control-batch';

  const count = batchRecordCount(bytes, start);
  if (count <= 0 || batchLastOffsetDelta(bytes, start) !== count - 1) return 'bad-offsets';
  if (batchBaseOffset(bytes, start) !== 0) return 'bad-offsets';
  // Every record takes at least seven bytes, compressed records at least something.
  if (batchCodec(bytes, start) === 0 ? sizeBytes - BATCH_HEADER_BYTES < 7 * count : sizeBytes === BATCH_HEADER_BYTES) {
    return 'bad-offsets';
  }

  if (!isTimestamp(batchBaseTimestampMs(bytes, start)) || !isTimestamp(batchMaxTimestampMs(bytes, start))) {
    return 'bad-timestamp';
  }
  return producerIsConsistent(bytes, start) ? undefined : 'bad-producer';
}

/** -1 stands for "no timestamp". */
function isTimestamp(ms: number): boolean {
  return ms >= -1 && Number.isSafeInteger(ms);
}

function producerIsConsistent(bytes: Uint8Array, start: number): boolean {
  const producerId = batchProducerId(bytes, start);
  const epoch = batchProducerEpoch(bytes, start);
  const sequence = batchBaseSequence(bytes, start);
  // kafkajs sends epoch 0 and sequence 0 without a producer, which Kafka lets pass.
  if (producerId === -1) return !batchIsTransactional(bytes, start);
  return Number.isSafeInteger(producerId) && producerId >= 0 && epoch >= 0 && sequence >= 0;
}
