/**
 * Where record bytes are while they are in memory. An address is a number that names a byte for ever, but can be
 * resolved only while its chunk is still there; who finds it gone reads the record from the store again. So nothing
 * has to be told when memory is taken back, and a waiting message pins none.
 *
 * Three spaces, told apart by the high bits: what was appended (a ring of chunks, written front to back), what was
 * read back (a ring of chunks as the store returned them), and transient messages (see transient-memory.ts).
 */
const CHUNK_BYTES = 0x10_0000;
const READ_BASE = 2 ** 51;
const TRANSIENT_BASE = 2 ** 52;
const RING_CHUNKS = 64;

/** No place in memory. */
export const NOWHERE = -1;

export const MAX_RECORD_BYTES = (RING_CHUNKS - 16) * CHUNK_BYTES;

/** A ring of buffers addressed by serial number; a big buffer takes several serials in a row. */
class ChunkRing {
  readonly #buffers: (Uint8Array | undefined)[] = Array.from({ length: RING_CHUNKS });
  readonly #firstSerials = new Float64Array(RING_CHUNKS).fill(-1);
  #next = 0;

  /** Takes the next serials for `buffer` and returns the first. */
  add(buffer: Uint8Array): number {
    const first = this.#next;
    const serials = Math.max(1, Math.ceil(buffer.length / CHUNK_BYTES));
    for (let i = 0; i < serials; i++) {
      const place = (first + i) % RING_CHUNKS;
      this.#buffers[place] = buffer;
      this.#firstSerials[place] = first;
    }
    this.#next = first + serials;
    return first;
  }

  /** The chunk that the next {@link add} of one serial would displace, when it is of the usual size. */
  displaced(): Uint8Array | undefined {
    const buffer = this.#buffers[this.#next % RING_CHUNKS];
    return buffer !== undefined && buffer.length === CHUNK_BYTES ? buffer : undefined;
  }

  buffer(serial: number): Uint8Array | undefined {
    return serial > this.#next - 1 - RING_CHUNKS && serial < this.#next
      ? this.#buffers[serial % RING_CHUNKS]
      : undefined;
  }

  firstSerial(serial: number): number {
    return this.#firstSerials[serial % RING_CHUNKS]!;
  }
}

export class Memory {
  readonly #appended = new ChunkRing();
  readonly #read = new ChunkRing();
  readonly #transient = new Map<number, TransientChunk>();
  #transientSerial = 0;
  #transientCurrent: TransientChunk | undefined;
  /** Bytes of transient chunks in use. */
  transientBytes = 0;
  /** Set by {@link resolve}: where in the returned buffer the address lies. */
  offset = 0;

  /** A fresh chunk to append into; returns the address of its first byte. `reuse` says whether its memory is free. */
  appendChunk(sizeBytes: number, reusable: (buffer: Uint8Array) => boolean): { buffer: Uint8Array; address: number } {
    const displaced = sizeBytes <= CHUNK_BYTES ? this.#appended.displaced() : undefined;
    const buffer =
      displaced !== undefined && reusable(displaced) ? displaced : new Uint8Array(Math.max(sizeBytes, CHUNK_BYTES));
    return { buffer, address: this.#appended.add(buffer) * CHUNK_BYTES };
  }

  /** Makes a buffer that was read from the store addressable; returns the address of its first byte. */
  addRead(buffer: Uint8Array): number {
    return READ_BASE + this.#read.add(buffer) * CHUNK_BYTES;
  }

  /** Room for one transient record; free it with {@link freeTransient}. */
  allocateTransient(sizeBytes: number): number {
    let chunk = this.#transientCurrent;
    if (chunk === undefined || chunk.used + sizeBytes > chunk.buffer.length) {
      if (chunk !== undefined && chunk.live === 0) this.#dropTransient(chunk);
      const buffer = new Uint8Array(Math.max(sizeBytes, CHUNK_BYTES / 4));
      chunk = { serial: this.#transientSerial, buffer, used: 0, live: 0 };
      this.#transientSerial += Math.ceil(buffer.length / CHUNK_BYTES);
      this.#transient.set(chunk.serial, chunk);
      this.#transientCurrent = chunk;
      this.transientBytes += buffer.length;
    }
    const address = TRANSIENT_BASE + chunk.serial * CHUNK_BYTES + chunk.used;
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
    this.offset = address - TRANSIENT_BASE - chunk.serial * CHUNK_BYTES;
    return chunk.buffer;
  }

  #resolveRing(ring: ChunkRing, address: number): Uint8Array | undefined {
    const serial = Math.floor(address / CHUNK_BYTES);
    const buffer = ring.buffer(serial);
    if (buffer !== undefined) this.offset = address - ring.firstSerial(serial) * CHUNK_BYTES;
    return buffer;
  }

  /** A big transient record has a chunk of its own and is addressed by its first byte, so one look-up does. */
  #transientChunk(address: number): TransientChunk | undefined {
    return this.#transient.get(Math.floor((address - TRANSIENT_BASE) / CHUNK_BYTES));
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
