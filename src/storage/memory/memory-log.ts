import type { Extent, LogChunk } from '../../core/index.js';

/** One run in memory. */
export interface MemoryRun {
  readonly firstSeq: number;
  readonly count: number;
  readonly flags: number;
  readonly maxTimestampMs: number;
  readonly flush: number;
  readonly payload: Uint8Array;
}

/** The part of a run that no later rewrite replaced, `last` inclusive. */
interface Piece {
  readonly first: number;
  readonly last: number;
  readonly run: MemoryRun;
}

/** The runs of one log, in order of sequence, never overlapping: of two runs for a sequence the later one counts. */
export class MemoryLog {
  #pieces: Piece[] = [];
  #sizeBytes = 0;

  /** Payload bytes of all pieces; a run that a rewrite cut in two counts twice. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(run: MemoryRun): void {
    const piece = { first: run.firstSeq, last: run.firstSeq + run.count - 1, run };
    const tail = this.#pieces.at(-1);
    if (tail === undefined || tail.last < piece.first) {
      this.#pieces.push(piece);
      this.#sizeBytes += run.payload.length;
      return;
    }
    const before: Piece[] = [];
    const after: Piece[] = [];
    for (const old of this.#pieces) {
      if (old.first < piece.first) before.push({ ...old, last: Math.min(old.last, piece.first - 1) });
      if (old.last > piece.last) after.push({ ...old, first: Math.max(old.first, piece.last + 1) });
    }
    this.#replace([...before, piece, ...after]);
  }

  /** Forgets what lies wholly below `upTo`. */
  trim(upTo: number): void {
    let dead = 0;
    while (dead < this.#pieces.length && this.#pieces[dead].last < upTo) dead++;
    for (const piece of this.#pieces.splice(0, dead)) this.#sizeBytes -= piece.run.payload.length;
  }

  /** Forgets every run that carries one of `flags`. */
  removeFlagged(flags: number): void {
    this.#replace(this.#pieces.filter((piece) => (piece.run.flags & flags) === 0));
  }

  read(from: number, maxBytes: number): LogChunk[] {
    const chunks: LogChunk[] = [];
    let room = maxBytes;
    for (let i = this.#find(from); i < this.#pieces.length; i++) {
      const { first, last, run } = this.#pieces[i];
      room -= run.payload.length;
      if (room < 0 && chunks.length > 0) break;
      chunks.push({
        firstSeq: run.firstSeq,
        count: run.count,
        currentFirst: first,
        currentLast: last,
        flags: run.flags,
        buffer: run.payload,
        start: 0,
        end: run.payload.length,
      });
    }
    return chunks;
  }

  extents(from: number, limit: number): Extent[] {
    const start = this.#find(from);
    return this.#pieces.slice(start, start + limit).map(({ first, last, run }) => ({
      firstSeq: first,
      lastSeq: last,
      sizeBytes: run.payload.length,
      maxTimestampMs: run.maxTimestampMs,
      flush: run.flush,
    }));
  }

  #replace(pieces: Piece[]): void {
    this.#pieces = pieces;
    this.#sizeBytes = pieces.reduce((sum, piece) => sum + piece.run.payload.length, 0);
  }

  /** The index of the first piece that ends at or above `seq`. */
  #find(seq: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pieces[middle].last < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
