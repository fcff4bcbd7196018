import { crc32 } from 'node:zlib';
import { readU64, writeU64 } from './u64.js';

export const RUN_HEADER_BYTES = 48;

/** A flag of the engine's own: the payload is a descriptor, and the run it describes lies in a topic segment. */
export const RUN_OUTSIDE = 0x80;

const MAGIC = 0x4e55524d; // "MRUN"
const MAGIC_BYTES = Buffer.from([0x4d, 0x52, 0x55, 0x4e]);

/**
 * A run: this header and then the payload. The same in write-ahead and in topic segments, so that a run is moved by
 * copying its bytes.
 *
 *      0  u32  CRC-32 of everything after it: bytes 4 to 47 and the payload
 *      4  u32  magic "MRUN"
 *      8  u32  length of the payload
 *     12  u32  count of sequences
 *     16  u64  log
 *     24  u64  first sequence
 *     32  f64  highest record timestamp in ms since the epoch, 0 for none
 *     40  u48  number of the flush that appended it
 *     46  u8   flags
 *     47  u8   zero
 */
export interface RunHeader {
  readonly log: number;
  readonly firstSeq: number;
  readonly count: number;
  readonly flags: number;
  readonly maxTimestampMs: number;
  readonly flush: number;
  readonly payloadBytes: number;
}

/** What is said of a run that is not as it was written. */
export const WRONG_RUN = 'a run whose checksum is wrong';

/** Writes the header of the run whose payload begins at `position + RUN_HEADER_BYTES`, checksum and all. */
export function sealRun(buffer: Buffer, position: number, header: RunHeader): void {
  writeRunFields(buffer, position, header);
  const end = position + RUN_HEADER_BYTES + header.payloadBytes;
  buffer.writeUInt32LE(crc32(buffer.subarray(position + 4, end)), position);
}

/** The header of a run whose payload lies elsewhere in memory. */
export function sealedRunHeader(header: RunHeader, payload: Uint8Array): Buffer {
  const buffer = Buffer.allocUnsafe(RUN_HEADER_BYTES);
  writeRunFields(buffer, 0, header);
  buffer.writeUInt32LE(crc32(payload, crc32(buffer.subarray(4))), 0);
  return buffer;
}

function writeRunFields(buffer: Buffer, position: number, header: RunHeader): void {
  buffer.writeUInt32LE(MAGIC, position + 4);
  buffer.writeUInt32LE(header.payloadBytes, position + 8);
  buffer.writeUInt32LE(header.count, position + 12);
  writeU64(buffer, position + 16, header.log);
  writeU64(buffer, position + 24, header.firstSeq);
  buffer.writeDoubleLE(header.maxTimestampMs, position + 32);
  buffer.writeUIntLE(header.flush, position + 40, 6);
  buffer.writeUInt16LE(header.flags, position + 46);
}

/** Undefined where no run header begins at `position`. The checksum is not looked at, see {@link isRunIntact}. */
export function readRunHeader(buffer: Buffer, position: number, end: number): RunHeader | undefined {
  if (position + RUN_HEADER_BYTES > end || buffer.readUInt32LE(position + 4) !== MAGIC) return undefined;
  return {
    log: readU64(buffer, position + 16),
    firstSeq: readU64(buffer, position + 24),
    count: buffer.readUInt32LE(position + 12),
    flags: buffer.readUInt8(position + 46),
    maxTimestampMs: buffer.readDoubleLE(position + 32),
    flush: buffer.readUIntLE(position + 40, 6),
    payloadBytes: buffer.readUInt32LE(position + 8),
  };
}

export function runBytes(header: RunHeader): number {
  return RUN_HEADER_BYTES + header.payloadBytes;
}

/** Whether the run at `position` lies within `end` and its checksum is right. */
export function isRunIntact(buffer: Buffer, position: number, header: RunHeader, end: number): boolean {
  const runEnd = position + runBytes(header);
  return runEnd <= end && crc32(buffer.subarray(position + 4, runEnd)) === buffer.readUInt32LE(position);
}

/** The position of the next intact run after `position`, or `end`: how a reader gets past a damaged one. */
function findRun(buffer: Buffer, position: number, end: number): number {
  let at = buffer.indexOf(MAGIC_BYTES, position + 8);
  while (at >= 0 && at < end) {
    const header = readRunHeader(buffer, at - 4, end);
    if (header !== undefined && isRunIntact(buffer, at - 4, header, end)) return at - 4;
    at = buffer.indexOf(MAGIC_BYTES, at + 1);
  }
  return end;
}

/** What {@link walkRuns} found. */
export interface RunVisitor {
  run(header: RunHeader, position: number): void;
  /** Bytes that are no intact run; `header` is what the place says of itself, if it says anything. */
  damaged(position: number, end: number, header: RunHeader | undefined): void;
}

/** Visits the runs that lie one after the other in buffer[start, end). With `trusted` their checksums are not computed. */
export function walkRuns(buffer: Buffer, start: number, end: number, trusted: boolean, visitor: RunVisitor): void {
  let position = start;
  while (position < end) {
    const header = readRunHeader(buffer, position, end);
    if (header !== undefined && (trusted || isRunIntact(buffer, position, header, end))) {
      visitor.run(header, position);
      position += runBytes(header);
      continue;
    }
    const next = resynchronised(buffer, position, end, header);
    visitor.damaged(position, next, header);
    position = next;
  }
}

/** Where reading goes on after the damaged run at `position`: right behind it if its length is believable. */
function resynchronised(buffer: Buffer, position: number, end: number, header: RunHeader | undefined): number {
  if (header !== undefined) {
    const behind = position + runBytes(header);
    if (behind === end) return end;
    const follower = behind < end ? readRunHeader(buffer, behind, end) : undefined;
    if (follower !== undefined && isRunIntact(buffer, behind, follower, end)) return behind;
  }
  return findRun(buffer, position, end);
}
