import { MalformedBytes } from './malformed-bytes.js';

const TWO_POW_28 = 0x1000_0000;

/**
 * A position in a byte range from which base-128 varints are read, least significant group first. The signed forms
 * are zigzag-coded, as in Protocol Buffers and in Kafka's records.
 *
 * Every read throws {@link MalformedBytes} rather than pass `end`.
 */
export class VarintCursor {
  bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Reads an unsigned varint of at most 32 bits. */
  readUnsigned(): number {
    const { bytes, end } = this;
    let position = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (position >= end) throw new MalformedBytes('a varint runs past the end');
      const byte = bytes[position++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break;
        this.position = position;
        return value >>> 0;
      }
    }
    throw new MalformedBytes('a varint is longer than 32 bits');
  }

  /** Reads a zigzag varint of at most 32 bits. */
  readSigned(): number {
    const raw = this.readUnsigned();
    return (raw >>> 1) ^ -(raw & 1);
  }

  /**
   * Reads a zigzag varint of at most 64 bits. Values beyond 2^53 come back rounded to the nearest double.
   */
  readSignedLong(): number {
    const { bytes, end } = this;
    let position = this.position;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (position >= end) throw new MalformedBytes('a varint runs past the end');
      const byte = bytes[position++];
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = position;
        return (low >>> 1) ^ -(low & 1);
      }
    }
    let high = 0;
    let scale = 1;
    for (let group = 4; group < 10; group++) {
      if (position >= end) throw new MalformedBytes('a varint runs past the end');
      const byte = bytes[position++];
      high += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (group === 9 && byte > 1) break;
        this.position = position;
        const half = high * (TWO_POW_28 / 2) + (low >>> 1);
        return (low & 1) === 0 ? half : -half - 1;
      }
      scale *= 128;
    }
    throw new MalformedBytes('a varint is longer than 64 bits');
  }
}

/** How many bytes {@link writeUnsignedVarint} takes for a value below 2^32. */
export function unsignedVarintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < TWO_POW_28 ? 4 : 5;
}

/** Writes an unsigned varint of at most 32 bits at `position` and returns the position after it. */
export function writeUnsignedVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value >>> 0;
  let at = position;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** How many bytes {@link writeSignedVarint} takes for a signed 32-bit value. */
export function signedVarintSize(value: number): number {
  return unsignedVarintSize(((value << 1) ^ (value >> 31)) >>> 0);
}

/** Writes a zigzag varint of a signed 32-bit value at `position` and returns the position after it. */
export function writeSignedVarint(bytes: Uint8Array, position: number, value: number): number {
  return writeUnsignedVarint(bytes, position, (value << 1) ^ (value >> 31));
}

/** How many bytes {@link writeSignedLongVarint} takes for a safe integer. */
export function signedLongVarintSize(value: number): number {
  let half = value < 0 ? -value - 1 : value;
  let size = 1;
  // The zigzag form is 2 * half (+ 1): its lowest group holds six bits of `half`.
  half = Math.floor(half / 64);
  while (half > 0) {
    half = Math.floor(half / 128);
    size++;
  }
  return size;
}

/** Writes a zigzag varint of a safe integer at `position` and returns the position after it. */
export function writeSignedLongVarint(bytes: Uint8Array, position: number, value: number): number {
  const negative = value < 0;
  const half = negative ? -value - 1 : value;
  let group = (half % 64) * 2 + (negative ? 1 : 0);
  let rest = Math.floor(half / 64);
  let at = position;
  while (rest > 0) {
    bytes[at++] = group | 0x80;
    group = rest % 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = group;
  return at;
}
