import { frameEnd, frameOverhead } from './frame-encoder.js';

/** Receives frames as places in a buffer; they are valid only during the call. */
export interface FrameSink {
  /** @param methodId as in `methodIds`; the arguments lie in `buffer` from `start` to `end` */
  onMethod(channel: number, methodId: number, buffer: Buffer, start: number, end: number): void;
  onBody(channel: number, buffer: Buffer, start: number, end: number): void;
}

/**
 * Cuts a byte stream into frames without copying them, except for the one that lies across two reads. Content headers
 * and heartbeats are passed over: the driver knows what it sent.
 */
export class FrameScanner {
  readonly #sink: FrameSink;
  #carry = Buffer.allocUnsafe(256 * 1024);
  #carried = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Takes the octets of `buffer` up to `length`. Throws on a frame without its end mark. */
  take(buffer: Buffer, length: number): void {
    let start = 0;
    if (this.#carried > 0) {
      start = this.#completeCarried(buffer, length);
      if (start < 0) return;
    }
    const scanned = this.#scan(buffer, start, length);
    this.#keep(buffer, scanned, length);
  }

  /** Adds what the carried frame lacks. Returns where the next frame starts, or -1 when there is still not enough. */
  #completeCarried(buffer: Buffer, length: number): number {
    let taken = 0;
    if (this.#carried < 7) {
      taken = Math.min(7 - this.#carried, length);
      this.#keep(buffer, 0, taken);
      if (this.#carried < 7) return -1;
    }
    const missing = this.#carry.readUInt32BE(3) + frameOverhead - this.#carried;
    const added = Math.min(missing, length - taken);
    this.#keep(buffer, taken, taken + added);
    if (added < missing) return -1;
    const frameBytes = this.#carried;
    this.#carried = 0;
    this.#scan(this.#carry, 0, frameBytes);
    return taken + added;
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    const needed = this.#carried + end - start;
    if (needed > this.#carry.length) {
      const larger = Buffer.allocUnsafe(needed * 2);
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    buffer.copy(this.#carry, this.#carried, start, end);
    this.#carried = needed;
  }

  /** Hands over every whole frame. Returns where the first one that is not whole starts. */
  #scan(buffer: Buffer, start: number, length: number): number {
    const sink = this.#sink;
    let at = start;
    while (at + frameOverhead <= length) {
      const size = readUint32(buffer, at + 3);
      const end = at + 7 + size;
      if (end + 1 > length) break;
      if (buffer[end] !== frameEnd) throw new Error(`frame of type ${buffer[at]} has no end mark`);
      const type = buffer[at];
      const channel = ((buffer[at + 1] ?? 0) << 8) | (buffer[at + 2] ?? 0);
      if (type === 3) sink.onBody(channel, buffer, at + 7, end);
      else if (type === 1) sink.onMethod(channel, readUint32(buffer, at + 7), buffer, at + 11, end);
      at = end + 1;
    }
    return at;
  }
}

/** As `buffer.readUInt32BE(at)`, without its checks: the callers have compared with the length. */
export function readUint32(buffer: Buffer, at: number): number {
  return (
    (buffer[at] ?? 0) * 0x1000000 +
    (((buffer[at + 1] ?? 0) << 16) | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0))
  );
}

/** A 64-bit number that is known to fit a double, such as a delivery tag. */
export function readUint64(buffer: Buffer, at: number): number {
  return readUint32(buffer, at) * 0x100000000 + readUint32(buffer, at + 4);
}
