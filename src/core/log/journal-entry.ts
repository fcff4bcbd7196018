/**
 * The entries of the journal: what was decided about delivery, with absolute times and sequences, never what was
 * asked. An entry is
 *
 *   u8 kind · u32 length of the rest · u48 log · fields
 *
 * A kind with bit 7 set may be skipped by a reader that does not know it; any other unknown kind stops the start.
 */
import { readU32, readU48, writeU32, writeU48 } from '../../bytes/index.js';

/** Sequences that are done with: pairs of u48 first, u32 count. */
export const ENTRY_DONE = 1;
/** A message waits again, with attempts behind it: u48 seq, u32 attempts, u48 first acquired ms, u32 size of its body. */
export const ENTRY_RELEASED = 2;
/** Everything below was handed out at least once: u48 seq. Reserved ahead of the deliveries. */
export const ENTRY_HANDED_OUT = 3;
/** A delayed message fell due and took a place in the order: u48 seq, u48 place, u32 size of its body. */
export const ENTRY_DUE = 4;
/** A message is held: the fields of ENTRY_RELEASED, u48 deadline in ms (0: as long as the holder stays). */
export const ENTRY_HELD = 5;
/** Sequences below may have been given out: u48 seq. */
export const ENTRY_RESERVED = 6;
/** A message was put off: the fields of ENTRY_RELEASED, u48 when it is due, ms. */
export const ENTRY_DEFERRED = 7;
/** Deduplication ids of messages below are forgotten: u48 seq. */
export const ENTRY_IDS_FORGOTTEN = 8;

export const SKIPPABLE = 0x80;

const ENTRY_HEADER_BYTES = 11;

/** A growing buffer of entries. */
export class JournalWriter {
  bytes = new Uint8Array(4096);
  length = 0;

  done(log: number, firsts: readonly number[], lasts: readonly number[]): void {
    let at = this.#begin(ENTRY_DONE, log, firsts.length * 10);
    for (let i = 0; i < firsts.length; i++) {
      writeU48(this.bytes, at, firsts[i]);
      writeU32(this.bytes, at + 6, lasts[i] - firsts[i] + 1);
      at += 10;
    }
  }

  released(log: number, seq: number, attempts: number, firstMs: number, sizeBytes: number): void {
    this.#attempted(this.#begin(ENTRY_RELEASED, log, 20), seq, attempts, firstMs, sizeBytes);
  }

  handedOut(log: number, seq: number): void {
    writeU48(this.bytes, this.#begin(ENTRY_HANDED_OUT, log, 6), seq);
  }

  due(log: number, seq: number, place: number, sizeBytes: number): void {
    const at = this.#begin(ENTRY_DUE, log, 16);
    writeU48(this.bytes, at, seq);
    writeU48(this.bytes, at + 6, place);
    writeU32(this.bytes, at + 12, sizeBytes);
  }

  held(log: number, seq: number, attempts: number, firstMs: number, sizeBytes: number, deadlineMs: number): void {
    const at = this.#begin(ENTRY_HELD, log, 26);
    this.#attempted(at, seq, attempts, firstMs, sizeBytes);
    writeU48(this.bytes, at + 20, deadlineMs);
  }

  reserved(log: number, seq: number): void {
    writeU48(this.bytes, this.#begin(ENTRY_RESERVED, log, 6), seq);
  }

  deferred(log: number, seq: number, attempts: number, firstMs: number, sizeBytes: number, dueMs: number): void {
    const at = this.#begin(ENTRY_DEFERRED, log, 26);
    this.#attempted(at, seq, attempts, firstMs, sizeBytes);
    writeU48(this.bytes, at + 20, dueMs);
  }

  idsForgotten(log: number, below: number): void {
    writeU48(this.bytes, this.#begin(ENTRY_IDS_FORGOTTEN, log, 6), below);
  }

  #attempted(at: number, seq: number, attempts: number, firstMs: number, sizeBytes: number): void {
    writeU48(this.bytes, at, seq);
    writeU32(this.bytes, at + 6, attempts);
    writeU48(this.bytes, at + 10, firstMs);
    writeU32(this.bytes, at + 16, sizeBytes);
  }

  /** Writes the entry's head and returns where its fields go. */
  #begin(kind: number, log: number, fieldBytes: number): number {
    const at = this.length;
    const needed = at + ENTRY_HEADER_BYTES + fieldBytes;
    if (needed > this.bytes.length) {
      const next = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      next.set(this.bytes.subarray(0, at));
      this.bytes = next;
    }
    this.bytes[at] = kind;
    writeU32(this.bytes, at + 1, fieldBytes + 6);
    writeU48(this.bytes, at + 5, log);
    this.length = needed;
    return at + ENTRY_HEADER_BYTES;
  }
}

/** Calls back for each entry of buffer[start, end): kind, log, and where its fields lie. */
export function forEachEntry(
  buffer: Uint8Array,
  start: number,
  end: number,
  visit: (kind: number, log: number, fieldsStart: number, fieldsEnd: number) => void,
): void {
  for (let at = start; at < end; ) {
    const length = readU32(buffer, at + 1);
    const next = at + 5 + length;
    visit(buffer[at], readU48(buffer, at + 5), at + ENTRY_HEADER_BYTES, next);
    at = next;
  }
}
