/**
 * The layout of one record in a queue's log. Big-endian.
 *
 *   0  u32  length of everything after this field
 *   4  u8   dialect of the sender (DIALECT_*)
 *   5  u8   flags (HAS_*, IS_*)
 *   6  u16  length of routing and optional attributes
 *   8  u32  length of the envelope
 *  12  u48  timestamp, ms since the epoch
 *  18       routing: u8 length + exchange, u8 length + routing key (UTF-8; both empty where the dialect has none)
 *           optional attributes, in the order of their flags:
 *             HAS_EXPIRY u48 ms · HAS_DUE u48 ms · HAS_PRIORITY u8 · HAS_GROUP u8 length + UTF-8
 *             · HAS_DEDUPLICATION u48 when it was accepted, ms, u8 length + UTF-8
 *             · HAS_HISTORY u16 length + entries (see core/delivery/history.ts)
 *           envelope: the sender's own encoding of everything else but the body
 *           body
 *
 * A record with IS_REFERENCE has no envelope; its body is a u48, the sequence of the record in the shard's log of shared
 * bodies that holds envelope and body, and a u32, the length of the body there.
 *
 * Where a length has its highest bit set no record follows: the other bits say how many sequences are gone. Only
 * rewritten runs have such gaps.
 */
export const DIALECT_AMQP = 1;
export const DIALECT_KAFKA = 2;
export const DIALECT_SQS = 3;
export const DIALECT_NATIVE = 4;

export const HAS_EXPIRY = 1;
export const HAS_DUE = 2;
export const HAS_PRIORITY = 4;
export const HAS_GROUP = 8;
export const HAS_DEDUPLICATION = 16;
export const HAS_HISTORY = 32;
export const IS_REFERENCE = 64;
export const IS_TRANSIENT = 128;

export const RECORD_HEADER_BYTES = 18;
export const GAP_BIT = 0x8000_0000;

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Unsigned 48 bit: times in ms and sequences. */
export function readU48(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 8) | bytes[at + 1]!) * 0x1_0000_0000 + readU32(bytes, at + 2);
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, Math.floor(value / 0x1_0000_0000));
  writeU32(bytes, at + 2, value % 0x1_0000_0000);
}
