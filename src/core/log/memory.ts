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
  readonly #buffers: (Uint8Array<ArrayBuffer> | undefined)[];
  readonly #firstSerials: Float64Array;
  #next = 0;

  constructor(limits: MemoryLimits) {
    this.#chunkBytes = limits.chunkBytes;
    this.#length = limits.ringChunks;
    this.#buffers = Array.from({ length: this.#length });
    this.#firstSerials = new Float64Array(this.#length).fill(-1);
  }

  /** Takes the next serials for `buffer` and returns the first. */
  add(buffer: Uint8Array<ArrayBuffer>): number {
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

  /** The chunk that the next {@link add} of one serial would displace, when it is of that size. */
  displaced(sizeBytes: number): Uint8Array<ArrayBuffer> | undefined {
    const buffer = this.#buffers[this.#next % this.#length];
    return buffer !== undefined && buffer.length === sizeBytes ? buffer : undefined;
  }

  buffer(serial: number): Uint8Array<ArrayBuffer> | undefined {
    return serial > this.#next - 1 - this.#length && serial < this.#next
      ? this.#buffers[serial % this.#length]
      : undefined;
  }

  firstSerial(serial: number): number {
    return this.#firstSerials[serial % this.#length];
  }
}

export class Memory {
  readonly limits: MemoryLimits;
  readonly #chunkBytes: number;
  readonly #appended: ChunkRing;
  readonly #read: ChunkRing;
  /** Size of a chunk of what was read. */
  readonly #readBytes: number;
  #readChunk = new Uint8Array(0);
  #readAddress = 0;
  #readUsed = 0;
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
    this.#readBytes = limits.chunkBytes / 4;
  }

  /** A bigger record would push out of the ring what is needed beside it. */
  get maxRecordBytes(): number {
    return Math.floor((this.limits.ringChunks * 3) / 4) * this.#chunkBytes;
  }

  /** A fresh chunk to append into; returns the address of its first byte. `reuse` says whether its memory is free. */
  appendChunk(sizeBytes: number, reusable: (buffer: Uint8Array) => boolean): { buffer: Uint8Array; address: number } {
    const displaced = sizeBytes <= this.#chunkBytes ? this.#appended.displaced(this.#chunkBytes) : undefined;
    const buffer =
      displaced !== undefined && reusable(displaced)
        ? displaced
        : new Uint8Array(Math.max(sizeBytes, this.#chunkBytes));
    return { buffer, address: this.#appended.add(buffer) * this.#chunkBytes };
  }

  /** Keeps a copy of buffer[start, end), which was read from the store; returns the address of its first byte. */
  addRead(buffer: Uint8Array, start: number, end: number): number {
    const size = end - start;
    if (this.#readUsed + size > this.#readChunk.length) {
      const displaced = this.#read.displaced(this.#readBytes);
      this.#readChunk = size > this.#readBytes ? new Uint8Array(size) : (displaced ?? new Uint8Array(this.#readBytes));
      this.#readAddress = READ_BASE + this.#read.add(this.#readChunk) * this.#chunkBytes;
      this.#readUsed = 0;
    }
    const at = this.#readUsed;
    this.#readChunk.set(start === 0 && size === buffer.length ? buffer : buffer.subarray(start, end), at);
    this.#readUsed += size;
    return this.#readAddress + at;
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
