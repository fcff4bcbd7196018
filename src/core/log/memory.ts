/**
 * Where record bytes are while they are in memory. An address is a number that names a byte for ever, but can be
 * resolved only while its chunk is still there; who finds it gone reads the record from the store again. So nothing
 * has to be told when memory is taken back, and a waiting message pins none.
 *
 * Three spaces, told apart by the high bits: what was appended (a ring of chunks, written front to back), what was
 * read back (a ring of chunks as the store returned them), and transient messages, which are freed one by one.
 */
const READ_BASE = 2 ** 51;
const TRANSIENT_BASE = 2 ** 52;

/** No place in memory. */
export const NOWHERE = -1;

/** How much record bytes may take. */
export interface MemoryLimits {
  /** Size of a chunk, which is also the most that a flush gathers, bytes. */
  readonly chunkBytes: number;
  /** Chunks kept of what was appended, and as many of what was read back. */
  readonly ringChunks: number;
  /** Messages per queue whose addresses are kept; what comes later is read back when it is wanted. */
  readonly windowSlots: number;
  /** Transient messages beyond this many bytes go to the store. */
  readonly transientBytes: number;
}

export const DEFAULT_LIMITS: MemoryLimits = {
  chunkBytes: 0x10_0000,
  ringChunks: 64,
  windowSlots: 16_384,
  transientBytes: 0x800_0000,
};

/** A ring of buffers addressed by serial number; a big buffer takes several serials in a row. */
class ChunkRing {
  readonly #chunkBytes: number;
  readonly #length: number;
  readonly #buffers: (Uint8Array | undefined)[];
  readonly #firstSerials: Float64Array;
  #next = 0;

  constructor(limits: MemoryLimits) {
    this.#chunkBytes = limits.chunkBytes;
    this.#length = limits.ringChunks;
    this.#buffers = Array.from({ length: this.#length });
    this.#firstSerials = new Float64Array(this.#length).fill(-1);
  }

