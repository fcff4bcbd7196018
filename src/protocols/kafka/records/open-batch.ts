import {
  ATTRIBUTE_LOG_APPEND_TIME,
  BATCH_HEADER_BYTES,
  batchAttributes,
  batchBaseOffset,
  batchBaseTimestampMs,
  batchCodec,
  batchMaxTimestampMs,
  batchRecordCount,
  batchSizeBytes,
  CODEC_NONE,
  RecordCursor,
} from '../../../bytes/index.js';
import { decompress } from './decompress.js';

/** A batch whose records can be walked. */
export class OpenedBatch {
  /** Walks the records from the first one. */
  readonly cursor: RecordCursor;
  readonly #baseOffset: number;
  readonly #baseTimestampMs: number;
  /** With LogAppendTime all records have the batch's one time. */
  readonly #appendTimeMs: number | undefined;

  /** @param records the uncompressed records, `records[start, end)` */
  constructor(batch: Uint8Array, records: Uint8Array, start: number, end: number) {
    this.cursor = new RecordCursor(records, start, end, batchRecordCount(batch, 0));
    this.#baseOffset = batchBaseOffset(batch, 0);
    this.#baseTimestampMs = batchBaseTimestampMs(batch, 0);
    const byLog = (batchAttributes(batch, 0) & ATTRIBUTE_LOG_APPEND_TIME) !== 0;
    this.#appendTimeMs = byLog ? batchMaxTimestampMs(batch, 0) : undefined;
  }

  /** The offset of the record that the cursor stands on. */
  get offset(): number {
    return this.#baseOffset + this.cursor.offsetDelta;
  }

  /** The timestamp of the record that the cursor stands on, ms since the epoch. */
  get timestampMs(): number {
    return this.#appendTimeMs ?? this.#baseTimestampMs + this.cursor.timestampDeltaMs;
  }
}

/** Opens a batch that starts at byte 0. Throws MalformedBytes, as the cursor may later. */
export async function openBatch(batch: Uint8Array): Promise<OpenedBatch> {
  const end = batchSizeBytes(batch, 0);
  const codec = batchCodec(batch, 0);
  if (codec === CODEC_NONE) return new OpenedBatch(batch, batch, BATCH_HEADER_BYTES, end);
  const records = await decompress(codec, batch.subarray(BATCH_HEADER_BYTES, end));
  return new OpenedBatch(batch, records, 0, records.length);
}
