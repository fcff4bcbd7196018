import {
  batchIsControl,
  batchIsForeign,
  batchIsTransactional,
  batchBaseOffset,
  batchProducerId,
  batchSizeBytes,
  DIALECT_KAFKA,
  RECORD_HEADER_BYTES,
  type RecordCursor,
  writeU16,
  writeU32,
  writeU48,
} from '../bytes/index.js';
import { type HeaderValue, type Translate } from '../core/index.js';
import { encodeRecordEnvelope, openBatch, type OpenedBatch, readForeignRecord } from '../protocols/kafka/index.js';

/** Records in the layout of a queue's log, with their offsets. */
export interface OpenedRecords {
  readonly buffer: Uint8Array;
  readonly offsets: readonly number[];
}

/** Batches one after another in buffer[start, end). */
export interface BatchBytes {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** Opens a topic's batches for those who want single messages: retained queues, stream consumers, bindings. */
export class BatchOpener {
  readonly #translate: Translate;
  readonly #unreadable: (offset: number, error: unknown) => void;

  /** `unreadable` is told of batches whose records are none; they are passed over. */
  constructor(translate: Translate, unreadable: (offset: number, error: unknown) => void) {
    this.#translate = translate;
    this.#unreadable = unreadable;
  }

  /** What routing may ask of a message that another dialect sent. */
  headersOf(
    dialect: number,
    envelope: Uint8Array,
    start: number,
    end: number,
  ): { get(name: string): HeaderValue | undefined } {
    const { headers } = this.#translate(dialect, envelope, start, end, envelope, end, end);
    const values = new Map<string, HeaderValue>();
    for (const { name, value } of headers) {
      if (value.kind === 'null') values.set(name, null);
      else if ('value' in value) values.set(name, value.value);
    }
    return values;
  }

  /** Every message of the chunks that was not aborted. */
  async open(chunks: readonly BatchBytes[], aborted: readonly Aborted[] = []): Promise<OpenedRecords[]> {
    const opened: OpenedRecords[] = [];
    for (const chunk of chunks) {
      for (let at = chunk.start; at < chunk.end; ) {
        const batch = chunk.buffer.subarray(at, at + batchSizeBytes(chunk.buffer, at));
        at += batch.length;
        if (batchIsControl(batch, 0) || isAborted(batch, aborted)) continue;
        try {
          opened.push(recordsOf(await openBatch(batch), batchIsForeign(batch, 0)));
        } catch (error) {
          // What its producer sent cannot be opened by anybody; it must not keep the others from their readers.
          this.#unreadable(batchBaseOffset(batch, 0), error);
        }
      }
    }
    return opened;
  }
}

function isAborted(batch: Uint8Array, aborted: readonly Aborted[]): boolean {
  if (!batchIsTransactional(batch, 0)) return false;
  const offset = batchBaseOffset(batch, 0);
  const producerId = batchProducerId(batch, 0);
  return aborted.some(
    (entry) => entry.producerId === producerId && entry.firstOffset <= offset && offset <= entry.lastOffset,
  );
}

function recordsOf(batch: OpenedBatch, isForeign: boolean): OpenedRecords {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  while (batch.cursor.next()) {
    offsets.push(batch.offset);
    parts.push(storedRecord(batch.cursor, batch.timestampMs, isForeign));
  }
  return { buffer: Buffer.concat(parts), offsets };
}

/** The record as its sender's dialect has it: from the envelope header that another dialect left, else as Kafka's. */
function storedRecord(cursor: RecordCursor, timestampMs: number, isForeign: boolean): Buffer {
  const bytes = Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset, cursor.bytes.byteLength);
  const body = cursor.valueStart < 0 ? bytes.subarray(0, 0) : bytes.subarray(cursor.valueStart, cursor.valueEnd);
  const sender = isForeign ? readForeignRecord(cursor) : undefined;
  const dialect = sender?.dialect ?? DIALECT_KAFKA;
  const routing =
    sender === undefined
      ? keyAsRouting(bytes, cursor.keyStart, cursor.keyEnd)
      : bytes.subarray(sender.routingStart, sender.envelopeStart);
  const envelope =
    sender === undefined ? encodeRecordEnvelope(cursor) : bytes.subarray(sender.envelopeStart, sender.envelopeEnd);
  const size = RECORD_HEADER_BYTES + routing.length + envelope.length + body.length;
  const record = Buffer.alloc(size);
  writeU32(record, 0, size - 4);
  record[4] = dialect;
  writeU16(record, 6, routing.length);
  writeU32(record, 8, envelope.length);
  writeU48(record, 12, Math.max(0, timestampMs));
  routing.copy(record, RECORD_HEADER_BYTES);
  envelope.copy(record, RECORD_HEADER_BYTES + routing.length);
  body.copy(record, RECORD_HEADER_BYTES + routing.length + envelope.length);
  return record;
}

/** No exchange, and the key as routing key where it is short enough to be one. */
function keyAsRouting(bytes: Buffer, start: number, end: number): Buffer {
  const length = start < 0 || end - start > 255 ? 0 : end - start;
  return Buffer.concat([Buffer.from([0, length]), bytes.subarray(start, start + length)]);
}
