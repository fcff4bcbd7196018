import { ChannelError, ConnectionError } from './amqp-error.js';
import { DecodeError } from './field-table.js';
import { CLASS_BASIC } from './frame-type.js';
import { announcedBodySize, PublishView } from './publish-view.js';

const publishMethodId = 40;
const firstBodyBytes = 1024 * 1024;

/**
 * Puts together a message that did not come as one piece: its frames were interleaved with those of other channels, or
 * its body takes several frames. One per channel, made when it is first needed.
 */
export class ContentAssembler {
  readonly publish = new PublishView();
  private readonly maxMessageBytes: number;
  /** Method payload, header payload and body, one after the other. */
  private buffer: Buffer = Buffer.alloc(0);
  private methodBytes = 0;
  private bodyStart = 0;
  private bodySize = 0;
  private received = 0;
  private state: 'idle' | 'header' | 'body' = 'idle';

  constructor(maxMessageBytes: number) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** True between basic.publish and the last of its body. */
  get open(): boolean {
    return this.state !== 'idle';
  }

  /** Takes the payload of a basic.publish frame. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.buffer = Buffer.from(bytes.subarray(start, end));
    this.methodBytes = end - start;
    this.state = 'header';
  }

  /**
   * Takes the payload of a content header frame. Returns true when the message is complete with it.
   * @throws ConnectionError 505 out of order or for another class · ChannelError 406 when the body would be too large
   */
  header(bytes: Buffer, start: number, end: number): boolean {
    if (this.state === 'idle') throw notAMethod();
    if (this.state === 'body') throw unexpected('expected content body, got non content body frame instead');
    const classId = end - start >= 2 ? bytes.readUInt16BE(start) : 0;
    if (classId !== CLASS_BASIC) {
      throw unexpected(`expected content header for class 60, got one for class ${classId} instead`);
    }
    this.bodySize = announcedSize(bytes, start, end);
    if (this.bodySize > this.maxMessageBytes) {
      this.abandon();
      throw new ChannelError(
        'PRECONDITION_FAILED',
        `message size ${this.bodySize} is larger than configured max size ${this.maxMessageBytes}`,
        CLASS_BASIC,
        publishMethodId,
      );
    }
    this.bodyStart = this.methodBytes + end - start;
    this.received = 0;
    const method = this.buffer;
    this.buffer = Buffer.allocUnsafeSlow(this.bodyStart + Math.min(this.bodySize, firstBodyBytes));
    method.copy(this.buffer, 0);
    bytes.copy(this.buffer, this.methodBytes, start, end);
    this.state = 'body';
    return this.completed();
  }

  /** Takes the payload of a body frame. Returns true when the message is complete with it. @throws ConnectionError */
  body(bytes: Buffer, start: number, end: number): boolean {
    if (this.state === 'idle') throw notAMethod();
    if (this.state === 'header') throw this.unexpectedMethod();
    const size = end - start;
    if (this.received + size > this.bodySize) {
      throw new ConnectionError(
        'FRAME_ERROR',
        `content body of ${this.received + size} bytes exceeds the announced ${this.bodySize}`,
        CLASS_BASIC,
        publishMethodId,
      );
    }
    const at = this.bodyStart + this.received;
    if (at + size > this.buffer.length) this.grow(at + size);
    bytes.copy(this.buffer, at, start, end);
    this.received += size;
    return this.completed();
  }

  /** What to throw when a method frame comes while content is due. */
  unexpectedMethod(): ConnectionError {
    return this.state === 'header'
      ? unexpected('expected content header for class 60, got non content header frame instead')
      : unexpected('expected content body, got non content body frame instead');
  }

  private grow(neededBytes: number): void {
    const wanted = Math.min(Math.max(neededBytes, this.buffer.length * 2), this.bodyStart + this.bodySize);
    const grown = Buffer.allocUnsafeSlow(wanted);
    this.buffer.copy(grown, 0);
    this.buffer = grown;
  }

  private completed(): boolean {
    if (this.received < this.bodySize) return false;
    if (!this.publish.setMethod(this.buffer, 0, this.methodBytes)) {
      throw new ConnectionError('FRAME_ERROR', 'cannot decode <<>>', CLASS_BASIC, publishMethodId);
    }
    this.publish.setHeader(this.methodBytes, this.bodyStart);
    this.publish.setBody(this.bodyStart, this.bodyStart + this.bodySize);
    this.abandon();
    return true;
  }

  private abandon(): void {
    this.state = 'idle';
    this.buffer = Buffer.alloc(0);
  }
}

function announcedSize(bytes: Buffer, start: number, end: number): number {
  try {
    return announcedBodySize(bytes, start, end);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ConnectionError('FRAME_ERROR', 'cannot decode <<>>', CLASS_BASIC, publishMethodId);
  }
}

function unexpected(detail: string): ConnectionError {
  return new ConnectionError('UNEXPECTED_FRAME', detail, CLASS_BASIC, publishMethodId);
}

/** For content frames that no basic.publish announced. */
export function notAMethod(): ConnectionError {
  return new ConnectionError('UNEXPECTED_FRAME', 'expected method frame, got non method frame instead', 0, 0, false);
}
