import { writeInt16, writeInt32, writeInt64, writeUnsignedVarint } from '../../../bytes/index.js';
import type { ByteSlice } from './wire-reader.js';

const SLAB_BYTES = 64 * 1024;
/** Records of at least this size go out as buffers of their own; smaller ones are copied between the fields. */
const SPLICE_FROM_BYTES = 2 * 1024;

/**
 * Writes one frame after another: `begin()`, primitive types of the Kafka protocol, `finish()`. Frames are cut from a
 * slab that is never written twice, so a finished frame may wait for its socket as long as it must.
 */
export class WireWriter {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #position = 0;
  /** Where the part of the frame that is being written starts in the slab. */
  #partStart = 0;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #frameStart: Buffer | undefined;

  /** Starts a frame and leaves room for its length. */
  begin(): void {
    this.#parts = [];
    this.#partsBytes = 0;
    this.#frameStart = undefined;
    this.#partStart = this.#position;
    this.#reserve(4);
    this.#position += 4;
  }

  /** Ends the frame: the buffers to be sent, in order. */
  finish(): Buffer[] {
    this.#cutPart();
    const first = this.#frameStart;
    if (first === undefined) throw new Error('finish() without begin()');
    writeInt32(first, 0, this.#partsBytes - 4);
    return this.#parts;
  }

  /** How many bytes of the frame have been written, its length field included. */
  get frameBytes(): number {
    return this.#partsBytes + this.#position - this.#partStart;
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#slab[this.#position++] = value;
  }

  int16(value: number): void {
    this.#reserve(2);
    writeInt16(this.#slab, this.#position, value);
    this.#position += 2;
  }

  int32(value: number): void {
    this.#reserve(4);
    writeInt32(this.#slab, this.#position, value);
    this.#position += 4;
  }

  /** @param value a safe integer */
  int64(value: number): void {
    this.#reserve(8);
    writeInt64(this.#slab, this.#position, value);
    this.#position += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#position = this.#slab.writeDoubleBE(value, this.#position);
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  /** @param hex 32 hex digits */
  uuid(hex: string): void {
    this.#reserve(16);
    if (this.#slab.write(hex, this.#position, 16, 'hex') !== 16) throw new RangeError(`${hex} is no UUID in hex`);
    this.#position += 16;
  }

  unsignedVarint(value: number): void {
    this.#reserve(5);
    this.#position = writeUnsignedVarint(this.#slab, this.#position, value);
  }

  /** Writes the length of a string or, with `null`, the mark of a missing one. */
  stringLength(length: number | null, compact: boolean): void {
    if (compact) this.unsignedVarint(length === null ? 0 : length + 1);
    else if (length !== null && length > 0x7fff) throw new RangeError('a string is longer than 32767 bytes');
    else this.int16(length ?? -1);
  }

  /** Writes a length or count or, with `null`, the mark of a missing one. */
  length(length: number | null, compact: boolean): void {
    if (compact) this.unsignedVarint(length === null ? 0 : length + 1);
    else this.int32(length ?? -1);
  }

  string(value: string, compact: boolean): void {
    const length = Buffer.byteLength(value);
    this.stringLength(length, compact);
    this.#reserve(length);
    this.#slab.write(value, this.#position, length, 'utf8');
    this.#position += length;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#slab.set(value, this.#position);
    this.#position += value.length;
  }

  /** Appends slices without a length; large ones are referred to, not copied, and must not change until sent. */
  slices(slices: readonly ByteSlice[]): void {
    for (const { buffer, start, end } of slices) {
      const bytes = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start);
      if (bytes.length < SPLICE_FROM_BYTES) {
        this.bytes(bytes);
        continue;
      }
      this.#cutPart();
      this.#parts.push(bytes);
      this.#partsBytes += bytes.length;
    }
  }

  /** Writes something whose length in bytes, as a varint, goes before it. */
  sized(write: () => void): void {
    // The length is known only afterwards: write into a slab of its own, then copy. Used for tagged fields only.
    const outer = { slab: this.#slab, position: this.#position, partStart: this.#partStart };
    const { parts, partsBytes, frameStart } = {
      parts: this.#parts,
      partsBytes: this.#partsBytes,
      frameStart: this.#frameStart,
    };
    this.#slab = Buffer.allocUnsafeSlow(256);
    this.#position = 0;
    this.#partStart = 0;
    this.#parts = [];
    write();
    this.#cutPart();
    const inner = Buffer.concat(this.#parts);
    this.#slab = outer.slab;
    this.#position = outer.position;
    this.#partStart = outer.partStart;
    this.#parts = parts;
    this.#partsBytes = partsBytes;
    this.#frameStart = frameStart;
    this.unsignedVarint(inner.length);
    this.bytes(inner);
  }

  /** Makes sure that `bytes` more fit behind the part that is being written, moving that part when they do not. */
  #reserve(bytes: number): void {
    if (this.#position + bytes <= this.#slab.length) return;
    const written = this.#position - this.#partStart;
    const larger = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written + bytes)));
    this.#slab.copy(larger, 0, this.#partStart, this.#position);
    this.#slab = larger;
    this.#partStart = 0;
    this.#position = written;
  }

  #cutPart(): void {
    if (this.#position === this.#partStart) return;
    const part = this.#slab.subarray(this.#partStart, this.#position);
    this.#frameStart ??= part;
    this.#parts.push(part);
    this.#partsBytes += part.length;
    this.#partStart = this.#position;
  }
}
