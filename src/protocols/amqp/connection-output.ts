import type { Socket } from 'node:net';
import type { Flushable, FlushQueue } from './flush-queue.js';
import { OutputBuffer, recycle } from './output-buffer.js';

/** So many bytes may wait for a peer before nothing more is pushed to it. */
const fullBytes = 1024 * 1024;

/** The output of one connection: gathered during a turn, written to the socket once at its end. */
export class ConnectionOutput implements Flushable {
  readonly buffer = new OutputBuffer();
  private readonly socket: Socket;
  private readonly queue: FlushQueue;
  private readonly beforeFlush: () => void;
  private readonly relieved: () => void;
  private dirty = false;
  /** Someone was told to stop and waits for `relieved`. */
  private stopped = false;
  private resumeScheduled = false;

  /**
   * @param beforeFlush may add the last of a turn's output
   * @param relieved called when the peer has taken what waited, after {@link full} said true; in an event of its own
   */
  constructor(socket: Socket, queue: FlushQueue, beforeFlush: () => void, relieved: () => void) {
    this.socket = socket;
    this.queue = queue;
    this.beforeFlush = beforeFlush;
    this.relieved = relieved;
    socket.on('drain', () => this.relieve());
  }

  markDirty(): void {
    if (this.dirty) return;
    this.dirty = true;
    this.queue.add(this);
  }

  full(pendingBytes: number): boolean {
    const full = this.buffer.length + pendingBytes + this.socket.writableLength >= fullBytes;
    if (full) this.stopped = true;
    return full;
  }

  flush(): void {
    this.beforeFlush();
    this.dirty = false;
    const { socket, buffer } = this;
    if (socket.destroyed) {
      buffer.take();
      return;
    }
    const pieces = buffer.take();
    if (pieces.length === 1) socket.write(pieces[0]);
    else if (pieces.length > 1) {
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    }
    // nothing waits in the socket: the kernel has it all
    if (socket.writableLength === 0) recycle(pieces);
    if (this.stopped && !this.resumeScheduled && !socket.writableNeedDrain) {
      // not at once: a peer that keeps up with a long queue must not keep the loop from the others
      this.resumeScheduled = true;
      setImmediate(() => {
        this.resumeScheduled = false;
        this.relieve();
      });
    }
  }

  private relieve(): void {
    if (!this.stopped || this.socket.destroyed || this.socket.writableNeedDrain) return;
    this.stopped = false;
    this.relieved();
  }
}
