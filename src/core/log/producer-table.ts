import { BrokerError } from '../broker-error.js';
import { ValueReader, ValueWriter } from '../group/value-codec.js';

/** How many batches of a producer are remembered per partition; Kafka's figure, which clients rely on. */
const REMEMBERED = 5;
const SEQUENCE_SPAN = 2 ** 31;
const FORMAT = 1;

interface RememberedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

export interface Producer {
  epoch: number;
  /** Newest last. */
  batches: RememberedBatch[];
  /** Offset of the first batch of its open transaction; -1: none. */
  firstOpenOffset: number;
  lastMs: number;
}

/** Data of a transaction that was aborted, for readers of committed data: [firstOffset, lastOffset] of one producer. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** The offset of the abort marker. */
  readonly lastOffset: number;
}

/**
 * What one partition knows of its producers: the deduplication window of idempotent ones, and open transactions.
 * Kafka: KIP-98; the rules of ProducerAppendInfo.
 */
export class ProducerTable {
  readonly producers = new Map<number, Producer>();
  readonly aborted: AbortedTransaction[] = [];
  /** Transactions whose marker may not be stable yet. */
  #ending: { readonly firstOffset: number; readonly markerOffset: number }[] = [];

  /**
   * Admits a batch, or returns the base offset of the very same batch that was appended before. -1: append it, then
   * call {@link appended}. Throws `producer-fenced`, `out-of-order`.
   */
  check(producerId: number, epoch: number, firstSequence: number, count: number): number {
    const producer = this.producers.get(producerId);
    if (producer === undefined) return -1;
    if (epoch < producer.epoch) throw new BrokerError('producer-fenced', `producer ${producerId} has a newer epoch`);
    if (epoch > producer.epoch || producer.batches.length === 0) {
      if (firstSequence !== 0 && producer.batches.length > 0) {
        throw new BrokerError('out-of-order', `a new epoch of producer ${producerId} must begin with sequence 0`);
      }
      return -1;
    }
    const lastSequence = (firstSequence + count - 1) % SEQUENCE_SPAN;
    for (const batch of producer.batches) {
      if (batch.firstSequence === firstSequence && batch.lastSequence === lastSequence) return batch.baseOffset;
    }
    const expected = (producer.batches.at(-1)!.lastSequence + 1) % SEQUENCE_SPAN;
    if (firstSequence !== expected) {
      throw new BrokerError(
        'out-of-order',
        `producer ${producerId} sent sequence ${firstSequence}, ${expected} is next`,
      );
    }
    return -1;
  }

  appended(
    producerId: number,
    epoch: number,
    firstSequence: number,
    count: number,
    baseOffset: number,
    transactional: boolean,
    nowMs: number,
  ): void {
    let producer = this.producers.get(producerId);
    if (producer === undefined || epoch > producer.epoch) {
      producer = { epoch, batches: [], firstOpenOffset: producer?.firstOpenOffset ?? -1, lastMs: nowMs };
      this.producers.set(producerId, producer);
    }
    producer.lastMs = nowMs;
    producer.batches.push({
      firstSequence,
      lastSequence: (firstSequence + count - 1) % SEQUENCE_SPAN,
      baseOffset,
    });
    if (producer.batches.length > REMEMBERED) producer.batches.shift();
    if (transactional && producer.firstOpenOffset < 0) producer.firstOpenOffset = baseOffset;
  }

  /** A marker at `offset` ended the producer's transaction. */
  ended(producerId: number, epoch: number, committed: boolean, offset: number, nowMs: number): void {
    let producer = this.producers.get(producerId);
    if (producer === undefined) {
      producer = { epoch, batches: [], firstOpenOffset: -1, lastMs: nowMs };
      this.producers.set(producerId, producer);
    }
    if (epoch > producer.epoch) {
      producer.epoch = epoch;
      producer.batches = [];
    }
    if (producer.firstOpenOffset >= 0 && !committed) {
      this.aborted.push({ producerId, firstOffset: producer.firstOpenOffset, lastOffset: offset });
    }
    if (producer.firstOpenOffset >= 0) {
      this.#ending.push({ firstOffset: producer.firstOpenOffset, markerOffset: offset });
    }
    producer.firstOpenOffset = -1;
    producer.lastMs = nowMs;
  }

  isOpen(producerId: number): boolean {
    return (this.producers.get(producerId)?.firstOpenOffset ?? -1) >= 0;
  }

  /**
   * The lowest offset that an open transaction holds back; Infinity when there is none. A transaction counts as open
   * until its marker lies below `highWatermark`: what is not stable has not happened.
   */
  heldBackFrom(highWatermark: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    if (this.#ending.length > 0) {
      this.#ending = this.#ending.filter(({ markerOffset }) => markerOffset >= highWatermark);
      for (const { firstOffset } of this.#ending) lowest = Math.min(lowest, firstOffset);
    }
    for (const { firstOpenOffset } of this.producers.values()) {
      if (firstOpenOffset >= 0 && firstOpenOffset < lowest) lowest = firstOpenOffset;
    }
    return lowest;
  }

  /** Aborted transactions with data in [from, to), by first offset, as readers expect them. */
  abortedIn(from: number, to: number): AbortedTransaction[] {
    return this.aborted
      .filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < to)
      .sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** The log starts at `offset` now. */
  trimmed(offset: number): void {
    while (this.aborted.length > 0 && this.aborted[0].lastOffset < offset) this.aborted.shift();
  }

  /**
   * As a value of the metadata store: format, flush, n, n × (id, epoch, first open offset + 1, last ms, n, n × (first
   * sequence, last sequence, base offset)), n, n × (id, first offset, last offset) of aborted transactions.
   */
  encode(flush: number): Uint8Array {
    const out = new ValueWriter().byte(FORMAT).unsigned(flush).unsigned(this.producers.size);
    for (const [id, producer] of this.producers) {
      out
        .unsigned(id)
        .unsigned(producer.epoch)
        .unsigned(producer.firstOpenOffset + 1)
        .unsigned(producer.lastMs);
      out.unsigned(producer.batches.length);
      for (const batch of producer.batches) {
        out.unsigned(batch.firstSequence).unsigned(batch.lastSequence).unsigned(batch.baseOffset);
      }
    }
    out.unsigned(this.aborted.length);
    for (const { producerId, firstOffset, lastOffset } of this.aborted) {
      out.unsigned(producerId).unsigned(firstOffset).unsigned(lastOffset);
    }
    return out.finish();
  }

  /** Takes in what {@link encode} wrote; returns its flush. */
  restore(value: Uint8Array): number {
    const reader = new ValueReader(value);
    if (reader.byte() !== FORMAT) throw new RangeError('producers of an unknown format');
    const flush = reader.unsigned();
    for (let n = reader.unsigned(); n > 0; n--) {
      const id = reader.unsigned();
      const epoch = reader.unsigned();
      const firstOpenOffset = reader.unsigned() - 1;
      const lastMs = reader.unsigned();
      const batches: RememberedBatch[] = [];
      for (let b = reader.unsigned(); b > 0; b--) {
        batches.push({
          firstSequence: reader.unsigned(),
          lastSequence: reader.unsigned(),
          baseOffset: reader.unsigned(),
        });
      }
      this.producers.set(id, { epoch, batches, firstOpenOffset, lastMs });
    }
    for (let n = reader.unsigned(); n > 0; n--) {
      this.aborted.push({
        producerId: reader.unsigned(),
        firstOffset: reader.unsigned(),
        lastOffset: reader.unsigned(),
      });
    }
    return flush;
  }
}
