import { crc32 } from 'node:zlib';
import { readU64, writeU64 } from './u64.js';

/** The version of everything this engine writes; a higher one on the disk is refused as `newer-format`. */
export const FORMAT = 1;

/**
 * Every frame of a write-ahead segment begins at a multiple of this, so that a sector that holds a stable flush is never
 * written again, and so that a scan after damage knows where to look.
 */
export const SECTOR_BYTES = 512;

/** The segment header takes the first sector. */
export const SEGMENT_HEADER_BYTES = SECTOR_BYTES;

const MAGIC = 0x53514d52; // "RMQS"
const CHECKED_BYTES = 48;

/**
 * The first sector of a write-ahead segment:
 *
 *      0  u32  magic "RMQS"
 *      4  u32  CRC-32 of bytes 8 to 47
 *      8  u16  format
 *     10  u16  zero
 *     12  u32  shard
 *     16  u64  segment number, the same as in the file's name
 *     24  u64  epoch of the owner that prepared it
 *     32  u64  size of the file in bytes
 *     40  u64  void-from: frames with this serial or a higher one are void in every segment with a lower number; 0 for none
 *     48       zeros to 511
 */
export interface SegmentHeader {
  readonly format: number;
  readonly shard: number;
  readonly segment: number;
  readonly epoch: number;
  readonly sizeBytes: number;
  readonly voidFrom: number;
}

export function encodeSegmentHeader(header: Omit<SegmentHeader, 'format'>): Buffer {
  const sector = Buffer.alloc(SEGMENT_HEADER_BYTES);
  sector.writeUInt32LE(MAGIC, 0);
  sector.writeUInt16LE(FORMAT, 8);
  sector.writeUInt32LE(header.shard, 12);
  writeU64(sector, 16, header.segment);
  writeU64(sector, 24, header.epoch);
  writeU64(sector, 32, header.sizeBytes);
  writeU64(sector, 40, header.voidFrom);
  sector.writeUInt32LE(crc32(sector.subarray(8, CHECKED_BYTES)), 4);
  return sector;
}

/** Undefined where the bytes are no intact header. */
export function decodeSegmentHeader(sector: Buffer): SegmentHeader | undefined {
  if (sector.length < CHECKED_BYTES || sector.readUInt32LE(0) !== MAGIC) return undefined;
  if (sector.readUInt32LE(4) !== crc32(sector.subarray(8, CHECKED_BYTES))) return undefined;
  return {
    format: sector.readUInt16LE(8),
    shard: sector.readUInt32LE(12),
    segment: readU64(sector, 16),
    epoch: readU64(sector, 24),
    sizeBytes: readU64(sector, 32),
    voidFrom: readU64(sector, 40),
  };
}

/** The position of the first sector boundary at or above `position`. */
export function sectorAligned(position: number): number {
  return Math.ceil(position / SECTOR_BYTES) * SECTOR_BYTES;
}
