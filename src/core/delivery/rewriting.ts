import {
  GAP_BIT,
  IS_REFERENCE,
  readU16,
  readU32,
  readU48,
  RECORD_HEADER_BYTES,
  writeU16,
  writeU32,
} from '../../bytes/index.js';
import { NOWHERE } from '../log/memory.js';
import { forEachRecord } from '../log/record-run.js';
import { type LogChunk, RUN_REWRITE } from '../ports.js';
import type { MessageQueue } from './message-queue.js';
import { sharedSequence } from './shared-bodies.js';
import { SKIP } from './window.js';

/**
 * A queue in which a few old messages stay while millions come and go would keep all of them on the disk: its log can be
 * trimmed only below the oldest. What lives in such a stretch is written once more, in place of everything there.
 */

/** A shared record: where it begins. */
export interface SharedRecord {
  readonly buffer: Uint8Array;
  readonly at: number;
}

/** A queue of which the store may hold much more than lives in it. */
export interface SparseQueue {
  readonly handle: number;
  readonly log: number;
  /** The lowest sequence that is not done with. */
  readonly floor: number;
  /** The lowest shared sequence that it may ask for; Infinity: none. */
  readonly sharedFrom: number;
}

interface Live {
  readonly seq: number;
  readonly buffer: Uint8Array;
  readonly at: number;
  /** With it the record is made whole, so that the shared one need not be kept for it. */
  readonly shared: SharedRecord | undefined;
  readonly sizeBytes: number;
}

/** How many messages of firstSeq … lastSeq the queue still has. */
export function liveIn(queue: MessageQueue, firstSeq: number, lastSeq: number): number {
  return lastSeq - firstSeq + 1 - queue.done.countIn(firstSeq, lastSeq);
}

/** The sequences of shared records that live messages in these chunks refer to. */
export function referencesIn(queue: MessageQueue, chunks: readonly LogChunk[]): number[] {
  const found: number[] = [];
  forEachLive(queue, chunks, (_seq, buffer, at) => {
    if ((buffer[at + 5] & IS_REFERENCE) !== 0) found.push(sharedSequence(buffer, at));
  });
  return found;
}

/**
 * Puts what is live from `firstSeq` to `upToSeq`, or somewhat less far, into the gathering flush, in place of all that
 * the log has there. `chunks` holds those records, `shared` what they refer to as far as it was found. Returns the last
 * sequence that was dealt with; -1, and nothing has happened, when a record is missing.
 */
export function rewrite(
  queue: MessageQueue,
  firstSeq: number,
  upToSeq: number,
  chunks: readonly LogChunk[],
  shared: ReadonlyMap<number, SharedRecord>,
): number {
  const whole = queue.marks.endAt(upToSeq);
  const lastSeq = whole >= firstSeq ? whole : upToSeq;
  const live: Live[] = [];
  let timestampMs = 0;
  forEachLive(queue, chunks, (seq, buffer, at) => {
    if (seq < firstSeq || seq > lastSeq) return;
    timestampMs = Math.max(timestampMs, readU48(buffer, at + 12));
    const body = (buffer[at + 5] & IS_REFERENCE) === 0 ? undefined : shared.get(sharedSequence(buffer, at));
    live.push({ seq, buffer, at, shared: body, sizeBytes: sizeOf(buffer, at, body) });
  });
  if (live.length !== liveIn(queue, firstSeq, lastSeq)) return -1;
  const { builder } = queue.context;
  const gaps = gapCount(live, firstSeq, lastSeq);
  const sizeBytes = live.reduce((sum, one) => sum + one.sizeBytes, gaps * 4);
  builder.appendRun(queue.log, firstSeq, lastSeq - firstSeq + 1, sizeBytes, RUN_REWRITE, timestampMs);
  const { buffer, place, address } = builder;
  let at = place;
  let next = firstSeq;
  for (const one of live) {
    if (one.seq > next) at = writeGap(buffer, at, one.seq - next);
    moved(queue, one.seq, address + (at - place));
    at = writeRecord(buffer, at, one);
    next = one.seq + 1;
  }
  if (next <= lastSeq) writeGap(buffer, at, lastSeq + 1 - next);
  if (live.every((one) => one.shared !== undefined || (one.buffer[one.at + 5] & IS_REFERENCE) === 0)) {
    queue.marks.drop(firstSeq, lastSeq, queue.done.floor);
  }
  queue.context.gathered(false);
  queue.touch();
  return lastSeq;
}

