import { ConnectionError } from './amqp-error.js';
import {
  CLASS_BASIC,
  CODE_BASIC_PUBLISH,
  CONTENT_HEADER_FIXED_BYTES,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_HEAD_BYTES,
  FRAME_METHOD,
  FRAME_OVERHEAD_BYTES,
} from './frame-type.js';
import { PublishView } from './publish-view.js';

/** What `next` found. `needMore`: nothing whole is there yet. `publish`: a whole message, described by `publish`. */
export const found = { needMore: 0, frame: 1, publish: 2 } as const;
export type Found = (typeof found)[keyof typeof found];

/** Bytes above the negotiated frame size that RabbitMQ forgives, for clients that forget to count the frame's own 8. */
const frameSizeSlackBytes = 8;
const smallestBridgeBytes = 4096;

/**
 * Cuts what a socket delivers into frames, without copying and without an object per frame: `next` moves on and leaves
 * positions behind. The usual message (method, header and at most one body frame, one after the other) is found as a
 * whole.
 *
 * A frame or message that spans chunks is put together in a buffer of its own (the bridge), into which only the missing
 * bytes are copied; everything after it is read in place again. Buffers are never written again once bytes of them were
 * handed out, so whoever needs them longer may keep them.
 */
export class FrameReader {
  /** Of the last frame: type, channel and where its payload lies in `buffer`. */
  type = 0;
  channel = 0;
  start = 0;
  end = 0;
  /** Class id and method id of a method frame as one number. */
  methodCode = 0;
  readonly publish = new PublishView();

  private window: Buffer = Buffer.alloc(0);
  private position = 0;
  private limit = 0;
  private readonly chunks: Buffer[] = [];
  private chunkPosition = 0;
  /** Whether `window` is a bridge, with room behind `limit`. */
  private bridging = false;
  private result: Found = found.needMore;
  private frameMaxBytes: number;

  constructor(frameMaxBytes: number) {
    this.frameMaxBytes = frameMaxBytes;
  }

  get buffer(): Buffer {
    return this.window;
  }

  /** The largest frame that is accepted from now on, its 8 bytes of overhead included. */
  setFrameMax(bytes: number): void {
    this.frameMaxBytes = bytes;
  }

  /** Adds what the socket delivered. */
  append(chunk: Buffer): void {
    if (this.position === this.limit && this.chunks.length === 0) {
      this.window = chunk;
      this.position = 0;
      this.limit = chunk.length;
      this.bridging = false;
    } else this.chunks.push(chunk);
  }

  /** The next `size` bytes as they are, for the protocol header; undefined when they have not all arrived. */
  take(size: number): Buffer | undefined {
    while (this.limit - this.position < size) {
      if (!this.extend(size)) return undefined;
    }
    this.position += size;
    return this.window.subarray(this.position - size, this.position);
  }

  /** Moves to the next frame or message. @throws ConnectionError 501 for what is no frame or too large a one */
  next(): Found {
    for (;;) {
      const needBytes = this.scan();
      if (needBytes === 0) return this.result;
      if (!this.extend(needBytes)) return found.needMore;
    }
  }

  /** Recognises what lies at `position`. Returns 0, or how many bytes from there on it must see to go on. */
  private scan(): number {
    const { window, position } = this;
    const have = this.limit - position;
    if (have < FRAME_HEAD_BYTES) return FRAME_HEAD_BYTES;
    const type = window[position];
    const size = readU32(window, position + 3);
    if (size > this.frameMaxBytes - FRAME_OVERHEAD_BYTES + frameSizeSlackBytes) throw this.tooLarge(type, size);
    const frameBytes = size + FRAME_OVERHEAD_BYTES;
    if (have < frameBytes) return frameBytes;
    const start = position + FRAME_HEAD_BYTES;
    const end = start + size;
    if (window[end] !== FRAME_END) {
      throw frameError(type, `{invalid_frame_end_marker,${window[end]}}`);
    }
    this.type = type;
    this.channel = (window[position + 1] << 8) | window[position + 2];
    this.start = start;
    this.end = end;
    if (type === FRAME_METHOD) {
      this.methodCode = size < 4 ? 0 : readU32(window, start);
      if (this.methodCode === CODE_BASIC_PUBLISH) {
        const needBytes = this.scanMessage();
        if (needBytes >= 0) return needBytes;
      }
    }
    this.position = end + 1;
    this.result = found.frame;
    return 0;
  }

