import {
  batchBaseOffset,
  batchBaseSequence,
  batchIsControl,
  batchIsTransactional,
  batchLastOffsetDelta,
  batchMaxTimestampMs,
  batchProducerEpoch,
  batchProducerId,
  batchSizeBytes,
  placeBatch,
  readInt16,
  RecordCursor,
  stampLogAppendTime,
  BATCH_HEADER_BYTES,
  batchRecordCount,
} from '../../bytes/index.js';
import type { AppendOutcome, PartitionState, TopicSettings } from '../broker.js';
import { BrokerError } from '../broker-error.js';
import { RUN_RETAINED, RUN_REWRITE } from '../ports.js';
import { BatchAppender, type BatchRecord } from './batch-appender.js';
import type { FlushBuilder } from './flush-builder.js';
import { ProducerTable } from './producer-table.js';
import { StableEnds } from './stable-ends.js';

/** A batch of at least this size is not copied: it goes once, to its topic's own segment. */
const OUTSIDE_BYTES = 0x1_0000;

/** One log of a topic: what was appended, what of it is stable, who produces into it. */
export class Partition implements PartitionState {
  readonly handle: number;
  readonly topic: number;
  readonly index: number;
  readonly log: number;
  readonly producers = new ProducerTable();
  settings: Partial<TopicSettings>;
  logStart = 0;
  end = 0;
  leaderEpoch = 0;
  streams = 0;
  readonly #builder: () => FlushBuilder;
  readonly #appender: BatchAppender;
  readonly stableEnds = new StableEnds();
  readonly #outcome = { baseOffset: 0, duplicate: false, flush: 0, logStart: 0, appendTimeMs: -1 };

  constructor(
    handle: number,
    topic: number,
    index: number,
    log: number,
    settings: Partial<TopicSettings>,
    builder: () => FlushBuilder,
  ) {
    this.handle = handle;
    this.topic = topic;
    this.index = index;
    this.log = log;
    this.settings = settings;
    this.#builder = builder;
    this.#appender = new BatchAppender(builder);
  }

  get highWatermark(): number {
    return this.stableEnds.stable;
  }

  get lastStable(): number {
    return Math.min(this.highWatermark, this.producers.heldBackFrom(this.highWatermark));
  }

  /** One past the last offset that a queue over the partition may show. */
  visibleEnd(uncommitted: boolean): number {
    return uncommitted ? this.highWatermark : this.lastStable;
  }

  /** Its durability asks answers to wait for the sync. */
  get waits(): boolean {
    return this.settings.durability === undefined || this.settings.durability === 'sync';
  }

  /** One batch as its producer sent it; see Broker.appendBatch. */
  appendBatch(payload: Uint8Array, nowMs: number): AppendOutcome {
    const outcome = this.#outcome;
    const count = batchLastOffsetDelta(payload, 0) + 1;
    const producerId = batchProducerId(payload, 0);
    const epoch = batchProducerEpoch(payload, 0);
    const sequence = batchBaseSequence(payload, 0);
    outcome.logStart = this.logStart;
    outcome.appendTimeMs = -1;
    if (producerId >= 0 && sequence >= 0) {
      const original = this.producers.check(producerId, epoch, sequence, count);
      if (original >= 0) {
        outcome.baseOffset = original;
        outcome.duplicate = true;
        outcome.flush = this.waits ? this.stableEnds.flushOf(original) : 0;
        return outcome;
      }
    }
    if (this.settings.logAppendTime === true) {
      stampLogAppendTime(payload, 0, nowMs);
      outcome.appendTimeMs = nowMs;
    }
    const base = this.end;
    placeBatch(payload, 0, base, this.leaderEpoch);
    this.#store(payload, base, count);
    if (producerId >= 0 && sequence >= 0) {
      this.producers.appended(producerId, epoch, sequence, count, base, batchIsTransactional(payload, 0), nowMs);
    }
    outcome.baseOffset = base;
    outcome.duplicate = false;
    outcome.flush = this.waits ? this.#builder().number : 0;
    return outcome;
  }