function forEachLive(
  queue: MessageQueue,
  chunks: readonly LogChunk[],
  visit: (seq: number, buffer: Uint8Array, at: number) => void,
): void {
  for (const { buffer, start, end, firstSeq, currentFirst, currentLast } of chunks) {
    forEachRecord(buffer, start, end, firstSeq, (seq, at) => {
      if (seq >= currentFirst && seq <= currentLast && !queue.done.has(seq)) visit(seq, buffer, at);
    });
  }
}

/** Whoever knew where the record was in memory learns where it is now: the old one may refer to what goes. */
function moved(queue: MessageQueue, seq: number, address: number): void {
  const place = queue.rows.find(seq);
  if (place >= 0) {
    queue.rows.address[place] = address;
    return;
  }
  const known = queue.window.at(seq);
  if (known !== SKIP && known !== NOWHERE) queue.window.set(seq, address);
}

function gapCount(live: readonly Live[], firstSeq: number, lastSeq: number): number {
  let gaps = 0;
  let next = firstSeq;
  for (const { seq } of live) {
    if (seq > next) gaps++;
    next = seq + 1;
  }
  return next <= lastSeq ? gaps + 1 : gaps;
}

function writeGap(buffer: Uint8Array, at: number, count: number): number {
  writeU32(buffer, at, GAP_BIT + count);
  return at + 4;
}

function sizeOf(buffer: Uint8Array, at: number, shared: SharedRecord | undefined): number {
  if (shared === undefined) return 4 + readU32(buffer, at);
  const attributesBytes = readU16(buffer, at + 6) - routingBytes(buffer, at);
  return 4 + readU32(shared.buffer, shared.at) + attributesBytes;
}

/** The record as it was, or with envelope and body of its own instead of the reference. */
function writeRecord(buffer: Uint8Array, to: number, record: Live): number {
  const { at, shared, sizeBytes } = record;
  const source = record.buffer;
  if (shared === undefined) {
    buffer.set(source.subarray(at, at + sizeBytes), to);
    return to + sizeBytes;
  }
  const ownRouting = routingBytes(source, at);
  const attributes = source.subarray(
    at + RECORD_HEADER_BYTES + ownRouting,
    at + RECORD_HEADER_BYTES + readU16(source, at + 6),
  );
  const routing = shared.at + RECORD_HEADER_BYTES;
  const content = routing + readU16(shared.buffer, shared.at + 6);
  const contentEnd = shared.at + 4 + readU32(shared.buffer, shared.at);
  const sharedRouting = routingBytes(shared.buffer, shared.at);
  buffer.set(source.subarray(at, at + RECORD_HEADER_BYTES), to);
  writeU32(buffer, to, sizeBytes - 4);
  buffer[to + 5] = source[at + 5] & ~IS_REFERENCE;
  writeU16(buffer, to + 6, sharedRouting + attributes.length);
  buffer.set(shared.buffer.subarray(shared.at + 8, shared.at + 12), to + 8);
  let place = to + RECORD_HEADER_BYTES;
  for (const part of [
    shared.buffer.subarray(routing, routing + sharedRouting),
    attributes,
    shared.buffer.subarray(content, contentEnd),
  ]) {
    buffer.set(part, place);
    place += part.length;
  }
  return place;
}

/** Exchange and routing key. */
function routingBytes(buffer: Uint8Array, at: number): number {
  const exchange = at + RECORD_HEADER_BYTES;
  const key = exchange + 1 + buffer[exchange];
  return key + 1 + buffer[key] - exchange;
}