  /** Takes the next serials for `buffer` and returns the first. */
  add(buffer: Uint8Array): number {
    const first = this.#next;
    const serials = Math.max(1, Math.ceil(buffer.length / this.#chunkBytes));
    for (let i = 0; i < serials; i++) {
      const place = (first + i) % this.#length;
      this.#buffers[place] = buffer;
      this.#firstSerials[place] = first;
    }
    this.#next = first + serials;
    return first;
  }

  /** The chunk that the next {@link add} of one serial would displace, when it is of the usual size. */
  displaced(): Uint8Array | undefined {
    const buffer = this.#buffers[this.#next % this.#length];
    return buffer !== undefined && buffer.length === this.#chunkBytes ? buffer : undefined;
  }

  buffer(serial: number): Uint8Array | undefined {
    return serial > this.#next - 1 - this.#length && serial < this.#next
      ? this.#buffers[serial % this.#length]
      : undefined;
  }

  firstSerial(serial: number): number {
    return this.#firstSerials[serial % this.#length]!;
  }
}

/** Records in buffer[start, end). */
export interface ReadChunk {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** How full a buffer gets at least into which small chunks are copied together; what fits into the rest is small. */
const SHARED_FILL = 0.75;

export class Memory {
  readonly limits: MemoryLimits;
  readonly #chunkBytes: number;
  readonly #appended: ChunkRing;
  readonly #read: ChunkRing;
  /** Where small chunks are copied together: its address, and how much of it is taken. */
  #readShared: { readonly buffer: Uint8Array; readonly base: number; used: number } | undefined;
  readonly #transient = new Map<number, TransientChunk>();
  #transientSerial = 0;
  #transientCurrent: TransientChunk | undefined;
  /** Bytes of transient chunks in use. */
  transientBytes = 0;
  /** Set by {@link resolve}: where in the returned buffer the address lies. */
  offset = 0;

  constructor(limits: MemoryLimits) {
    this.limits = limits;
    this.#chunkBytes = limits.chunkBytes;
    this.#appended = new ChunkRing(limits);
    this.#read = new ChunkRing(limits);
  }

  /** A bigger record would push out of the ring what is needed beside it. */
  get maxRecordBytes(): number {
    return Math.floor((this.limits.ringChunks * 3) / 4) * this.#chunkBytes;
  }

  /** A fresh chunk to append into; returns the address of its first byte. `reuse` says whether its memory is free. */
  appendChunk(sizeBytes: number, reusable: (buffer: Uint8Array) => boolean): { buffer: Uint8Array; address: number } {
    const displaced = sizeBytes <= this.#chunkBytes ? this.#appended.displaced() : undefined;
    const buffer =
      displaced !== undefined && reusable(displaced)
        ? displaced
        : new Uint8Array(Math.max(sizeBytes, this.#chunkBytes));
    return { buffer, address: this.#appended.add(buffer) * this.#chunkBytes };
  }

  /**
   * Makes records that were read from the store addressable; returns the address of the first one's first byte. What is
   * small is copied together: a log that was written in many small flushes comes back in as many small chunks.
   */
  addRead({ buffer, start, end }: ReadChunk): number {
    const size = end - start;
    if (!this.#isSmall(size)) return READ_BASE + this.#read.add(buffer) * this.#chunkBytes + start;
    let shared = this.#readShared;
    if (shared === undefined || shared.used + size > this.#chunkBytes) {
      const fresh = new Uint8Array(this.#chunkBytes);
      shared = { buffer: fresh, base: READ_BASE + this.#read.add(fresh) * this.#chunkBytes, used: 0 };
      this.#readShared = shared;
    }
    shared.buffer.set(start === 0 && end === buffer.length ? buffer : buffer.subarray(start, end), shared.used);
    const address = shared.base + shared.used;
    shared.used += size;
    return address;
  }

  /**
   * How many of these, from the first on, stay addressable side by side when they are added one after another: at least
   * one. Adding more would displace the first, which is the one that was wanted.
   */
  countKept(chunks: readonly ReadChunk[]): number {
    // One for a buffer that is begun already.
    let room = Math.floor(this.limits.ringChunks / 2) - 1;
    let shared = 0;
    let kept = 0;
    for (const { buffer, start, end } of chunks) {
      if (this.#isSmall(end - start)) {
        shared += end - start;
        if (shared > this.#chunkBytes * SHARED_FILL) {
          shared = end - start;
          room--;
        }
      } else room -= Math.max(1, Math.ceil(buffer.length / this.#chunkBytes));
      if (room < 0 && kept > 0) break;
      kept++;
    }
    return kept;
  }

  #isSmall(sizeBytes: number): boolean {
    return sizeBytes <= this.#chunkBytes * (1 - SHARED_FILL);
  }

  /** Room for one transient record; free it with {@link freeTransient}. */
  allocateTransient(sizeBytes: number): number {
    let chunk = this.#transientCurrent;
    if (chunk === undefined || chunk.used + sizeBytes > chunk.buffer.length) {
      if (chunk !== undefined && chunk.live === 0) this.#dropTransient(chunk);
      const buffer = new Uint8Array(Math.max(sizeBytes, this.#chunkBytes / 4));
      chunk = { serial: this.#transientSerial, buffer, used: 0, live: 0 };
      this.#transientSerial += Math.ceil(buffer.length / this.#chunkBytes);
      this.#transient.set(chunk.serial, chunk);
      this.#transientCurrent = chunk;
      this.transientBytes += buffer.length;
    }
    const address = TRANSIENT_BASE + chunk.serial * this.#chunkBytes + chunk.used;
    chunk.used += sizeBytes;
    chunk.live++;
    return address;
  }

  /** Takes back what {@link allocateTransient} gave; other addresses are ignored. */
  freeTransient(address: number): void {
    if (address < TRANSIENT_BASE) return;
    const chunk = this.#transientChunk(address);
    if (chunk === undefined) return;
    chunk.live--;
    if (chunk.live > 0) return;
    if (chunk === this.#transientCurrent) chunk.used = 0;
    else this.#dropTransient(chunk);
  }

  isTransient(address: number): boolean {
    return address >= TRANSIENT_BASE;
  }

  /** The buffer that holds the address (see {@link offset}), or undefined when it is gone from memory. */
  resolve(address: number): Uint8Array | undefined {
    if (address < 0) return undefined;
    if (address < READ_BASE) return this.#resolveRing(this.#appended, address);
    if (address < TRANSIENT_BASE) return this.#resolveRing(this.#read, address - READ_BASE);
    const chunk = this.#transientChunk(address);
    if (chunk === undefined) return undefined;
    this.offset = address - TRANSIENT_BASE - chunk.serial * this.#chunkBytes;
    return chunk.buffer;
  }

  #resolveRing(ring: ChunkRing, address: number): Uint8Array | undefined {
    const serial = Math.floor(address / this.#chunkBytes);
    const buffer = ring.buffer(serial);
    if (buffer !== undefined) this.offset = address - ring.firstSerial(serial) * this.#chunkBytes;
    return buffer;
  }

  /** A big transient record has a chunk of its own and is addressed by its first byte, so one look-up does. */
  #transientChunk(address: number): TransientChunk | undefined {
    return this.#transient.get(Math.floor((address - TRANSIENT_BASE) / this.#chunkBytes));
  }

  #dropTransient(chunk: TransientChunk): void {
    this.#transient.delete(chunk.serial);
    this.transientBytes -= chunk.buffer.length;
    if (this.#transientCurrent === chunk) this.#transientCurrent = undefined;
  }
}

interface TransientChunk {
  readonly serial: number;
  readonly buffer: Uint8Array;
  used: number;
  live: number;
}
