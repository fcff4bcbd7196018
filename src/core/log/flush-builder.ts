import type { Flush, FlushLayout, MetadataChange, OutsideRun, RunTable } from '../ports.js';
import { JOURNAL_LOG } from '../ports.js';
import { JournalWriter } from './journal-entry.js';
import type { Memory } from './memory.js';

/** A flush is closed when it has grown to this; a single bigger record gets a flush of its own. */
const FLUSH_BYTES = 0x10_0000;
/** Below this much room in a chunk the next flush begins in a fresh one. */
const USEFUL_BYTES = 0x1_0000;

/** A flush under way: what the port wants, still open. */
class OpenFlush implements Flush {
  readonly number: number;
  arena: Uint8Array;
  end: number;
  runCount = 0;
  runs: RunTable = runTable(16);
  readonly outside: OutsideRun[] = [];
  readonly metadata: MetadataChange[] = [];
  /** Somebody waits for it to be stable. */
  sync = false;
  readonly journal = new JournalWriter();

  constructor(number: number, arena: Uint8Array, end: number) {
    this.number = number;
    this.arena = arena;
    this.end = end;
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
  #open: OpenFlush;
  readonly #sealed: OpenFlush[] = [];
  #chunk: Uint8Array;
  #chunkAddress: number;
  /** Where the open flush begins in its chunk. */
  #base = 0;
  #lastLog = -1;
  #lastSeq = -1;
  #lastFlags = 0;
  /** Chunks that hold flushes not yet stable, with how many. */
  readonly #busy = new Map<Uint8Array, number>();
  readonly #chunkOf = new Map<number, Uint8Array>();
  /** Where {@link append} put the record: in this buffer at this place; its address for later. */
  buffer: Uint8Array;
  place = 0;
  address = 0;
  /** Bytes sealed or open and not yet stable. */
  pendingBytes = 0;

  constructor(memory: Memory, layout: FlushLayout, firstNumber: number) {
    this.#memory = memory;
    this.#layout = layout;
    const { buffer, address } = memory.appendChunk(FLUSH_BYTES, () => false);
    this.#chunk = buffer;
    this.buffer = buffer;
    this.#chunkAddress = address;
    this.#open = this.#begin(firstNumber);
  }

  get number(): number {
    return this.#open.number;
  }

  get journal(): JournalWriter {
    return this.#open.journal;
  }

  /** Something is gathering or sealed. */
  get pending(): boolean {
    return this.#sealed.length > 0 || !this.#open.empty;
  }

  /** Makes room for one record of `log`; the caller fills buffer[place, place + sizeBytes). */
  append(log: number, seq: number, sizeBytes: number, flags: number, timestampMs: number): void {
    const layout = this.#layout;
    const needed = sizeBytes + layout.runHeaderBytes + layout.trailerBytes;
    if (this.#base + this.#open.end + needed > this.#chunk.length || this.#open.end + needed > FLUSH_BYTES) {
      this.#makeRoom(needed);
    }
    const open = this.#open;
    const runs = open.runs;
    const last = open.runCount - 1;
    if (log === this.#lastLog && seq === this.#lastSeq + 1 && flags === this.#lastFlags && last >= 0) {
      runs.count[last]!++;
      if (timestampMs > runs.maxTimestampMs[last]!) runs.maxTimestampMs[last] = timestampMs;
    } else {
      open.end += layout.runHeaderBytes;
      this.#addRun(log, seq, 1, flags, timestampMs);
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
    this.pendingBytes += sizeBytes;
  }

  /** Makes room for one run of `count` sequences given as a whole, such as a record batch; fill it like a record. */
  appendRun(log: number, firstSeq: number, count: number, sizeBytes: number, flags: number, timestampMs: number): void {
    this.append(log, firstSeq, sizeBytes, flags, timestampMs);
    const open = this.#open;
    open.runs.count[open.runCount - 1]! += count - 1;
    this.#lastSeq = firstSeq + count - 1;
  }

  /** A run that is too big to be copied. */
  appendOutside(run: OutsideRun): void {
    this.#open.outside.push(run);
    this.pendingBytes += run.payload.length;
    this.#lastLog = -1;
  }

  put(key: string, value: Uint8Array | undefined): void {
    this.#open.metadata.push({ key, value });
    this.pendingBytes += key.length + (value?.length ?? 0);
  }

  /** Asks that the open flush be made stable. */
  requireSync(): void {
    this.#open.sync = true;
  }

  /**
   * The next flush to hand to the store, or undefined when there is none. The open one is closed for it when nothing
   * older waits; `beforeSeal` may still add journal entries to it.
   */
  take(beforeSeal: () => void): Flush | undefined {
    if (this.#sealed.length === 0) {
      beforeSeal();
      if (this.#open.empty) return undefined;
      this.#seal();
    }
    return this.#sealed[0];
  }

  /** The oldest flush that was taken is stable. */
  settled(flush: Flush): void {
    this.#sealed.shift();
    for (const run of flush.outside) this.pendingBytes -= run.payload.length;
    for (const change of flush.metadata) this.pendingBytes -= change.key.length + (change.value?.length ?? 0);
    for (let i = 0; i < flush.runCount; i++) {
      if (flush.runs.log[i] !== JOURNAL_LOG) this.pendingBytes -= flush.runs.end[i]! - flush.runs.start[i]!;
    }
    const chunk = this.#chunkOf.get(flush.number)!;
    this.#chunkOf.delete(flush.number);
    const count = this.#busy.get(chunk)! - 1;
    if (count === 0) this.#busy.delete(chunk);
    else this.#busy.set(chunk, count);
  }

  #begin(number: number): OpenFlush {
    this.#lastLog = -1;
    const open = new OpenFlush(number, this.#chunk.subarray(this.#base), this.#layout.flushHeaderBytes);
    this.#chunkOf.set(number, this.#chunk);
    this.#busy.set(this.#chunk, (this.#busy.get(this.#chunk) ?? 0) + 1);
    return open;
  }

  /** Closes the open flush and begins the next one, behind it in the same chunk where that is worth while. */
  #seal(): void {
    const open = this.#open;
    if (open.journal.length > 0) this.#appendJournal(open);
    this.#sealed.push(open);
    const next = this.#base + open.end + this.#layout.trailerBytes;
    this.#base = next + ((8 - (next & 7)) & 7);
    if (this.#base + USEFUL_BYTES > this.#chunk.length) this.#newChunk(FLUSH_BYTES);
    this.#open = this.#begin(open.number + 1);
  }

  #appendJournal(open: OpenFlush): void {
    const { bytes, length } = open.journal;
    const layout = this.#layout;
    const needed = open.end + layout.runHeaderBytes + length + layout.trailerBytes;
    if (needed > open.arena.length) {
      const bigger = new Uint8Array(needed);
      bigger.set(open.arena.subarray(0, open.end));
      open.arena = bigger;
    }
    const at = open.end + layout.runHeaderBytes;
    open.arena.set(bytes.subarray(0, length), at);
    open.end = at;
    addRun(open, JOURNAL_LOG, 0, 1, 0, 0);
    open.end = at + length;
    open.runs.end[open.runCount - 1] = open.end;
  }

  #makeRoom(needed: number): void {
    const whole = needed + this.#layout.flushHeaderBytes;
    if (!this.#open.empty) {
      const number = this.#open.number;
      this.#sealFull();
      if (number !== this.#open.number && this.#base + whole <= this.#chunk.length) return;
    }
    const empty = this.#open;
    const count = this.#busy.get(this.#chunk)! - 1;
    if (count === 0) this.#busy.delete(this.#chunk);
    else this.#busy.set(this.#chunk, count);
    this.#newChunk(Math.max(whole, FLUSH_BYTES));
    this.#open = this.#begin(empty.number);
    this.#open.sync = empty.sync;
  }

  /** Closes a flush because it is full, before its owner was asked for journal entries: those go with the next one. */
  #sealFull(): void {
    this.#seal();
  }

  #newChunk(sizeBytes: number): void {
    const { buffer, address } = this.#memory.appendChunk(sizeBytes, (old) => !this.#busy.has(old));
    this.#chunk = buffer;
    this.#chunkAddress = address;
    this.#base = 0;
  }

  #addRun(log: number, firstSeq: number, count: number, flags: number, timestampMs: number): void {
    addRun(this.#open, log, firstSeq, count, flags, timestampMs);
  }
}

function addRun(open: OpenFlush, log: number, firstSeq: number, count: number, flags: number, timestampMs: number): void {
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
