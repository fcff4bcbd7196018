import { crc32 } from 'node:zlib';
import { type Descriptor, DESCRIPTOR_BYTES, readDescriptor, writeDescriptor } from './descriptor.js';
import type { RunHeader } from './run.js';
import { FORMAT } from './segment-header.js';
import { readU64, writeU64 } from './u64.js';

/** Metadata values above this stay on the disk and are known by their place. */
export const INLINE_VALUE_BYTES = 4096;

const MAGIC = 0x49514d52; // "RMQI"
const HEADER_BYTES = 72;
const TAG_RUN = 1;
const TAG_OUTSIDE = 2;
const TAG_VALUE = 3;
const TAG_PLACED_VALUE = 4;
const TAG_REMOVED = 5;
const RUN_ENTRY_BYTES = 46;

/** What a write-ahead segment holds, in numbers. Serials and flushes are 0 where there is none. */
export interface SegmentSpan {
  /** Where the last frame ends. */
  usedBytes: number;
  firstSerial: number;
  lastSerial: number;
  firstFlush: number;
  lastFlush: number;
  lastEpoch: number;
}

export function emptySpan(): SegmentSpan {
  return { usedBytes: 0, firstSerial: 0, lastSerial: 0, firstFlush: 0, lastFlush: 0, lastEpoch: 0 };
}

/** Called in the order in which the entries were written. */
export interface SidecarVisitor {
  /** `position` is that of the run header. */
  run(header: RunHeader, position: number): void;
  outside(header: RunHeader, descriptor: Descriptor): void;
  /** A change of the metadata store that begins at `position` and takes `lengthBytes` there. */
  value(key: string, value: Uint8Array | undefined, position: number, lengthBytes: number): void;
  removed(key: string): void;
}

/**
 * The index of one write-ahead segment, gathered while it is written and put beside it when it is sealed, so that
 * opening reads this and not the segment. Journal and volatile runs are left out: the next owner reads the former in
 * order and never sees the latter.
 *
 *      0  u32  magic "RMQI"
 *      4  u32  CRC-32 of everything from byte 8 on
 *      8  u16  format
 *     10  u16  zero
 *     12  u32  length of the entries
 *     16  u64  segment number
 *     24  u64  where the last frame ends
 *     32  u64  first serial     40  u64  last serial
 *     48  u64  first flush      56  u64  last flush (0 for none)
 *     64  u64  epoch of the owner that wrote the last frame
 *     72       entries, each a u8 tag and
 *       1 run        u64 log, u64 first sequence, u32 count, u32 position, u32 payload length, f64 highest timestamp,
 *                    u64 flush, u8 flags, u8 zero
 *       2 outside    the same, then the descriptor
 *       3 value      u32 position, u32 length of the change, u32 length of the key, u32 of the value, key, value
 *       4 placed     u32 position, u32 length of the change, u32 length of the key, key
 *       5 removed    u32 length of the key, key
 */
export class SidecarWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #end = HEADER_BYTES;
  readonly span: SegmentSpan = emptySpan();

  run(header: RunHeader, position: number): void {
    this.#runEntry(TAG_RUN, header, position, 0);
  }

  outside(header: RunHeader, descriptor: Descriptor): void {
    const at = this.#runEntry(TAG_OUTSIDE, header, 0, DESCRIPTOR_BYTES);
    writeDescriptor(this.#buffer, at, descriptor);
  }

  value(key: string, value: Uint8Array, position: number, lengthBytes: number): void {
    const inline = value.length <= INLINE_VALUE_BYTES;
    const keyBytes = Buffer.byteLength(key);
    let at = this.#room(1 + 16 + keyBytes + (inline ? value.length : 0));
    const buffer = this.#buffer;
    buffer.writeUInt8(inline ? TAG_VALUE : TAG_PLACED_VALUE, at);
    buffer.writeUInt32LE(position, at + 1);
    buffer.writeUInt32LE(lengthBytes, at + 5);
    buffer.writeUInt32LE(keyBytes, at + 9);
    at += 13;
    if (inline) {
      buffer.writeUInt32LE(value.length, at);
      at += 4;
    }
    buffer.write(key, at);
    at += keyBytes;
    if (inline) buffer.set(value, at);
    this.#end = at + (inline ? value.length : 0);
  }

  removed(key: string): void {
    const keyBytes = Buffer.byteLength(key);
    const at = this.#room(5 + keyBytes);
    this.#buffer.writeUInt8(TAG_REMOVED, at);
    this.#buffer.writeUInt32LE(keyBytes, at + 1);
    this.#buffer.write(key, at + 5);
    this.#end = at + 5 + keyBytes;
  }

  /** Notes a frame that was written up to `end`; `flush` is 0 for a frame that brings no flush of its own. */
  frame(serial: number, flush: number, epoch: number, end: number): void {
    const { span } = this;
    if (span.firstSerial === 0) span.firstSerial = serial;
    span.lastSerial = serial;
    if (flush > 0) {
      if (span.firstFlush === 0) span.firstFlush = flush;
      span.lastFlush = flush;
    }
    span.lastEpoch = epoch;
    span.usedBytes = end;
  }

  /** The file's content; valid until the next entry. */
  finish(segment: number): Buffer {
    const content = this.#buffer.subarray(0, this.#end);
    content.writeUInt32LE(MAGIC, 0);
    content.writeUInt16LE(FORMAT, 8);
    content.writeUInt16LE(0, 10);
    content.writeUInt32LE(this.#end - HEADER_BYTES, 12);
    writeU64(content, 16, segment);
    writeU64(content, 24, this.span.usedBytes);
    writeU64(content, 32, this.span.firstSerial);
    writeU64(content, 40, this.span.lastSerial);
    writeU64(content, 48, this.span.firstFlush);
    writeU64(content, 56, this.span.lastFlush);
    writeU64(content, 64, this.span.lastEpoch);
    content.writeUInt32LE(crc32(content.subarray(8)), 4);
    return content;
  }

  #runEntry(tag: number, header: RunHeader, position: number, extraBytes: number): number {
    const at = this.#room(RUN_ENTRY_BYTES + 1 + extraBytes);
    const buffer = this.#buffer;
    buffer.writeUInt8(tag, at);
    writeU64(buffer, at + 1, header.log);
    writeU64(buffer, at + 9, header.firstSeq);
    buffer.writeUInt32LE(header.count, at + 17);
    buffer.writeUInt32LE(position, at + 21);
    buffer.writeUInt32LE(header.payloadBytes, at + 25);
    buffer.writeDoubleLE(header.maxTimestampMs, at + 29);
    writeU64(buffer, at + 37, header.flush);
    buffer.writeUInt16LE(header.flags, at + 45);
    this.#end = at + 1 + RUN_ENTRY_BYTES + extraBytes;
    return at + 1 + RUN_ENTRY_BYTES;
  }

  #room(bytes: number): number {
    const needed = this.#end + bytes;
    if (needed > this.#buffer.length) {
      const bigger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(bigger, 0, 0, this.#end);
      this.#buffer = bigger;
    }
    return this.#end;
  }
}

