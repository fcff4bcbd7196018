import { readU16, readU48, RECORD_HEADER_BYTES } from '../../bytes/index.js';
import type { FlushBuilder } from '../log/flush-builder.js';
import { type Memory, NOWHERE } from '../log/memory.js';
import { forEachRecord } from '../log/record-run.js';

/** How many shared records are remembered by sequence. */
const REMEMBERED = 16_384;

/** The log of envelopes and bodies that were fanned out: stored once, referred to from every queue. */
export const SHARED_LOG = 1;

/**
 * The shard's shared records. A queue that refers to them keeps marks (see {@link ReferenceMarks}), so that the log
 * can be trimmed below the lowest sequence that any queue may still ask for; nothing is counted per message.
 */
export class SharedBodies {
  /** The next sequence. */
  tail = 0;
  readonly #memory: Memory;
  readonly #builder: () => FlushBuilder;
  /** Addresses of the newest shared records, by sequence modulo the length. */
  readonly #addresses = new Float64Array(REMEMBERED).fill(NOWHERE);
  readonly #sequences = new Float64Array(REMEMBERED).fill(-1);

  constructor(memory: Memory, builder: () => FlushBuilder) {
    this.#memory = memory;
    this.#builder = builder;
  }

  /** Makes room for a shared record; fill the builder's buffer[place, place + sizeBytes). Returns its sequence. */
  append(sizeBytes: number, timestampMs: number): number {
    const seq = this.tail++;
    const builder = this.#builder();
    builder.append(SHARED_LOG, seq, sizeBytes, 0, timestampMs);
    this.remember(seq, builder.address);
    return seq;
  }

  remember(seq: number, address: number): void {
    this.#addresses[seq % REMEMBERED] = address;
    this.#sequences[seq % REMEMBERED] = seq;
  }

  /** The address of a shared record that is still in memory, else NOWHERE. */
  address(seq: number): number {
    const address = this.#sequences[seq % REMEMBERED] === seq ? this.#addresses[seq % REMEMBERED] : NOWHERE;
    return this.#memory.resolve(address) === undefined ? NOWHERE : address;
  }

  /** Where the record is gets unknown. */
  forget(seq: number): void {
    if (this.knows(seq)) this.#sequences[seq % REMEMBERED] = -1;
  }

  /** Was the record appended or read lately? It may have left memory since. */
  knows(seq: number): boolean {
    return this.#sequences[seq % REMEMBERED] === seq;
  }

  /** Takes in records that were read back. */
  loaded(buffer: Uint8Array, start: number, end: number, firstSeq: number): void {
    const base = this.#memory.addRead(buffer, start, end) - start;
    forEachRecord(buffer, start, end, firstSeq, (seq, at) => this.remember(seq, base + at));
  }
}

/** The shared sequence that the record at `at`, which has IS_REFERENCE, refers to. */
export function sharedSequence(buffer: Uint8Array, at: number): number {
  return readU48(buffer, at + RECORD_HEADER_BYTES + readU16(buffer, at + 6));
}

/** For one queue: a lower bound of the shared sequences that its live records refer to. */
export class ReferenceMarks {
  readonly #queueSeqs: number[] = [];
  readonly #sharedSeqs: number[] = [];

  /** The record `queueSeq` refers to `sharedSeq`; both only go up. A mark is kept for every 64th record or so. */
  add(queueSeq: number, sharedSeq: number): void {
    const last = this.#queueSeqs.at(-1);
    if (last !== undefined && queueSeq - last < 64) return;
    this.#queueSeqs.push(queueSeq);
    this.#sharedSeqs.push(sharedSeq);
  }

  /** Nothing below is needed by records from `floor` on; Infinity when there are none from `floor` on below `tail`. */
  lowest(floor: number, tail: number): number {
    if (floor >= tail) {
      this.#queueSeqs.length = 0;
      this.#sharedSeqs.length = 0;
      return Number.POSITIVE_INFINITY;
    }
    let drop = 0;
    while (drop + 1 < this.#queueSeqs.length && this.#queueSeqs[drop + 1] <= floor) drop++;
    if (drop > 0) {
      this.#queueSeqs.splice(0, drop);
      this.#sharedSeqs.splice(0, drop);
    }
    return this.#sharedSeqs[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Where the records end that a mark at or below `lastSeq` stands for, inclusive; `lastSeq` when none does. */
  endAt(lastSeq: number): number {
    const next = this.#queueSeqs.findLast((seq) => seq <= lastSeq + 1);
    return next === undefined ? lastSeq : next - 1;
  }

  /** The live records firstSeq … lastSeq, which begin at `floor`, refer to nothing any more. */
  drop(firstSeq: number, lastSeq: number, floor: number): void {
    for (let i = this.#queueSeqs.length - 2; i >= 0; i--) {
      if (Math.max(this.#queueSeqs[i], floor) < firstSeq || this.#queueSeqs[i + 1] > lastSeq + 1) continue;
      this.#queueSeqs.splice(i, 1);
      this.#sharedSeqs.splice(i, 1);
    }
  }

  /** Pairs of (queue sequence, shared sequence), for the checkpoint. */
  toArray(): number[] {
    return this.#queueSeqs.flatMap((seq, i) => [seq, this.#sharedSeqs[i]]);
  }
}
