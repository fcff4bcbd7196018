import { bodyFrame, headerFrame, methodFrame, shortString, uint16, uint8 } from './frame-encoder.js';
import { methodIds } from './method-ids.js';
import { queueDigits, queueName } from './queue-names.js';

/** Where the body of a message holds its number within its queue (32 bit), and when it was sent (a double, in us). */
export const sequenceInBody = 0;
export const sentAtInBody = 8;
const smallestBody = 16;

/** One message as its sender puts it on the wire, and the places in it that differ from message to message. */
export interface MessageLayout {
  readonly bytes: Buffer;
  /** Offsets of the channel number in each of its three frames. */
  readonly channelAt: readonly [number, number, number];
  readonly queueDigitsAt: number;
  readonly bodyAt: number;
}

/** Lays out basic.publish to the default exchange, header and body. */
export function layOutMessage(queuePrefix: string, bodyBytes: number, persistent: boolean): MessageLayout {
  if (bodyBytes < smallestBody) throw new Error(`a body needs ${smallestBody} bytes for its number and time`);
  const routingKey = shortString(queueName(queuePrefix, 0));
  const method = methodFrame(0, methodIds.basicPublish, uint16(0), shortString(''), routingKey, uint8(0));
  const header = headerFrame(0, bodyBytes, persistent ? 2 : 1);
  const body = bodyFrame(0, Buffer.alloc(bodyBytes, 'm'));
  const bodyFrameAt = method.length + header.length;
  return {
    bytes: Buffer.concat([method, header, body]),
    channelAt: [1, method.length + 1, bodyFrameAt + 1],
    // The routing key is followed by the octet of flags and the frame's end mark.
    queueDigitsAt: method.length - 2 - queueDigits,
    bodyAt: bodyFrameAt + 7,
  };
}

/** Many copies of one message in one buffer, of which only numbers are patched before each write. */
export class MessageBatch {
  readonly capacity: number;
  readonly #layout: MessageLayout;
  readonly #bytes: Buffer;
  #channel = -1;
  #queue = -1;

  constructor(layout: MessageLayout, capacity: number) {
    this.#layout = layout;
    this.capacity = capacity;
    this.#bytes = Buffer.allocUnsafeSlow(layout.bytes.length * capacity);
    for (let copy = 0; copy < capacity; copy++) layout.bytes.copy(this.#bytes, copy * layout.bytes.length);
  }

  /**
   * Makes its first `count` messages those with the numbers from `first` on, and returns their octets.
   *
   * @param sentAt microseconds on the monotonic clock to put into the bodies; 0 leaves them alone
   */
  address(channel: number, queue: number, first: number, count: number, sentAt: number): Buffer {
    const { bodyAt } = this.#layout;
    const step = this.#layout.bytes.length;
    const bytes = this.#bytes;
    if (channel !== this.#channel || queue !== this.#queue) this.#turnTo(channel, queue);
    let at = bodyAt + sequenceInBody;
    for (let number = first; number < first + count; number++) {
      bytes[at] = number >>> 24;
      bytes[at + 1] = number >>> 16;
      bytes[at + 2] = number >>> 8;
      bytes[at + 3] = number;
      if (sentAt !== 0) bytes.writeDoubleBE(sentAt, at - sequenceInBody + sentAtInBody);
      at += step;
    }
    return bytes.subarray(0, step * count);
  }

  #turnTo(channel: number, queue: number): void {
    const { channelAt, queueDigitsAt } = this.#layout;
    const step = this.#layout.bytes.length;
    const digits = Buffer.from(String(queue).padStart(queueDigits, '0'), 'latin1');
    for (let copy = 0; copy < this.capacity; copy++) {
      for (const at of channelAt) this.#bytes.writeUInt16BE(channel, copy * step + at);
      digits.copy(this.#bytes, copy * step + queueDigitsAt);
    }
    this.#channel = channel;
    this.#queue = queue;
  }
}

/** Batches that no socket holds at the moment. */
export class BatchPool {
  readonly capacity: number;
  readonly #layout: MessageLayout;
  readonly #free: MessageBatch[] = [];

  /** @param batchBytes about how much one write carries @param mostMessages never more than this in one batch */
  constructor(layout: MessageLayout, batchBytes: number, mostMessages: number) {
    this.#layout = layout;
    this.capacity = Math.max(1, Math.min(mostMessages, Math.floor(batchBytes / layout.bytes.length)));
  }

  take(): MessageBatch {
    return this.#free.pop() ?? new MessageBatch(this.#layout, this.capacity);
  }

  give(batch: MessageBatch): void {
    this.#free.push(batch);
  }
}
