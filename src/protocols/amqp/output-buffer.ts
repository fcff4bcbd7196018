const bigBytes = 64 * 1024;
/** The first piece, for an output that stays small: a confirm has 21 bytes, and many connections may get one at once. */
const smallBytes = 1024;
/** Pieces that were written and may be filled again, shared by all connections so that an idle one holds none. */
const bigSpares: Buffer[] = [];
const smallSpares: Buffer[] = [];
const mostBigSpares = 32;
const mostSmallSpares = 1024;
const noBytes = Buffer.alloc(0);
/** Below this a loop beats the call into the runtime's copy. */
const shortCopyBytes = 48;

/**
 * Bytes on their way out, gathered into a few large pieces. A writer asks for room with `reserve`, fills `bytes` from
 * the position it got, and says with `commit` where it ended.
 */
export class OutputBuffer {
  bytes: Buffer = noBytes;
  /** Filled part of `bytes`. */
  private used = 0;
  private full: Buffer[] = [];
  private fullBytes = 0;

  get length(): number {
    return this.fullBytes + this.used;
  }

  /** Makes `size` bytes writable in one piece and returns where they begin in `bytes`. */
  reserve(size: number): number {
    if (this.used + size > this.bytes.length) this.startPiece(size);
    return this.used;
  }

  commit(end: number): void {
    this.used = end;
  }

  /** Hands over everything gathered and starts anew. Pieces that nobody reads any more may be given to {@link recycle}. */
  take(): Buffer[] {
    const pieces = this.full;
    if (this.used > 0) pieces.push(this.bytes.subarray(0, this.used));
    this.full = [];
    this.fullBytes = 0;
    this.used = 0;
    this.bytes = noBytes;
    return pieces;
  }

  /** Appends all of another buffer and empties it. */
  append(other: OutputBuffer): void {
    const pieces = other.take();
    for (const piece of pieces) {
      const at = this.reserve(piece.length);
      this.commit(copyBytes(this.bytes, at, piece, 0, piece.length));
    }
    recycle(pieces);
  }

  private startPiece(size: number): void {
    const isFirst = this.used === 0 && this.full.length === 0;
    if (this.used > 0) {
      this.full.push(this.bytes.subarray(0, this.used));
      this.fullBytes += this.used;
    }
    if (isFirst && size <= smallBytes) this.bytes = smallSpares.pop() ?? Buffer.allocUnsafeSlow(smallBytes);
    else if (size <= bigBytes) this.bytes = bigSpares.pop() ?? Buffer.allocUnsafeSlow(bigBytes);
    else this.bytes = Buffer.allocUnsafeSlow(size);
    this.used = 0;
  }
}

/** Takes back pieces whose bytes nobody reads any more. */
export function recycle(pieces: readonly Buffer[]): void {
  for (const { buffer } of pieces) {
    if (buffer.byteLength === bigBytes) {
      if (bigSpares.length < mostBigSpares) bigSpares.push(Buffer.from(buffer));
    } else if (buffer.byteLength === smallBytes && smallSpares.length < mostSmallSpares) {
      smallSpares.push(Buffer.from(buffer));
    }
  }
}

/** Copies `source[start, end)` to `target` at `at` and returns where it ends there. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size <= shortCopyBytes) {
    for (let from = start, to = at; from < end; from++, to++) target[to] = source[from];
  } else {
    target.set(start === 0 && end === source.length ? source : source.subarray(start, end), at);
  }
  return at + size;
}
