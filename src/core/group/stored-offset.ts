/**
 * Offsets as they are stored, one key for each partition that a group committed, and one more while a transaction
 * holds a newer offset back:
 *
 *     g/o/<place>                  format (1), offset, leader epoch, committedMs, metadata
 *     g/t/<producer id>/<place>    the same, then order
 *
 * where <place> is <length of the group id in UTF-16 units>/<group id>/<topic>/<partition>: the length makes it
 * readable back whatever a group id contains. Numbers are varints. `order` counts up over all that is staged.
 */
import { ValueReader, ValueWriter } from './value-codec.js';

export const OFFSET_PREFIX = 'g/o/';
export const STAGED_PREFIX = 'g/t/';

const FORMAT = 1;

/** What an offset is committed for. */
export interface OffsetPlace {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

export interface CommittedOffset {
  /** The next offset to read. Any safe integer: clients are known to commit -1 and -2 to have a position reset. */
  readonly offset: number;
  /** The leader epoch that the consumer read under; -1 when it did not say. */
  readonly leaderEpoch: number;
  /** The consumer's own note; empty when there is none. */
  readonly metadata: string;
  /** ms since the epoch. */
  readonly committedMs: number;
}

export function placeKey(groupId: string, topic: string, partition: number): string {
  return `${groupId.length}/${groupId}/${topic}/${partition}`;
}

/** Throws RangeError for a key that {@link placeKey} did not make. */
export function parsePlace(key: string): OffsetPlace {
  const groupStart = key.indexOf('/') + 1;
  const groupEnd = groupStart + Number(key.slice(0, Math.max(groupStart - 1, 0)));
  const topicEnd = key.lastIndexOf('/');
  const place = {
    groupId: key.slice(groupStart, groupEnd),
    topic: key.slice(groupEnd + 1, topicEnd),
    partition: Number(key.slice(topicEnd + 1)),
  };
  if (placeKey(place.groupId, place.topic, place.partition) !== key) throw new RangeError(`not an offset key: ${key}`);
  return place;
}

function write(offset: CommittedOffset): ValueWriter {
  return new ValueWriter()
    .byte(FORMAT)
    .signed(offset.offset)
    .signed(offset.leaderEpoch)
    .unsigned(offset.committedMs)
    .text(offset.metadata);
}

function read(reader: ValueReader): CommittedOffset {
  const format = reader.byte();
  if (format !== FORMAT) throw new RangeError(`a stored offset of an unknown format: ${format}`);
  const offset = reader.signed();
  const leaderEpoch = reader.signed();
  const committedMs = reader.unsigned();
  return { offset, leaderEpoch, committedMs, metadata: reader.text() };
}

export function encodeOffset(offset: CommittedOffset): Uint8Array {
  return write(offset).finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeOffset(value: Uint8Array): CommittedOffset {
  const reader = new ValueReader(value);
  const offset = read(reader);
  reader.end();
  return offset;
}

export function encodeStaged(offset: CommittedOffset, order: number): Uint8Array {
  return write(offset).unsigned(order).finish();
}

/** Throws RangeError when the value was damaged or written by a newer version. */
export function decodeStaged(value: Uint8Array): { readonly offset: CommittedOffset; readonly order: number } {
  const reader = new ValueReader(value);
  const offset = read(reader);
  const order = reader.unsigned();
  reader.end();
  return { offset, order };
}
