import { readU64, writeU64 } from './u64.js';

/**
 * The payload of a run flagged RUN_OUTSIDE: where the run really lies. The run header around it has the log, the
 * sequences and the flags of the run that it describes.
 *
 *      0  u64  first sequence in the topic segment's name
 *      8  u64  serial in the topic segment's name
 *     16  u32  position of the run in that file
 *     20  u32  length of the run there, its header included
 *     24  u32  the checksum in that header
 */
export interface Descriptor {
  readonly baseSeq: number;
  readonly nameSerial: number;
  readonly position: number;
  readonly lengthBytes: number;
  readonly checksum: number;
}

export const DESCRIPTOR_BYTES = 28;

export function writeDescriptor(buffer: Buffer, at: number, descriptor: Descriptor): void {
  writeU64(buffer, at, descriptor.baseSeq);
  writeU64(buffer, at + 8, descriptor.nameSerial);
  buffer.writeUInt32LE(descriptor.position, at + 16);
  buffer.writeUInt32LE(descriptor.lengthBytes, at + 20);
  buffer.writeUInt32LE(descriptor.checksum, at + 24);
}

export function readDescriptor(buffer: Buffer, at: number): Descriptor {
  return {
    baseSeq: readU64(buffer, at),
    nameSerial: readU64(buffer, at + 8),
    position: buffer.readUInt32LE(at + 16),
    lengthBytes: buffer.readUInt32LE(at + 20),
    checksum: buffer.readUInt32LE(at + 24),
  };
}
