import { sealBatch } from '../../bytes/index.js';
import type { Flush, FlushLayout, MetadataChange, OutsideRun, RunTable } from '../ports.js';
import { JOURNAL_LOG } from '../ports.js';
import { JournalWriter } from './journal-entry.js';
import type { Memory } from './memory.js';

/** With less room in a chunk than this part of it, the next flush begins in a fresh one. */
const USEFUL_PART = 1 / 16;

/** A flush under way: what the port wants, still open. */
class OpenFlush implements Flush {
  readonly number: number;
  /** The memory it lies in, from `base` on. */
  readonly chunk: Uint8Array;
  arena: Uint8Array;
  end: number;
  runCount = 0;
  runs: RunTable = runTable(16);
  readonly outside: OutsideRun[] = [];
  readonly metadata: MetadataChange[] = [];
  /** Somebody waits for it to be stable. */
  sync = false;
  readonly journal = new JournalWriter();
  /** Record batches that get their checksum when the flush is closed. */
  readonly unsealedBatches: number[] = [];

  constructor(number: number, chunk: Uint8Array, base: number, headerBytes: number) {
    this.number = number;
    this.chunk = chunk;
    this.arena = chunk.subarray(base);
    this.end = headerBytes;
  }

  get empty(): boolean {
    return this.runCount === 0 && this.outside.length === 0 && this.metadata.length === 0 && this.journal.length === 0;
  }
}

/**
 * Packs appends into flushes, in order of arrival: consecutive records of one log share a run. Record bytes are copied
 * exactly once, into memory that goes to the disk as it is and serves the consumers meanwhile.
 */
export class FlushBuilder {
  readonly #memory: Memory;
  readonly #layout: FlushLayout;
  readonly #beforeSeal: (journal: JournalWriter) => void;
  /** A flush is closed when it has grown to this; a single bigger record gets a flush of its own. */
  readonly #flushBytes: number;
  #open: OpenFlush;
  readonly #sealed: OpenFlush[] = [];
  #taken: OpenFlush | undefined;
  #chunk: Uint8Array;
  #chunkAddress: number;
  /** Where the open flush begins in its chunk. */
  #base = 0;
  #lastLog = -1;
  #lastSeq = -1;
  #lastFlags = 0;
  /** Chunks that hold flushes not yet stable, with how many. */
  readonly #busy = new Map<Uint8Array, number>();
  /** Where {@link append} put the record: in this buffer at this place; its address for later. */
  buffer: Uint8Array;
  place = 0;
  address = 0;
  /** Bytes of flushes sealed and not yet stable. */
  sealedBytes = 0;

