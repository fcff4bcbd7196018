import type { RecordCursor } from '../../../bytes/index.js';
import { ENVELOPE_HEADERS } from '../../../core/index.js';

/** Where the parts of another dialect's message lie in the record that carries it; all in the cursor's bytes. */
export interface ForeignRecord {
  readonly dialect: number;
  /** Exchange and routing key, each after its length in one byte. */
  readonly routingStart: number;
  readonly envelopeStart: number;
  readonly envelopeEnd: number;
}

const DIALECT_OF_HEADER = new Map(
  [...ENVELOPE_HEADERS].map(([dialect, name]) => [Buffer.from(name).toString(), dialect]),
);

/** Finds the sender's envelope in a record of a batch that is marked as foreign. */
export function readForeignRecord(cursor: RecordCursor): ForeignRecord | undefined {
  const { bytes } = cursor;
  let found: ForeignRecord | undefined;
  cursor.forEachHeader((nameStart, nameEnd, valueStart, valueEnd) => {
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + nameStart, nameEnd - nameStart).toString('latin1');
    const dialect = DIALECT_OF_HEADER.get(name);
    if (dialect === undefined || valueStart < 0) return;
    const routingKeyAt = valueStart + 1 + bytes[valueStart];
    const envelopeStart = routingKeyAt + 1 + bytes[routingKeyAt];
    found = { dialect, routingStart: valueStart, envelopeStart, envelopeEnd: valueEnd };
  });
  return found;
}

/** The exchange and the routing key that the message was published with; empty where its dialect has none. */
export function readRouting(
  bytes: Uint8Array,
  start: number,
): { readonly exchange: string; readonly routingKey: string } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const keyAt = start + 1 + buffer[start];
  return {
    exchange: buffer.toString('utf8', start + 1, keyAt),
    routingKey: buffer.toString('utf8', keyAt + 1, keyAt + 1 + buffer[keyAt]),
  };
}
