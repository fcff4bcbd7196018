import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MalformedBytes } from './malformed-bytes.js';
import {
  BATCH_HEADER_BYTES,
  batchAttributes,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestampMs,
  batchCodec,
  batchIsTransactional,
  batchLastOffsetDelta,
  batchLeaderEpoch,
  batchMaxTimestampMs,
  batchNextOffset,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchSizeBytes,
  placeBatch,
  sealBatch,
  stampLogAppendTime,
} from './record-batch.js';
import { buildRecordBatch, type NewRecord } from './record-batch-builder.js';
import { findRecordBatchFault } from './record-batch-fault.js';
import { RecordCursor } from './record-cursor.js';

const blob = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null });
const newRecord: fc.Arbitrary<NewRecord> = fc.record(
  {
    timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
    key: blob,
    value: blob,
    headers: fc.array(fc.record({ key: fc.uint8Array({ maxLength: 8 }), value: blob }, { noNullPrototype: true }), {
      maxLength: 4,
    }),
  },
  { noNullPrototype: true },
);
const records = fc.array(newRecord, { minLength: 1, maxLength: 12 });

function readBack(batch: Uint8Array): NewRecord[] {
  const cursor = new RecordCursor(batch, BATCH_HEADER_BYTES, batch.length, batchRecordCount(batch, 0));
  const base = batchBaseTimestampMs(batch, 0);
  const slice = (start: number, end: number) => (start < 0 ? null : batch.slice(start, end));
  const read: NewRecord[] = [];
  while (cursor.next()) {
    assert.equal(cursor.offsetDelta, cursor.index);
    const headers: { key: Uint8Array; value: Uint8Array | null }[] = [];
    const record = {
      timestampMs: base + cursor.timestampDeltaMs,
      key: slice(cursor.keyStart, cursor.keyEnd),
      value: slice(cursor.valueStart, cursor.valueEnd),
      headers,
    };
    cursor.forEachHeader((keyStart, keyEnd, valueStart, valueEnd) => {
      headers.push({ key: batch.slice(keyStart, keyEnd), value: slice(valueStart, valueEnd) });
    });
    read.push(record);
  }
  return read;
}

test('a built batch is sound and reads back as the records that went in', () => {
  fc.assert(
    fc.property(records, (given) => {
      const batch = buildRecordBatch(given);
      assert.equal(batchSizeBytes(batch, 0), batch.length);
      assert.equal(findRecordBatchFault(batch, 0, batch.length), undefined);
      assert.equal(batchMaxTimestampMs(batch, 0), Math.max(...given.map((record) => record.timestampMs)));
      assert.deepEqual(readBack(batch), given);
    }),
  );
});

test('placing a batch in a log changes offset and epoch and leaves the checksum valid', () => {
  const batch = buildRecordBatch([record('a'), record('b'), record('c')]);
  placeBatch(batch, 0, 2 ** 40 + 7, 5);
  assert.equal(batchBaseOffset(batch, 0), 2 ** 40 + 7);
  assert.equal(batchNextOffset(batch, 0), 2 ** 40 + 10);
  assert.equal(batchLeaderEpoch(batch, 0), 5);
  placeBatch(batch, 0, 0, 0);
  assert.equal(findRecordBatchFault(batch, 0, batch.length), undefined);
});

test('stamping the append time sets the attribute and the time and seals the batch anew', () => {
  const batch = buildRecordBatch([record('a')]);
  stampLogAppendTime(batch, 0, 1_700_000_000_123);
  assert.equal(batchAttributes(batch, 0) & 0x08, 0x08);
  assert.equal(batchMaxTimestampMs(batch, 0), 1_700_000_000_123);
  assert.equal(findRecordBatchFault(batch, 0, batch.length), undefined);
});

test('the header tells producer, sequence and transaction', () => {
  const batch = buildRecordBatch([record('a'), record('b')], {
    attributes: 0x10,
    producerId: 4000,
    producerEpoch: 3,
    baseSequence: 17,
  });
  assert.equal(batchProducerId(batch, 0), 4000);
  assert.equal(batchProducerEpoch(batch, 0), 3);
  assert.equal(batchBaseSequence(batch, 0), 17);
  assert.equal(batchLastOffsetDelta(batch, 0), 1);
  assert.equal(batchCodec(batch, 0), 0);
  assert.ok(batchIsTransactional(batch, 0));
  assert.equal(findRecordBatchFault(batch, 0, batch.length), undefined);
});

test('every fault of a batch is named', () => {
  const sound = buildRecordBatch([record('a'), record('b')]);
  const fault = (change: (batch: Uint8Array) => Uint8Array | undefined, seal = true) => {
    const copy = sound.slice();
    const batch = change(copy) ?? copy;
    if (seal) sealBatch(batch, 0);
    return findRecordBatchFault(batch, 0, batch.length);
  };
  const set =
    (at: number, ...values: number[]) =>
    (batch: Uint8Array) => {
      batch.set(values, at);
      return undefined;
    };
  assert.equal(findRecordBatchFault(sound, 0, 60), 'cut-short');
  assert.equal(findRecordBatchFault(sound, 0, sound.length - 1), 'cut-short');
  assert.equal(fault(set(8, 0xff, 0xff, 0xff, 0xff), false), 'cut-short');
  const two = (batch: Uint8Array) => Uint8Array.of(...batch, ...batch);
  assert.equal(fault(two, false), 'more-than-one-batch');
  assert.equal(fault(set(16, 1), false), 'unsupported-magic');
  assert.equal(fault(set(sound.length - 1, 0x55), false), 'bad-checksum');
  assert.equal(fault(set(22, 0x05)), 'bad-attributes');
  assert.equal(fault(set(21, 0x01)), 'bad-attributes');
  assert.equal(fault(set(22, 0x20)), 'control-batch');
  assert.equal(fault(set(26, 5)), 'bad-offsets');
  assert.equal(fault(set(7, 1), false), 'bad-offsets');
  assert.equal(fault(set(57, 0, 0, 0, 0)), 'bad-offsets');
  assert.equal(fault(set(27, 0x80)), 'bad-timestamp');
  assert.equal(fault(set(43, 0, 0, 0, 0, 0, 0, 0, 9)), 'bad-producer');
  assert.equal(fault(set(22, 0x10)), 'bad-producer');
});

test('no bytes make the fault finder or the cursor do anything but answer or throw MalformedBytes', () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.nat(255), (given, place, value) => {
      const batch = buildRecordBatch(given);
      batch[place % batch.length] = value;
      findRecordBatchFault(batch, 0, batch.length);
      try {
        readBackLoosely(batch);
      } catch (error) {
        assert.ok(error instanceof MalformedBytes, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

function readBackLoosely(batch: Uint8Array): void {
  const cursor = new RecordCursor(batch, BATCH_HEADER_BYTES, batch.length, batchRecordCount(batch, 0));
  while (cursor.next()) {
    assert.ok(cursor.keyEnd <= batch.length && cursor.valueEnd <= batch.length);
    cursor.forEachHeader((_keyStart, _keyEnd, _valueStart, valueEnd) => assert.ok(valueEnd <= batch.length));
  }
}

function record(value: string): NewRecord {
  return { timestampMs: 1_700_000_000_000, key: null, value: new TextEncoder().encode(value), headers: [] };
}
