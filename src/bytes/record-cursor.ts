import { MalformedBytes } from './malformed-bytes.js';
import { VarintCursor } from './varint.js';

/**
 * Walks the records of a batch one by one without copying: `next()` moves to a record, and the fields then say where
 * its parts lie in `bytes`. A key or value that is null starts at -1.
 *
 * The bytes are the uncompressed records, which follow the batch header; of a compressed batch they are what
 * decompression gave.
 */
export class RecordCursor {
  readonly bytes: Uint8Array;
  /** Index of the record within its batch in bytes order, -1 before the first. */
  index = -1;
  offsetDelta = 0;
  timestampDeltaMs = 0;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  headerCount = 0;
  /** Where the record's key begins with its length: what stands before is about its place and time. */
  contentStart = 0;
  #headersStart = 0;
  #recordEnd: number;
  readonly #count: number;
  readonly #varints: VarintCursor;

  /** @param count the record count of the batch header */
  constructor(bytes: Uint8Array, start: number, end: number, count: number) {
    this.bytes = bytes;
    this.#count = count;
    this.#recordEnd = start;
    this.#varints = new VarintCursor(bytes, start, end);
  }

  /** Moves to the next record; false after the last. Throws {@link MalformedBytes} when the bytes are no records. */
  next(): boolean {
    const varints = this.#varints;
    if (this.index + 1 >= this.#count) {
      if (this.#recordEnd !== varints.end) throw new MalformedBytes('bytes follow the last record of a batch');
      return false;
    }
    this.index++;
    varints.position = this.#recordEnd;
    const sizeBytes = varints.readSigned();
    const recordEnd = varints.position + sizeBytes;
    if (sizeBytes < 6 || recordEnd > varints.end) throw new MalformedBytes('a record runs past its batch');
    this.#recordEnd = recordEnd;
    varints.position++; // record attributes: none are defined
    this.timestampDeltaMs = varints.readSignedLong();
    this.offsetDelta = varints.readSigned();
    this.contentStart = varints.position;
    this.keyStart = this.#enterBlob();
    this.keyEnd = varints.position;
    this.valueStart = this.#enterBlob();
    this.valueEnd = varints.position;
    this.headerCount = varints.readSigned();
    this.#headersStart = varints.position;
    if (this.headerCount < 0 || varints.position > recordEnd) throw new MalformedBytes('a record overruns its length');
    return true;
  }

  /** One past the current record's last byte. */
  get recordEnd(): number {
    return this.#recordEnd;
  }

  /**
   * Calls back with the bounds of each header of the current record, in order; `valueStart` is -1 for a null value.
   */
  forEachHeader(visit: (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void): void {
    const varints = this.#varints;
    varints.position = this.#headersStart;
    for (let header = 0; header < this.headerCount; header++) {
      const keyStart = this.#enterBlob();
      if (keyStart < 0) throw new MalformedBytes('a record header without a key');
      const keyEnd = varints.position;
      const valueStart = this.#enterBlob();
      visit(keyStart, keyEnd, valueStart, varints.position);
    }
    if (varints.position !== this.#recordEnd) throw new MalformedBytes('record headers do not end with their record');
  }

  /** Reads a length, steps over that many bytes, and answers where they start, or -1 for null. */
  #enterBlob(): number {
    const varints = this.#varints;
    const sizeBytes = varints.readSigned();
    if (sizeBytes < 0) return -1;
    const start = varints.position;
    if (start + sizeBytes > this.#recordEnd) throw new MalformedBytes('a key, value or header overruns its record');
    varints.position = start + sizeBytes;
    return start;
  }
}