  /** `beforeSeal` adds the journal entries that are still to be made to a flush that is about to be closed. */
  constructor(memory: Memory, layout: FlushLayout, firstNumber: number, beforeSeal: (journal: JournalWriter) => void) {
    this.#memory = memory;
    this.#layout = layout;
    this.#beforeSeal = beforeSeal;
    this.#flushBytes = memory.limits.chunkBytes;
    const { buffer, address } = memory.appendChunk(this.#flushBytes, () => false);
    this.#chunk = buffer;
    this.buffer = buffer;
    this.#chunkAddress = address;
    this.#open = this.#begin(firstNumber);
  }

  /** Goes on with another number; nothing may have been gathered yet. */
  renumber(number: number): void {
    if (this.pending) throw new RangeError('a flush is gathering already');
    this.#leave(this.#chunk);
    this.#open = this.#begin(number);
  }

  /** The number of the flush that is gathering. */
  get number(): number {
    return this.#open.number;
  }

  get journal(): JournalWriter {
    return this.#open.journal;
  }

  /** Makes room for one record of `log`; the caller fills buffer[place, place + sizeBytes). */
  append(log: number, seq: number, sizeBytes: number, flags: number, timestampMs: number): void {
    const layout = this.#layout;
    const needed = sizeBytes + layout.runHeaderBytes + layout.trailerBytes;
    let open = this.#open;
    if (open.outside.length > 0) {
      this.#seal(); // runs are replayed before what lies outside, so what comes later must not share a flush with it
      open = this.#open;
    }
    if (open.end + needed > this.#flushBytes || this.#base + open.end + needed > this.#chunk.length) {
      this.#makeRoom(needed);
      open = this.#open;
    }
    if (log === this.#lastLog && seq === this.#lastSeq + 1 && flags === this.#lastFlags) {
      const runs = open.runs;
      const last = open.runCount - 1;
      runs.count[last]++;
      if (timestampMs > runs.maxTimestampMs[last]) runs.maxTimestampMs[last] = timestampMs;
    } else {
      open.end += layout.runHeaderBytes;
      addRun(open, log, seq, 1, flags, timestampMs);
    }
    this.#lastLog = log;
    this.#lastSeq = seq;
    this.#lastFlags = flags;
    const at = this.#base + open.end;
    this.buffer = this.#chunk;
    this.place = at;
    this.address = this.#chunkAddress + at;
    open.end += sizeBytes;
    open.runs.end[open.runCount - 1] = open.end;
  }

  /** Makes room for `count` sequences given as a whole, such as a record batch; fill it like a record. */
  appendRun(log: number, firstSeq: number, count: number, sizeBytes: number, flags: number, timestampMs: number): void {
    this.append(log, firstSeq, sizeBytes, flags, timestampMs);
    this.#open.runs.count[this.#open.runCount - 1] += count - 1;
    this.#lastSeq = firstSeq + count - 1;
  }

  /** A run that is too big to be copied. Closes what was gathered for the log before it, so that order is kept. */
  appendOutside(run: OutsideRun): void {
    if (this.#open.runCount > 0) this.#seal();
    this.#open.outside.push(run);
    this.#lastLog = -1;
  }

  put(key: string, value: Uint8Array | undefined): void {
    this.#open.metadata.push({ key, value });
  }

  /** Asks that a flush that was not taken yet be made stable, not only written. False when it was taken without. */
  requireSync(number: number): boolean {
    if (number === this.#open.number) {
      this.#open.sync = true;
      return true;
    }
    const sealed = this.#sealed.find((flush) => flush.number === number);
    if (sealed === undefined || (sealed === this.#taken && !sealed.sync)) return false;
    sealed.sync = true;
    return true;
  }

  /** Would the next record of `log` stand right behind `end` in `buffer`, in the same run? */
  extends(log: number, buffer: Uint8Array, end: number, seq: number): boolean {
    return (
      log === this.#lastLog &&
      seq === this.#lastSeq + 1 &&
      buffer === this.#chunk &&
      end === this.#base + this.#open.end &&
      this.#open.outside.length === 0
    );
  }

  /** Does a record of this size fit into the gathering flush? */
  hasRoom(sizeBytes: number): boolean {
    const needed = sizeBytes + this.#layout.runHeaderBytes + this.#layout.trailerBytes;
    return this.#open.end + needed <= this.#flushBytes && this.#base + this.#open.end + needed <= this.#chunk.length;
  }

  /** The record batch at this place of the gathering flush still grows. */
  sealLater(buffer: Uint8Array, at: number): void {
    if (buffer !== this.#chunk) throw new RangeError('a batch outside the gathering flush');
    this.#open.unsealedBatches.push(at);
  }

  /** Is there anything to take? */
  get pending(): boolean {
    return this.#sealed.length > 0 || !this.#open.empty;
  }

  /** Has the gathering flush anything in it? */
  get gathering(): boolean {
    return !this.#open.empty;
  }

  /** Does somebody wait for what would be taken next? */
  get urgent(): boolean {
    return this.#sealed.length > 0 || this.#open.sync;
  }

  /** The oldest flush that is not settled; closes the gathering one for it when nothing older waits. */
  take(): Flush | undefined {
    if (this.#sealed.length === 0) {
      this.#beforeSeal(this.#open.journal);
      if (this.#open.empty) return undefined;
      this.#seal();
    }
    this.#taken = this.#sealed[0];
    return this.#taken;
  }

  /** The oldest flush that was taken is committed. */
  settled(): void {
    const flush = this.#sealed.shift()!;
    this.sealedBytes -= sizeOf(flush);
    this.#leave(flush.chunk);
  }

  #begin(number: number): OpenFlush {
    this.#lastLog = -1;
    this.#busy.set(this.#chunk, (this.#busy.get(this.#chunk) ?? 0) + 1);
    return new OpenFlush(number, this.#chunk, this.#base, this.#layout.flushHeaderBytes);
  }

  #leave(chunk: Uint8Array): void {
    const count = this.#busy.get(chunk)! - 1;
    if (count === 0) this.#busy.delete(chunk);
    else this.#busy.set(chunk, count);
  }

  /** Closes the gathering flush and begins the next one, behind it in the same chunk where that is worth while. */
  #seal(): void {
    const open = this.#open;
    this.#beforeSeal(open.journal);
    for (const at of open.unsealedBatches) sealBatch(this.#chunk, at);
    if (open.journal.length > 0) this.#appendJournal(open);
    this.#sealed.push(open);
    this.sealedBytes += sizeOf(open);
    const next = this.#base + open.end + this.#layout.trailerBytes;
    this.#base = next + ((8 - (next & 7)) & 7);
    if (this.#base + this.#flushBytes * USEFUL_PART > this.#chunk.length) this.#newChunk(this.#flushBytes);
    this.#open = this.#begin(open.number + 1);
  }

  #appendJournal(open: OpenFlush): void {
    const { bytes, length } = open.journal;
    const layout = this.#layout;
    const at = open.end + layout.runHeaderBytes;
    if (at + length + layout.trailerBytes > open.arena.length) {
      const bigger = new Uint8Array(at + length + layout.trailerBytes);
      bigger.set(open.arena.subarray(0, open.end));
      open.arena = bigger;
    }
    open.arena.set(bytes.subarray(0, length), at);
    open.end = at;
    addRun(open, JOURNAL_LOG, 0, 1, 0, 0);
    open.end = at + length;
    open.runs.end[open.runCount - 1] = open.end;
  }

  /** Goes on in a fresh flush, and in a chunk that has `needed` bytes for it. */
  #makeRoom(needed: number): void {
    if (!this.#open.empty) this.#seal();
    const whole = this.#layout.flushHeaderBytes + needed;
    if (this.#base + whole <= this.#chunk.length) return;
    const { number, chunk, sync } = this.#open;
    this.#leave(chunk);
    this.#newChunk(Math.max(whole, this.#flushBytes));
    this.#open = this.#begin(number);
    this.#open.sync = sync;
  }

  #newChunk(sizeBytes: number): void {
    const { buffer, address } = this.#memory.appendChunk(sizeBytes, (old) => !this.#busy.has(old));
    this.#chunk = buffer;
    this.#chunkAddress = address;
    this.#base = 0;
  }
}

function sizeOf(flush: OpenFlush): number {
  let bytes = flush.end;
  for (const run of flush.outside) bytes += run.payload.length;
  return bytes;
}

function addRun(
  open: OpenFlush,
  log: number,
  firstSeq: number,
  count: number,
  flags: number,
  timestampMs: number,
): void {
  if (open.runCount === open.runs.log.length) open.runs = grownTable(open.runs);
  const runs = open.runs;
  const i = open.runCount++;
  runs.log[i] = log;
  runs.firstSeq[i] = firstSeq;
  runs.count[i] = count;
  runs.start[i] = open.end;
  runs.end[i] = open.end;
  runs.flags[i] = flags;
  runs.maxTimestampMs[i] = timestampMs;
}

function runTable(length: number): RunTable {
  return {
    log: new Float64Array(length),
    firstSeq: new Float64Array(length),
    count: new Int32Array(length),
    start: new Int32Array(length),
    end: new Int32Array(length),
    flags: new Uint8Array(length),
    maxTimestampMs: new Float64Array(length),
  };
}

function grownTable(old: RunTable): RunTable {
  const next = runTable(old.log.length * 4);
  next.log.set(old.log);
  next.firstSeq.set(old.firstSeq);
  next.count.set(old.count);
  next.start.set(old.start);
  next.end.set(old.end);
  next.flags.set(old.flags);
  next.maxTimestampMs.set(old.maxTimestampMs);
  return next;
}
