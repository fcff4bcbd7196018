import snappy from 'snappyjs';
import { MalformedBytes } from '../../../bytes/index.js';

/** How the stream format of the snappy-java library begins, which Kafka's Java client writes. */
const STREAM_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, then two 32-bit version numbers. */
const STREAM_HEADER_BYTES = 16;

/**
 * Decompresses snappy as Kafka clients write it: a bare block, or snappy-java's stream of blocks, each after its
 * length in four bytes, big-endian.
 */
export function decompressSnappy(compressed: Uint8Array, maxBytes: number): Uint8Array {
  const bytes = Buffer.from(compressed.buffer, compressed.byteOffset, compressed.length);
  if (!bytes.subarray(0, STREAM_MAGIC.length).equals(STREAM_MAGIC)) return snappy.uncompress(bytes, maxBytes);
  const blocks: Uint8Array[] = [];
  let sizeBytes = 0;
  let at = STREAM_HEADER_BYTES;
  while (at < bytes.length) {
    const start = at + 4;
    const end = start + bytes.readInt32BE(at);
    if (end < start || end > bytes.length) throw new MalformedBytes('a snappy block runs past its stream');
    const block = snappy.uncompress(bytes.subarray(start, end), maxBytes - sizeBytes);
    blocks.push(block);
    sizeBytes += block.length;
    at = end;
  }
  return Buffer.concat(blocks, sizeBytes);
}
