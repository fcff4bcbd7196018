import { crc32 } from 'node:zlib';
import { StorageError } from '../../core/index.js';
import { type Descriptor, DESCRIPTOR_BYTES, readDescriptor } from './descriptor.js';
import {
  FRAME_HEADER_BYTES,
  FRAME_TRAILER_BYTES,
  type FrameHeader,
  readFrameHeader,
  readFrameTrailer,
} from './frame.js';
import { readMetadata } from './metadata-changes.js';
import { RUN_HEADER_BYTES, RUN_OUTSIDE, type RunHeader, walkRuns, WRONG_RUN } from './run.js';
import { FORMAT, SECTOR_BYTES, SEGMENT_HEADER_BYTES, sectorAligned } from './segment-header.js';

/** A frame whose header is intact; of its content nothing is said yet. */
export interface FoundFrame {
  readonly header: FrameHeader;
  readonly position: number;
  /** Where it ends; the next one begins at the next sector. */
  readonly end: number;
}

/** Bytes between two frames of a segment that should hold a frame. */
export interface Gap {
  readonly position: number;
  readonly end: number;
  /** The serial of the frame after it. */
  readonly nextSerial: number;
}

export interface SegmentScan {
  readonly frames: readonly FoundFrame[];
  readonly gaps: readonly Gap[];
}

/**
 * Finds the frames in the content of a write-ahead segment. Where none begins although the segment goes on, looks for
 * the next one at every sector; what a file held in an earlier life is told by its segment number and passed over.
 */
export function scanFrames(content: Buffer, shard: number, segment: number): SegmentScan {
  const frames: FoundFrame[] = [];
  const gaps: Gap[] = [];
  let lastSerial = 0;
  let expected = SEGMENT_HEADER_BYTES;
  let position = expected;
  while (position + FRAME_HEADER_BYTES <= content.length) {
    const header = readFrameHeader(content, position);
    if (header === undefined || !belongs(header, shard, segment, lastSerial, content.length - position)) {
      position += SECTOR_BYTES;
      continue;
    }
    if (position > expected) gaps.push({ position: expected, end: position, nextSerial: header.serial });
    const end = position + header.lengthBytes;
    frames.push({ header, position, end });
    lastSerial = header.serial;
    expected = sectorAligned(end);
    position = expected;
  }
  return { frames, gaps };
}

function belongs(header: FrameHeader, shard: number, segment: number, lastSerial: number, room: number): boolean {
  if (header.segment !== segment || header.shard !== shard) return false;
  if (header.format > FORMAT) throw newerFormat(header.format);
  return (
    header.serial > lastSerial &&
    header.lengthBytes <= room &&
    header.runsEnd >= FRAME_HEADER_BYTES &&
    header.runsEnd + FRAME_TRAILER_BYTES <= header.lengthBytes
  );
}

export function newerFormat(format: number): StorageError {
  return new StorageError(
    'newer-format',
    `the data was written in format ${format}; this version reads up to ${FORMAT}`,
  );
}

/** Told what a frame holds, in order. Positions count from the beginning of the buffer that was given. */
export interface FrameVisitor {
  /** A run of the journal or of a log; `position` is that of its header. */
  run(header: RunHeader, position: number): void;
  outside(header: RunHeader, descriptor: Descriptor): void;
  /** A metadata value; the change it belongs to begins at `position`. */
  value(key: string, value: Uint8Array, position: number, lengthBytes: number): void;
  removed(key: string): void;
  /** Bytes that do not have the checksum they should; `header` is what they say of themselves, if anything. */
  damaged(position: number, end: number, reason: string, header: RunHeader | undefined): void;
}

/** Visits what a frame holds and checks every checksum of it. */
export function visitFrame(content: Buffer, frame: FoundFrame, visitor: FrameVisitor): void {
  const { header, position, end } = frame;
  const runsEnd = position + header.runsEnd;
  walkRuns(content, position + FRAME_HEADER_BYTES, runsEnd, false, {
    run(run, at) {
      if ((run.flags & RUN_OUTSIDE) === 0) visitor.run(run, at);
      else if (run.payloadBytes === DESCRIPTOR_BYTES) visitor.outside(described(run), descriptorAt(content, at));
      else visitor.damaged(at, at + RUN_HEADER_BYTES + run.payloadBytes, 'a descriptor of the wrong size', run);
    },
    damaged: (at, damagedEnd, run) => visitor.damaged(at, damagedEnd, WRONG_RUN, run),
  });
  const metadataEnd = end - FRAME_TRAILER_BYTES;
  visitMetadata(content, runsEnd, metadataEnd, header.metadataCount, visitor);
  const crc = readFrameTrailer(content, metadataEnd, header.serial);
  if (crc === undefined || crc !== metadataCrc(content, runsEnd, metadataEnd)) {
    visitor.damaged(metadataEnd, end, 'a frame whose trailer is missing or wrong', undefined);
  }
}

/** The checksum that a trailer gives for the metadata in content[start, end). */
export function metadataCrc(content: Buffer, start: number, end: number): number {
  return end > start ? crc32(content.subarray(start, end)) : 0;
}

/** Whether everything in the frame is as it was written. */
export function isFrameIntact(content: Buffer, frame: FoundFrame): boolean {
  let intact = true;
  let runs = 0;
  visitFrame(content, frame, {
    run: () => runs++,
    outside: () => runs++,
    value() {},
    removed() {},
    damaged: () => (intact = false),
  });
  return intact && runs === frame.header.runCount;
}

function visitMetadata(content: Buffer, start: number, end: number, count: number, visitor: FrameVisitor): void {
  const { changes, intactEnd } = readMetadata(content, start, end, count);
  let at = start;
  for (const { key, valueStart, valueEnd } of changes) {
    if (valueStart < 0) visitor.removed(key);
    else visitor.value(key, content.subarray(valueStart, valueEnd), at, valueEnd - at);
    at = valueEnd;
  }
  if (intactEnd < end) visitor.damaged(intactEnd, end, 'metadata whose checksum is wrong', undefined);
}

function described(run: RunHeader): RunHeader {
  return { ...run, flags: run.flags & ~RUN_OUTSIDE };
}

function descriptorAt(content: Buffer, runPosition: number): Descriptor {
  return readDescriptor(content, runPosition + RUN_HEADER_BYTES);
}
