import type { RecordCursor } from '../../../bytes/index.js';

/**
 * What a Kafka record is beside its value, as other dialects' queues keep it: key and headers.
 *
 *   i32 length of the key (-1: null) · key · u32 headers, each: i32 length of the name · name
 *   · i32 length of the value (-1: null) · value
 */
export interface RecordEnvelope {
  readonly key: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[];
}

/** The envelope of the record that the cursor stands on. */
export function encodeRecordEnvelope(cursor: RecordCursor): Buffer {
  const bytes = Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset, cursor.bytes.byteLength);
  const parts: Buffer[] = [];
  const blob = (start: number, end: number): void => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(start < 0 ? -1 : end - start);
    parts.push(length);
    if (start >= 0) parts.push(bytes.subarray(start, end));
  };
  blob(cursor.keyStart, cursor.keyEnd);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(cursor.headerCount);
  parts.push(count);
  cursor.forEachHeader((nameStart, nameEnd, valueStart, valueEnd) => {
    blob(nameStart, nameEnd);
    blob(valueStart, valueEnd);
  });
  return Buffer.concat(parts);
}

/** Reads what {@link encodeRecordEnvelope} wrote. The parts point into `bytes`. */
export function decodeRecordEnvelope(bytes: Uint8Array, start: number): RecordEnvelope {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  const blob = (): Buffer | null => {
    const length = buffer.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return buffer.subarray(at - length, at);
  };
  const key = blob();
  const count = buffer.readUInt32BE(at);
  at += 4;
  const headers = Array.from({ length: count }, () => ({ name: blob()!.toString('utf8'), value: blob() }));
  return { key, headers };
}
