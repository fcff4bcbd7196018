import { RUN_REWRITE } from '../../core/index.js';
import { ExtentChunk, ownBytes, type PlacedExtent } from './extent-chunk.js';

const FIRST_CAPACITY = 2;
const MAX_CAPACITY = 512;

/** Told how many bytes of a file the index begins or ceases to point at. */
export interface ByteAccount {
  gained(file: number, bytes: number, flags: number): void;
  lost(file: number, bytes: number, flags: number): void;
}

/**
 * The extents of one log in order of sequence, never overlapping. Of two extents for a sequence the newer counts, in
 * whatever order they are added; a copy of one that is known already takes its place.
 */
export class ExtentList {
  #chunks: ExtentChunk[] = [];
  readonly #account: ByteAccount;

  constructor(account: ByteAccount) {
    this.#account = account;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  add(extent: PlacedExtent): void {
    const last = this.#chunks.at(-1);
    if (last === undefined || last.lastSeq(last.tail - 1) < extent.firstSeq) this.#append(last, extent);
    else this.#insert(extent);
  }

  /** Forgets the extents that lie wholly below `upTo`. */
  trim(upTo: number): void {
    while (this.#chunks.length > 0) {
      const chunk = this.#chunks[0];
      while (chunk.head < chunk.tail && chunk.lastSeq(chunk.head) < upTo) {
        this.#lost(chunk.get(chunk.head));
        chunk.head++;
      }
      if (chunk.head < chunk.tail) return;
      this.#chunks.shift();
    }
  }

  clear(): void {
    this.trim(Infinity);
  }

  /** Visits the extents that end at or above `seq`, in order, while `visit` returns true. */
  from(seq: number, visit: (extent: PlacedExtent) => boolean): void {
    let c = this.#findChunk(seq);
    if (c === this.#chunks.length) return;
    let i = this.#chunks[c].find(seq);
    for (; c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c];
      if (i < 0) i = chunk.head;
      for (; i < chunk.tail; i++) if (!visit(chunk.get(i))) return;
      i = -1;
    }
  }

  /**
   * The runs of `extent` were copied: whatever of it is still current is found at the new place from now on. Returns
   * whether anything was.
   */
  move(extent: PlacedExtent, file: number, position: number, spanBytes: number): boolean {
    let moved = false;
    for (let c = this.#findChunk(extent.firstSeq); c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c];
      for (let i = chunk.find(extent.firstSeq); i < chunk.tail && chunk.firstSeq(i) <= extent.lastSeq; i++) {
        if (chunk.file(i) !== extent.file || chunk.position(i) !== extent.position) continue;
        this.#lost(chunk.get(i));
        chunk.move(i, file, position, spanBytes);
        this.#gained(chunk.get(i));
        moved = true;
      }
      if (chunk.lastSeq(chunk.tail - 1) >= extent.lastSeq) break;
    }
    return moved;
  }

  #append(last: ExtentChunk | undefined, extent: PlacedExtent): void {
    this.#gained(extent);
    if (last?.extendLast(extent) !== true) this.#room(last).push(extent);
  }

  #room(last: ExtentChunk | undefined): ExtentChunk {
    if (last !== undefined && last.tail < last.capacity) return last;
    const capacity = last === undefined ? FIRST_CAPACITY : Math.min(last.capacity * 2, MAX_CAPACITY);
    const chunk = new ExtentChunk(capacity);
    this.#chunks.push(chunk);
    return chunk;
  }

  /** Adds an extent that is not above all others: only the chunks that it touches are laid out anew. */
  #insert(extent: PlacedExtent): void {
    const first = Math.min(this.#findChunk(extent.firstSeq), this.#chunks.length - 1);
    let end = first + 1;
    while (end < this.#chunks.length && this.#chunks[end].firstSeq(this.#chunks[end].head) <= extent.lastSeq) end++;
    const kept: PlacedExtent[] = [];
    let pieces: PlacedExtent[] = [extent];
    for (const chunk of this.#chunks.slice(first, end)) {
      for (let i = chunk.head; i < chunk.tail; i++) {
        const old = chunk.get(i);
        if (isNewer(old, extent)) {
          kept.push(old);
          pieces = pieces.flatMap((piece) => without(piece, old));
        } else {
          const rest = without(old, extent);
          if (rest.length === 0) this.#lost(old);
          if (rest.length === 2) this.#gained(old);
          kept.push(...rest);
        }
      }
    }
    for (const piece of pieces) this.#gained(piece);
    const laid = [...kept, ...pieces].sort((a, b) => a.firstSeq - b.firstSeq);
    this.#chunks.splice(first, end - first, ...chunked(laid));
  }

  #gained(extent: PlacedExtent): void {
    this.#account.gained(extent.file, ownBytes(extent), extent.flags);
  }

  #lost(extent: PlacedExtent): void {
    this.#account.lost(extent.file, ownBytes(extent), extent.flags);
  }

  /** The index of the first chunk that ends at or above `seq`, or the number of chunks. */
  #findChunk(seq: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle];
      if (chunk.lastSeq(chunk.tail - 1) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** By the flush that appended it; within one flush, a rewrite is newer than what it replaces. */
function isNewer(a: PlacedExtent, b: PlacedExtent): boolean {
  return a.flush > b.flush || (a.flush === b.flush && (a.flags & RUN_REWRITE) > (b.flags & RUN_REWRITE));
}

/** What is left of `extent` outside the sequences of `other`: nothing, one piece or two. */
function without(extent: PlacedExtent, other: PlacedExtent): PlacedExtent[] {
  if (other.lastSeq < extent.firstSeq || other.firstSeq > extent.lastSeq) return [extent];
  const rest: PlacedExtent[] = [];
  if (extent.firstSeq < other.firstSeq) rest.push({ ...extent, lastSeq: other.firstSeq - 1 });
  if (extent.lastSeq > other.lastSeq) rest.push({ ...extent, firstSeq: other.lastSeq + 1 });
  return rest;
}

function chunked(extents: readonly PlacedExtent[]): ExtentChunk[] {
  const chunks: ExtentChunk[] = [];
  for (let start = 0; start < extents.length; start += MAX_CAPACITY) {
    const part = extents.slice(start, start + MAX_CAPACITY);
    const chunk = new ExtentChunk(part.length);
    for (const extent of part) chunk.push(extent);
    chunks.push(chunk);
  }
  return chunks;
}
