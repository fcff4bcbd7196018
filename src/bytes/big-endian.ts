/** Big-endian integers in a Uint8Array. 64-bit values are JavaScript numbers: exact within 2^53, rounded beyond. */

const TWO_POW_32 = 0x1_0000_0000;

export function readInt16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16)) >> 16;
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

export function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * TWO_POW_32 + (readInt32(bytes, at + 4) >>> 0);
}

export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** @param value an integer within 2^53 either way: what lies beyond would be written as another number */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`);
  writeInt32(bytes, at, Math.floor(value / TWO_POW_32));
  writeInt32(bytes, at + 4, value >>> 0);
}
