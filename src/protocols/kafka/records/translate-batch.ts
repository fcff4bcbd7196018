import {
  batchBaseOffset,
  batchIsForeign,
  batchLeaderEpoch,
  buildRecordBatch,
  type NewRecord,
  placeBatch,
  type RecordCursor,
} from '../../../bytes/index.js';
import type { Translate } from '../../../core/index.js';
import { readForeignRecord, readRouting } from './foreign-record.js';
import { headersFromPivot } from './from-pivot.js';
import { openBatch } from './open-batch.js';

/**
 * The batch as Kafka clients are to see it. Their own come as they are; one that carries messages of another dialect
 * is written anew, with the same offsets, timestamps and keys, and with headers in the place of the envelopes.
 */
export function batchForReaders(batch: Uint8Array, translate: Translate): Uint8Array | Promise<Uint8Array> {
  return batchIsForeign(batch, 0) ? translated(batch, translate) : batch;
}

async function translated(batch: Uint8Array, translate: Translate): Promise<Uint8Array> {
  const opened = await openBatch(batch);
  const records: NewRecord[] = [];
  while (opened.cursor.next()) records.push(translateRecord(opened.cursor, opened.timestampMs, translate));
  const rewritten = buildRecordBatch(records);
  placeBatch(rewritten, 0, batchBaseOffset(batch, 0), batchLeaderEpoch(batch, 0));
  return rewritten;
}

function translateRecord(cursor: RecordCursor, timestampMs: number, translate: Translate): NewRecord {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor;
  const key = keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd);
  const foreign = readForeignRecord(cursor);
  if (foreign === undefined) {
    return { timestampMs, key, value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd), headers: [] };
  }
  const { dialect, routingStart, envelopeStart, envelopeEnd } = foreign;
  const pivot = translate(dialect, bytes, envelopeStart, envelopeEnd, bytes, valueStart, valueEnd);
  const { exchange, routingKey } = readRouting(bytes, routingStart);
  const headers = headersFromPivot({
    ...pivot,
    exchange: pivot.exchange ?? exchange,
    routingKey: pivot.routingKey ?? routingKey,
  });
  return { timestampMs, key, value: pivot.body, headers };
}
