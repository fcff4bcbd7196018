import { monotonicMicros } from '../machine/clock.js';
import { emptyTable, methodFrame, shortString, uint16, uint32, uint8 } from './frame-encoder.js';
import { readUint32 } from './frame-scanner.js';
import { sentAtInBody, sequenceInBody } from './message-batch.js';
import { methodIds } from './method-ids.js';
import { queueName } from './queue-names.js';
import type { ChannelListener, RawConnection } from './raw-connection.js';

/** How a consumer takes its messages. */
export type Settling =
  | { readonly kind: 'auto' }
  | { readonly kind: 'manual'; readonly prefetch: number; readonly ackEvery: number };

/** Consumes one queue on one channel and checks that its messages come once, whole and in order. */
export class ConsumerChannel implements ChannelListener {
  delivered = 0;
  redelivered = 0;
  /** Messages that did not follow the one before: lost, doubled or out of order. */
  disordered = 0;
  wrongSize = 0;
  lastAt = 0;
  /** From write to delivery, in us, when the messages carry their time. */
  readonly deliverMicros: number[] = [];
  readonly #connection: RawConnection;
  readonly #channel: number;
  readonly #queue: string;
  readonly #settling: Settling;
  readonly #bodyBytes: number;
  readonly #timed: boolean;
  readonly #onProgress: () => void;
  #expected = 0;
  #lastTag = 0;
  #ackedTag = 0;

  constructor(
    connection: RawConnection,
    channel: number,
    queue: { readonly prefix: string; readonly index: number },
    settling: Settling,
    body: { readonly bytes: number; readonly timed: boolean },
    onProgress: () => void,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#queue = queueName(queue.prefix, queue.index);
    this.#settling = settling;
    this.#bodyBytes = body.bytes;
    this.#timed = body.timed;
    this.#onProgress = onProgress;
  }

  /** Opens its channel and starts to consume. */
  async open(): Promise<void> {
    await this.#connection.openChannel(this.#channel, this);
    if (this.#settling.kind === 'manual') {
      const limit = [uint32(0), uint16(this.#settling.prefetch), uint8(0)];
      await this.#connection.call(methodFrame(this.#channel, methodIds.basicQos, ...limit), methodIds.basicQosOk);
    }
    const noAck = this.#settling.kind === 'auto' ? 2 : 0;
    const args = [uint16(0), shortString(this.#queue), shortString('c'), uint8(noAck), emptyTable];
    await this.#connection.call(methodFrame(this.#channel, methodIds.basicConsume, ...args), methodIds.basicConsumeOk);
  }

  /** Acknowledges what is left and cancels; nothing can be delivered any more once this resolves. */
  async finish(): Promise<void> {
    if (this.#settling.kind === 'manual' && this.#lastTag > this.#ackedTag) this.#acknowledge();
    const cancel = methodFrame(this.#channel, methodIds.basicCancel, shortString('c'), uint8(0));
    await this.#connection.call(cancel, methodIds.basicCancelOk);
    const close = [uint16(200), shortString(''), uint16(0), uint16(0)];
    await this.#connection.call(methodFrame(this.#channel, methodIds.channelClose, ...close), methodIds.channelCloseOk);
  }

  #acknowledge(): void {
    // basic.ack with multiple set: 7 octets of frame, 4 of method, 8 of tag, 1 of flags, 1 of frame end.
    const frame = Buffer.allocUnsafe(21);
    frame[0] = 1;
    frame.writeUInt16BE(this.#channel, 1);
    frame.writeUInt32BE(13, 3);
    frame.writeUInt32BE(methodIds.basicAck, 7);
    frame.writeUInt32BE(Math.floor(this.#lastTag / 0x100000000), 11);
    frame.writeUInt32BE(this.#lastTag % 0x100000000, 15);
    frame[19] = 1;
    frame[20] = 0xce;
    this.#connection.write(frame);
    this.#ackedTag = this.#lastTag;
  }

  onDeliver(deliveryTag: number, redelivered: boolean): void {
    this.#lastTag = deliveryTag;
    this.delivered++;
    if (redelivered) this.redelivered++;
    if (this.#settling.kind === 'manual' && deliveryTag - this.#ackedTag >= this.#settling.ackEvery)
      this.#acknowledge();
  }

  onBody(buffer: Buffer, start: number, end: number): void {
    const sequence = readUint32(buffer, start + sequenceInBody);
    if (sequence !== this.#expected) this.disordered++;
    this.#expected = sequence + 1;
    if (end - start !== this.#bodyBytes) this.wrongSize++;
    if (this.#timed) this.deliverMicros.push(monotonicMicros() - buffer.readDoubleBE(start + sentAtInBody));
  }

  onReadEnd(): void {
    this.lastAt = monotonicMicros();
    this.#onProgress();
  }

  onConfirm(): void {
    throw new Error('a confirm came on a consuming channel');
  }
}
