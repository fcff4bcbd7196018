import { crc32 } from 'node:zlib';
import { FORMAT } from './segment-header.js';
import { readU64, writeU64 } from './u64.js';

/** What a frame is. The core's flushes are frames, and the engine writes some of its own between them. */
export const FRAME_FLUSH = 1;
/** Runs and metadata values copied from a segment that is about to go; each run keeps the number of its own flush. */
export const FRAME_RELOCATION = 2;
/** An owner begins. */
export const FRAME_OPEN = 3;
/** An owner ended in good order; nothing follows but the next owner. */
export const FRAME_CLOSE = 4;

export const FRAME_HEADER_BYTES = 80;
export const FRAME_TRAILER_BYTES = 16;

const HEADER_MAGIC = 0x46514d52; // "RMQF"
const TRAILER_MAGIC = 0x43514d52; // "RMQC"

/**
 * A frame: header, runs, descriptors of runs that lie in topic segments, metadata changes, trailer. The header:
 *
 *      0  u32  magic "RMQF"
 *      4  u32  CRC-32 of bytes 8 to 79
 *      8  u16  format
 *     10  u8   kind
 *     11  u8   zero
 *     12  u32  shard
 *     16  u64  segment number: frames left over from an earlier life of the file have another one
 *     24  u64  epoch of the owner that wrote it
 *     32  u64  serial: counts up by one per frame of the shard
 *     40  u64  flush number; in a frame of the engine, the last one before it
 *     48  u64  the last serial known stable when this frame was written
 *     56  u32  length of the frame, header and trailer included
 *     60  u32  end of the runs and descriptors, counted from the frame's beginning: here the metadata begins
 *     64  u32  number of runs, descriptors included
 *     68  u32  number of metadata changes
 *     72  u64  zero
 *
 * The trailer, whose place at the end shows that the whole frame was written:
 *
 *      0  u32  magic "RMQC"
 *      4  u32  CRC-32 of the metadata, 0 when there is none
 *      8  u64  serial
 */
export interface FrameHeader {
  readonly format: number;
  readonly kind: number;
  readonly shard: number;
  readonly segment: number;
  readonly epoch: number;
  readonly serial: number;
  readonly flush: number;
  readonly syncedSerial: number;
  readonly lengthBytes: number;
  readonly runsEnd: number;
  readonly runCount: number;
  readonly metadataCount: number;
}

export function writeFrameHeader(buffer: Buffer, position: number, header: Omit<FrameHeader, 'format'>): void {
  buffer.writeUInt32LE(HEADER_MAGIC, position);
  buffer.writeUInt16LE(FORMAT, position + 8);
  buffer.writeUInt16LE(header.kind, position + 10);
  buffer.writeUInt32LE(header.shard, position + 12);
  writeU64(buffer, position + 16, header.segment);
  writeU64(buffer, position + 24, header.epoch);
  writeU64(buffer, position + 32, header.serial);
  writeU64(buffer, position + 40, header.flush);
  writeU64(buffer, position + 48, header.syncedSerial);
  buffer.writeUInt32LE(header.lengthBytes, position + 56);
  buffer.writeUInt32LE(header.runsEnd, position + 60);
  buffer.writeUInt32LE(header.runCount, position + 64);
  buffer.writeUInt32LE(header.metadataCount, position + 68);
  writeU64(buffer, position + 72, 0);
  buffer.writeUInt32LE(crc32(buffer.subarray(position + 8, position + FRAME_HEADER_BYTES)), position + 4);
}

/** Undefined where no intact frame header begins at `position`. */
export function readFrameHeader(buffer: Buffer, position: number): FrameHeader | undefined {
  const end = position + FRAME_HEADER_BYTES;
  if (end > buffer.length || buffer.readUInt32LE(position) !== HEADER_MAGIC) return undefined;
  if (buffer.readUInt32LE(position + 4) !== crc32(buffer.subarray(position + 8, end))) return undefined;
  return {
    format: buffer.readUInt16LE(position + 8),
    kind: buffer.readUInt8(position + 10),
    shard: buffer.readUInt32LE(position + 12),
    segment: readU64(buffer, position + 16),
    epoch: readU64(buffer, position + 24),
    serial: readU64(buffer, position + 32),
    flush: readU64(buffer, position + 40),
    syncedSerial: readU64(buffer, position + 48),
    lengthBytes: buffer.readUInt32LE(position + 56),
    runsEnd: buffer.readUInt32LE(position + 60),
    runCount: buffer.readUInt32LE(position + 64),
    metadataCount: buffer.readUInt32LE(position + 68),
  };
}

export function writeFrameTrailer(buffer: Buffer, position: number, serial: number, metadataCrc: number): void {
  buffer.writeUInt32LE(TRAILER_MAGIC, position);
  buffer.writeUInt32LE(metadataCrc, position + 4);
  writeU64(buffer, position + 8, serial);
}

/** The metadata's checksum that the trailer of frame `serial` gives; undefined where that trailer is not at `position`. */
export function readFrameTrailer(buffer: Buffer, position: number, serial: number): number | undefined {
  if (position + FRAME_TRAILER_BYTES > buffer.length || buffer.readUInt32LE(position) !== TRAILER_MAGIC)
    return undefined;
  return readU64(buffer, position + 8) === serial ? buffer.readUInt32LE(position + 4) : undefined;
}
