import type { Flush, MetadataChange } from '../../core/index.js';
import { DESCRIPTOR_BYTES, writeDescriptor } from './descriptor.js';
import { FRAME_FLUSH, FRAME_HEADER_BYTES, FRAME_RELOCATION, FRAME_TRAILER_BYTES } from './frame.js';
import { metadataCrc } from './frame-scan.js';
import { metadataBytes, writeMetadata } from './metadata-changes.js';
import { RUN_HEADER_BYTES, RUN_OUTSIDE, sealRun } from './run.js';
import type { AppendedRun } from './topic-store.js';
import type { Frame } from './wal.js';

/** A metadata change and where it lies in its frame: from its header to the end of its value. */
export interface PlacedMetadata {
  readonly change: MetadataChange;
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface BuiltFrame extends Frame {
  readonly metadata: readonly PlacedMetadata[];
}

/**
 * Makes a frame of a flush, in its arena: run headers and checksums go into the gaps. Descriptors of the runs outside,
 * and metadata, follow in a buffer of their own.
 *
 * @throws RangeError where the arena is not laid out as the port says
 */
export function flushFrame(flush: Flush, outside: readonly AppendedRun[]): BuiltFrame {
  const { arena, runs, runCount, number } = flush;
  const body = Buffer.from(arena.buffer, arena.byteOffset, arena.byteLength);
  let end = FRAME_HEADER_BYTES;
  for (let i = 0; i < runCount; i++) {
    const start = runs.start[i];
    if (start !== end + RUN_HEADER_BYTES)
      throw new RangeError(`run ${i} of flush ${number} begins at ${start}, not ${end}`);
    end = runs.end[i];
    sealRun(body, start - RUN_HEADER_BYTES, {
      log: runs.log[i],
      firstSeq: runs.firstSeq[i],
      count: runs.count[i],
      flags: runs.flags[i],
      maxTimestampMs: runs.maxTimestampMs[i],
      flush: number,
      payloadBytes: end - start,
    });
  }
  if (end !== flush.end || end + FRAME_TRAILER_BYTES > body.length) {
    throw new RangeError(`flush ${number} ends at ${flush.end}, its runs at ${end}, its arena at ${body.length}`);
  }
  return withTail({ kind: FRAME_FLUSH, flush: number, body, bodyEnd: end, runCount }, number, outside, flush.metadata);
}

/** A frame of the engine's own without content. */
export function engineFrame(kind: number, lastFlush: number): BuiltFrame {
  const body = Buffer.alloc(FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES);
  return withTail({ kind, flush: lastFlush, body, bodyEnd: FRAME_HEADER_BYTES, runCount: 0 }, lastFlush, [], []);
}

/** A frame that carries runs, sealed before, and metadata values to where the log goes on. */
export function relocationFrame(
  lastFlush: number,
  runs: readonly Buffer[],
  metadata: readonly MetadataChange[],
): BuiltFrame {
  const gap = Buffer.alloc(FRAME_HEADER_BYTES);
  const body = Buffer.concat([gap, ...runs, Buffer.alloc(FRAME_TRAILER_BYTES)]);
  const bodyEnd = body.length - FRAME_TRAILER_BYTES;
  const frame = { kind: FRAME_RELOCATION, flush: lastFlush, body, bodyEnd, runCount: runs.length };
  return withTail(frame, lastFlush, [], metadata);
}

function withTail(
  frame: Pick<Frame, 'kind' | 'flush' | 'body' | 'bodyEnd' | 'runCount'>,
  flush: number,
  outside: readonly AppendedRun[],
  changes: readonly MetadataChange[],
): BuiltFrame {
  const descriptorsEnd = outside.length * (RUN_HEADER_BYTES + DESCRIPTOR_BYTES);
  const metadataEnd = descriptorsEnd + metadataBytes(changes);
  if (metadataEnd === 0) {
    return { ...frame, tail: undefined, runsEnd: frame.bodyEnd, metadataCount: 0, metadataCrc: 0, metadata: [] };
  }
  const tail = Buffer.allocUnsafe(metadataEnd + FRAME_TRAILER_BYTES);
  let at = 0;
  for (const { run, descriptor } of outside) {
    writeDescriptor(tail, at + RUN_HEADER_BYTES, descriptor);
    sealRun(tail, at, { ...run, flags: run.flags | RUN_OUTSIDE, flush, payloadBytes: DESCRIPTOR_BYTES });
    at += RUN_HEADER_BYTES + DESCRIPTOR_BYTES;
  }
  const metadata: PlacedMetadata[] = [];
  writeMetadata(tail, descriptorsEnd, changes, (change, start, end) => {
    metadata.push({ change, offset: frame.bodyEnd + start, lengthBytes: end - start });
  });
  return {
    ...frame,
    runCount: frame.runCount + outside.length,
    tail,
    runsEnd: frame.bodyEnd + descriptorsEnd,
    metadataCount: changes.length,
    metadataCrc: metadataCrc(tail, descriptorsEnd, metadataEnd),
    metadata,
  };
}
