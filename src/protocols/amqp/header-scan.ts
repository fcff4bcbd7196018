import { DecodeError, endOfTable, maxTableDepth } from './field-table.js';

/**
 * Finds, among the headers of a message, the few that the broker itself acts on, without making a value of the others,
 * but after making sure that all of them can be decoded: whoever reads the stored message relies on that. One instance
 * is used again for every publish. Each position is that of the value's type letter, or -1.
 */
export class HeaderScan {
  /** `CC` or `BCC` is there. */
  copies = false;
  delayAt = -1;
  partitionKeyAt = -1;
  groupAt = -1;
  deduplicationAt = -1;

  clear(): void {
    this.copies = false;
    this.delayAt = -1;
    this.partitionKeyAt = -1;
    this.groupAt = -1;
    this.deduplicationAt = -1;
  }

  /** Reads the table whose length stands at `start`. @throws DecodeError */
  read(bytes: Buffer, start: number, limit: number): void {
    this.clear();
    const end = endOfTable(bytes, start, limit);
    let at = start + 4;
    while (at < end) {
      const keyStart = at + 1;
      const keyEnd = keyStart + bytes[at];
      if (keyEnd >= end) throw new DecodeError('truncated field name');
      const first = bytes[keyStart];
      if (first === 0x78 || first === 0x43 || first === 0x42) this.note(bytes, keyStart, keyEnd);
      at = endOfValue(bytes, keyEnd, end, 0);
    }
  }

  /** Keys that begin with `x`, `C` or `B`. */
  private note(bytes: Buffer, keyStart: number, keyEnd: number): void {
    switch (bytes.toString('latin1', keyStart, keyEnd)) {
      case 'CC':
      case 'BCC':
        this.copies = true;
        break;
      case 'x-delay':
        this.delayAt = keyEnd;
        break;
      case 'x-partition-key':
        this.partitionKeyAt = keyEnd;
        break;
      case 'x-group-id':
        this.groupAt = keyEnd;
        break;
      case 'x-deduplication-header':
        this.deduplicationAt = keyEnd;
        break;
      default:
    }
  }
}

/** The number at a value's type letter, or undefined when it is no integer. */
export function integerAt(bytes: Buffer, at: number): number | undefined {
  switch (bytes[at]) {
    case 0x62:
      return bytes.readInt8(at + 1);
    case 0x42:
      return bytes[at + 1];
    case 0x73:
      return bytes.readInt16BE(at + 1);
    case 0x75:
      return bytes.readUInt16BE(at + 1);
    case 0x49:
      return bytes.readInt32BE(at + 1);
    case 0x69:
      return bytes.readUInt32BE(at + 1);
    case 0x6c:
    case 0x4c:
      return Number(bytes.readBigInt64BE(at + 1));
    default:
      return undefined;
  }
}

/** Where the bytes of a string or byte array lie whose type letter stands at `at`; undefined for other types. */
export function bytesAt(bytes: Buffer, at: number): Buffer | undefined {
  if (bytes[at] !== 0x53 && bytes[at] !== 0x78) return undefined;
  return bytes.subarray(at + 5, at + 5 + bytes.readUInt32BE(at + 1));
}

/** Where the value ends whose type letter stands at `at`, after a look at everything in it. @throws DecodeError */
function endOfValue(bytes: Buffer, at: number, end: number, depth: number): number {
  const type = bytes[at];
  if (type === 0x46 || type === 0x41) return endOfNested(bytes, at + 1, end, depth + 1, type === 0x46);
  const valueEnd = at + 1 + scalarBytes(bytes, at, end);
  if (valueEnd > end) throw new DecodeError('truncated field value');
  return valueEnd;
}

/** The end of a table or array whose length stands at `start`. */
function endOfNested(bytes: Buffer, start: number, limit: number, depth: number, named: boolean): number {
  if (depth > maxTableDepth) throw new DecodeError('field table nested too deeply');
  const end = endOfTable(bytes, start, limit);
  for (let at = start + 4; at < end; ) {
    const valueAt = named ? at + 1 + bytes[at] : at;
    if (valueAt >= end) throw new DecodeError('truncated field name');
    at = endOfValue(bytes, valueAt, end, depth);
  }
  return end;
}

function scalarBytes(bytes: Buffer, at: number, end: number): number {
  switch (bytes[at]) {
    case 0x56: // V
      return 0;
    case 0x74: // t
    case 0x62: // b
    case 0x42: // B
      return 1;
    case 0x73: // s
    case 0x75: // u
      return 2;
    case 0x49: // I
    case 0x69: // i
    case 0x66: // f
      return 4;
    case 0x44: // D
      return 5;
    case 0x6c: // l
    case 0x4c: // L
    case 0x54: // T
    case 0x64: // d
      return 8;
    case 0x53: // S
    case 0x78: // x
      if (at + 5 > end) throw new DecodeError('truncated field value');
      return 4 + bytes.readUInt32BE(at + 1);
    default:
      throw new DecodeError('unknown field type');
  }
}
