import { type Socket, connect } from 'node:net';
import {
  flagTable,
  longString,
  methodFrame,
  nestedTable,
  shortString,
  uint16,
  uint32,
  uint8,
} from './frame-encoder.js';
import { FrameScanner, type FrameSink, readUint64 } from './frame-scanner.js';
import { methodIds } from './method-ids.js';

/** What a channel is told on the hot path. Places in buffers are valid only during the call. */
export interface ChannelListener {
  onDeliver(deliveryTag: number, redelivered: boolean): void;
  onBody(buffer: Buffer, start: number, end: number): void;
  onConfirm(deliveryTag: number, multiple: boolean): void;
  /** Everything that one read of the socket held has been handed over: the time to answer it in one write. */
  onReadEnd(): void;
}

/** One read takes up to this much; larger ones were measured to make no difference. */
const readBytes = 128 * 1024;
const replyLimitMs = 60_000;

interface PendingReply {
  readonly methodId: number;
  readonly resolve: (args: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * An AMQP 0-9-1 connection that does as little as possible per message: frames are read in place, and whatever its
 * channels write in answer to one read leaves in one system call.
 */
export class RawConnection implements FrameSink {
  /** How often the server said connection.blocked. */
  blockedCount = 0;
  readonly #socket: Socket;
  readonly #scanner = new FrameScanner(this);
  readonly #listeners: (ChannelListener | undefined)[] = [];
  readonly #touched: ChannelListener[] = [];
  readonly #pending = new Map<number, PendingReply>();
  readonly #onFailure: (error: Error) => void;
  #failed: Error | undefined;
  #closing = false;

  private constructor(socket: Socket, onFailure: (error: Error) => void) {
    this.#socket = socket;
    this.#onFailure = onFailure;
  }

  /**
   * Connects as guest to virtual host `/` and resolves when the connection is open.
   *
   * @param onFailure told once, when the connection breaks or the server closes it or one of its channels
   */
  static async open(port: number, onFailure: (error: Error) => void): Promise<RawConnection> {
    const read = { take: (_buffer: Buffer, _length: number): void => {} };
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (length, buffer) => {
          read.take(buffer as Buffer, length);
          return true;
        },
      },
    });
    const connection = new RawConnection(socket, onFailure);
    read.take = (buffer, length) => connection.#take(buffer, length);
    socket.on('error', (error) => connection.#fail(error));
    socket.on('close', () => {
      if (!connection.#closing) connection.#fail(new Error('the server closed the socket'));
    });
    await connection.#shakeHands();
    return connection;
  }

  async #shakeHands(): Promise<void> {
    const start = this.#expect(0, methodIds.connectionStart);
    this.#socket.write(Buffer.from('AMQP\x00\x00\x09\x01', 'latin1'));
    await start;
    const capabilities = flagTable([
      'publisher_confirms',
      'basic.nack',
      'connection.blocked',
      'consumer_cancel_notify',
    ]);
    await this.call(
      methodFrame(
        0,
        methodIds.connectionStartOk,
        nestedTable('capabilities', capabilities),
        shortString('PLAIN'),
        longString(Buffer.from('\x00guest\x00guest')),
        shortString('en_US'),
      ),
      methodIds.connectionTune,
    );
    // No heartbeats: a run is short and its deadline is elsewhere.
    this.write(methodFrame(0, methodIds.connectionTuneOk, uint16(2047), uint32(131_072), uint16(0)));
    await this.call(
      methodFrame(0, methodIds.connectionOpen, shortString('/'), shortString(''), uint8(0)),
      methodIds.connectionOpenOk,
    );
  }

  /** Opens a channel; `listener` is told what arrives on it. */
  async openChannel(channel: number, listener?: ChannelListener): Promise<void> {
    this.#listeners[channel] = listener;
    await this.call(methodFrame(channel, methodIds.channelOpen, shortString('')), methodIds.channelOpenOk);
  }

  /** Sends a method frame and resolves with the arguments of the answer, which must be `replyId`. One per channel. */
  call(frame: Buffer, replyId: number): Promise<Buffer> {
    const reply = this.#expect(frame.readUInt16BE(1), replyId);
    this.write(frame);
    return reply;
  }

  #expect(channel: number, methodId: number): Promise<Buffer> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer ${methodId >> 16},${methodId & 0xffff} within ${replyLimitMs} ms`)),
        replyLimitMs,
      );
      this.#pending.set(channel, {
        methodId,
        resolve: (args) => {
          clearTimeout(timer);
          resolve(args);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** @param onSent called when the socket no longer needs `bytes` */
  write(bytes: Uint8Array, onSent?: () => void): void {
    this.#socket.write(bytes, onSent);
  }

  /** Octets that the server has not taken yet and that wait in this process. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Calls `resume` once when everything that waits has been taken. Only after `waitingBytes` exceeded 16 KiB. */
  onceDrained(resume: () => void): void {
    this.#socket.once('drain', resume);
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#failed === undefined) {
      await this.call(
        methodFrame(0, methodIds.connectionClose, uint16(200), shortString(''), uint16(0), uint16(0)),
        methodIds.connectionCloseOk,
      );
    }
    this.#socket.destroy();
  }

  #take(buffer: Buffer, length: number): void {
    this.#socket.cork();
    try {
      this.#scanner.take(buffer, length);
      for (const listener of this.#touched) listener.onReadEnd();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#touched.length = 0;
      this.#socket.uncork();
    }
  }

  #touch(channel: number): ChannelListener | undefined {
    const listener = this.#listeners[channel];
    if (listener !== undefined && this.#touched.at(-1) !== listener && !this.#touched.includes(listener)) {
      this.#touched.push(listener);
    }
    return listener;
  }

  onBody(channel: number, buffer: Buffer, start: number, end: number): void {
    this.#listeners[channel]?.onBody(buffer, start, end);
  }

  onMethod(channel: number, methodId: number, buffer: Buffer, start: number, end: number): void {
    if (methodId === methodIds.basicDeliver) {
      const tagAt = start + 1 + (buffer[start] ?? 0);
      this.#touch(channel)?.onDeliver(readUint64(buffer, tagAt), buffer[tagAt + 8] === 1);
      return;
    }
    if (methodId === methodIds.basicAck) {
      this.#touch(channel)?.onConfirm(readUint64(buffer, start), buffer[start + 8] === 1);
      return;
    }
    const pending = this.#pending.get(channel);
    if (pending?.methodId === methodId) {
      this.#pending.delete(channel);
      pending.resolve(Buffer.from(buffer.subarray(start, end)));
      return;
    }
    this.#takeUnasked(channel, methodId, buffer, start, end);
  }

  #takeUnasked(channel: number, methodId: number, buffer: Buffer, start: number, end: number): void {
    if (methodId === methodIds.connectionBlocked) {
      this.blockedCount++;
    } else if (methodId === methodIds.connectionClose || methodId === methodIds.channelClose) {
      const textEnd = start + 3 + (buffer[start + 2] ?? 0);
      this.#fail(new Error(`channel ${channel} was closed: ${buffer.toString('utf8', start + 3, textEnd)}`));
    } else if (methodId !== methodIds.connectionUnblocked) {
      const args = buffer.toString('hex', start, Math.min(end, start + 64));
      this.#fail(new Error(`unexpected method ${methodId >> 16},${methodId & 0xffff} on channel ${channel}: ${args}`));
    }
  }

  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    this.#socket.destroy();
    this.#onFailure(error);
  }
}
