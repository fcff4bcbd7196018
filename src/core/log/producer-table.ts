import { BrokerError } from '../broker-error.js';
import { ValueReader, ValueWriter } from '../group/value-codec.js';

/** How many batches of a producer are remembered per partition; Kafka's figure, which clients rely on. */
const REMEMBERED = 5;
const SEQUENCE_SPAN = 2 ** 31;
const FORMAT = 1;
/** A producer that wrote nothing for so long is forgotten: Kafka's producer.id.expiration.ms. */
const PRODUCER_LIFE_MS = 86_400_000;

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
  /** By the offset of their markers. */
  readonly aborted: AbortedTransaction[] = [];
  /** The most offsets from the first record of an aborted transaction to its marker. */
  #longestAborted = 0;
  /** Offset of the first record of each open transaction, by producer id. */
  readonly #open = new Map<number, number>();
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
    if (transactional && producer.firstOpenOffset < 0) {
      producer.firstOpenOffset = baseOffset;
      this.#open.set(producerId, baseOffset);
    }
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
      this.#addAborted({ producerId, firstOffset: producer.firstOpenOffset, lastOffset: offset });
    }
    if (producer.firstOpenOffset >= 0) {
      this.#ending.push({ firstOffset: producer.firstOpenOffset, markerOffset: offset });
    }
    producer.firstOpenOffset = -1;
    this.#open.delete(producerId);
    producer.lastMs = nowMs;
  }

  #addAborted(aborted: AbortedTransaction): void {
    this.aborted.push(aborted);
    this.#longestAborted = Math.max(this.#longestAborted, aborted.lastOffset - aborted.firstOffset);
  }

  isOpen(producerId: number): boolean {
    return this.#open.has(producerId);
  }

  /** Forgets producers that have been idle for long; one whose transaction is open never. */
  expire(nowMs: number): void {
    for (const [id, { lastMs }] of this.producers) {
      if (lastMs + PRODUCER_LIFE_MS <= nowMs && !this.#open.has(id)) this.producers.delete(id);
    }
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
    for (const firstOffset of this.#open.values()) if (firstOffset < lowest) lowest = firstOffset;
    return lowest;
  }

  /** Aborted transactions with data in [from, to), by first offset, as readers expect them. */
  abortedIn(from: number, to: number): AbortedTransaction[] {
    const { aborted } = this;
    let low = 0;
    for (let high = aborted.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (aborted[middle].lastOffset < from) low = middle + 1;
      else high = middle;
    }
    const found: AbortedTransaction[] = [];
    // Whatever ended this far behind has begun behind it too.
    for (let i = low; i < aborted.length && aborted[i].lastOffset < to + this.#longestAborted; i++) {
      if (aborted[i].firstOffset < to) found.push(aborted[i]);
    }
    return found.sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** The log starts at `offset` now. */
  trimmed(offset: number): void {
    const kept = this.aborted.findIndex(({ lastOffset }) => lastOffset >= offset);
    this.aborted.splice(0, kept < 0 ? this.aborted.length : kept);
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
      if (firstOpenOffset >= 0) this.#open.set(id, firstOpenOffset);
    }
    for (let n = reader.unsigned(); n > 0; n--) {
      this.#addAborted({
        producerId: reader.unsigned(),
        firstOffset: reader.unsigned(),
        lastOffset: reader.unsigned(),
      });
    }
    return flush;
  }
}
