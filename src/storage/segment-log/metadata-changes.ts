import { crc32 } from 'node:zlib';
import type { MetadataChange } from '../../core/index.js';

/**
 * Metadata changes one after the other, in the order in which they apply. Each:
 *
 *      0  u32  CRC-32 of everything after it
 *      4  u32  length of the value; 0xffffffff for "the key is removed"
 *      8  u32  length of the key in bytes
 *     12       the key, UTF-8, then the value
 */
const CHANGE_HEADER_BYTES = 12;

const REMOVED = 0xffff_ffff;

export function metadataBytes(changes: readonly MetadataChange[]): number {
  let bytes = 0;
  for (const { key, value } of changes) bytes += CHANGE_HEADER_BYTES + Buffer.byteLength(key) + (value?.length ?? 0);
  return bytes;
}

/** Writes the changes at `position`; calls `placed` with where each lies, header and all. */
export function writeMetadata(
  buffer: Buffer,
  position: number,
  changes: readonly MetadataChange[],
  placed: (change: MetadataChange, start: number, end: number) => void,
): void {
  let at = position;
  for (const change of changes) {
    const { key, value } = change;
    const keyBytes = buffer.write(key, at + CHANGE_HEADER_BYTES);
    const valueAt = at + CHANGE_HEADER_BYTES + keyBytes;
    buffer.writeUInt32LE(value === undefined ? REMOVED : value.length, at + 4);
    buffer.writeUInt32LE(keyBytes, at + 8);
    if (value !== undefined) buffer.set(value, valueAt);
    const end = valueAt + (value?.length ?? 0);
    buffer.writeUInt32LE(crc32(buffer.subarray(at + 4, end)), at);
    placed(change, at, end);
    at = end;
  }
}

/** A change as it lies in a buffer; `valueStart` is -1 where the key is removed. */
export interface PlacedChange {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * Reads `count` changes from buffer[start, end). Stops at the first that is damaged, because its lengths cannot be
 * believed, and tells so: `intactEnd` is below `end` then.
 */
export function readMetadata(
  buffer: Buffer,
  start: number,
  end: number,
  count: number,
): { readonly changes: PlacedChange[]; readonly intactEnd: number } {
  const changes: PlacedChange[] = [];
  let at = start;
  while (changes.length < count && at + CHANGE_HEADER_BYTES <= end) {
    const valueBytes = buffer.readUInt32LE(at + 4);
    const keyBytes = buffer.readUInt32LE(at + 8);
    const valueAt = at + CHANGE_HEADER_BYTES + keyBytes;
    const changeEnd = valueAt + (valueBytes === REMOVED ? 0 : valueBytes);
    if (changeEnd > end || crc32(buffer.subarray(at + 4, changeEnd)) !== buffer.readUInt32LE(at)) break;
    const key = buffer.toString('utf8', at + CHANGE_HEADER_BYTES, valueAt);
    changes.push({ key, valueStart: valueBytes === REMOVED ? -1 : valueAt, valueEnd: changeEnd });
    at = changeEnd;
  }
  return { changes, intactEnd: at };
}
