import { basename, join } from 'node:path';
import type { Quarantined } from '../../core/index.js';
import { damagedBytes } from './damage-log.js';
import type { FileSystem } from './file-system.js';
import { isMissing, readWhole } from './file-system.js';
import { FRAME_CLOSE } from './frame.js';
import { type FoundFrame, type Gap, isFrameIntact, newerFormat, scanFrames } from './frame-scan.js';
import { decodeSegmentHeader, FORMAT, SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment-header.js';
import { type SegmentSpan, sidecarSpan } from './sidecar.js';
import { sidecarPath, walNumber, walPath } from './wal-segment.js';

/** A write-ahead segment as it was found: with its sidecar, or read from end to end. */
export interface SurveyedSegment {
  readonly number: number;
  readonly path: string;
  readonly sizeBytes: number;
  /** Undefined where the first sector is damaged. */
  readonly header: SegmentHeader | undefined;
  /** The whole sidecar and what its header says; undefined where there is none that is intact. */
  readonly sidecar: { readonly content: Buffer; readonly span: SegmentSpan } | undefined;
  /** The segment's bytes, where it has no sidecar. */
  readonly content: Buffer;
  /** Frames that hold: not void, not behind a tear. In order. */
  frames: readonly FoundFrame[];
  /** Places that should hold a stable frame and do not. */
  gaps: readonly Gap[];
  /** Whether there are frames behind those that hold. */
  hasVoid: boolean;
}

/** What the write-ahead segments of a shard say, before anything is changed. */
export interface ShardSurvey {
  readonly directory: string;
  /** Every name in the directory. */
  readonly names: readonly string[];
  /** In order of number. Files that hold no frame are not among them. */
  readonly segments: readonly SurveyedSegment[];
  /** Files with the name of a segment that are none: they were being made when the owner ended. */
  readonly stillborn: readonly string[];
  readonly epoch: number;
  /** The last frame that holds, and the last of those that are known to be stable. */
  readonly lastSerial: number;
  readonly stableSerial: number;
  readonly lastFlush: number;
  readonly cleanStop: boolean;
  readonly tornBytes: number;
  /** Frames that should be there, being stable, and that no gap accounts for. */
  readonly missingFrames: number;
}

const NOTHING = Buffer.alloc(0);

/** Reads what there is of a shard and decides which frames hold. Changes nothing. */
export async function surveyShard(fileSystem: FileSystem, directory: string, shard: number): Promise<ShardSurvey> {
  const names = await fileSystem.list(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const numbers = names.flatMap((name) => walNumber(name) ?? []).sort((a, b) => a - b);
  const segments: SurveyedSegment[] = [];
  const stillborn: string[] = [];
  for (const number of numbers) {
    const segment = await surveySegment(fileSystem, directory, shard, number);
    if (segment === undefined) stillborn.push(walPath(directory, number));
    else segments.push(segment);
  }
  dropVoid(segments);
  return { directory, names, segments, stillborn, ...judge(segments) };
}

async function surveySegment(
  fileSystem: FileSystem,
  directory: string,
  shard: number,
  number: number,
): Promise<SurveyedSegment | undefined> {
  const path = walPath(directory, number);
  const file = await fileSystem.open(path, 'read');
  try {
    const sizeBytes = await file.size();
    const sector = Buffer.alloc(SEGMENT_HEADER_BYTES);
    await file.read(sector, 0);
    const found = decodeSegmentHeader(sector);
    if (found !== undefined && found.format > FORMAT) throw newerFormat(found.format);
    const header = found?.segment === number && found.shard === shard ? found : undefined;
    const sidecar = await readSidecar(fileSystem, path, number);
    if (sidecar !== undefined)
      return { number, path, sizeBytes, header, sidecar, content: NOTHING, frames: [], gaps: [], hasVoid: false };
    const content = Buffer.alloc(sizeBytes);
    await file.read(content, 0);
    const scan = scanFrames(content, shard, number);
    if (scan.frames.length === 0 && header === undefined) return undefined;
    return { number, path, sizeBytes, header, sidecar, content, ...scan, hasVoid: false };
  } finally {
    await file.close();
  }
}

/** The sidecar of a write-ahead segment, if there is an intact one. */
export async function readSidecar(
  fileSystem: FileSystem,
  walFile: string,
  number: number,
): Promise<{ content: Buffer; span: SegmentSpan } | undefined> {
  try {
    const content = await readWhole(fileSystem, sidecarPath(walFile));
    const span = sidecarSpan(content, number);
    return span === undefined ? undefined : { content, span };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * A recovery copies the tail into a new segment and makes the rest of the old one void from there on. The header of the
 * new one says so; and were that lost, its first frame would say it too, because serials only grow.
 */
function dropVoid(segments: SurveyedSegment[]): void {
  let voidFrom = Infinity;
  for (const segment of segments.toReversed()) {
    const frames = segment.frames.filter((frame) => frame.header.serial < voidFrom);
    segment.hasVoid = frames.length < segment.frames.length;
    segment.frames = frames;
    segment.gaps = segment.gaps.filter((gap) => gap.nextSerial < voidFrom);
    const first = segment.sidecar?.span.firstSerial ?? segment.frames[0]?.header.serial;
    for (const serial of [segment.header?.voidFrom, first]) if (serial) voidFrom = Math.min(voidFrom, serial);
  }
}

/**
 * Where the log ends. A frame counts as stable when a later one, or a sidecar, calls it so. The first frame that is
 * neither stable nor intact is the tear: it and whatever follows it was never promised to anyone. Damage before that
 * does not end the log.
 */
function judge(
  segments: readonly SurveyedSegment[],
): Omit<ShardSurvey, 'directory' | 'names' | 'segments' | 'stillborn'> {
  let stableSerial = 0;
  let epoch = 0;
  for (const { header, sidecar, frames } of segments) {
    epoch = Math.max(epoch, header?.epoch ?? 0, sidecar?.span.lastEpoch ?? 0);
    stableSerial = Math.max(stableSerial, sidecar?.span.lastSerial ?? 0);
    for (const frame of frames) stableSerial = Math.max(stableSerial, frame.header.syncedSerial);
  }
  let lastSerial = 0;
  let lastFlush = 0;
  let lastKind = 0;
  let tornBytes = 0;
  let missingFrames = 0;
  let torn = false;
  let previous = 0;
  for (const segment of segments) {
    const { sidecar, content } = segment;
    // Segments whose content was all dead are gone, and their serials with them.
    const follows = segment.number === previous + 1;
    previous = segment.number;
    let known = follows && lastSerial > 0;
    if (sidecar !== undefined && sidecar.span.lastSerial > 0) {
      if (known) missingFrames += Math.max(0, sidecar.span.firstSerial - lastSerial - 1);
      lastSerial = Math.max(lastSerial, sidecar.span.lastSerial);
      lastFlush = Math.max(lastFlush, sidecar.span.lastFlush);
      lastKind = 0;
    }
    const kept: FoundFrame[] = [];
    for (const frame of segment.frames) {
      const { serial } = frame.header;
      const next = lastSerial + 1;
      const skipsUnstable = lastSerial > 0 && serial !== next && next > stableSerial;
      torn ||= skipsUnstable || (serial > stableSerial && !isFrameIntact(content, frame));
      if (torn) {
        tornBytes += frame.end - frame.position;
        continue;
      }
      if (known) missingFrames += serial - next;
      known = true;
      lastSerial = serial;
      lastFlush = Math.max(lastFlush, frame.header.flush);
      lastKind = frame.header.kind;
      epoch = Math.max(epoch, frame.header.epoch);
      kept.push(frame);
    }
    segment.hasVoid ||= kept.length < segment.frames.length;
    segment.frames = kept;
    segment.gaps = segment.gaps.filter((gap) => gap.nextSerial <= lastSerial);
    missingFrames -= segment.gaps.length;
  }
  missingFrames = Math.max(0, missingFrames) + Math.max(0, stableSerial - lastSerial);
  const cleanStop = (lastSerial === 0 || lastKind === FRAME_CLOSE) && !torn;
  return { epoch, lastSerial, stableSerial, lastFlush, cleanStop, tornBytes, missingFrames };
}

/** What the survey shows to be damaged: headers of segments and of flushes. What is inside the flushes is not looked at. */
export function surveyDamage(survey: ShardSurvey): Quarantined[] {
  const found: Quarantined[] = [];
  for (const { path, header, gaps, sidecar, frames } of survey.segments) {
    // A segment without a stable frame was only just begun; its header was not stable either.
    const wasStable =
      (sidecar?.span.lastSerial ?? 0) > 0 || frames.some((frame) => frame.header.serial <= survey.stableSerial);
    if (header === undefined && wasStable) {
      found.push(damagedBytes(path, 0, SEGMENT_HEADER_BYTES, 'a segment header whose checksum is wrong', undefined));
    }
    for (const { position, end } of gaps) {
      found.push(damagedBytes(path, position, end, 'a flush whose header is wrong', undefined));
    }
  }
  if (survey.missingFrames > 0) {
    const reason = `${survey.missingFrames} flushes that are stable and not there`;
    found.push({ place: basename(survey.directory), sizeBytes: 0, reason, extents: [] });
  }
  return found;
}

export function shardDirectory(data: string, shard: number): string {
  return join(data, `shard-${String(shard).padStart(4, '0')}`);
}
