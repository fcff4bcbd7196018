import { readU64, writeU64 } from './u64.js';

/**
 * The payload of a run flagged RUN_OUTSIDE: where the run really lies. The run header around it has the log, the
 * sequences and the flags of the run that it describes.
 *
 *      0  u64  first sequence in the topic segment's name
 *      8  u32  generation in the topic segment's name
 *     12  u32  position of the run in that file
 *     16  u32  length of the run there, its header included
 *     20  u32  the checksum in that header
 */
export interface Descriptor {
  readonly baseSeq: number;
  readonly generation: number;
  readonly position: number;
  readonly lengthBytes: number;
  readonly checksum: number;
}

export const DESCRIPTOR_BYTES = 24;

export function writeDescriptor(buffer: Buffer, at: number, descriptor: Descriptor): void {
  writeU64(buffer, at, descriptor.baseSeq);
  buffer.writeUInt32LE(descriptor.generation, at + 8);
  buffer.writeUInt32LE(descriptor.position, at + 12);
  buffer.writeUInt32LE(descriptor.lengthBytes, at + 16);
  buffer.writeUInt32LE(descriptor.checksum, at + 20);
}

export function readDescriptor(buffer: Buffer, at: number): Descriptor {
  return {
    baseSeq: readU64(buffer, at),
    generation: buffer.readUInt32LE(at + 8),
    position: buffer.readUInt32LE(at + 12),
    lengthBytes: buffer.readUInt32LE(at + 16),
    checksum: buffer.readUInt32LE(at + 20),
  };
}
