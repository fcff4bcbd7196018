import { MalformedBytes, VarintCursor, readInt16, readInt32, readInt64 } from '../../../bytes/index.js';

/** A stretch of somebody's buffer: `buffer[start, end)`. */
export interface ByteSlice {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export const ZERO_UUID = '0'.repeat(32);

/**
 * Reads the primitive types of the Kafka protocol (https://kafka.apache.org/protocol#protocol_types) from a frame.
 * Throws {@link MalformedBytes} rather than read past the end.
 */
export class WireReader extends VarintCursor {
  readonly #buffer: Buffer;

  constructor(buffer: Buffer, start: number, end: number) {
    super(buffer, start, end);
    this.#buffer = buffer;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  int8(): number {
    return (this.bytes[this.#advance(1)] << 24) >> 24;
  }

  int16(): number {
    return readInt16(this.bytes, this.#advance(2));
  }

  uint16(): number {
    return this.int16() & 0xffff;
  }

  int32(): number {
    return readInt32(this.bytes, this.#advance(4));
  }

  /** Exact within 2^53, rounded beyond. */
  int64(): number {
    return readInt64(this.bytes, this.#advance(8));
  }

  float64(): number {
    return this.#buffer.readDoubleBE(this.#advance(8));
  }

  bool(): boolean {
    return this.bytes[this.#advance(1)] !== 0;
  }

  /** 32 lower-case hex digits. */
  uuid(): string {
    const at = this.#advance(16);
    return this.#buffer.toString('hex', at, at + 16);
  }

  /** Reads a length with a 16-bit prefix, or as compact varint; -1 stands for null. */
  stringLength(compact: boolean): number {
    return compact ? this.readUnsigned() - 1 : this.int16();
  }

  /** Reads a length or count with a 32-bit prefix, or as compact varint; -1 stands for null. */
  length(compact: boolean): number {
    return compact ? this.readUnsigned() - 1 : this.int32();
  }

  /** The next `length` bytes as UTF-8. */
  utf8(length: number): string {
    const at = this.#advance(length);
    return this.#buffer.toString('utf8', at, at + length);
  }

  /** The next `length` bytes, as a view of the frame. */
  view(length: number): Buffer {
    const at = this.#advance(length);
    return this.#buffer.subarray(at, at + length);
  }

  slice(length: number): ByteSlice {
    const start = this.#advance(length);
    return { buffer: this.#buffer, start, end: start + length };
  }

  /** Steps over tagged fields which the reader does not know. */
  skipTags(): void {
    for (let left = this.readUnsigned(); left > 0; left--) {
      this.readUnsigned();
      this.#advance(this.readUnsigned());
    }
  }

  #advance(length: number): number {
    const at = this.position;
    if (length < 0 || length > this.end - at) throw new MalformedBytes('a field runs past the end of its frame');
    this.position = at + length;
    return at;
  }
}
