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
/** A message went back with this many attempts behind it: u48 seq, u32 attempts. */
export const ENTRY_RELEASED = 2;
/** Everything below was handed out at least once: u48 seq. Reserved ahead of the deliveries. */
export const ENTRY_HANDED_OUT = 3;
/** A delayed message fell due and took a place in the order: u48 seq, u48 order. */
export const ENTRY_DUE = 4;
/** A message of a grouped queue was handed out: u48 seq, u32 attempts, u48 deadline in ms (0: none). */
export const ENTRY_HELD = 5;
/** Sequences below may have been given out: u48 seq. */
export const ENTRY_RESERVED = 6;
/** A message was put off: u48 seq, u48 due in ms, u32 attempts. */
export const ENTRY_DEFERRED = 7;

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

  released(log: number, seq: number, attempts: number): void {
    const at = this.#begin(ENTRY_RELEASED, log, 10);
    writeU48(this.bytes, at, seq);
    writeU32(this.bytes, at + 6, attempts);
  }

  handedOut(log: number, seq: number): void {
    writeU48(this.bytes, this.#begin(ENTRY_HANDED_OUT, log, 6), seq);
  }

  due(log: number, seq: number, order: number): void {
    const at = this.#begin(ENTRY_DUE, log, 12);
    writeU48(this.bytes, at, seq);
    writeU48(this.bytes, at + 6, order);
  }

  held(log: number, seq: number, attempts: number, deadlineMs: number): void {
    const at = this.#begin(ENTRY_HELD, log, 16);
    writeU48(this.bytes, at, seq);
    writeU32(this.bytes, at + 6, attempts);
    writeU48(this.bytes, at + 10, deadlineMs);
  }

  reserved(log: number, seq: number): void {
    writeU48(this.bytes, this.#begin(ENTRY_RESERVED, log, 6), seq);
  }

  deferred(log: number, seq: number, dueMs: number, attempts: number): void {
    const at = this.#begin(ENTRY_DEFERRED, log, 16);
    writeU48(this.bytes, at, seq);
    writeU48(this.bytes, at + 6, dueMs);
    writeU32(this.bytes, at + 12, attempts);
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
