/**
 * The small binary form of what this room stores: varints, length-prefixed text and bytes. A stored value
 * starts with a format byte, written and checked by whoever owns the value.
 */
import { decodeUtf8, utf8Length, writeUtf8 } from '../../bytes/utf8.js';

/** Builds one value; `finish()` hands out bytes of its own. */
export class ValueWriter {
  #bytes = new Uint8Array(64);
  #at = 0;

  byte(value: number): this {
    this.#room(1);
    this.#bytes[this.#at++] = value;
    return this;
  }

  /** A whole number from 0 to 2^53-1, 7 bits a byte, lowest first. */
  unsigned(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned number: ${value}`);
    this.#room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
    return this;
  }

  /** Any safe integer: bit 6 of the first byte is the sign, its low 6 bits and what follows the magnitude. */
  signed(value: number): this {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`);
    const magnitude = Math.abs(value);
    const first = (magnitude % 0x40) | (value < 0 ? 0x40 : 0);
    if (magnitude < 0x40) return this.byte(first);
    return this.byte(first | 0x80).unsigned(Math.floor(magnitude / 0x40));
  }

  text(value: string): this {
    const length = utf8Length(value);
    this.unsigned(length);
    this.#room(length);
    this.#at = writeUtf8(value, this.#bytes, this.#at);
    return this;
  }

  /** Text that may be null; null takes one byte. */
  nullableText(value: string | null): this {
    return value === null ? this.byte(0) : this.byte(1).text(value);
  }

  bytes(value: Uint8Array): this {
    this.unsigned(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + size));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads a value back in the order it was written. Throws RangeError when the bytes end early or say too much. */
export class ValueReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++];
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('number too large in a stored value');
      if (next < 0x80) return value;
      scale *= 0x80;
    }
  }

  signed(): number {
    const first = this.byte();
    let magnitude = first & 0x3f;
    if (first >= 0x80) magnitude += this.unsigned() * 0x40;
    if (magnitude > Number.MAX_SAFE_INTEGER) throw new RangeError('number too large in a stored value');
    return (first & 0x40) === 0 || magnitude === 0 ? magnitude : -magnitude;
  }

  text(): string {
    const start = this.#skip(this.unsigned());
    return decodeUtf8(this.#bytes, start, this.#at);
  }

  nullableText(): string | null {
    return this.byte() === 0 ? null : this.text();
  }

  /** A copy, so that what is kept does not pin the buffer it was read from. */
  bytes(): Uint8Array {
    const start = this.#skip(this.unsigned());
    return this.#bytes.slice(start, this.#at);
  }

  /** Every value is read to its end; left-over bytes mean that it was written by something else. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('unexpected bytes at the end of a stored value');
  }

  #skip(size: number): number {
    this.#need(size);
    const start = this.#at;
    this.#at += size;
    return start;
  }

  #need(size: number): void {
    if (this.#at + size > this.#bytes.length) throw new RangeError('a stored value ends early');
  }
}
