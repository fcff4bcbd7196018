import { foreignProtocol } from './foreign-protocol.js';

/** The peer does not speak this protocol, or not within our limits: the connection is beyond repair. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** A request starts with key, version and correlation id. */
export const MIN_REQUEST_BYTES = 8;
const PREFIX_BYTES = 4;

/**
 * Cuts a byte stream into frames: a 32-bit length, then that many bytes.
 *
 * A frame that lies whole in the chunk it arrived in is handed over as a part of that chunk. Only one that spans
 * chunks is copied, once, into a buffer of its exact size; its length is checked before that buffer is made.
 */
export class FrameAssembler {
  /** May be lowered or raised between frames. */
  maxFrameBytes: number;
  minFrameBytes = MIN_REQUEST_BYTES;
  readonly #onFrame: (buffer: Buffer, start: number, end: number) => void;
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  /** How many bytes of the length field have come, when it spans chunks. */
  #prefixFilled = 0;
  #frame: Buffer | undefined;
  #frameFilled = 0;

  constructor(maxFrameBytes: number, onFrame: (buffer: Buffer, start: number, end: number) => void) {
    this.maxFrameBytes = maxFrameBytes;
    this.#onFrame = onFrame;
  }

  /** Calls back for every frame that the chunk completes, in order. Throws {@link FrameError}. */
  push(chunk: Buffer): void {
    let at = this.#continueFrame(chunk);
    while (at < chunk.length) {
      const sizeBytes = this.#readSize(chunk, at);
      if (sizeBytes === undefined) return;
      at += PREFIX_BYTES - this.#prefixFilled;
      this.#prefixFilled = 0;
      const end = at + sizeBytes;
      if (end > chunk.length) {
        this.#frame = Buffer.allocUnsafeSlow(sizeBytes);
        this.#frameFilled = chunk.copy(this.#frame, 0, at);
        return;
      }
      this.#onFrame(chunk, at, end);
      at = end;
    }
  }

  /** Fills the frame that earlier chunks began; answers where the chunk goes on behind it. */
  #continueFrame(chunk: Buffer): number {
    const frame = this.#frame;
    if (frame === undefined) return 0;
    const copied = chunk.copy(frame, this.#frameFilled, 0, frame.length - this.#frameFilled);
    this.#frameFilled += copied;
    if (this.#frameFilled === frame.length) {
      this.#frame = undefined;
      this.#onFrame(frame, 0, frame.length);
    }
    return copied;
  }

  /** The length that starts at `at`, or before it in an earlier chunk; undefined while it is incomplete. */
  #readSize(chunk: Buffer, at: number): number | undefined {
    if (this.#prefixFilled === 0 && at + PREFIX_BYTES <= chunk.length) return this.#checkSize(chunk.readInt32BE(at));
    const copied = chunk.copy(this.#prefix, this.#prefixFilled, at, at + PREFIX_BYTES - this.#prefixFilled);
    if (this.#prefixFilled + copied < PREFIX_BYTES) {
      this.#prefixFilled += copied;
      return undefined;
    }
    return this.#checkSize(this.#prefix.readInt32BE(0));
  }

  #checkSize(sizeBytes: number): number {
    if (sizeBytes >= this.minFrameBytes && sizeBytes <= this.maxFrameBytes) return sizeBytes;
    const foreign = foreignProtocol(sizeBytes);
    if (foreign !== undefined) throw new FrameError(`${foreign} on the Kafka port`);
    throw new FrameError(`a request of ${sizeBytes} bytes; the limit is ${this.maxFrameBytes}`);
  }
}