  /**
   * Tries to take the basic.publish frame that was just found together with its content. Returns 0 when it did, -1 when
   * this must be read frame by frame, else how many bytes it must see.
   */
  private scanMessage(): number {
    const { window, position, limit, publish } = this;
    const header = this.end + 1;
    if (limit < header + FRAME_HEAD_BYTES) return header + FRAME_HEAD_BYTES - position;
    if (window[header] !== FRAME_HEADER || readU16(window, header + 1) !== this.channel) return -1;
    const headerStart = header + FRAME_HEAD_BYTES;
    const headerEnd = headerStart + readU32(window, header + 3);
    if (headerEnd - headerStart > this.frameMaxBytes) return -1;
    if (limit <= headerEnd) return headerEnd + 1 - position;
    if (window[headerEnd] !== FRAME_END || headerEnd - headerStart < CONTENT_HEADER_FIXED_BYTES + 2) return -1;
    if (readU16(window, headerStart) !== CLASS_BASIC || readU32(window, headerStart + 4) !== 0) return -1;
    const bodySize = readU32(window, headerStart + 8);

    let messageEnd = headerEnd + 1;
    if (bodySize === 0) publish.setBody(headerEnd, headerEnd);
    else {
      const body = headerEnd + 1;
      if (bodySize > this.frameMaxBytes - FRAME_OVERHEAD_BYTES) return -1;
      if (limit < body + FRAME_HEAD_BYTES) return body + FRAME_HEAD_BYTES - position;
      if (window[body] !== FRAME_BODY || readU16(window, body + 1) !== this.channel) return -1;
      if (readU32(window, body + 3) !== bodySize) return -1;
      const bodyStart = body + FRAME_HEAD_BYTES;
      messageEnd = bodyStart + bodySize + 1;
      if (limit < messageEnd) return messageEnd - position;
      if (window[messageEnd - 1] !== FRAME_END) return -1;
      publish.setBody(bodyStart, bodyStart + bodySize);
    }
    if (!publish.setMethod(window, this.start, this.end)) return -1;
    publish.setHeader(headerStart, headerEnd);
    this.position = messageEnd;
    this.result = found.publish;
    return 0;
  }

  /** Makes more bytes visible: the next chunk in place, or the missing ones of `needBytes` copied to the bridge. */
  private extend(needBytes: number): boolean {
    const chunk = this.chunks[0];
    if (chunk === undefined) return false;
    const have = this.limit - this.position;
    if (have === 0) {
      this.window = chunk;
      this.position = this.chunkPosition;
      this.limit = chunk.length;
      this.bridging = false;
      this.dropChunk();
      return true;
    }
    if (!this.bridging || this.window.length - this.position < needBytes) this.openBridge(needBytes);
    const taken = Math.min(needBytes - have, chunk.length - this.chunkPosition);
    chunk.copy(this.window, this.limit, this.chunkPosition, this.chunkPosition + taken);
    this.limit += taken;
    this.chunkPosition += taken;
    if (this.chunkPosition === chunk.length) this.dropChunk();
    return true;
  }

  private openBridge(needBytes: number): void {
    const bridge = Buffer.allocUnsafeSlow(Math.max(needBytes, smallestBridgeBytes));
    this.limit = this.window.copy(bridge, 0, this.position, this.limit);
    this.window = bridge;
    this.position = 0;
    this.bridging = true;
  }

  private dropChunk(): void {
    this.chunks.shift();
    this.chunkPosition = 0;
  }

  private tooLarge(type: number, size: number): ConnectionError {
    return frameError(type, `{frame_too_large,${size},${this.frameMaxBytes - FRAME_OVERHEAD_BYTES}}`);
  }
}

/** 501 in RabbitMQ's words. */
export function frameError(type: number, what: string): ConnectionError {
  return new ConnectionError('FRAME_ERROR', `type ${type}, all octets = <<>>: ${what}`, 0, 0, false);
}

function readU16(bytes: Buffer, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function readU32(bytes: Buffer, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
