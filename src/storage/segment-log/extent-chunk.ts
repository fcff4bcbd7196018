import { RUN_HEADER_BYTES } from './run.js';

/** What the index keeps of a stretch of a log: its sequences and where its runs lie. */
export interface PlacedExtent {
  /** The sequences that are current, inclusive; the runs there may hold more where a rewrite cut them. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly maxTimestampMs: number;
  readonly flush: number;
  /** The file's number in the {@link FileTable}. */
  readonly file: number;
  /** Where the first run's header begins, and how far it is from there to the end of the last run. */
  readonly position: number;
  readonly spanBytes: number;
  /** Payload bytes of this log's runs in that span, and how many they are; between them may lie other logs' runs. */
  readonly sizeBytes: number;
  readonly runs: number;
  readonly flags: number;
}

/** What the runs of an extent take on the disk. */
export function ownBytes(extent: PlacedExtent): number {
  return extent.sizeBytes + extent.runs * RUN_HEADER_BYTES;
}

const FLOATS = 3; // firstSeq, maxTimestampMs, flush
const WORDS = 6; // lastSeq - firstSeq, file, position, spanBytes, sizeBytes, runs << 8 | flags
const EXTENT_BYTES = FLOATS * 8 + WORDS * 4;

/** An extent grows no further than this, so that reading a little of it does not mean reading much. */
const MAX_EXTENT_BYTES = 1024 * 1024;

/** A piece of an {@link ExtentList}: up to `capacity` extents in 48 bytes each, in one buffer. */
export class ExtentChunk {
  readonly capacity: number;
  readonly #floats: Float64Array;
  readonly #words: Uint32Array;
  /** The extents in use are [head, tail). */
  head = 0;
  tail = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    const buffer = new ArrayBuffer(capacity * EXTENT_BYTES);
    this.#floats = new Float64Array(buffer, 0, capacity * FLOATS);
    this.#words = new Uint32Array(buffer, capacity * FLOATS * 8, capacity * WORDS);
  }

  firstSeq(i: number): number {
    return this.#floats[i * FLOATS];
  }

  lastSeq(i: number): number {
    return this.#floats[i * FLOATS] + this.#words[i * WORDS];
  }

  file(i: number): number {
    return this.#words[i * WORDS + 1];
  }

  position(i: number): number {
    return this.#words[i * WORDS + 2];
  }

  get(i: number): PlacedExtent {
    const f = i * FLOATS;
    const w = i * WORDS;
    return {
      firstSeq: this.#floats[f],
      lastSeq: this.#floats[f] + this.#words[w],
      maxTimestampMs: this.#floats[f + 1],
      flush: this.#floats[f + 2],
      file: this.#words[w + 1],
      position: this.#words[w + 2],
      spanBytes: this.#words[w + 3],
      sizeBytes: this.#words[w + 4],
      runs: this.#words[w + 5] >>> 8,
      flags: this.#words[w + 5] & 0xff,
    };
  }

  push(extent: PlacedExtent): void {
    const f = this.tail * FLOATS;
    const w = this.tail * WORDS;
    this.tail++;
    this.#floats[f] = extent.firstSeq;
    this.#floats[f + 1] = extent.maxTimestampMs;
    this.#floats[f + 2] = extent.flush;
    this.#words[w] = extent.lastSeq - extent.firstSeq;
    this.#words[w + 1] = extent.file;
    this.#words[w + 2] = extent.position;
    this.#words[w + 3] = extent.spanBytes;
    this.#words[w + 4] = extent.sizeBytes;
    this.#words[w + 5] = packed(extent);
  }

  /**
   * Makes the last extent longer by a run that follows it in its log, its file and its flush. False, and nothing
   * changed, where it does not.
   */
  extendLast(run: PlacedExtent): boolean {
    const i = this.tail - 1;
    const f = i * FLOATS;
    const w = i * WORDS;
    const words = this.#words;
    if (
      this.#floats[f + 2] !== run.flush ||
      words[w + 1] !== run.file ||
      (words[w + 5] & 0xff) !== run.flags ||
      this.#floats[f] + words[w] + 1 !== run.firstSeq ||
      words[w + 2] > run.position ||
      words[w + 4] + run.sizeBytes > MAX_EXTENT_BYTES
    ) {
      return false;
    }
    words[w] = run.lastSeq - this.#floats[f];
    words[w + 3] = run.position + run.spanBytes - words[w + 2];
    words[w + 4] += run.sizeBytes;
    words[w + 5] += run.runs << 8;
    if (run.maxTimestampMs > this.#floats[f + 1]) this.#floats[f + 1] = run.maxTimestampMs;
    return true;
  }

  move(i: number, file: number, position: number, spanBytes: number): void {
    const w = i * WORDS;
    this.#words[w + 1] = file;
    this.#words[w + 2] = position;
    this.#words[w + 3] = spanBytes;
  }

  /** The index of the first extent that ends at or above `seq`, or `tail`. */
  find(seq: number): number {
    let low = this.head;
    let high = this.tail;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.lastSeq(middle) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Up to 2^24 - 1 runs: more than fit into the longest extent. */
function packed(extent: PlacedExtent): number {
  return ((extent.runs << 8) | extent.flags) >>> 0;
}
