import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  BATCH_HEADER_BYTES,
  BATCH_PREFIX_BYTES,
  batchBaseOffset,
  batchMaxTimestampMs,
  batchNextOffset,
  batchSizeBytes,
  buildRecordBatch,
  CODEC_GZIP,
  placeBatch,
  sealBatch,
  writeInt32,
} from '../../bytes/index.js';
import { compactionPolicy, openBatch } from '../../protocols/kafka/index.js';
import { Compactor } from './compactor.js';

/** The last number of a checkpoint; flushes are numbered by the log's position. */
const EVERYTHING = Number.POSITIVE_INFINITY;

interface Run {
  first: number;
  last: number;
  payload: Uint8Array;
  maxTimestampMs: number;
}

interface Written {
  readonly key: string;
  /** Null is the mark of a deleted key. */
  readonly value: string | null;
}

/** A log in memory, as the engine keeps one. */
class TestLog {
  readonly runs: Run[] = [];
  readonly written: (Written & { readonly offset: number })[] = [];
  nowMs = 1_000_000;
  end = 0;
  readonly #compactor = new Compactor({
    nowMs: () => this.nowMs,
    extents: () =>
      this.runs.map(({ first, last, payload, maxTimestampMs }) => ({
        firstSeq: first,
        lastSeq: last,
        sizeBytes: payload.length,
        maxTimestampMs,
        flush: first,
      })),
    read: (_log, extent) => {
      const run = this.runs.find(({ first }) => first === extent.firstSeq);
      return Promise.resolve(run === undefined ? [] : batchesOf(run.payload));
    },
    checkpointed: () => EVERYTHING,
    wantCheckpoint: () => {},
  });

  append(records: readonly Written[], isCompressed: boolean): void {
    this.nowMs += 1_000;
    const encode = (text: string) => new TextEncoder().encode(text);
    const plain = buildRecordBatch(
      records.map(({ key, value }) => ({
        timestampMs: this.nowMs,
        key: encode(key),
        value: value === null ? null : encode(value),
        headers: [{ key: encode('h'), value: encode(key) }],
      })),
    );
    const batch = isCompressed ? gzipped(plain) : plain;
    placeBatch(batch, 0, this.end, 0);
    const last = this.end + records.length - 1;
    this.runs.push({ first: this.end, last, payload: batch, maxTimestampMs: this.nowMs });
    for (const record of records) this.written.push({ ...record, offset: this.end++ });
  }

  async compact(configs: Readonly<Record<string, string>>): Promise<void> {
    await this.#compactor.compact({
      log: 1,
      logStart: 0,
      lastStable: this.end,
      policy: compactionPolicy({
        'cleanup.policy': 'compact',
        'segment.ms': '1',
        'min.cleanable.dirty.ratio': '0',
        ...configs,
      }),
      aborted: [],
      exists: true,
      rewrite: (first, last, payload, maxTimestampMs) => {
        const from = this.runs.findIndex((run) => run.first === first);
        const to = this.runs.findIndex((run) => run.last === last);
        assert.ok(from >= 0 && to >= from, 'whole runs are replaced');
        this.runs.splice(from, to - from + 1, { first, last, payload, maxTimestampMs });
        return Promise.resolve();
      },
    });
  }

  async read(): Promise<(Written & { readonly offset: number })[]> {
    const found: (Written & { readonly offset: number })[] = [];
    for (const run of this.runs) {
      for (const batch of batchesOf(run.payload)) {
        const sealed = batch.slice();
        sealBatch(sealed, 0);
        assert.deepEqual(batch, sealed, 'its checksum is right');
        assert.ok(batchBaseOffset(batch, 0) >= run.first && batchNextOffset(batch, 0) - 1 <= run.last);
        assert.ok(batchMaxTimestampMs(batch, 0) <= run.maxTimestampMs);
        const opened = await openBatch(batch);
        const { cursor } = opened;
        while (cursor.next()) {
          const text = (start: number, end: number) => new TextDecoder().decode(cursor.bytes.subarray(start, end));
          const key = text(cursor.keyStart, cursor.keyEnd);
          cursor.forEachHeader((_start, _end, from, to) => assert.equal(text(from, to), key));
          found.push({
            offset: opened.offset,
            key,
            value: cursor.valueStart < 0 ? null : text(cursor.valueStart, cursor.valueEnd),
          });
        }
      }
    }
    return found;
  }
}

function batchesOf(payload: Uint8Array): Uint8Array[] {
  const batches: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += batchSizeBytes(payload, at)) {
    batches.push(payload.slice(at, at + batchSizeBytes(payload, at)));
  }
  return batches;
}

function gzipped(plain: Uint8Array): Uint8Array {
  const batch = Buffer.concat([plain.subarray(0, BATCH_HEADER_BYTES), gzipSync(plain.subarray(BATCH_HEADER_BYTES))]);
  writeInt32(batch, 8, batch.length - BATCH_PREFIX_BYTES);
  batch[22] = CODEC_GZIP;
  sealBatch(batch, 0);
  return batch;
}

const record = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'.repeat(80)), value: fc.option(fc.string()) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.array(record, { minLength: 1, maxLength: 5 }), fc.boolean()) },
  { weight: 1, arbitrary: fc.constant('compact' as const) },
);

test('whatever was written and compacted, every key has its newest record at its offset, and nothing is older than that', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const log = new TestLog();
      for (const next of steps) {
        if (next === 'compact') await log.compact({});
        else log.append(...next);
      }
      log.append([{ key: 'end', value: 'end' }], false);
      log.nowMs += 10_000;
      await log.compact({});
      const found = await log.read();
      const newest = new Map(log.written.map((written) => [written.key, written]));
      assert.deepEqual(
        found,
        [...newest.values()].sort((a, b) => a.offset - b.offset),
      );
    }),
    { numRuns: 300 },
  );
});

test('the mark of a deleted key goes in a round after its time, and what is too young stays as it is', async () => {
  const log = new TestLog();
  const keys = async () => (await log.read()).map(({ key, value }) => `${key}=${value}`);
  log.append([{ key: 'a', value: '1' }], false);
  log.append(
    [
      { key: 'a', value: null },
      { key: 'b', value: '1' },
    ],
    true,
  );
  log.append([{ key: 'end', value: '1' }], false);
  await log.compact({ 'min.compaction.lag.ms': '60000' });
  assert.deepEqual(await keys(), ['a=1', 'a=null', 'b=1', 'end=1']);
  log.nowMs += 60_000;
  const lasting = { 'min.compaction.lag.ms': '1000', 'delete.retention.ms': '5000' };
  await log.compact(lasting);
  assert.deepEqual(await keys(), ['a=null', 'b=1', 'end=1']);
  log.append([{ key: 'end', value: '2' }], false);
  log.nowMs += 3_000;
  await log.compact(lasting);
  assert.deepEqual(await keys(), ['a=null', 'b=1', 'end=1', 'end=2'], 'its time is not over');
  log.append([{ key: 'end', value: '3' }], false);
  log.nowMs += 3_000;
  await log.compact(lasting);
  assert.deepEqual(await keys(), ['b=1', 'end=2', 'end=3']);
});

test('a log that is not new enough, or too small and young, is left alone', async () => {
  const log = new TestLog();
  for (let i = 0; i < 4; i++) log.append([{ key: 'a', value: String(i) }], false);
  await log.compact({ 'segment.ms': '3600000' });
  assert.equal((await log.read()).length, 4);
  await log.compact({ 'segment.ms': '3600000', 'segment.bytes': '100' });
  assert.equal((await log.read()).length, 2, 'the newest run is not looked at');
});
