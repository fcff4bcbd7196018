import { crc32 } from 'node:zlib';
import type { PlacedExtent } from './extent-chunk.js';
import { readU64, writeU64 } from './u64.js';

const MAGIC = 0x54514d52; // "RMQT"
const HEADER_BYTES = 12;
const ENTRY_BYTES = 60;

/** An extent of a topic segment; the file is the one that the index belongs to. */
export type TopicExtent = Omit<PlacedExtent, 'file'>;

/**
 * The sidecar of a topic segment: blocks, each appended when the write-ahead segment that committed its runs is about to
 * go. Until then that segment tells of them. A block:
 *
 *      0  u32  magic "RMQT"
 *      4  u32  CRC-32 of the entries
 *      8  u32  number of entries
 *     12       entries of 60 bytes: u64 first sequence, u64 last sequence, f64 highest timestamp, u64 flush,
 *              u32 position, u32 span, u32 payload bytes, u32 number of runs, u8 flags, and eleven zeros
 */
export function encodeTopicBlock(extents: readonly TopicExtent[]): Buffer {
  const block = Buffer.alloc(HEADER_BYTES + extents.length * ENTRY_BYTES);
  for (const [i, extent] of extents.entries()) {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    writeU64(block, at, extent.firstSeq);
    writeU64(block, at + 8, extent.lastSeq);
    block.writeDoubleLE(extent.maxTimestampMs, at + 16);
    writeU64(block, at + 24, extent.flush);
    block.writeUInt32LE(extent.position, at + 32);
    block.writeUInt32LE(extent.spanBytes, at + 36);
    block.writeUInt32LE(extent.sizeBytes, at + 40);
    block.writeUInt32LE(extent.runs, at + 44);
    block.writeUInt8(extent.flags, at + 48);
  }
  block.writeUInt32LE(MAGIC, 0);
  block.writeUInt32LE(crc32(block.subarray(HEADER_BYTES)), 4);
  block.writeUInt32LE(extents.length, 8);
  return block;
}

/** The extents of all intact blocks, and where the last of those ends. */
export function decodeTopicIndex(content: Buffer): { readonly extents: TopicExtent[]; readonly intactEnd: number } {
  const extents: TopicExtent[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= content.length && content.readUInt32LE(at) === MAGIC) {
    const end = at + HEADER_BYTES + content.readUInt32LE(at + 8) * ENTRY_BYTES;
    if (end > content.length || crc32(content.subarray(at + HEADER_BYTES, end)) !== content.readUInt32LE(at + 4)) break;
    for (let entry = at + HEADER_BYTES; entry < end; entry += ENTRY_BYTES) extents.push(decodeEntry(content, entry));
    at = end;
  }
  return { extents, intactEnd: at };
}

function decodeEntry(content: Buffer, at: number): TopicExtent {
  return {
    firstSeq: readU64(content, at),
    lastSeq: readU64(content, at + 8),
    maxTimestampMs: content.readDoubleLE(at + 16),
    flush: readU64(content, at + 24),
    position: content.readUInt32LE(at + 32),
    spanBytes: content.readUInt32LE(at + 36),
    sizeBytes: content.readUInt32LE(at + 40),
    runs: content.readUInt32LE(at + 44),
    flags: content.readUInt8(at + 48),
  };
}
