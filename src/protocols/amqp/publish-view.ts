import { DecodeError } from './field-table.js';
import { CONTENT_HEADER_FIXED_BYTES } from './frame-type.js';

/**
 * Where the parts of one published message lie in `buffer`. One instance is filled again for every publish; the
 * positions are valid until the next one, the bytes are never written again.
 */
export class PublishView {
  buffer: Buffer = Buffer.alloc(0);
  /** Exchange and routing key as they came: length octet and bytes, twice. */
  routingStart = 0;
  routingEnd = 0;
  exchangeStart = 0;
  exchangeEnd = 0;
  routingKeyStart = 0;
  routingKeyEnd = 0;
  mandatory = false;
  immediate = false;
  /** Flags and values of the properties, verbatim. */
  propertiesStart = 0;
  propertiesEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;

  /** Reads basic.publish from its method payload `[start, end)`. Answers whether it parsed. */
  setMethod(buffer: Buffer, start: number, end: number): boolean {
    // class id, method id and ticket come first
    const address = start + 6;
    const exchangeEnd = address + 1 + buffer[address];
    if (exchangeEnd >= end) return false;
    const routingKeyEnd = exchangeEnd + 1 + buffer[exchangeEnd];
    if (routingKeyEnd >= end) return false;
    this.buffer = buffer;
    this.routingStart = address;
    this.routingEnd = routingKeyEnd;
    this.exchangeStart = address + 1;
    this.exchangeEnd = exchangeEnd;
    this.routingKeyStart = exchangeEnd + 1;
    this.routingKeyEnd = routingKeyEnd;
    const bits = buffer[routingKeyEnd];
    this.mandatory = (bits & 1) !== 0;
    this.immediate = (bits & 2) !== 0;
    return true;
  }

  /** Takes the properties from the content header payload `[start, end)`. */
  setHeader(start: number, end: number): void {
    this.propertiesStart = start + CONTENT_HEADER_FIXED_BYTES;
    this.propertiesEnd = end;
  }

  setBody(start: number, end: number): void {
    this.bodyStart = start;
    this.bodyEnd = end;
  }
}

/** The body size that the content header payload at `start` announces; infinite when it is beyond 2^32. */
export function announcedBodySize(buffer: Buffer, start: number, end: number): number {
  if (start + CONTENT_HEADER_FIXED_BYTES > end) throw new DecodeError('truncated content header');
  return buffer.readUInt32BE(start + 4) === 0 ? buffer.readUInt32BE(start + 8) : Number.POSITIVE_INFINITY;
}
