const HIGH = 0x1_0000_0000;

/** Writes a whole number up to 2^53 - 1 as eight bytes, least significant first. */
export function writeU64(buffer: Buffer, position: number, value: number): void {
  const high = Math.floor(value / HIGH);
  buffer.writeUInt32LE(value - high * HIGH, position);
  buffer.writeUInt32LE(high, position + 4);
}

/** Reads what {@link writeU64} wrote. Bytes that were never written by it may give more than 2^53 - 1, inexactly. */
export function readU64(buffer: Buffer, position: number): number {
  return buffer.readUInt32LE(position) + buffer.readUInt32LE(position + 4) * HIGH;
}