/** What the sidecar's header says; undefined where the content is not an intact sidecar of that segment. */
export function sidecarSpan(content: Buffer, segment: number): SegmentSpan | undefined {
  if (content.length < HEADER_BYTES || content.readUInt32LE(0) !== MAGIC) return undefined;
  if (content.readUInt16LE(8) !== FORMAT || readU64(content, 16) !== segment) return undefined;
  if (content.length !== HEADER_BYTES + content.readUInt32LE(12)) return undefined;
  if (crc32(content.subarray(8)) !== content.readUInt32LE(4)) return undefined;
  return {
    usedBytes: readU64(content, 24),
    firstSerial: readU64(content, 32),
    lastSerial: readU64(content, 40),
    firstFlush: readU64(content, 48),
    lastFlush: readU64(content, 56),
    lastEpoch: readU64(content, 64),
  };
}

/** Visits the entries of an intact sidecar. */
export function visitSidecar(content: Buffer, visitor: SidecarVisitor): void {
  let at = HEADER_BYTES;
  while (at < content.length) {
    const tag = content.readUInt8(at);
    at++;
    if (tag === TAG_RUN || tag === TAG_OUTSIDE) {
      const header = readRunEntry(content, at);
      const position = content.readUInt32LE(at + 20);
      at += RUN_ENTRY_BYTES;
      if (tag === TAG_RUN) {
        visitor.run(header, position);
      } else {
        visitor.outside(header, readDescriptor(content, at));
        at += DESCRIPTOR_BYTES;
      }
    } else if (tag === TAG_REMOVED) {
      const keyEnd = at + 4 + content.readUInt32LE(at);
      visitor.removed(content.toString('utf8', at + 4, keyEnd));
      at = keyEnd;
    } else {
      at = visitValue(content, at, tag === TAG_VALUE, visitor);
    }
  }
}

function visitValue(content: Buffer, at: number, inline: boolean, visitor: SidecarVisitor): number {
  const position = content.readUInt32LE(at);
  const lengthBytes = content.readUInt32LE(at + 4);
  const keyStart = at + (inline ? 16 : 12);
  const keyEnd = keyStart + content.readUInt32LE(at + 8);
  const valueEnd = keyEnd + (inline ? content.readUInt32LE(at + 12) : 0);
  const value = inline ? new Uint8Array(content.subarray(keyEnd, valueEnd)) : undefined;
  visitor.value(content.toString('utf8', keyStart, keyEnd), value, position, lengthBytes);
  return valueEnd;
}

function readRunEntry(content: Buffer, at: number): RunHeader {
  return {
    log: readU64(content, at),
    firstSeq: readU64(content, at + 8),
    count: content.readUInt32LE(at + 16),
    payloadBytes: content.readUInt32LE(at + 24),
    maxTimestampMs: content.readDoubleLE(at + 28),
    flush: readU64(content, at + 36),
    flags: content.readUInt8(at + 44),
  };
}
