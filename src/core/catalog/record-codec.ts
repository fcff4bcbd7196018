import { decodeUtf8, encodeUtf8 } from '../../bytes/utf8.js';
import type { AttributeTable, AttributeValue } from './attribute-value.js';

/**
 * How the values of the metadata store are written. A record is a format byte and then its fields, in the order in
 * which its owner writes them:
 *
 *   number   unsigned LEB128, up to 2^53 - 1
 *   flag     one byte, 0 or 1
 *   bytes    number (length), then the bytes
 *   text     bytes in UTF-8
 *   float    8 bytes, IEEE 754, big-endian
 *   attribute  one tag character, then: v - | t - | f - | i number | n number (negated) | d float | g text (a bigint
 *            in decimal) | s text | x bytes | T attribute (seconds) | D number, attribute (scale, unscaled) |
 *            a number, attributes | m number, (text, attribute)s
 *
 * Fields are only ever added at the end, with a new format number; a reader that meets a higher one than it knows
 * refuses the record.
 */
export class RecordWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  constructor(format: number) {
    this.#byte(format);
  }

  number(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) + 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
    return this;
  }

  flag(value: boolean): this {
    this.#byte(value ? 1 : 0);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.number(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  text(value: string): this {
    return this.bytes(encodeUtf8(value));
  }

  attribute(value: AttributeValue): this {
    if (value === null) return this.#tag('v');
    switch (typeof value) {
      case 'boolean':
        return this.#tag(value ? 't' : 'f');
      case 'string':
        return this.#tag('s').text(value);
      case 'bigint':
        return this.#tag('g').text(value.toString());
      case 'number':
        if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.#tag('d').#float(value);
        return value < 0 ? this.#tag('n').number(-value) : this.#tag('i').number(value);
      default:
    }
    if (value instanceof Uint8Array) return this.#tag('x').bytes(value);
    if (value instanceof Map) return this.#tag('m').table(value);
    if ('kind' in value) {
      if (value.kind === 'timestamp') return this.#tag('T').attribute(value.seconds);
      return this.#tag('D').number(value.scale).attribute(value.unscaled);
    }
    const list = value as readonly AttributeValue[];
    this.#tag('a').number(list.length);
    for (const item of list) this.attribute(item);
    return this;
  }

  table(value: AttributeTable): this {
    this.number(value.size);
    for (const [name, item] of value) this.text(name).attribute(item);
    return this;
  }

  /** The record, in an array of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #tag(tag: string): this {
    this.#byte(tag.charCodeAt(0));
    return this;
  }

  #float(value: number): this {
    const encoded = new Uint8Array(8);
    new DataView(encoded.buffer).setFloat64(0, value);
    for (const byte of encoded) this.#byte(byte);
    return this;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** A stored value that this version cannot read: damaged, or of a newer format. */
export class UnreadableRecord extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableRecord';
  }
}

/** Reads what {@link RecordWriter} wrote. Every method throws {@link UnreadableRecord} beyond the end. */
export class RecordReader {
  /** The format number that the record was written with. */
  readonly format: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @throws UnreadableRecord when the record's format is above `newest` */
  constructor(bytes: Uint8Array, newest: number) {
    this.#bytes = bytes;
    this.format = this.#byte();
    if (this.format > newest) throw new UnreadableRecord(`format ${this.format}, newest known is ${newest}`);
  }

  number(): number {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.#byte();
      value += (byte & 0x7f) * weight;
      if (value > Number.MAX_SAFE_INTEGER) throw new UnreadableRecord('number beyond 2^53 - 1');
      if (byte < 0x80) return value;
      weight *= 0x80;
    }
  }

  flag(): boolean {
    return this.#byte() !== 0;
  }

  /** A copy. */
  bytes(): Uint8Array {
    const length = this.number();
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new UnreadableRecord('truncated');
    this.#at = start + length;
    return this.#bytes.slice(start, this.#at);
  }

  text(): string {
    return decodeUtf8(this.bytes());
  }

  attribute(): AttributeValue {
    const tag = String.fromCharCode(this.#byte());
    switch (tag) {
      case 'v':
        return null;
      case 't':
        return true;
      case 'f':
        return false;
      case 's':
        return this.text();
      case 'g':
        return this.#bigint();
      case 'd':
        return this.#float();
      case 'i':
        return this.number();
      case 'n':
        return -this.number();
      case 'x':
        return this.bytes();
      case 'm':
        return this.table();
      case 'T':
        return { kind: 'timestamp', seconds: this.attribute() as number | bigint };
      case 'D':
        return { kind: 'decimal', scale: this.number(), unscaled: this.attribute() as number };
      case 'a': {
        const length = this.number();
        const list: AttributeValue[] = [];
        for (let i = 0; i < length; i++) list.push(this.attribute());
        return list;
      }
      default:
        throw new UnreadableRecord(`unknown tag '${tag}'`);
    }
  }

  table(): AttributeTable {
    const size = this.number();
    const table = new Map<string, AttributeValue>();
    for (let i = 0; i < size; i++) {
      const name = this.text();
      table.set(name, this.attribute());
    }
    return table;
  }

  #bigint(): bigint {
    const digits = this.text();
    if (!/^-?[0-9]+$/.test(digits)) throw new UnreadableRecord('not a number');
    return BigInt(digits);
  }

  #float(): number {
    const encoded = new Uint8Array(8);
    for (let i = 0; i < 8; i++) encoded[i] = this.#byte();
    return new DataView(encoded.buffer).getFloat64(0);
  }

  #byte(): number {
    if (this.#at >= this.#bytes.length) throw new UnreadableRecord('truncated');
    return this.#bytes[this.#at++];
  }
}