  /** One record of another dialect. Returns its offset; `flush` of {@link lastFlush} is what to wait for. */
  appendRecord(record: BatchRecord, nowMs: number): number {
    const offset = this.end;
    this.#appender.append(this.log, offset, this.leaderEpoch, record, nowMs);
    this.#appended(offset + 1);
    return offset;
  }

  get waitFlush(): number {
    return this.waits ? this.#builder().number : 0;
  }

  /** A control batch made by the broker: the end of a transaction. */
  appendMarker(batch: Uint8Array, producerId: number, epoch: number, committed: boolean, nowMs: number): void {
    const base = this.end;
    placeBatch(batch, 0, base, this.leaderEpoch);
    this.#store(batch, base, 1);
    this.producers.ended(producerId, epoch, committed, base, nowMs);
  }

  #store(payload: Uint8Array, base: number, count: number): void {
    const builder = this.#builder();
    const timestampMs = Math.max(0, batchMaxTimestampMs(payload, 0));
    if (payload.length >= OUTSIDE_BYTES) {
      builder.appendOutside({
        log: this.log,
        firstSeq: base,
        count,
        flags: RUN_RETAINED,
        maxTimestampMs: timestampMs,
        payload,
      });
    } else {
      builder.appendRun(this.log, base, count, payload.length, RUN_RETAINED, timestampMs);
      builder.buffer.set(payload, builder.place);
    }
    this.#appended(base + count);
  }

  #appended(end: number): void {
    const builder = this.#builder();
    this.end = end;
    this.stableEnds.append(builder.number, end);
    if (this.waits) builder.requireSync(builder.number);
  }

  /**
   * Puts `payload`, what is left of its batches, in the place of the stable sequences first to last. Nobody who reads
   * by offset is told: what is gone is a gap. The caller sees to it that no checkpoint needs the old ones any more.
   */
  rewrite(first: number, last: number, payload: Uint8Array, maxTimestampMs: number): void {
    if (first < this.logStart || last >= this.highWatermark) throw new RangeError('not a stable part of the log');
    const flags = RUN_RETAINED | RUN_REWRITE;
    this.#builder().appendOutside({
      log: this.log,
      firstSeq: first,
      count: last - first + 1,
      flags,
      maxTimestampMs,
      payload,
    });
  }

  /** Moves the log start. */
  startAt(offset: number): void {
    if (offset > this.highWatermark || offset < 0) {
      throw new BrokerError('offset-out-of-range', `offset ${offset} is beyond the log's end`);
    }
    if (offset <= this.logStart) return;
    this.logStart = offset;
    this.producers.trimmed(offset);
  }

  /** Takes in batches that the store replays, to know their producers again. */
  replayed(buffer: Uint8Array, start: number, end: number, nowMs: number): void {
    for (let at = start; at < end; ) {
      const base = batchBaseOffset(buffer, at);
      const producerId = batchProducerId(buffer, at);
      const epoch = batchProducerEpoch(buffer, at);
      if (producerId >= 0 && batchIsControl(buffer, at)) {
        this.producers.ended(producerId, epoch, isCommitMarker(buffer, at), base, nowMs);
      } else if (producerId >= 0) {
        const count = batchLastOffsetDelta(buffer, at) + 1;
        const sequence = batchBaseSequence(buffer, at);
        this.producers.appended(producerId, epoch, sequence, count, base, batchIsTransactional(buffer, at), nowMs);
      }
      at += batchSizeBytes(buffer, at);
    }
  }
}

/** A marker's key is its version and its type, both i16: type 1 commits. */
function isCommitMarker(buffer: Uint8Array, at: number): boolean {
  const end = at + batchSizeBytes(buffer, at);
  const cursor = new RecordCursor(buffer, at + BATCH_HEADER_BYTES, end, batchRecordCount(buffer, at));
  return cursor.next() && readInt16(buffer, cursor.keyStart + 2) === 1;
}
